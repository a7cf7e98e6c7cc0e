"""Every action with its shortcut on one sheet."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from app.gui.metrics import characters, gap
from app.gui.widgets.labels import body, chip, heading
from app.gui.widgets.layouts import column, row, scrolled


class ShortcutSheet(QDialog):
    """What can be done here, and the keys for it."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(gap(4))
        grid.setVerticalSpacing(gap(2))
        grid.setColumnStretch(0, 1)
        shown = [each for each in actions if not each.shortcut().isEmpty()]
        for line, each in enumerate(shown):
            keys = each.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            grid.addWidget(body(each.text().replace("&", "")), line, 0)
            grid.addLayout(row(chip(keys)), line, 1, Qt.AlignmentFlag.AlignRight)
        content = QWidget()
        content.setLayout(column(grid, None))
        self.setLayout(column(heading("Shortcuts"), scrolled(content), spacing=3, margins=4))
        self.resize(characters(58), gap(110))

"""Type a few letters of what you want to do, press Enter."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.widgets.layouts import column

_KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class ActionFinder(QDialog):
    """All actions by name, filtered while typing."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find an action")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = [each for each in actions if each.isEnabled() and each.isVisible()]
        self.field = QLineEdit(placeholderText="What do you want to do?", clearButtonEnabled=True)
        self.field.setAccessibleName("Search actions")
        self.list = QListWidget()
        self.list.setAccessibleName("Actions found")
        self.setLayout(column(self.field, self.list, spacing=2, margins=4))
        self.resize(characters(60), gap(80))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._do)
        self.list.itemActivated.connect(self._do)
        self._filter("")

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            return self.list.event(event)
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.clear()
        words = text.lower().split()
        for number, each in enumerate(self._actions):
            name = each.text().replace("&", "")
            if all(word in (name + " " + each.toolTip()).lower() for word in words):
                keys = each.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                item = QListWidgetItem(f"{name}    {keys}" if keys else name, self.list)
                item.setData(Qt.ItemDataRole.UserRole, number)
                item.setToolTip(each.toolTip())
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None without a row
            self.accept()
            self._actions[item.data(Qt.ItemDataRole.UserRole)].trigger()

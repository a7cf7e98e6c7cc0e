"""The table on the examples page: columns that fit, rows that can be copied and pasted."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.pages.examples_clipboard import rows_from_text, text_from_cells
from app.gui.pages.examples_delegate import ExamplesDelegate
from app.gui.tables.example_cells import Column
from app.gui.tables.examples_table import ExamplesTable
from editing.examples import Example

_WIDTHS = {
    Column.KIND: 15,
    Column.PREFIX: 40,
    Column.WANTED: 16,
    Column.OTHER: 16,
    Column.NOW: 15,
    Column.FLAGS: 20,
}


class ExamplesView(QTableView):
    """Shows one list of a set."""

    pasted = Signal(object, int)
    """Examples, and the row before which they belong."""

    def __init__(self, table: ExamplesTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setModel(table)
        self.setItemDelegate(ExamplesDelegate(self))
        self.setAccessibleName("Examples")
        self.setShowGrid(False)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setSortIndicator(-1, self.horizontalHeader().sortIndicatorOrder())
        self.horizontalHeader().setDefaultAlignment(_left())
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(Column.PREFIX, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(gap(8))
        self.verticalHeader().setHighlightSections(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(True)
        table.visible_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Hide columns that no row uses."""
        self.setColumnHidden(Column.OTHER, not self._table.uses_other())
        self.setColumnHidden(Column.FLAGS, not self._table.remarks())

    def chosen(self) -> list[Example]:
        """Return the examples of the rows in which anything is selected."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        return [example for row in rows if (example := self._table.example_at(row)) is not None]

    def begin_row(self) -> None:
        """Put the cursor into the empty last row and start typing."""
        last = self._table.index(self._table.rowCount() - 1, Column.PREFIX)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(last, flags)
        self.scrollTo(last)
        self.setFocus()
        self.edit(last)

    def copy(self) -> None:
        """Copy the selected cells, as spreadsheets do."""
        cells = {(index.row(), index.column()): index for index in self.selectedIndexes()}
        if cells:
            QGuiApplication.clipboard().setText(text_from_cells(cells))

    def paste(self) -> None:
        """Take rows from the clipboard and put them where the cursor is."""
        rows = rows_from_text(QGuiApplication.clipboard().text())
        if rows:
            place = self.currentIndex().row()
            self.pasted.emit(rows, place if place >= 0 else self._table.rowCount())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, width in _WIDTHS.items():
            if column is not Column.PREFIX:
                self.setColumnWidth(column, characters(width))


def _left() -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

"""The table on the examples page: columns that fit, and the manners of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QRect,
    QRectF,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.pages.examples.delegate import ExamplesDelegate
from app.gui.pages.examples.painting import fix_area
from app.gui.tables.example_columns import Column, ExampleRole
from app.gui.tables.examples_table import ExamplesTable
from editing.examples import Example

_WIDTHS = {
    Column.KIND: 14,
    Column.PREFIX: 40,
    Column.WANTED: 15,
    Column.OTHER: 15,
    Column.SUBJECT: 15,
    Column.NOW: 15,
    Column.EDITED: 15,
    Column.CHANGE: 11,
    Column.TAGS: 12,
    Column.FLAGS: 22,
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Place = tuple[int, Column]


class ExamplesView(QTableView):
    """Shows one list of a set."""

    mend_requested = Signal(str)
    """The id of a row whose remark is to be mended."""
    pressed_on_now = Signal()
    """The person wants to know what the model says, which matters where it says nothing."""
    row_moved = Signal(str, object)
    """A row's id, and the id of the row it was put before, or None for the end."""

    def __init__(self, table: ExamplesTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._wanted = {Column.SUBJECT: False, Column.EDITED: False}
        self._wanted |= {Column.KIND: True, Column.NOW: True}
        self.setModel(table)
        self.delegate = ExamplesDelegate(self)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(self.tr("Examples"))
        self.setShowGrid(False)
        self.setSortingEnabled(True)
        self._set_up_headers()
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(True)
        table.visible_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Hide columns that no row uses."""
        summary = self._table.summary
        shown = {
            **self._wanted,
            Column.OTHER: summary.uses_other(),
            Column.CHANGE: self._wanted[Column.EDITED],
            Column.TAGS: bool(summary.tags()),
            Column.FLAGS: bool(summary.remarks()),
        }
        for column, is_shown in shown.items():
            self.setColumnHidden(column, not is_shown)
        self.verticalHeader().setSectionsMovable(not self._table.is_rearranged)

    def want_column(self, column: Column, *, wanted: bool) -> None:
        """Show a column, or hide it."""
        self._wanted[column] = wanted
        self.follow()

    def chosen(self) -> list[Example]:
        """Return the examples of the rows in which anything is selected."""
        rows = {row for each in self._ranges() for row in range(each.top(), each.bottom() + 1)}
        examples = (self._table.example_at(row) for row in sorted(rows))
        return [example for example in examples if example is not None]

    def chosen_cells(self) -> dict[Place, str]:
        """Return what stands in the selected cells that a person writes, row by row."""
        columns = self.typed_columns()
        places = {
            (row, column)
            for each in self._ranges()
            for row in range(each.top(), each.bottom() + 1)
            for column in columns
            if each.left() <= column <= each.right()
        }
        return {place: _text_of(self._table.index(*place)) for place in sorted(places)}

    def _ranges(self) -> list[QItemSelectionRange]:
        """Return what is selected as rectangles; asking for each cell takes long for many rows."""
        selection = self.selectionModel().selection()
        return [selection.at(place) for place in range(selection.count())]

    def typed_columns(self) -> list[Column]:
        """List the columns on the screen that a person writes."""
        return [c for c in Column if c.is_typed and not self.isColumnHidden(c)]

    def choose(self, ids: Iterable[str]) -> None:
        """Select whole rows and go to the first."""
        rows = sorted(row for each in ids if (row := self._table.row_of(each)) >= 0)
        model, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for row in rows:
            model.select(self._table.index(row, 0), flags.Select | flags.Rows)
        if rows:
            column = max(self.currentIndex().column(), int(Column.PREFIX))
            model.setCurrentIndex(self._table.index(rows[0], column), flags.NoUpdate)
            self.scrollTo(self._table.index(rows[0], column))

    def go_to(self, index: QModelIndex) -> None:
        """Put the cursor on a cell."""
        self.setCurrentIndex(index)
        self.scrollTo(index)
        self.setFocus()

    def begin_row(self) -> None:
        """Put the cursor into the empty last row and start typing."""
        last = self._table.index(self._table.rowCount() - 1, Column.PREFIX)
        self.go_to(last)
        self.edit(last)

    def sort_worst_first(self) -> None:
        """Sort by what the model says now, or back into the set's order."""
        header = self.horizontalHeader()
        is_sorted = header.sortIndicatorSection() == Column.NOW
        self.sortByColumn(-1 if is_sorted else Column.NOW, Qt.SortOrder.AscendingOrder)

    def edit_subject(self) -> None:
        """Type the subject of the row the cursor is on."""
        self.want_column(Column.SUBJECT, wanted=True)
        index = self._table.index(max(self.currentIndex().row(), 0), Column.SUBJECT)
        self.go_to(index)
        self.edit(index)

    def rows_in_sight(self) -> range:
        """Return which rows can be seen."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        return range(first, last + 1 if last >= 0 else self._table.rowCount())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column, width in _WIDTHS.items():
            if column is not Column.PREFIX:
                self.setColumnWidth(column, characters(width))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in _ENTER and not event.modifiers() and index.isValid():
            self._on_enter(index)
        else:
            super().keyPressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        if index.column() in (Column.NOW, Column.EDITED):
            self.pressed_on_now.emit()
        elif index.column() == Column.FLAGS and self.fix_rect(index).contains(event.position()):
            self._mend(index)

    def fix_rect(self, index: QModelIndex) -> QRectF:
        """Where a click mends a row."""
        area: QRect = self.visualRect(index)
        return fix_area(QRectF(area).adjusted(gap(2), 0, -gap(2), 0))

    @override
    def moveCursor(
        self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Tab goes only to cells that can be typed into."""
        steps = {
            QAbstractItemView.CursorAction.MoveNext: 1,
            QAbstractItemView.CursorAction.MovePrevious: -1,
        }
        if cursorAction in steps and self.currentIndex().isValid():
            return self._typed_neighbour(steps[cursorAction])
        return super().moveCursor(cursorAction, modifiers)

    @override
    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Enter goes on to the row below, as in a spreadsheet."""
        super().closeEditor(editor, hint)
        below = self.currentIndex().siblingAtRow(self.currentIndex().row() + 1)
        if hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache and below.isValid():
            self.setCurrentIndex(below)

    def _set_up_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setSortIndicatorClearable(True)
        across.setSortIndicator(-1, across.sortIndicatorOrder())
        across.setDefaultAlignment(_left())
        across.setHighlightSections(False)
        across.setSectionResizeMode(Column.PREFIX, QHeaderView.ResizeMode.Stretch)
        across.setAccessibleName(self.tr("Columns"))
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(gap(8))
        down.setHighlightSections(False)
        down.setAccessibleName(self.tr("Rows"))
        down.setToolTip(self.tr("Drag a row by its number to move it."))
        down.sectionMoved.connect(self._on_section_moved)

    def _on_section_moved(self, row: int, old: int, new: int) -> None:
        """Ask for the rows in their new order; the numbers go back to where they were."""
        header = self.verticalHeader()
        with QSignalBlocker(header):
            header.moveSection(new, old)
        moved = self._table.example_at(row)
        following = self._table.example_at(new + 1 if new > old else new)
        if moved is not None:
            self.row_moved.emit(moved.id, following.id if following else None)

    def _typed_neighbour(self, step: int) -> QModelIndex:
        """Find the next cell that can be typed into, row by row."""
        current, end = self.currentIndex(), self._table.rowCount() if step > 0 else -1
        for row in range(current.row(), end, step):
            for column in self.typed_columns()[::step]:
                is_past = row != current.row() or (column - current.column()) * step > 0
                index = self._table.index(row, column)
                if is_past and index.flags() & Qt.ItemFlag.ItemIsEditable:
                    return index
        return current

    def _on_enter(self, index: QModelIndex) -> None:
        if index.column() in (Column.NOW, Column.EDITED):
            self.pressed_on_now.emit()
        elif index.column() == Column.FLAGS:
            self._mend(index)
        elif index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def _mend(self, index: QModelIndex) -> None:
        example = self._table.example_at(index.row())
        if example is not None and index.data(ExampleRole.MENDABLE):
            self.mend_requested.emit(example.id)


def _text_of(index: QModelIndex) -> str:
    """What a cell is copied as: a kind as its name, all else as it was typed."""
    is_kind = index.column() == Column.KIND
    role = Qt.ItemDataRole.DisplayRole if is_kind else Qt.ItemDataRole.EditRole
    return str(index.data(role) or "")


def _left() -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

"""The rows of one list of an example set, as a table that can be edited.

The table never changes its rows by itself: an edit is asked for with `change_requested`, the
document pushes it on its undo stack, and `set_rows` shows what came of it. Filtering and sorting
are done here, on the list, and never change the set. The last row is always empty, to type into.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from typing_extensions import override

from app.gui.tables.example_cells import Cells, Column, ExampleRole, changed_cell
from app.gui.tables.example_flags import copies
from app.gui.tables.readings import Reading, Texts, kind_of, texts_of
from editing.examples import Example, ExampleSet, Kind

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ExamplesTable(QAbstractTableModel):
    """Examples by row; see `Column` for the columns."""

    change_requested = Signal(object, str)
    """The rows as they should become, and the change in a few words."""
    visible_changed = Signal()
    """Other rows are shown, or their texts have changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set = ExampleSet("", ())
        self._rows: tuple[Example, ...] = ()
        self._shown: list[int] = []
        self._cells = Cells(self._set, {}, frozenset())
        self._readings: dict[Texts, Reading] = {}
        self._filter = ""
        self._sorting: tuple[int, Qt.SortOrder] | None = None
        self._takes_rows = True
        self._empty_rows = 1
        self._judged = True

    @property
    def rows(self) -> tuple[Example, ...]:
        """All rows, shown or not, in the set's order."""
        return self._rows

    @property
    def shown_rows(self) -> tuple[Example, ...]:
        """The rows the filter lets through, in the order on the screen."""
        return tuple(self._rows[i] for i in self._shown)

    def example_at(self, row: int) -> Example | None:
        """Return the example of a row on the screen; None for the empty last row."""
        return self._rows[self._shown[row]] if 0 <= row < len(self._shown) else None

    def row_of(self, example_id: str) -> int:
        """Return where an example is on the screen, or -1."""
        places = (n for n, i in enumerate(self._shown) if self._rows[i].id == example_id)
        return next(places, -1)

    def successes(self) -> tuple[int, int]:
        """Count the rows that count as success now, and those of which it is known."""
        gauges = [self._cells.gauge(row, kind_of(row, self._set)) for row in self._rows]
        verdicts = [gauge.holds for gauge in gauges if gauge and gauge.holds is not None]
        return sum(verdicts), len(verdicts)

    def remarks(self) -> int:
        """Count the rows with remarks."""
        return sum(self._cells.has_remarks(row) for row in self._rows)

    def uses_other(self) -> bool:
        """Whether any row needs the column of what is unwanted."""
        return any(kind_of(row, self._set) is not Kind.INCREASE for row in self._rows)

    def set_rows(
        self, rows: Sequence[Example], examples: ExampleSet, *, judged: bool = True
    ) -> None:
        """Show other rows; what stayed keeps its selection.

        Args:
            rows: One list of the set.
            examples: The set, for the kind and thresholds of rows without their own.
            judged: Whether rows succeed or fail; hard negatives do neither.
        """
        self._judged = judged
        kept = self._set.name == examples.name and tuple(r.id for r in rows) == tuple(
            r.id for r in self._rows
        )
        self._set = examples
        if kept and not self._filter and self._sorting is None:
            self._show_in_place(tuple(rows))
        else:
            self._show_anew(tuple(rows))
        self.visible_changed.emit()

    def set_takes_rows(self, takes_rows: bool) -> None:
        """Offer the empty last row, or not."""
        self.beginResetModel()
        self._takes_rows = takes_rows
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only rows in which every word of the text occurs."""
        if text != self._filter:
            self.beginResetModel()
            self._filter = text
            self._arrange()
            self.endResetModel()
            self.visible_changed.emit()

    def add_readings(self, readings: Mapping[Texts, Reading]) -> None:
        """Show what the model says of texts."""
        self._readings |= readings
        for number, i in enumerate(self._shown):
            if texts_of(self._rows[i]) in readings:
                now = self.index(number, Column.NOW)
                self.dataChanged.emit(now, now)

    def clear_readings(self) -> None:
        """Forget what a model said: it is another now."""
        self._readings.clear()
        self._repaint()

    def reading_of(self, example: Example) -> Reading | None:
        """Return what the model said of these very texts."""
        return self._readings.get(texts_of(example))

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if parent.isValid():
            return 0
        return len(self._shown) + (self._empty_rows if self._has_empty_row else 0)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        is_row = orientation is Qt.Orientation.Vertical
        if role == Qt.ItemDataRole.DisplayRole:
            number = str(section + 1) if section < len(self._shown) else "+"
            return number if is_row else Column(section).title
        if role == Qt.ItemDataRole.ToolTipRole and not is_row:
            return Column(section).explanation
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() in (Column.NOW, Column.FLAGS):
            return flags
        return flags | Qt.ItemFlag.ItemIsEditable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        example, column = self.example_at(index.row()), Column(index.column())
        if example is None:
            return self._cells.of_empty_row(column, role)
        return self._cells.of(example, column, role)

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        column, old = Column(index.column()), self.example_at(index.row())
        new = changed_cell(old or Example("", ""), column, value, self._set)
        if new == old or (old is None and new == Example("", "")):
            return False
        if old is None:
            self.change_requested.emit((*self._rows, new), "Add an example")
        else:
            rows = tuple(new if row.id == old.id else row for row in self._rows)
            self.change_requested.emit(rows, f"Change {column.title.lower()}")
        return True

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._rearrange((column, order) if column >= 0 else None)

    @property
    def _has_empty_row(self) -> bool:
        return self._takes_rows and not self._filter

    def _show_in_place(self, rows: tuple[Example, ...]) -> None:
        self._rows = rows
        self._read_cells()
        self._repaint()

    def _show_anew(self, rows: tuple[Example, ...]) -> None:
        start, old_end, new_end = _difference(self._rows, rows)
        plain = not self._filter and self._sorting is None
        if plain and old_end == start == len(self._rows) < new_end and self._takes_rows:
            self._append(rows)
        elif plain and old_end == start < new_end:
            self.beginInsertRows(_NOWHERE, start, new_end - 1)
            self._take(rows)
            self.endInsertRows()
        elif plain and new_end == start < old_end:
            self.beginRemoveRows(_NOWHERE, start, old_end - 1)
            self._take(rows)
            self.endRemoveRows()
        else:
            self.beginResetModel()
            self._take(rows)
            self.endResetModel()
        self._repaint()

    def _append(self, rows: tuple[Example, ...]) -> None:
        """Let the empty row that was typed into become the new one: the cursor stays on it."""
        first, count = len(self._rows) + 1, len(rows) - len(self._rows)
        self.beginInsertRows(_NOWHERE, first, first + count - 1)
        self._empty_rows += count
        self.endInsertRows()
        self._empty_rows -= count
        self._take(rows)

    def _take(self, rows: tuple[Example, ...]) -> None:
        self._rows = rows
        self._read_cells()
        self._arrange()

    def _read_cells(self) -> None:
        copied = copies(self._rows)
        self._cells = Cells(self._set, self._readings, copied, judged=self._judged)

    def _arrange(self) -> None:
        words = self._filter.lower().split()
        self._shown = [i for i, row in enumerate(self._rows) if _contains(row, words)]
        if self._sorting is not None:
            column, order = Column(self._sorting[0]), self._sorting[1]
            keys: dict[int, Any] = {
                i: self._cells.of(self._rows[i], column, ExampleRole.SORT) for i in self._shown
            }
            self._shown.sort(key=lambda i: keys[i], reverse=order is Qt.SortOrder.DescendingOrder)

    def _rearrange(self, sorting: tuple[int, Qt.SortOrder] | None) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self.example_at(index.row()) for index in before]
        self._sorting = sorting
        self._arrange()
        after = [
            self.index(self.row_of(row.id) if row else len(self._shown), index.column())
            for row, index in zip(kept, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
        self.visible_changed.emit()

    def _repaint(self) -> None:
        if self.rowCount():
            last = self.index(self.rowCount() - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def _contains(row: Example, words: Sequence[str]) -> bool:
    kind = row.kind.label if row.kind else ""
    text = " ".join((row.prefix, row.suffix, row.other_suffix or "", kind)).lower()
    return all(word in text for word in words)


def _difference(old: Sequence[Example], new: Sequence[Example]) -> tuple[int, int, int]:
    """Find the stretch that differs: its start, its end in the old and its end in the new."""
    start = 0
    while start < min(len(old), len(new)) and old[start] is new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] is new[-1 - end]:
        end += 1
    return start, len(old) - end, len(new) - end

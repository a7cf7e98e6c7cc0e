"""The rows of one list of an example set, as a table that can be edited.

The table never changes its rows by itself: an edit is asked for with `change_requested`, the
document pushes it on its undo stack, and `set_rows` shows what came of it. Filtering and sorting
are done here, on the list, and never change the set. The last row is always empty, to type into.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from typing_extensions import override

from app.gui.tables.example_answers import Answers
from app.gui.tables.example_arrangement import Sorting, Stretch, arranged, difference
from app.gui.tables.example_cells import Cells, applies
from app.gui.tables.example_columns import Column, ExampleRole, Gauge
from app.gui.tables.example_conflicts import Conflicts, conflicts
from app.gui.tables.example_filter import RowFilter
from app.gui.tables.example_flags import Flag, OwnFlags
from app.gui.tables.example_summary import RowSummary
from app.gui.tables.example_texts import changed_cells
from app.gui.tables.readings import Reading, Texts, kind_of, texts_of
from editing.examples import Example, ExampleSet, Kind, Role

translate = QCoreApplication.translate
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_READ = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_TYPED = _READ | Qt.ItemFlag.ItemIsEditable
_MODELS = (Column.NOW, Column.EDITED, Column.CHANGE)


class ExamplesTable(QAbstractTableModel):
    """Examples by row; see `Column` for the columns."""

    change_requested = Signal(object, str)
    """The rows as they should become, and the change in a few words."""
    visible_changed = Signal()
    """Other rows are shown, or their texts have changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set = ExampleSet("", ())
        self._role: Role = Role.CANONICAL
        self._rows: tuple[Example, ...] = ()
        self._shown: list[int] = []
        self.answers = Answers()
        self._found: Conflicts = {}
        self._own = OwnFlags()
        self._cells = Cells(self._set, self._role, self._found, self.answers.said, self._own)
        self._filter = RowFilter()
        self._sorting: Sorting | None = None
        self._takes_rows = True
        self._empty_rows = 1

    @property
    def rows(self) -> tuple[Example, ...]:
        """All rows, shown or not, in the set's order."""
        return self._rows

    @property
    def shown_rows(self) -> tuple[Example, ...]:
        """The rows the filter lets through, in the order on the screen."""
        return tuple(self._rows[i] for i in self._shown)

    @property
    def is_rearranged(self) -> bool:
        """Whether the rows on the screen are not all, or not in the set's order."""
        return self._sorting is not None or not self._filter.is_open

    @property
    def summary(self) -> RowSummary:
        """What is said of all rows together."""
        return RowSummary(self._rows, self._set, self._role, self._cells)

    def example_at(self, row: int) -> Example | None:
        """Return the example of a row on the screen; None for the empty last row."""
        return self._rows[self._shown[row]] if 0 <= row < len(self._shown) else None

    def row_of(self, example_id: str) -> int:
        """Return where an example is on the screen, or -1."""
        places = (n for n, i in enumerate(self._shown) if self._rows[i].id == example_id)
        return next(places, -1)

    def gauge_of(self, row: Example) -> Gauge | None:
        """Return what the model says of a row now, or None while it is not known."""
        return self._cells.gauge(row)

    def flags_of(self, row: Example) -> tuple[Flag, ...]:
        """List the remarks on a row."""
        return self._cells.flags(row)

    def flags_if(self, row: int, column: Column, text: str) -> list[Flag]:
        """List the remarks a cell would have with another text in it."""
        old = self.example_at(row) or Example("", "")
        new = changed_cells(old, {column: text}, self._set)
        kind = kind_of(new, self._set)
        cells = Cells(self._set, self._role, {}, self.answers.said)
        by_column = [flag for flag in cells.flags(new) if flag.column is column]
        return by_column if applies(kind, column) else []

    def next_problem(self, after: int) -> QModelIndex:
        """Find the next cell on the screen with a remark, beginning again after the last."""
        count = len(self._shown)
        places = [(after + step) % count for step in range(1, count + 1)] if count else []
        for place in places:
            flags = self._cells.flags(self._rows[self._shown[place]])
            if flags:
                return self.index(place, flags[0].column or Column.FLAGS)
        return QModelIndex()

    def set_rows(
        self, rows: Sequence[Example], examples: ExampleSet, *, role: Role = Role.CANONICAL
    ) -> None:
        """Show other rows; what stayed keeps its selection.

        Args:
            rows: One list of the set.
            examples: The set, for the kind and thresholds of rows without their own.
            role: Which list it is; hard negatives neither succeed nor fail.
        """
        same_list = self._set.name == examples.name and role is self._role
        is_hard = role is Role.HARD_NEGATIVE
        self._set = replace(examples, kind=Kind.INCREASE) if is_hard else examples
        self._role = role
        new = tuple(rows)
        if same_list and [r.id for r in new] == [r.id for r in self._rows]:
            self._take_texts(new)  # what was typed into stays in its place, whatever the filter
        else:
            self._show(new, same_list=same_list)
        self._repaint()
        self.visible_changed.emit()

    def set_takes_rows(self, takes_rows: bool) -> None:
        """Offer the empty last row, or not."""
        self.beginResetModel()
        self._takes_rows = takes_rows
        self.endResetModel()

    def set_filter(self, row_filter: RowFilter) -> None:
        """Show only rows that pass."""
        if row_filter != self._filter:
            self.beginResetModel()
            self._filter = row_filter
            self._shown = self._arranged(self._rows, self._cells)
            self.endResetModel()
            self.visible_changed.emit()

    def add_readings(self, readings: Mapping[Texts, Reading], *, edited: bool = False) -> None:
        """Show what the model, or the edited one, says of texts."""
        self.answers.add(readings, self._rows, edited=edited)
        self._read_cells()
        self._rearrange_after_models()
        for number, i in enumerate(self._shown):
            if texts_of(self._rows[i]) in readings:
                ends = (self.index(number, column) for column in (Column.NOW, Column.FLAGS))
                self.dataChanged.emit(*ends)

    def add_unreadable(self, texts: Iterable[Texts]) -> None:
        """Remark on rows that the model could not read."""
        self.answers.add_unreadable(texts)
        self._read_cells()
        self._repaint()

    def clear_readings(self, *, edited_only: bool = False) -> None:
        """Forget what a model said: it is another now."""
        self.answers.clear(edited_only=edited_only)
        self._read_cells()
        self._repaint()

    def set_waiting(self, text: str) -> None:
        """Say why nothing is known yet: the engine thinks, starts, or is off."""
        self.answers.wait_for(text)
        self._read_cells()
        self._repaint()

    def reading_of(self, example: Example, *, edited: bool = False) -> Reading | None:
        """Return what the model, or the edited one, said of these very texts."""
        return self.answers.of(example, edited=edited)

    def is_unreadable(self, example: Example) -> bool:
        """Whether the model was asked and could not read these texts."""
        return self.answers.is_unreadable(example)

    def change_cells(self, values: Mapping[tuple[int, Column], str], text: str) -> None:
        """Ask for a change of many cells as one; rows below the last become new ones.

        Args:
            values: Texts as typed, by row on the screen and column.
            text: The change in a few words.
        """
        by_row: dict[int, dict[Column, str]] = {}
        for (row, column), value in values.items():
            if column.is_typed:
                by_row.setdefault(row, {})[column] = value
        changed: dict[str, Example] = {}
        for row in sorted(by_row):
            old = self.example_at(row)
            new = changed_cells(old or Example("", ""), by_row[row], self._set)
            if old is not None or new != Example("", ""):
                changed[new.id] = new
        rows = tuple(changed.pop(row.id, row) for row in self._rows)
        rows = (*rows, *changed.values())
        if rows != self._rows:
            self.change_requested.emit(rows, text)

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
        column, example = Column(index.column()), self.example_at(index.row())
        unused = example is not None and not applies(kind_of(example, self._set), column)
        if unused or not column.is_typed:
            return _READ
        return _TYPED

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ExampleRole.HITS:
            return list(self._filter.words)
        example, column = self.example_at(index.row()), Column(index.column())
        if example is None:
            return self._cells.of_empty_row(column, role)
        return self._cells.of(example, column, role)

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        column, old = Column(index.column()), self.example_at(index.row())
        change = translate("examples", "Change {}").format(column.title.lower())
        text = translate("examples", "Add an example") if old is None else change
        new = changed_cells(old or Example("", ""), {column: str(value)}, self._set)
        if new == (old or Example("", "")):
            return False
        self.change_cells({(index.row(), column): str(value)}, text)
        return True

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorting = Sorting(column, order) if column >= 0 else None
        self._rearrange()
        self.visible_changed.emit()

    @property
    def _has_empty_row(self) -> bool:
        return self._takes_rows and self._filter.is_open

    def _show(self, rows: tuple[Example, ...], *, same_list: bool) -> None:
        """Take other rows, telling Qt of no more than has come or gone."""
        ids = [row.id for row in self._rows]
        is_longer = [row.id for row in rows[: len(ids)]] == ids
        if same_list and is_longer and self._has_empty_row:
            self._append(rows)
            return
        found = conflicts(rows, self._set, self._role)
        cells = Cells(self._set, self._role, found, self.answers.said, self._own)
        shown = self._arranged(rows, cells)
        stretch = difference([row.id for row in self.shown_rows], [rows[i].id for i in shown])

        def take() -> None:
            self._rows, self._found, self._cells, self._shown = rows, found, cells, shown

        self._tell(stretch if same_list else None, take)

    def _tell(self, stretch: Stretch | None, take: Callable[[], None]) -> None:
        """Take rows as an insertion or a removal where it is one, and else as others."""
        if stretch is not None and stretch.is_insertion:
            self.beginInsertRows(_NOWHERE, stretch.begin, stretch.new_end - 1)
            take()
            self.endInsertRows()
        elif stretch is not None and stretch.is_removal:
            self.beginRemoveRows(_NOWHERE, stretch.begin, stretch.old_end - 1)
            take()
            self.endRemoveRows()
        elif stretch is not None and stretch.is_nothing:
            take()
        else:
            self.beginResetModel()
            take()
            self.endResetModel()

    def _append(self, rows: tuple[Example, ...]) -> None:
        """Let the empty row that was typed into become the new one: the cursor stays on it."""
        old = len(self._rows)
        first, count = len(self._shown) + 1, len(rows) - old
        self.beginInsertRows(_NOWHERE, first, first + count - 1)
        self._empty_rows += count
        self.endInsertRows()
        self._empty_rows -= count
        self._shown += range(old, len(rows))  # at the end, whatever the sorting
        self._take_texts(rows)

    def _take_texts(self, rows: tuple[Example, ...]) -> None:
        self._rows = rows
        self._found = conflicts(rows, self._set, self._role)
        self._read_cells()

    def _read_cells(self) -> None:
        self._cells = Cells(self._set, self._role, self._found, self.answers.said, self._own)

    def _arranged(self, rows: tuple[Example, ...], cells: Cells) -> list[int]:
        def passes(row: Example) -> bool:
            return self._filter.passes(row, cells, self._set)

        def key(row: Example, column: int) -> object:
            return cells.of(row, Column(column), ExampleRole.SORT)

        return arranged(rows, passes, self._sorting, key)

    def _rearrange_after_models(self) -> None:
        """Keep a sorting or filter by what models say true while they go on answering."""
        if self._filter.hears_models or (self._sorting and self._sorting.column in _MODELS):
            self._rearrange()

    def _rearrange(self) -> None:
        shown = self._arranged(self._rows, self._cells)
        if set(shown) != set(self._shown):
            self.beginResetModel()
            self._shown = shown
            self.endResetModel()
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self.example_at(index.row()) for index in before]
        self._shown = shown
        after = [
            self.index(self.row_of(row.id) if row else len(self._shown), index.column())
            for row, index in zip(kept, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _repaint(self) -> None:
        if self.rowCount():
            last = self.index(self.rowCount() - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

"""All edits of one base with what they gain and cost, beside the plot of the same."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.method_names import method_name
from app.gui.tables.row_table import MIDDLE, Index, RowTable, brush
from editing.library.edit_row import EditRow

NAME, SUCCESS, DEGRADATION, BEST, BUDGET, METHOD, DATA = range(7)
_NUMBERS = (SUCCESS, DEGRADATION, BUDGET)


class FrontierTable(RowTable[EditRow]):
    """One edit a row; the most successful first until sorted otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, numbers=_NUMBERS, side=MIDDLE)
        self._headers = [
            self.tr("Name"),
            self.tr("Success"),
            self.tr("Degradation"),
            self.tr("Best"),
            self.tr("Budget"),
            self.tr("Method"),
            self.tr("Examples"),
        ]
        self._best: frozenset[str] = frozenset()
        self._order = (SUCCESS, Qt.SortOrder.DescendingOrder)

    def show_edits(self, edits: Sequence[EditRow], best: Collection[str]) -> None:
        """Take other edits, and the ids of those that none beats."""
        self.beginResetModel()
        self._best = frozenset(best)
        self._rows = list(edits)
        self._rows = self._sorted()
        self.endResetModel()

    def edit_at(self, place: int) -> EditRow:
        """Give the edit of a row."""
        return self._rows[place]

    def places_of(self, ids: Collection[str]) -> list[int]:
        """Find the rows of edits."""
        return [place for place, edit in enumerate(self._rows) if edit.id in ids]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        edit, column = self._rows[index.row()], index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = self._cells(edit)[column]
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = edit.notes or edit.name
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            answers[role] = self._alignment(column)
        elif role == Qt.ItemDataRole.ForegroundRole and column == BEST:
            answers[role] = brush("positive")
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._rearrange(self._sorted, lambda edit: edit.id)

    def _sorted(self) -> list[EditRow]:
        column, order = self._order
        if column < 0:
            return self._rows
        keys: tuple[Callable[[EditRow], Any], ...] = (
            lambda e: e.name.casefold(),
            lambda e: _number(e.success_after),
            lambda e: _number(e.degradation),
            lambda e: e.id in self._best,
            lambda e: _number(e.budget),
            lambda e: method_name(e.method),
            lambda e: e.data.casefold(),
        )
        is_down = order is Qt.SortOrder.DescendingOrder
        return sorted(self._rows, key=keys[column], reverse=is_down)

    def _cells(self, edit: EditRow) -> tuple[str, ...]:
        budget = figures.NOTHING if edit.budget is None else figures.plain(edit.budget)
        return (
            edit.name,
            figures.percent(edit.success_after, decimals=1),
            figures.degradation(edit.degradation, edit.budget or 1e-4),
            self.tr("◆ frontier") if edit.id in self._best else "",
            budget,
            method_name(edit.method),
            edit.data or figures.NOTHING,
        )


def _number(value: float | None) -> float:
    return float("-inf") if value is None else value

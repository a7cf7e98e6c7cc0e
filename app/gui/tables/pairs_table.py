"""Names and their values, as the settings of a run or the measures of an edit."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.tables.row_table import LEFT, Index, RowTable

COMFORTABLE_LINES, COMPACT_LINES = 1.7, 1.25
"""How high rows are, in lines of text."""


class PairsTable(RowTable[tuple[str, str]]):
    """One pair a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = (self.tr("Name"), self.tr("Value"))

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take other pairs."""
        if list(pairs) != self._rows:
            self.beginResetModel()
            self._rows = list(pairs)
            self.endResetModel()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return self._rows[index.row()][index.column()]
        return None

    def text(self) -> str:
        """Write all pairs as tab-separated lines, for the clipboard."""
        return "\n".join(f"{name}\t{value}" for name, value in self._rows)


class PairsView(QTableView):
    """A quiet table of pairs, without headers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.pairs = PairsTable(self)
        self.setModel(self.pairs)
        quiet(self, name)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take other pairs."""
        self.pairs.show_pairs(pairs)


def quiet(view: QTableView, name: str) -> None:
    """Let a table show rows to read: no grid, whole rows, no row numbers, Tab leaves it."""
    view.setAccessibleName(name)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.verticalHeader().hide()
    set_row_height(view)
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setDefaultAlignment(LEFT)


def give_widths(view: QTableView, widths: Mapping[int, int]) -> None:
    """Let columns begin with room for so many characters, and for what is free beside them."""
    for place, width in widths.items():
        view.horizontalHeader().resizeSection(place, characters(width) + beside_cells())


def beside_cells() -> int:
    """Say how wide what is free at both sides of a cell is, in pixels."""
    return gap(2.5)


def set_row_height(view: QTableView, *, is_compact: bool = False) -> None:
    """Let rows stand with room between them, or close."""
    lines = COMPACT_LINES if is_compact else COMFORTABLE_LINES
    view.verticalHeader().setMinimumSectionSize(1)
    view.verticalHeader().setDefaultSectionSize(round(view.fontMetrics().height() * lines))

"""Senses as a table: the word, which of its senses, and how much it was chosen for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable

SENSE_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class SenseRow:
    """One sense in the list."""

    word: str
    token_id: int
    sense: int
    score: float | None = None
    change: float | None = None
    """The length of the edit's difference of this sense."""


def sense_rows(records: Sequence[Mapping[str, Any]]) -> list[SenseRow]:
    """Read senses as results list them."""
    return [
        SenseRow(record["word"], record["token_id"], record["sense"], record.get("score"))
        for record in records
    ]


class SensesTable(RowTable[SenseRow]):
    """One sense a row, sorted inside the model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, numbers=(1, 2, 3))
        self._headers = [self.tr("Word"), self.tr("Sense"), self.tr("Score"), self.tr("|Δ|")]
        self._all: list[SenseRow] = []
        self._filter = ""
        self._order = (2, Qt.SortOrder.DescendingOrder)

    def show_senses(self, rows: Sequence[SenseRow]) -> None:
        """Take other senses."""
        self._all = list(rows)
        self._refresh()

    def show_changes(self, changes: Mapping[tuple[int, int], float]) -> None:
        """Take how far an edit moved each sense, by token id and sense."""
        self._all = [
            replace(row, change=changes.get((row.token_id, row.sense))) for row in self._all
        ]
        self._refresh()

    def filter_words(self, text: str) -> None:
        """Show only words that contain a text."""
        self._filter = text.casefold().strip()
        self._refresh()

    def words(self) -> list[tuple[int, str]]:
        """Give the ids and texts of the words shown, each once."""
        return list({row.token_id: row.word for row in self._rows}.items())

    def row_of(self, sense: SenseRow) -> int | None:
        """Find the row of a sense, however far it moved."""
        wanted = (sense.token_id, sense.sense)
        rows = enumerate(self._rows)
        return next((place for place, r in rows if (r.token_id, r.sense) == wanted), None)

    def sense_at(self, index: Index) -> SenseRow:
        """Give the sense at an index."""
        return self._rows[index.row()]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: _cells(row)[index.column()],
            Qt.ItemDataRole.TextAlignmentRole: self._alignment(index.column()),
            Qt.ItemDataRole.AccessibleTextRole: f"{row.word.strip()}, sense {row.sense}",
            SENSE_ROLE: row,
        }
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._refresh()

    def _refresh(self) -> None:
        column, order = self._order
        self.beginResetModel()
        found = [row for row in self._all if self._filter in row.word.casefold()]
        is_down = order is Qt.SortOrder.DescendingOrder
        self._rows = sorted(found, key=_KEYS[column], reverse=is_down) if column >= 0 else found
        self.endResetModel()


def _by_word(row: SenseRow) -> tuple[str, int]:
    return row.word.strip().casefold(), row.sense


def _by_score(row: SenseRow) -> tuple[float, str]:
    return (float("-inf") if row.score is None else row.score), row.word


def _by_change(row: SenseRow) -> tuple[float, tuple[float, str]]:
    """By how far it moved; by its score while that is not known."""
    return (float("-inf") if row.change is None else row.change), _by_score(row)


def _by_sense(row: SenseRow) -> tuple[int, str]:
    return row.sense, row.word.strip().casefold()


def _cells(row: SenseRow) -> tuple[str, str, str, str]:
    return (
        figures.visible_spaces(row.word),
        str(row.sense),
        _number(row.score),
        _number(row.change),
    )


def _number(value: float | None) -> str:
    return figures.NOTHING if value is None else f"{value:.3g}".replace("-", figures.MINUS)


_KEYS = (_by_word, _by_sense, _by_score, _by_change)

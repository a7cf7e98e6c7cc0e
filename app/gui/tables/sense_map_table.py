"""Words by senses as a table of numbers, each cell tinted by how far its number reaches."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush, QColor
from typing_extensions import override

from app.gui.palette import mixed, tokens_in_use
from app.gui.tables import figures
from app.gui.tables.row_table import LEFT, MIDDLE, Index, RowTable

STRONGEST_TINT = 0.45
"""Of the tone that the largest number is mixed with; text stays readable on it."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """One word with a number for each of its senses; None where there is none."""

    word: str
    token_id: int
    values: tuple[float | None, ...]


class SenseMapTable(RowTable[MapRow]):
    """A word a row, a sense a column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reach = 1.0

    def show_rows(self, rows: Sequence[MapRow]) -> None:
        """Take other words, or other numbers of the same."""
        senses = max((len(row.values) for row in rows), default=0)
        numbers = [abs(v) for row in rows for v in row.values if v is not None]
        self.beginResetModel()
        self._headers = (self.tr("Word"), *(str(sense) for sense in range(senses)))
        self._rows = list(rows)
        self._reach = max(numbers, default=0.0) or 1.0
        self.endResetModel()

    def row_at(self, index: Index) -> MapRow:
        """Give the word at an index."""
        return self._rows[index.row()]

    def value_at(self, index: Index) -> float | None:
        """Give the number at an index; None where there is none."""
        values = self._rows[index.row()].values
        place = index.column() - 1
        return values[place] if 0 <= place < len(values) else None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
            return MIDDLE
        return super().headerData(section, orientation, role)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        is_word = index.column() == 0
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if is_word else MIDDLE
        answers = self._of_word(index) if is_word else self._of_cell(index)
        return answers.get(role)

    def _of_word(self, index: Index) -> Mapping[int, Any]:
        word = self._rows[index.row()].word
        return {
            Qt.ItemDataRole.DisplayRole: figures.visible_spaces(word),
            Qt.ItemDataRole.AccessibleTextRole: word.strip() or figures.visible_spaces(word),
        }

    def _of_cell(self, index: Index) -> Mapping[int, Any]:
        value = self.value_at(index)
        word = self._rows[index.row()].word.strip()
        said = figures.NOTHING if value is None else f"{value:.3g}"
        about = self.tr("{word}, sense {sense}: {value}").format(
            word=word, sense=index.column() - 1, value=said
        )
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: "" if value is None else self._short(value),
            Qt.ItemDataRole.ToolTipRole: about,
            Qt.ItemDataRole.AccessibleTextRole: about,
        }
        if value:
            answers[Qt.ItemDataRole.BackgroundRole] = QBrush(self._tint(value))
        return answers

    def _short(self, value: float) -> str:
        """As many decimals as the largest number needs to have two digits."""
        decimals = max(0, 1 - math.floor(math.log10(self._reach)))
        return f"{value:z.{decimals}f}".replace("-", "\N{MINUS SIGN}")

    def _tint(self, value: float) -> QColor:
        tokens = tokens_in_use()
        tone = QColor(tokens.increase if value > 0 else tokens.decrease)
        ground = QColor(tokens.surface)
        share = STRONGEST_TINT * min(abs(value) / self._reach, 1.0)
        return mixed(ground, tone, share)

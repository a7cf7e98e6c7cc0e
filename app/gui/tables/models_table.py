"""The models as a table."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QFont
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.model_standing import ModelRow, standing_of
from app.gui.tables.row_table import Index, RowTable, brush

translate = QCoreApplication.translate
NAME, STATE, PARAMETERS, SIZE, CONTEXT, DTYPE, ARCHITECTURE, VOCABULARY, EDITS = range(9)
_NUMBERS = (PARAMETERS, CONTEXT, VOCABULARY, SIZE, EDITS)


class ModelsTable(RowTable[ModelRow]):
    """One model a row, in the order of their list until sorted otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, numbers=_NUMBERS)
        self._headers = [
            self.tr("Name"),
            self.tr("State"),
            self.tr("Parameters"),
            self.tr("Size"),
            self.tr("Context"),
            self.tr("Stored as"),
            self.tr("Architecture"),
            self.tr("Vocabulary"),
            self.tr("Edits"),
        ]
        self._order = (-1, Qt.SortOrder.AscendingOrder)
        self._all: list[ModelRow] = []
        self._wanted = ""

    def show_models(self, rows: Sequence[ModelRow]) -> None:
        """Take other models, or news of the same ones; these keep their rows selected."""
        self._all = list(rows)
        shown = self._sorted()
        if [row.source for row in shown] != [row.source for row in self._rows]:
            self.beginResetModel()
            self._rows = shown
            self.endResetModel()
        elif shown != self._rows:
            self._rows = shown
            last = self.index(len(shown) - 1, len(self._headers) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def filter_models(self, text: str) -> None:
        """Show those alone whose name, place or architecture has a text."""
        self._wanted = text.casefold()
        self.show_models(self._all)

    def row_of(self, source: str) -> int | None:
        """Find a model's row."""
        sources = [row.source for row in self._rows]
        return sources.index(source) if source in sources else None

    def model_at(self, index: Index) -> ModelRow | None:
        """Give the model at an index."""
        return self._rows[index.row()] if index.isValid() else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = _CELLS[column](row)
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = standing_of(row).meaning if column == STATE else row.source
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            answers[role] = self._alignment(column)
        elif role == Qt.ItemDataRole.FontRole and row.is_used and column == NAME:
            font = QFont()
            font.setBold(True)
            answers[role] = font
        elif role == Qt.ItemDataRole.ForegroundRole and column == STATE:
            answers[role] = brush(standing_of(row).tone)
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._rearrange(self._sorted, lambda row: row.source)

    def _sorted(self) -> list[ModelRow]:
        column, order = self._order
        shown = [row for row in self._all if self._wanted in _searched(row)]
        if column < 0:
            return shown
        descending = order is Qt.SortOrder.DescendingOrder
        return sorted(shown, key=lambda row: _key(row, column), reverse=descending)


def spoken_amount(number: float) -> str:
    """Write how many there are in thousands, millions or billions, as in `8.3 M`."""
    for unit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= unit:
            amount = number / unit
            return f"{amount:.{0 if amount >= _WHOLE else 1}f}{figures.NO_BREAK}{name}"
    return f"{number:.0f}"


_WHOLE = 99.5
_FACTS = {
    PARAMETERS: "parameters",
    CONTEXT: "context",
    VOCABULARY: "vocabulary",
    SIZE: "size",
}


def _fact(name: str, shown: Callable[[Any], str] = str) -> Callable[[ModelRow], str]:
    def cell(row: ModelRow) -> str:
        value = row.facts.get(name)
        return figures.NOTHING if value is None else shown(value)

    return cell


def _name(row: ModelRow) -> str:
    return translate("models", "{} (in use)").format(row.name) if row.is_used else row.name


_CELLS: tuple[Callable[[ModelRow], str], ...] = (
    _name,
    lambda row: standing_of(row).word,
    _fact("parameters", spoken_amount),
    _fact("size", figures.size),
    _fact("context", "{:,}".format),
    _fact("dtype"),
    _fact("architecture"),
    _fact("vocabulary", "{:,}".format),
    lambda row: f"{row.edits or figures.NOTHING}",
)


def _key(row: ModelRow, column: int) -> tuple[float, str]:
    if column == EDITS:
        return row.edits, row.name.casefold()
    number = float(row.facts.get(_FACTS[column], -1)) if column in _FACTS else 0.0
    return number, "" if column in _FACTS else _CELLS[column](row).casefold()


def _searched(row: ModelRow) -> str:
    words = (row.name, row.source, row.facts.get("architecture", ""), row.facts.get("family", ""))
    return " ".join(map(str, words)).casefold()

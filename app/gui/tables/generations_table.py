"""Prompts and what every column's model made of them, a prompt a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush, QColor
from typing_extensions import override

from app.gui.palette import tokens_in_use
from app.gui.tables.row_table import Index, RowTable

_TOLD = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


@dataclass(slots=True)
class Cell:
    """One text; as long as it is written it grows."""

    text: str = ""
    is_whole: bool = False
    problem: str = ""
    """Why there is no text."""
    liked: bool | None = None
    note: str = ""
    rows: str = ""
    """Which rows of memories answered, in words."""
    rows_in_full: str = ""
    """The same token by token."""


@dataclass(slots=True)
class Written:
    """One prompt with a text for each column, the original's first."""

    prompt: str
    cells: list[Cell] = field(default_factory=list[Cell])


class GenerationsTable(RowTable[Written]):
    """What is written, which the page's texts show a row of."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labels: list[str] = []
        self._headers = [self.tr("Prompt")]

    def show_columns(self, labels: Sequence[str]) -> None:
        """Have a column for each label; what is written in those that stay stays."""
        self.beginResetModel()
        self._labels = list(labels)
        self._headers = [self.tr("Prompt"), *labels]
        for row in self._rows:
            missing = len(labels) - len(row.cells)
            row.cells = [*row.cells[: len(labels)], *(Cell() for _ in range(missing))]
        self.endResetModel()

    def rearrange(self, order: Sequence[int | None]) -> None:
        """Take the cells of each row from other places; None for an empty one.

        `show_columns` has to follow.
        """
        for row in self._rows:
            cells = row.cells
            row.cells = [Cell() if place is None else cells[place] for place in order]

    def begin(self, prompts: Sequence[str]) -> None:
        """Wait for texts about other prompts."""
        self.beginResetModel()
        self._rows = [Written(prompt, [Cell() for _ in self._labels]) for prompt in prompts]
        self.endResetModel()

    def change(self, row: int, place: int, cell: Cell) -> None:
        """Put another cell in the place of one."""
        if row < len(self._rows) and place < len(self._labels):
            self._rows[row].cells[place] = cell
            index = self.index(row, place + 1)
            self.dataChanged.emit(index, index)

    def written(self, row: int) -> Written | None:
        """Give a row; None where there is none."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    @property
    def has_text(self) -> bool:
        """Whether any model has written something."""
        return any(cell.text for row in self._rows for cell in row.cells)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        answers: dict[int, Any] = {}
        if index.column() == 0:
            answers = dict.fromkeys(_TOLD, row.prompt)
        else:
            cell = row.cells[index.column() - 1]
            whole = cell.problem or row.prompt + cell.text
            answers[Qt.ItemDataRole.DisplayRole] = self._said(row, cell)
            answers[Qt.ItemDataRole.ToolTipRole] = "\n".join(filter(None, (whole, cell.note)))
            if tone := _tone(row, cell):
                colour = QColor(getattr(tokens_in_use(), tone))
                answers[Qt.ItemDataRole.ForegroundRole] = QBrush(colour)
        return answers.get(role)

    def _said(self, row: Written, cell: Cell) -> str:
        if cell.problem:
            return cell.problem
        if _is_same(row, cell):
            return self.tr("as the original")
        marks = {True: "✓ ", False: "✗ ", None: "✎ " if cell.note else ""}
        return marks[cell.liked] + " ".join(cell.text.split())


def _is_same(row: Written, cell: Cell) -> bool:
    first = row.cells[0]
    is_whole = cell.is_whole and first.is_whole and not first.problem
    return cell is not first and is_whole and cell.text == first.text


def _tone(row: Written, cell: Cell) -> str:
    if cell.problem:
        return "danger"
    if cell.liked is not None:
        return "positive" if cell.liked else "danger"
    return "muted" if _is_same(row, cell) or not cell.is_whole else ""

"""Texts that somebody judged, as a table: the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable, brush
from editing.library.judged_texts import JudgedText


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One text and the edit it is kept with."""

    edit: str
    """Its id."""
    name: str
    """What was on the model."""
    judged: JudgedText


class JudgedTable(RowTable[JudgedRow]):
    """One text a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = (
            self.tr("Judged"),
            self.tr("Edit"),
            self.tr("Prompt"),
            self.tr("Text"),
            self.tr("Note"),
            self.tr("When"),
        )
        self._marks = {True: self.tr("✓ good"), False: self.tr("✗ bad"), None: figures.NOTHING}

    def show_rows(self, rows: Sequence[JudgedRow]) -> None:
        """Take other texts."""
        self.beginResetModel()
        self._rows = sorted(rows, key=lambda row: row.judged.judged, reverse=True)
        self.endResetModel()

    def row_at(self, index: Index) -> JudgedRow:
        """Give the text at an index."""
        return self._rows[index.row()]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: self._cells(row)[index.column()],
            Qt.ItemDataRole.ToolTipRole: row.judged.prompt + row.judged.continuation,
        }
        if index.column() == 0 and row.judged.liked is not None:
            tone = "positive" if row.judged.liked else "danger"
            answers[Qt.ItemDataRole.ForegroundRole] = brush(tone)
        return answers.get(role)

    def _cells(self, row: JudgedRow) -> tuple[str, ...]:
        said = row.judged
        text = " ".join(said.continuation.split())
        mark = self._marks[said.liked]
        return mark, row.name, said.prompt, text, said.note, figures.date(said.judged)

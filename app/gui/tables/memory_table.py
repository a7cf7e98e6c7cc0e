"""The rows of a memory: what each says, of which kind, since when, and whether it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable

TEXT, KIND, WRITTEN = range(3)
ID_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class RowOfMemory:
    """One row as it is kept."""

    id: str
    text: str
    kind: str
    written: str
    is_on: bool
    kept: Mapping[str, Any]
    """All that is kept of it, as a file has it."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "RowOfMemory":
        """Read a row of an edit's record."""
        said = f"{kept.get('prefix', '')}{kept.get('suffix', '')}"
        return cls(
            id=str(kept["id"]),
            text=str(kept.get("text") or said),
            kind=str(kept.get("kind", "")),
            written=str(kept.get("time", "")),
            is_on=bool(kept["enabled"]),
            kept=kept,
        )


class MemoryTable(RowTable[RowOfMemory]):
    """Tick a row's text to have it answer; what is kept changes only once that is done."""

    switch_wanted = Signal(str, bool)
    """A row's id, and whether it is to be on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = (self.tr("Row"), self.tr("Kind"), self.tr("Written"))
        self._kinds = {
            "increase": self.tr("Say more"),
            "decrease": self.tr("Say less"),
            "balance": self.tr("Balance"),
            "prefer": self.tr("Prefer A"),
        }
        self._all: list[RowOfMemory] = []
        self._searched = ""

    def show_rows(self, rows: Sequence[RowOfMemory]) -> None:
        """Take the rows of a memory; where the same ones are there, they stay where they are."""
        self._all = list(rows)
        found = self._found()
        if [row.id for row in found] == [row.id for row in self._rows]:
            self._rows = found
            if found:
                last = self.index(len(found) - 1, len(self._headers) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = found
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show the rows that contain a text."""
        self._searched = text.strip().casefold()
        self.beginResetModel()
        self._rows = self._found()
        self.endResetModel()

    @property
    def rows(self) -> Sequence[RowOfMemory]:
        """All rows, in the memory's order, whatever is searched."""
        return self._all

    def row_at(self, index: Index) -> RowOfMemory:
        """Give the row at an index."""
        return self._rows[index.row()]

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == TEXT:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        cells = (row.text, self._kinds.get(row.kind, row.kind), figures.date(row.written))
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: cells[column],
            Qt.ItemDataRole.ToolTipRole: cells[column],
            ID_ROLE: row.id,
        }
        if column == TEXT:
            on = Qt.CheckState.Checked if row.is_on else Qt.CheckState.Unchecked
            answers[Qt.ItemDataRole.CheckStateRole] = on
        return answers.get(role)

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.CheckStateRole or index.column() != TEXT:
            return False
        wanted = Qt.CheckState(value) is Qt.CheckState.Checked
        row = self._rows[index.row()]
        if wanted == row.is_on:
            return False
        self.switch_wanted.emit(row.id, wanted)
        return True

    def _found(self) -> list[RowOfMemory]:
        wanted = self._searched
        return [row for row in self._all if wanted in row.text.casefold()]

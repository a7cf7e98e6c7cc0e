"""What can be done with a model: each method, whether it goes with it, and if not, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable, brush

translate = QCoreApplication.translate
METHOD, FITS, MEMORY, REASON = range(4)


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A method beside a model."""

    label: str
    reason: str
    """Why it does not go with the model; empty where it does."""
    memory: int
    """Bytes that a run takes, about."""
    memory_free: int

    @property
    def is_too_large(self) -> bool:
        """Whether a run would take more memory than is free."""
        return not self.reason and self.memory > self.memory_free


class MethodsTable(RowTable[MethodRow]):
    """One method a row, in the order the program lists them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = [
            self.tr("Method"),
            self.tr("Works"),
            self.tr("Memory"),
            self.tr("Why not"),
        ]

    def show_methods(self, methods: Sequence[Mapping[str, Any]], memory_free: int) -> None:
        """Take what the engine says of each method."""
        rows = [
            MethodRow(each["label"], each["reason"] or "", each["memory"], memory_free)
            for each in methods
        ]
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            cells = (row.label, _word(row), _memory(row), _reason(row))
            is_tip = role == Qt.ItemDataRole.ToolTipRole
            return _reason(row) or cells[column] if is_tip else cells[column]
        if role == Qt.ItemDataRole.ForegroundRole and column == FITS:
            tone = "danger" if row.reason else "warning" if row.is_too_large else "positive"
            return brush(tone)
        return None


def _word(row: MethodRow) -> str:
    if row.reason:
        return translate("models", "✗ no")
    return translate("models", "too large") if row.is_too_large else translate("models", "✓ yes")


def _memory(row: MethodRow) -> str:
    if row.reason:
        return figures.NOTHING
    return figures.size(row.memory)


def _reason(row: MethodRow) -> str:
    if row.is_too_large:
        said = translate("models", "A run takes about {needed} of memory, and {free} are free.")
        return said.format(needed=figures.size(row.memory), free=figures.size(row.memory_free))
    return row.reason

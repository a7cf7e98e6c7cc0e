"""The edits of one base as a stack: each with a switch and a strength, put on from the top down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.method_names import method_name
from app.gui.tables.row_table import Index, RowTable
from editing.library.edit_row import EditRow
from editing.library.kept_stacks import StackPart

EDIT, STRENGTH, SUCCESS, DEGRADATION, METHOD = range(5)
STRONGEST = 4.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One edit of the stack."""

    edit: EditRow
    strength: float
    is_on: bool


class StackTable(RowTable[Layer]):
    """Tick the first column to put an edit on; type over its strength."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = [
            self.tr("Edit"),
            self.tr("Strength τ"),
            self.tr("Success alone"),
            self.tr("Degradation alone"),
            self.tr("Method"),
        ]

    def show_edits(self, edits: Sequence[EditRow], parts: Sequence[StackPart]) -> None:
        """Take the edits of a base: those of a stack first, the others switched off."""
        known = {edit.id: edit for edit in edits}
        chosen = [
            Layer(known[part.edit], part.strength, part.is_on)
            for part in parts
            if part.edit in known
        ]
        named = {layer.edit.id for layer in chosen}
        others = [Layer(edit, _kept(edit), False) for edit in edits if edit.id not in named]
        self.beginResetModel()
        self._rows = [*chosen, *others]
        self.endResetModel()

    def parts(self) -> tuple[StackPart, ...]:
        """Give the edits that are switched on, in their order."""
        return tuple(StackPart(each.edit.id, each.strength) for each in self.on())

    def on(self) -> list[Layer]:
        """Give the layers that are switched on."""
        return [layer for layer in self._rows if layer.is_on]

    def arguments(self) -> tuple[str, ...]:
        """Name what is switched on as the engine is told of it."""
        return tuple(f"{each.edit.name}@{each.strength:.10g}" for each in self.on())

    def move(self, place: int, by: int) -> int:
        """Move a row up or down, and give its new place."""
        to = min(max(place + by, 0), len(self._rows) - 1)
        if to == place or not 0 <= place < len(self._rows):
            return place
        nowhere = QModelIndex()
        self.beginMoveRows(nowhere, place, place, nowhere, to + (to > place))
        self._rows.insert(to, self._rows.pop(place))
        self.endMoveRows()
        return to

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == EDIT:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.isValid() and index.column() == STRENGTH:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        layer, column = self._rows[index.row()], index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = _cell(layer, column)
        elif role == Qt.ItemDataRole.EditRole and column == STRENGTH:
            answers[role] = layer.strength
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = layer.edit.notes or layer.edit.name
        elif role == Qt.ItemDataRole.CheckStateRole and column == EDIT:
            answers[role] = Qt.CheckState.Checked if layer.is_on else Qt.CheckState.Unchecked
        return answers.get(role)

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        layer = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == EDIT:
            changed = replace(layer, is_on=Qt.CheckState(value) is Qt.CheckState.Checked)
        elif role == Qt.ItemDataRole.EditRole and index.column() == STRENGTH:
            try:
                strength = float(value)
            except (TypeError, ValueError):
                return False
            changed = replace(layer, strength=min(max(strength, 0.0), STRONGEST))
        else:
            return False
        self._rows[index.row()] = changed
        self.dataChanged.emit(index, index)
        return True


def _kept(edit: EditRow) -> float:
    return 1.0 if edit.strength is None else edit.strength


def _cell(layer: Layer, column: int) -> str:
    edit = layer.edit
    cells = (
        edit.name,
        f"{layer.strength:.2f}",
        figures.percent(edit.success_after, decimals=1),
        figures.degradation(edit.degradation, edit.budget or 1e-4),
        method_name(edit.method),
    )
    return cells[column]

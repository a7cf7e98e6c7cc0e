"""The examples that an edit was made from, as they were then."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable
from editing.examples import Example, Role


class KeptExamplesTable(RowTable[tuple[Role, Example]]):
    """One example a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = [self.tr("Part"), self.tr("Prefix"), self.tr("Wanted"), self.tr("Other")]
        self._words = {
            Role.CANONICAL: self.tr("learnt"),
            Role.EVALUATION: self.tr("judged by"),
            Role.HARD_NEGATIVE: self.tr("must not change"),
        }

    def show_examples(self, examples: Mapping[Role, Sequence[Example]]) -> None:
        """Take other examples."""
        self.beginResetModel()
        self._rows = [(role, row) for role, rows in examples.items() for row in rows]
        self.endResetModel()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        part, row = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.prefix + row.suffix
        if role == Qt.ItemDataRole.DisplayRole:
            cells = (
                self._words[part],
                row.prefix,
                figures.visible_spaces(row.suffix),
                figures.visible_spaces(row.other_suffix or ""),
            )
            return cells[index.column()]
        return None

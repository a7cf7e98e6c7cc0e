"""What edits changed in sense vectors: a sense a row, an edit a column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import Index, RowTable

WORDS = 6
"""Of each direction that a field names."""
Sense = tuple[str, int, int]
"""A word, its token's id, and the number of its sense."""


@dataclass(frozen=True, slots=True)
class SenseChange:
    """What one edit adds to one sense."""

    length: float
    """Of the difference."""
    raises: tuple[str, ...]
    """The words it raises most, strongest first."""
    lowers: tuple[str, ...]


def read_changes(answer: Mapping[str, Any]) -> dict[Sense, SenseChange]:
    """Read an answer to `senses` that tells the differences of an edit."""
    return {
        (record["word"], record["token_id"], record["sense"]): SenseChange(
            record["norm"],
            tuple(word for word, _ in record["raises"][:WORDS]),
            tuple(word for word, _ in record["lowers"][:WORDS]),
        )
        for record in answer["difference"]
    }


class SenseChangesTable(RowTable[Sense]):
    """The senses that any of the edits moved, the most moved first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: list[Mapping[Sense, SenseChange]] = []
        self._only_shared = False
        self._headers = [self.tr("Sense")]

    def show_edits(
        self, labels: Sequence[str], changes: Sequence[Mapping[Sense, SenseChange]]
    ) -> None:
        """Take what each edit changed."""
        self._headers = [self.tr("Sense"), *labels]
        self._changes = list(changes)
        self._refresh()

    def show_only_shared(self, is_on: bool) -> None:
        """Leave out senses that not every edit moved, or show all."""
        self._only_shared = is_on
        self._refresh()

    def sense_at(self, index: Index) -> Sense:
        """Give the sense of a row."""
        return self._rows[index.row()]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        word, _, sense = key = self._rows[index.row()]
        name = f"{figures.visible_spaces(word)} · {sense}"
        if index.column() == 0:
            said = spoken = name
        else:
            change = self._changes[index.column() - 1].get(key)
            said, spoken = (figures.NOTHING, "") if change is None else self._said(change, name)
        told = {Qt.ItemDataRole.DisplayRole: said, Qt.ItemDataRole.ToolTipRole: spoken}
        told[Qt.ItemDataRole.AccessibleTextRole] = spoken or said
        return told.get(Qt.ItemDataRole(role))

    def _said(self, change: SenseChange, name: str) -> tuple[str, str]:
        """What a field says, and what is said of it at length."""
        raises, lowers = (
            ", ".join(map(figures.visible_spaces, words))
            for words in (change.raises, change.lowers)
        )
        at_length = self.tr("{name}: raises {raises}; lowers {lowers}; moved by {length}")
        return f"▲ {raises}\n▼ {lowers}", at_length.format(
            name=name, raises=raises, lowers=lowers, length=f"{change.length:.3g}"
        )

    def _refresh(self) -> None:
        senses = dict.fromkeys(key for changes in self._changes for key in changes)
        needed = len(self._changes) if self._only_shared else 1
        self.beginResetModel()
        self._rows = sorted(
            (key for key in senses if sum(key in each for each in self._changes) >= needed),
            key=lambda key: -max(each[key].length for each in self._changes if key in each),
        )
        self.endResetModel()

"""A model's words as a table: ids are kept, rows are made when they are looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import LEFT, RIGHT, Index, RowTable

WORD_ROLE = Qt.ItemDataRole.UserRole


class VocabularyTable(RowTable[int]):
    """One word a row; those that begin with what is searched come first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = (self.tr("Word"), self.tr("Uses"))
        self._words: list[str] = []
        self._keys: list[str] = []
        self._uses: Mapping[int, int] | None = None
        self._pool: list[int] = []
        self._searched = ""

    @property
    def words(self) -> Sequence[str]:
        """All words by their ids."""
        return self._words

    def show_words(self, words: Sequence[str]) -> None:
        """Take the words of a model."""
        self._words = list(words)
        self._keys = [word.strip().casefold() for word in self._words]
        self.show_uses(None)

    def show_uses(self, uses: Mapping[int, int] | None) -> None:
        """Narrow to words with the counts of a set, most used first; None shows all words."""
        self._uses = uses
        self._pool = list(range(len(self._words))) if uses is None else list(uses)
        text, self._searched = self._searched, ""
        self._put(self._pool)
        self.search(text)

    def search(self, text: str) -> None:
        """Show the words that contain a text, those that begin with it first."""
        wanted = text.strip().casefold()
        if wanted == self._searched:
            return
        goes_on = bool(self._searched) and wanted.startswith(self._searched)
        among = sorted(self._rows) if goes_on and self._uses is None else self._pool
        self._searched = wanted
        keys = self._keys
        found = [number for number in among if wanted in keys[number]]
        if wanted:
            begin = [number for number in found if keys[number].startswith(wanted)]
            begin.sort(key=lambda number: len(keys[number]))
            rest = [number for number in found if not keys[number].startswith(wanted)]
            found = [*begin, *rest]
        self._put(found)

    def first(self, most: int) -> list[tuple[int, str]]:
        """Give the ids and texts of the first words shown."""
        return [(number, self._words[number]) for number in self._rows[:most]]

    def word_at(self, index: Index) -> str:
        """Give the word at an index."""
        return self._words[self._rows[index.row()]]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = self._rows[index.row()]
        word, is_word = self._words[number], index.column() == 0
        shown = figures.visible_spaces(word)
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: shown if is_word else self._use(number),
            Qt.ItemDataRole.AccessibleTextRole: word.strip() or shown,
            Qt.ItemDataRole.TextAlignmentRole: LEFT if is_word else RIGHT,
            WORD_ROLE: word,
        }
        return answers.get(role)

    def _use(self, number: int) -> str:
        return "" if self._uses is None else f"{self._uses[number]:,}"

    def _put(self, rows: list[int]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

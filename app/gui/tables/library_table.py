"""The library's edits as a table: ids at once, sorted by SQLite; rows are read when looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QMimeData, QModelIndex, QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.method_names import method_name
from app.gui.tables.row_table import MIDDLE, Index, RowTable, brush
from app.gui.widgets.dragged_edits import MIME, drag_edits
from editing.library.edit_row import EditRow
from editing.library.listing import Order

translate = QCoreApplication.translate
NAME, SUCCESS, DEGRADATION, STATE, BASE, DATE, SIZE, METHOD, TAGS = range(9)
ORDERS = (
    Order.NAME,
    Order.SUCCESS,
    Order.DEGRADATION,
    Order.CONDITION,
    Order.MODEL,
    Order.CREATED,
    Order.SIZE,
    Order.METHOD,
    Order.TAGS,
)
"""What each column is sorted by."""
NUMBERS = (SUCCESS, DEGRADATION, SIZE)
BLOCK = 100
"""So many rows are read at once around the one that is looked at."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How an edit is, as the table says it."""

    marked_word: object
    tone: str
    marked_meaning: object

    @property
    def word(self) -> str:
        """What stands in the table."""
        return translate("library", str(self.marked_word))

    @property
    def meaning(self) -> str:
        """What that means."""
        return translate("library", str(self.marked_meaning))


CONDITIONS = {
    "ok": Condition(
        QT_TRANSLATE_NOOP("library", "✓ ok"),
        "positive",
        QT_TRANSLATE_NOOP("library", "Inside its budget, and nothing is known to be damaged."),
    ),
    "missing": Condition(
        QT_TRANSLATE_NOOP("library", "✗ missing"),
        "danger",
        QT_TRANSLATE_NOOP("library", "A file is not there."),
    ),
    "changed": Condition(
        QT_TRANSLATE_NOOP("library", "✗ changed"),
        "danger",
        QT_TRANSLATE_NOOP("library", "A file is not as it was written."),
    ),
    "interrupted": Condition(
        QT_TRANSLATE_NOOP("library", "✗ interrupted"),
        "danger",
        QT_TRANSLATE_NOOP("library", "It was never written whole."),
    ),
    "outside": Condition(
        QT_TRANSLATE_NOOP("library", "outside"),
        "warning",
        QT_TRANSLATE_NOOP("library", "General text suffers more than the budget allows."),
    ),
    "empty": Condition(
        QT_TRANSLATE_NOOP("library", "empty"),
        "warning",
        QT_TRANSLATE_NOOP("library", "Only the untouched model stayed inside the budget."),
    ),
}

Lister = Callable[[Order, bool], Sequence[str]]
"""Gives ids in an order, descending or not."""
Reader = Callable[[Sequence[str]], Mapping[str, EditRow]]
"""Reads the rows of ids; those that are gone are left out."""


class LibraryTable(RowTable[str]):
    """One edit a row; the newest first until sorted otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, numbers=NUMBERS, side=MIDDLE)
        self._headers = [
            self.tr("Name"),
            self.tr("Success"),
            self.tr("Degradation"),
            self.tr("State"),
            self.tr("Base"),
            self.tr("Date"),
            self.tr("Size"),
            self.tr("Method"),
            self.tr("Tags"),
        ]
        self._order = (DATE, Qt.SortOrder.DescendingOrder)
        self._list: Lister | None = None
        self._read: Reader | None = None
        self._known: dict[str, EditRow] = {}

    def show_edits(self, lister: Lister, reader: Reader) -> None:
        """List edits anew.

        Args:
            lister: Gives their ids, sorted; called again when the order changes.
            reader: Reads rows, a block at a time, when they are looked at.
        """
        self.beginResetModel()
        self._list, self._read = lister, reader
        self._known = {}
        self._rows = self._listed()
        self.endResetModel()

    def row_of(self, edit_id: str) -> int | None:
        """Find an edit's row."""
        try:
            return self._rows.index(edit_id)
        except ValueError:
            return None

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """Find the rows of edits, in that order; those that are not listed are left out."""
        if len(ids) == 1:
            place = self.row_of(ids[0])
            return [] if place is None else [place]
        places = {edit_id: place for place, edit_id in enumerate(self._rows)} if ids else {}
        return [places[each] for each in ids if each in places]

    def id_at(self, place: int) -> str:
        """Give the id of a row's edit."""
        return self._rows[place]

    def edit_at(self, index: Index) -> EditRow | None:
        """Give the edit at an index; None where it is gone meanwhile."""
        return self._edit(index.row())

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or (edit := self._edit(index.row())) is None:
            return None
        column = index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = _CELLS[column](edit)
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = _tip(edit, column)
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            answers[role] = self._alignment(column)
        elif role == Qt.ItemDataRole.ForegroundRole and column == STATE:
            answers[role] = brush(CONDITIONS[condition_of(edit)].tone)
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0 or (column, order) == self._order:
            return
        self._order = (column, order)
        self._rearrange(self._listed, str)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else usual

    @override
    def mimeTypes(self) -> list[str]:
        return [MIME]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        places = sorted({index.row() for index in indexes})
        return drag_edits([self._rows[place] for place in places])

    def _listed(self) -> list[str]:
        column, order = self._order
        if self._list is None:
            return []
        return list(self._list(ORDERS[column], order is Qt.SortOrder.DescendingOrder))

    def _edit(self, place: int) -> EditRow | None:
        edit_id = self._rows[place]
        if edit_id not in self._known and self._read is not None:
            begin = max(place - BLOCK // 2, 0)
            wanted = [each for each in self._rows[begin : begin + BLOCK] if each not in self._known]
            self._known.update(self._read(wanted))
        return self._known.get(edit_id)


def condition_of(edit: EditRow) -> str:
    """Say in one of `CONDITIONS` how an edit is."""
    if edit.state != "ok":
        return edit.state
    if edit.inside_ball is False:
        return "outside"
    return "empty" if edit.kept_epoch == 0 else "ok"


def _tip(edit: EditRow, column: int) -> str:
    if column == DATE:
        return figures.date(edit.created)
    if column == STATE:
        return CONDITIONS[condition_of(edit)].meaning
    return edit.notes or edit.name


def _success(edit: EditRow) -> str:
    if edit.success_after is None:
        return figures.NOTHING
    before = figures.percent(edit.success_before)
    return figures.arrow(before, figures.percent(edit.success_after))


_CELLS: tuple[Callable[[EditRow], str], ...] = (
    lambda edit: edit.name,
    _success,
    lambda edit: figures.degradation(edit.degradation, edit.budget or 1e-4),
    lambda edit: CONDITIONS[condition_of(edit)].word,
    lambda edit: base_name(edit.model),
    lambda edit: figures.date(edit.created)[: len("2026-11-20")],
    lambda edit: figures.size(edit.size_bytes),
    lambda edit: method_name(edit.method),
    lambda edit: ", ".join(edit.tags),
)


def base_name(source: str) -> str:
    """Name a base model shortly: a folder by its last part."""
    return source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] or source

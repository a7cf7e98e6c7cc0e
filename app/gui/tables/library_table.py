"""The library's edits as a table, sorted inside the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush, QColor
from typing_extensions import override

from app.gui.palette import tokens_in_use
from app.gui.tables import figures
from app.gui.tables.read_only_table import Index, ReadOnlyTable
from editing.library.edit_row import EditRow

HEADERS = ("Name", "Success", "Degradation", "State", "Base", "Date", "Size", "Method")
NAME, SUCCESS, DEGRADATION, STATE, BASE, DATE, SIZE, METHOD = range(len(HEADERS))
NUMBERS = (SUCCESS, DEGRADATION, SIZE)
DAMAGED, OUTSIDE, EMPTY, FINE = "✗ damaged", "outside", "empty", "✓ fine"
_TONES = {DAMAGED: "danger", OUTSIDE: "warning", EMPTY: "warning", FINE: "positive"}
_MEANINGS = {
    DAMAGED: "A file is missing or has changed.",
    OUTSIDE: "General text suffers more than the budget allows.",
    EMPTY: "Only the untouched model stayed inside the budget.",
    FINE: "Inside the budget, and nothing is known to be damaged.",
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class LibraryTable(ReadOnlyTable[EditRow]):
    """One edit a row; the newest first until sorted otherwise."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = [self.tr(header) for header in HEADERS]
        self._damages: dict[str, str] = {}
        self._order = (DATE, Qt.SortOrder.DescendingOrder)

    def show_edits(self, edits: Sequence[EditRow], damages: Mapping[str, str]) -> None:
        """Take the edits anew.

        Args:
            edits: The rows.
            damages: What is wrong with files, by the edit's id.
        """
        self.beginResetModel()
        self._damages = dict(damages)
        self._rows = list(edits)
        self._sort()
        self.endResetModel()

    def row_of(self, edit_id: str) -> int | None:
        """Find an edit's row."""
        return next((place for place, row in enumerate(self._rows) if row.id == edit_id), None)

    def edit_at(self, index: Index) -> EditRow:
        """Give the edit at an index."""
        return self._rows[index.row()]

    def state_of(self, edit: EditRow) -> str:
        """Say whether anything is the matter with an edit."""
        if edit.id in self._damages:
            return DAMAGED
        if edit.inside_ball is False:
            return OUTSIDE
        return EMPTY if edit.kept_epoch == 0 else FINE

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        is_column = orientation is Qt.Orientation.Horizontal
        if is_column and role == Qt.ItemDataRole.TextAlignmentRole and section in NUMBERS:
            return _MIDDLE
        return super().headerData(section, orientation, role)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        edit, column = self._rows[index.row()], index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = self._cells(edit)[column]
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = self._damages.get(edit.id) or self._tip(edit, column)
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            answers[role] = _MIDDLE if column in NUMBERS else _LEFT
        elif role == Qt.ItemDataRole.ForegroundRole and column == STATE:
            tone = _TONES[self.state_of(edit)]
            answers[role] = QBrush(QColor(getattr(tokens_in_use(), tone)))
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        ids = [self._rows[index.row()].id for index in before]
        self._order = (column, order)
        self._sort()
        places = {row.id: place for place, row in enumerate(self._rows)}
        after = [
            self.index(places[edit_id], index.column())
            for edit_id, index in zip(ids, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _tip(self, edit: EditRow, column: int) -> str:
        if column == DATE:
            return figures.date(edit.created)
        if column == STATE:
            return _MEANINGS[self.state_of(edit)]
        return edit.notes or edit.name

    def _sort(self) -> None:
        column, order = self._order
        if column >= 0:
            is_down = order is Qt.SortOrder.DescendingOrder
            self._rows.sort(key=lambda edit: self._key(edit, column), reverse=is_down)

    def _key(self, edit: EditRow, column: int) -> tuple[float, str]:
        numbers: dict[int, float | None] = {
            SUCCESS: edit.success_after,
            DEGRADATION: edit.degradation,
            SIZE: edit.size_bytes,
        }
        if column in numbers:
            value = numbers[column]
            return (float("-inf") if value is None else value), edit.name.casefold()
        return 0.0, self._text_key(edit, column).casefold()

    def _text_key(self, edit: EditRow, column: int) -> str:
        texts = {
            STATE: self.state_of(edit),
            BASE: base_name(edit.model),
            DATE: edit.created,
            METHOD: edit.method,
        }
        return texts.get(column, edit.name)

    def _cells(self, edit: EditRow) -> tuple[str, ...]:
        before = figures.percent(edit.success_before)
        success = figures.arrow(before, figures.percent(edit.success_after))
        return (
            edit.name,
            success if edit.success_after is not None else figures.NOTHING,
            figures.degradation(edit.degradation, edit.budget or 1e-4),
            self.state_of(edit),
            base_name(edit.model),
            figures.date(edit.created)[: len("2026-11-20")],
            figures.size(edit.size_bytes),
            edit.method,
        )


def base_name(source: str) -> str:
    """Name a base model shortly: a folder by its last part."""
    return source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] or source

"""What is done with whole rows: moved, copied, deleted, mended, given a kind, tags, a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from app.gui.pages.examples.bulk import BulkDialog, TagsDialog, ThresholdDialog
from app.gui.pages.examples.document import ExampleDocument, counted
from app.gui.pages.examples.view import ExamplesView
from app.gui.tables.example_arrangement import moved, place_of
from app.gui.tables.example_columns import Column
from app.gui.tables.example_texts import changed_cell
from app.gui.tables.examples_table import ExamplesTable
from editing.examples import Example, ExampleSet, Kind, Role
from editing.examples.example import new_id

translate = QCoreApplication.translate


class OpenList(Protocol):
    """Which list of which document is shown."""

    @property
    def document(self) -> ExampleDocument | None:
        """The open document."""
        ...

    @property
    def role(self) -> Role:
        """Which of its lists."""
        ...


class RowWork:
    """Does it with the rows that are selected; every change is one step that can be undone."""

    def __init__(self, shown: OpenList, view: ExamplesView, table: ExamplesTable) -> None:
        self._shown = shown
        self._view = view
        self._table = table

    def delete(self) -> None:
        """Delete the rows."""
        if self._shown.document is not None:
            self._shown.document.remove(self._shown.role, self._ids())

    def mend_all(self) -> None:
        """Mend the spaces of all rows of the list."""
        if self._shown.document is not None:
            self._shown.document.mend_spaces(self._shown.role)

    def mend(self, ids: Sequence[str] | None = None) -> None:
        """Mend the spaces of some rows, or of the selected ones."""
        if self._shown.document is not None:
            wanted = self._ids() if ids is None else ids
            self._shown.document.mend_spaces(self._shown.role, wanted)

    def move_to(self, target: Role) -> None:
        """Move the rows to another list of the set."""
        if self._shown.document is not None:
            self._shown.document.move(self._ids(), self._shown.role, target)

    def set_kind(self, kind: Kind) -> None:
        """Give the rows a kind."""
        document = self._shown.document
        examples = ExampleSet("", ()) if document is None else document.examples
        rows = [changed_cell(row, Column.KIND, kind, examples) for row in self._view.chosen()]
        self._put_back(rows, translate("examples", "Change the kind"))

    def duplicate(self) -> None:
        """Copy the rows below themselves."""
        chosen, rows = self._view.chosen(), self._table.rows
        if chosen:
            at = max(place_of(rows, row.id) for row in chosen) + 1
            copies = [replace(row, id=new_id()) for row in chosen]
            text = translate("examples", "Duplicate {}").format(counted(len(copies)))
            self._table.change_requested.emit((*rows[:at], *copies, *rows[at:]), text)
            self._view.choose([row.id for row in copies])

    def shift(self, step: int) -> None:
        """Move the rows past the one above (-1) or below (1) them."""
        ids, rows = frozenset(self._ids()), self._table.rows
        if not ids or self._table.is_rearranged:
            return
        places = [place for place, row in enumerate(rows) if row.id in ids]
        target = places[0] - 1 if step < 0 else places[-1] + 2
        if 0 <= target <= len(rows):
            self.reorder(ids, rows[target].id if target < len(rows) else None)

    def reorder(self, ids: frozenset[str], before: str | None) -> None:
        """Put rows before another one, or at the end."""
        after = moved(self._table.rows, ids, before)
        text = translate("examples", "Move {}").format(counted(len(ids)))
        self._table.change_requested.emit(after, text)
        self._view.choose(ids)

    def ask_tags(self, parent: QWidget) -> None:
        """Ask for the rows' tags."""
        self._ask(TagsDialog(self._view.chosen(), parent))

    def ask_threshold(self, parent: QWidget) -> None:
        """Ask for the rows' threshold."""
        if self._shown.document is not None:
            self._ask(ThresholdDialog(self._view.chosen(), self._shown.document.examples, parent))

    def _ids(self) -> list[str]:
        return [row.id for row in self._view.chosen()]

    def _ask(self, dialog: BulkDialog) -> None:
        dialog.changed.connect(self._put_back)
        dialog.open()

    def _put_back(self, changed: Sequence[Example], text: str) -> None:
        """Put changed rows in the places of those with the same ids."""
        new = {row.id: row for row in changed}
        rows = tuple(new.get(row.id, row) for row in self._table.rows)
        self._table.change_requested.emit(rows, text)

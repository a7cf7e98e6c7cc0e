"""Changes of a memory: done by the engine one after the other, and each of them undoable."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.errors import mendable
from app.gui.events import Tone
from editing.errors import EditingError
from editing.library.edit_row import EditRow
from editing.library.kept_stacks import keep_stack, kept_stacks

CHANNEL = "memory-change"


@dataclass(slots=True)
class Change:
    """What is asked of the engine: the fields of a MemoryChange but for the edit."""

    asked: Mapping[str, Any]
    told: str = ""
    """What the person reads once it is done; {seconds} stands for how long it took."""
    added: list[str] = field(default_factory=list[str])
    """Ids of rows that it has written, once it is done."""


class MemoryChanges(QObject):
    """The document of the page: an edit, what has been done to it, and what is still to be done."""

    changed = Signal()
    """The edit is another one now: `edit_id`."""
    busy_changed = Signal()

    def __init__(self, context: GuiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._group = QUndoGroup(parent)
        self._edit_id: str | None = None
        self._made: set[str] = set()
        """Edits that only stood between two changes."""
        self._due: deque[Change] = deque()
        self._is_busy = False
        self.stack = QUndoStack(self)
        self._group.addStack(self.stack)
        self._group.setActiveStack(self.stack)

    @property
    def edit_id(self) -> str | None:
        """The edit as it is now."""
        return self._edit_id

    @property
    def is_busy(self) -> bool:
        """Whether a change is under way."""
        return self._is_busy

    def open(self, edit_id: str | None) -> None:
        """Look at another edit; what was done to the one before cannot be undone here any more."""
        if edit_id != self._edit_id:
            self._edit_id = edit_id
            self._due.clear()
            self.stack.clear()

    def switch(self, row: str, *, on: bool, words: str) -> None:
        """Switch a row on or off."""
        there, back = ({"on": [row]}, {"off": [row]})
        do, undo = (there, back) if on else (back, there)
        self.stack.push(_Command(self, words, Change(do), undo))

    def write(self, asked: Mapping[str, Any], *, words: str, told: str) -> None:
        """Write rows in: of `add`, or of a `file`."""
        self.stack.push(_Command(self, words, Change(asked, told), None))

    def move_threshold(self, threshold: float, before: float, *, words: str) -> None:
        """Let rows answer from another score on."""
        do, undo = ({"threshold": value} for value in (threshold, before))
        self.stack.push(_Command(self, words, Change(do), undo))

    def carry_out(self, change: Change) -> None:
        """Have the engine do it, after what is due already."""
        self._due.append(change)
        self._go_on()

    def _go_on(self) -> None:
        if self._is_busy or not self._due or self._edit_id is None:
            return
        change = self._due.popleft()
        self._set_busy(True)
        self._context.engine.ask(
            "change-memory",
            {"edit": self._edit_id, **change.asked},
            lambda answer: self._on_answer(change, answer),
            on_error=self._on_error,
            channel=CHANNEL,
        )

    def _on_answer(self, change: Change, answer: Mapping[str, Any]) -> None:
        self._set_busy(False)
        try:
            row = self._adopt(Path(answer["folder"]))
        except EditingError as error:
            self._give_up()
            self._context.events.noticed.emit(mendable(error))
            return
        change.added = list(answer["added"])
        self._edit_id = row.id
        self.changed.emit()
        self._context.events.library_changed.emit()
        if change.told:
            self._context.events.notice(change.told.format(seconds=answer["seconds"]))
        self._go_on()

    def _adopt(self, folder: Path) -> EditRow:
        """Put the changed edit in the place of the one before.

        That one goes into the trash, unless it only stood between two changes.
        """
        library, before = self._context.library, str(self._edit_id)
        name = library.edit(before).name
        library.trash(before)
        try:
            row = library.add_edit(folder, name=name)
        except EditingError:
            library.restore(before)
            raise
        if before in self._made:
            library.delete_for_good(before)
        self._made.add(row.id)
        self._follow(before, row.id)
        return row

    def _follow(self, before: str, after: str) -> None:
        """Let whatever looks at the edit, or has it on a stack, have the changed one."""
        selection = self._context.selection
        selection.set_edits(tuple(after if each == before else each for each in selection.edits))
        database = self._context.library.db
        for stack in kept_stacks(database):
            parts = tuple(
                replace(part, edit=after) if part.edit == before else part for part in stack.parts
            )
            if parts != stack.parts:
                keep_stack(database, replace(stack, parts=parts))

    def _on_error(self, sentence: str) -> None:
        self._set_busy(False)
        self._give_up()
        self._context.events.notice(sentence, Tone.DANGER)

    def _give_up(self) -> None:
        """After a failure the steps behind it lead nowhere."""
        self._due.clear()
        self.stack.clear()
        self.changed.emit()

    def _set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        self.busy_changed.emit()


class _Command(QUndoCommand):
    """One step; rows that were written are switched off to undo it, and on to do it again."""

    def __init__(
        self, changes: MemoryChanges, words: str, do: Change, undo: Mapping[str, Any] | None
    ) -> None:
        super().__init__(words)
        self._changes = changes
        self._do = do
        self._undo = undo
        self._is_written = False

    @override
    def redo(self) -> None:
        if self._undo is None and self._is_written:
            self._changes.carry_out(Change({"on": self._do.added}))
            return
        self._is_written = True
        self._changes.carry_out(self._do)

    @override
    def undo(self) -> None:
        asked = {"off": self._do.added} if self._undo is None else self._undo
        self._changes.carry_out(Change(asked))

"""Does with many edits what is done with one, away from the window's thread, and undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.gui.background import Background, Work
from app.gui.context import GuiContext
from app.gui.events import Notice, Tone
from app.gui.pages.library.tags import retagged
from app.gui.pages.library.trash import ask_to_delete_all
from app.gui.words import number_of
from editing.errors import EditingError
from editing.library.damage import Damage
from editing.library.index import Library
from editing.library.lineage import children_of
from editing.progress import Cancelled, Progress, Report


@dataclass(slots=True)
class Outcome:
    """What came of doing something with many edits."""

    done: dict[str, Any] = field(default_factory=dict[str, Any])
    """What it answered for each edit that it was done with, by id."""
    failures: list[str] = field(default_factory=list[str])


class BulkDeeds(QObject):
    """Everything it changes can be taken back from the notice that tells of it."""

    began = Signal(str)
    """A sentence that says what is being done."""
    changed = Signal(tuple)
    """The ids to choose."""
    restored = Signal()

    def __init__(self, context: GuiContext, background: Background, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._background = background
        self._page = page

    def trash(self, ids: Sequence[str]) -> None:
        """Put edits into the trash; where others stand on them, ask first."""
        library, chosen = self._context.library, set(ids)
        children = {child for each in ids for child in children_of(library.db, each)} - chosen
        if children and self._context.preferences.current.confirm_deleting:
            names = sorted(library.edit(each).name for each in children)
            ask_to_delete_all(self._page, len(ids), names, partial(self._trash, ids))
        else:
            self._trash(ids)

    def restore(self, ids: Sequence[str]) -> None:
        """Take edits out of the trash."""
        self._begin(ids, Library.restore, self.tr("Restoring…"), self._on_restored)

    def retag(
        self, ids: Sequence[str], added: Sequence[str] = (), removed: Sequence[str] = ()
    ) -> None:
        """Give tags to edits, and take tags from them."""

        def do(library: Library, edit_id: str) -> tuple[str, ...]:
            before = library.edit(edit_id).tags
            library.tag(edit_id, retagged(before, added, removed))
            return before

        self._begin(ids, do, self.tr("Tagging…"), self._on_tagged)

    def verify(self, ids: Sequence[str]) -> None:
        """Hash the files of edits again."""

        def do(library: Library, edit_id: str) -> list[Damage]:
            return library.verify(only=edit_id)

        self._begin(ids, do, self.tr("Verifying…"), self._on_verified)

    def _trash(self, ids: Sequence[str]) -> None:
        self._begin(ids, Library.trash, self.tr("Putting into the trash…"), self._on_trashed)

    def _put_tags_back(self, tags: Mapping[str, tuple[str, ...]]) -> None:
        def do(library: Library, edit_id: str) -> None:
            library.tag(edit_id, tags[edit_id])

        self._begin(list(tags), do, self.tr("Putting the tags back…"), self._end)

    def _begin(
        self,
        ids: Sequence[str],
        do: Callable[[Library, str], Any],
        sentence: str,
        on_done: Callable[[Outcome], None],
    ) -> None:
        work = for_each(self._context.library.folder, ids, do)
        if self._background.start(work, on_done, self._on_not_done):
            self.began.emit(sentence)
        else:
            self._on_not_done(self.tr("Something else is being done with files. Wait for it."))

    def _on_trashed(self, outcome: Outcome) -> None:
        ids = list(outcome.done)
        one, many = self.tr("1 edit is in the trash."), self.tr("{:,} edits are in the trash.")
        said = number_of(len(ids), one, many)
        self._tell(outcome, said, partial(self.restore, ids))
        self._end(outcome, choose=())

    def _on_restored(self, outcome: Outcome) -> None:
        self.restored.emit()
        self._end(outcome)

    def _on_tagged(self, outcome: Outcome) -> None:
        one, many = self.tr("1 edit has other tags."), self.tr("{:,} edits have other tags.")
        said = number_of(len(outcome.done), one, many)
        self._tell(outcome, said, partial(self._put_tags_back, outcome.done))
        self._end(outcome)

    def _on_verified(self, outcome: Outcome) -> None:
        damages = [each for found in outcome.done.values() for each in found]
        if damages:
            said = self.tr("{} damaged: {}").format(len(damages), damages[0])
            self._context.events.notice(said, Tone.DANGER)
        elif not outcome.failures:
            one = self.tr("1 edit is as it was written.")
            many = self.tr("{:,} edits are as they were written.")
            self._context.events.notice(number_of(len(outcome.done), one, many))
        self._end(outcome)

    def _tell(self, outcome: Outcome, said: str, undo: Callable[[], None]) -> None:
        if outcome.done:
            notice = Notice(said, action=self.tr("Undo"), do=undo)
            self._context.events.noticed.emit(notice)

    def _end(self, outcome: Outcome, choose: tuple[str, ...] | None = None) -> None:
        if outcome.failures:
            many = self.tr("{sentence} ({count} edits could not be changed.)")
            first = outcome.failures[0]
            said = many.format(sentence=first, count=len(outcome.failures))
            self._on_not_done(first if len(outcome.failures) == 1 else said)
        self.changed.emit(tuple(outcome.done) if choose is None else choose)

    def _on_not_done(self, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)


def for_each(folder: Path, ids: Sequence[str], do: Callable[[Library, str], Any]) -> Work:
    """Make work of doing something with each edit; what was done stays done when it is cancelled.

    Args:
        folder: The library's.
        ids: Of the edits, in this order.
        do: Called with a library for that thread, and an id.
    """

    def work(report: Report) -> Outcome:
        outcome = Outcome()
        with Library(folder) as library:  # one connection serves one thread
            for place, edit_id in enumerate(ids):
                try:
                    report(Progress("edits", place, len(ids)))
                    outcome.done[edit_id] = do(library, edit_id)
                except Cancelled:
                    break
                except EditingError as error:
                    outcome.failures.append(str(error))
        return outcome

    return work

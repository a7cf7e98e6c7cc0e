"""Brings the library's index and its folders together when the program starts, beside its work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.gui.background import Background
from app.gui.events import Events, Notice, Tone
from editing.library.index import Library
from editing.library.reconcile import Reconciled, reconcile
from editing.progress import Report


class Reconciling(QObject):
    """Looks once, and tells what is not as it was."""

    def __init__(self, folder: Path, events: Events, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._events = events
        self.background = Background(self)

    @Slot()
    def start(self) -> None:
        """Begin to look; nothing waits for it."""
        folder = self._folder

        def work(report: Report) -> Reconciled:
            with Library(folder) as library:  # one connection serves one thread
                return reconcile(library, report)

        self.background.start(work, self._on_found, self._on_failed)

    def wait(self) -> None:
        """Stop looking and wait for the thread to end."""
        self.background.wait()

    def _on_found(self, found: Reconciled) -> None:
        if found.missing:
            one = self.tr("Files of “{}” are missing.")
            many = self.tr("Files of {} edits are missing: {}.")
            self._tell(found.missing, one, many, Tone.WARNING)
        if found.changed:
            one = self.tr("Files of “{}” have changed.")
            many = self.tr("Files of {} edits have changed: {}.")
            self._tell(found.changed, one, many, Tone.WARNING)
        if found.found:
            one = self.tr("“{}” was found on the disk and is in the library again.")
            many = self.tr("{} edits were found on the disk and are in the library again: {}.")
            self._tell(found.found, one, many, Tone.POSITIVE)
        if found.has_news:
            self._events.library_changed.emit()

    def _tell(self, names: Sequence[str], one: str, many: str, tone: Tone) -> None:
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        said = one.format(names[0]) if len(names) == 1 else many.format(len(names), listed)
        self._events.noticed.emit(
            Notice(
                said,
                tone,
                action=self.tr("Show"),
                do=lambda: self._events.page_requested.emit("library"),
            )
        )

    def _on_failed(self, sentence: str) -> None:
        self._events.notice(sentence, Tone.WARNING)

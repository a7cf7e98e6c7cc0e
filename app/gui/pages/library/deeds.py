"""What can be done with an edit: delete, restore, verify, reproduce, stack."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.gui.background import Background
from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.events import Notice, Tone
from app.gui.pages.library.disk import DiskDialog
from app.gui.pages.library.exporting import EditExporting
from app.gui.pages.library.reproduce import repetition
from app.gui.pages.library.stack import StackDialog
from app.gui.pages.library.trash import ask_to_delete
from app.gui.tables import figures
from app.operations.disk_usage import empty_trash
from editing.library.damage import Damage
from editing.library.edit_row import EditRow
from editing.library.index import Library
from editing.library.lineage import children_of
from editing.progress import Report


class LibraryDeeds(QObject):
    """Does it, and tells what came of it; the page shows what the library has become."""

    changed = Signal(str)
    """The id of the edit to select, or nothing."""
    restored = Signal()

    def __init__(self, context: GuiContext, background: Background, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._background = background
        self._page = page
        self.exporting = EditExporting(context, page)

    def delete(self, edit: EditRow) -> None:
        """Put an edit into the trash; where others stand on it, ask first."""
        if edit.trashed is not None:
            return
        library = self._context.library
        children = [library.edit(each).name for each in children_of(library.db, edit.id)]
        if children and self._context.preferences.current.confirm_deleting:
            ask_to_delete(self._page, edit.name, children, partial(self._delete, edit))
        else:
            self._delete(edit)

    def _delete(self, edit: EditRow) -> None:
        with told(self._context.events):
            self._context.library.trash(edit.id)
            said = self.tr("“{}” is in the trash.").format(edit.name)
            undo = partial(self.restore, edit.id)
            self._context.events.noticed.emit(Notice(said, action=self.tr("Undo"), do=undo))
        self.changed.emit("")

    def restore(self, edit_id: str) -> None:
        """Take an edit out of the trash."""
        with told(self._context.events):
            self._context.library.restore(edit_id)
            self.restored.emit()
        self.changed.emit(edit_id)

    def empty_trash(self) -> bool:
        """Delete what is in the trash for good; say whether that could begin."""
        folder = str(self._context.data_folder)

        def work(report: Report) -> int:
            return empty_trash(folder, report)

        return self._background.start(work, self._on_emptied, self._on_not_done)

    def verify(self, only: str | None) -> bool:
        """Hash all files, or one edit's; say whether that could begin."""
        folder = self._context.library.folder

        def work(report: Report) -> list[Damage]:
            with Library(folder) as library:  # one connection serves one thread
                return library.verify(report, only=only)

        return self._background.start(work, self._on_verified, self._on_not_done)

    def reproduce(self, edit: EditRow) -> None:
        """Queue the run that made an edit once more, and show it."""
        with told(self._context.events):
            again = repetition(self._context, edit)
            job = self._context.jobs.add(again.request, again.request.save or edit.name)
            if again.remark:
                self._context.events.notice(again.remark, Tone.WARNING)
            self._context.events.open("runs", "run", job)

    def stack(self, edit: EditRow) -> None:
        """Ask which edits to put on together."""
        if edit.trashed is not None:
            return
        dialog = StackDialog(self._context, edit, self._page)
        dialog.compare_requested.connect(self._on_stack_wanted)
        dialog.export_requested.connect(self._on_stack_export_wanted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_disk(self) -> None:
        """Show what takes room."""
        dialog = DiskDialog(self._context, self._page)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_stack_wanted(self, name: str) -> None:
        self._context.events.open("compare", "stack", name)

    def _on_stack_export_wanted(self, first: EditRow, stack: tuple[str, ...]) -> None:
        self.exporting.ask([first], stack)

    def _on_emptied(self, freed: int) -> None:
        self.restored.emit()
        said = self.tr("The trash is empty: {} freed.").format(figures.size(freed))
        self._context.events.notice(said)
        self.changed.emit("")

    def _on_not_done(self, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)

    def _on_verified(self, damages: Sequence[Damage]) -> None:
        self.changed.emit("")
        if damages:
            said = self.tr("{} damaged: {}").format(len(damages), damages[0])
            self._context.events.notice(said, Tone.DANGER)
        else:
            self._context.events.notice(self.tr("Every file is as it was written."))

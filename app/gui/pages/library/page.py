"""Library: every edit kept, what it does, where it is from, and the ways out of the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget
from typing_extensions import override

from app.gui.background import Background
from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import characters
from app.gui.pages.library.actions import LibraryActions
from app.gui.pages.library.bulk import NAMED, BulkPanel
from app.gui.pages.library.bulk_deeds import BulkDeeds
from app.gui.pages.library.deeds import LibraryDeeds
from app.gui.pages.library.details import EditDetails
from app.gui.pages.library.edit_list import EditList
from app.gui.pages.library.importing import EditImport, edits_in
from app.gui.pages.library.showing import show_edit
from app.gui.pages.library.trash import ask_to_empty
from app.gui.pages.library.work import WorkStrip
from app.gui.widgets.buttons import button
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.layouts import column, row, shared
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.listing import Listing, conditions


class LibraryPage(QWidget):
    """The list of edits, and the details of what is chosen in it."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted: tuple[str, ...] = ()
        self._remembered: tuple[str, ...] = ()
        self.background = Background(self)
        self.deeds = LibraryDeeds(context, self.background, self)
        self.bulk_deeds = BulkDeeds(context, self.background, self)
        self._import = EditImport(context, self)
        self.can = LibraryActions(self)
        self._build_panels()
        self._connect_actions()
        self._connect()
        self.setAcceptDrops(True)
        self._refresh()

    def show_edit(self, name_or_id: str) -> None:
        """Choose an edit."""
        try:
            edit = self._context.library.edit(name_or_id)
        except LibraryError:
            return
        self.list.show_everything()
        self._wanted = (edit.id,)
        self.can.trash.setChecked(edit.trashed is not None)
        self.list.relist()

    def _build_panels(self) -> None:
        self.list = EditList(self._context)
        self.details = EditDetails()
        self.bulk = BulkPanel()
        self.beside = QStackedWidget()
        self.beside.addWidget(self.details)
        self.beside.addWidget(self.bulk)
        sizes = (characters(102), characters(62))
        splitter = shared(self._left(), self.beside, sizes=sizes, grows=0)
        self.empty = EmptyState(
            "library",
            self.tr("No edits yet"),
            self.tr("Edits that runs make are kept here. You can also drop one here."),
            self.can.runs,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(splitter)
        self.setLayout(column(self.stack, spacing=0))

    def _left(self) -> QWidget:
        can = self.can
        self.trash_button = button(can.trash)
        self.trash_button.setCheckable(True)
        self.empty_button = button(can.empty_trash, "danger")
        self.interrupted_button: QPushButton = button(can.interrupted, "link")
        self.strip = WorkStrip(self.background)
        tools = (can.import_, can.stack, can.verify, can.disk)
        lines = column(
            row(*map(button, tools), self.trash_button, self.empty_button, None, spacing=2),
            spacing=2.5,
            margins=4,
        )
        lines.addWidget(self.list, 1)
        lines.addLayout(row(self.interrupted_button, None, spacing=2))
        lines.addWidget(self.strip)
        left = QWidget()
        left.setLayout(lines)
        return left

    def _connect_actions(self) -> None:
        can = self.can
        can.import_.triggered.connect(lambda: self._import.choose())
        can.verify.triggered.connect(lambda: self._verify(None))
        can.stack.triggered.connect(lambda: self._with_edit(self.deeds.stack))
        can.disk.triggered.connect(lambda: self.deeds.show_disk())
        can.empty_trash.triggered.connect(lambda: self._on_empty_trash())
        can.find.triggered.connect(lambda: self._on_find())
        can.delete.triggered.connect(lambda: self._on_delete())
        can.rename.triggered.connect(lambda: self._on_rename())
        for made in (can.runs, can.interrupted):
            made.triggered.connect(lambda: self._context.events.page_requested.emit("runs"))
        can.trash.toggled.connect(self._on_trash_toggled)

    def _connect(self) -> None:
        events, details, bulk = self._context.events, self.details, self.bulk
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._refresh)
        events.job_changed.connect(self._show_interrupted)
        self.list.listing_changes.connect(self._on_listing_changes)
        self.list.listed.connect(self._on_listed)
        self.list.chosen_changed.connect(self._show_chosen)
        self.list.view.activated.connect(self._on_activated)
        self._import.imported.connect(self._on_changed)
        details.changed.connect(self._on_details_changed)
        details.compare_requested.connect(lambda: self._open("compare"))
        details.senses_requested.connect(lambda: self._open("senses"))
        details.export_requested.connect(self._on_export)
        details.delete_requested.connect(self._on_delete)
        details.restore_requested.connect(
            lambda: self._with_edit(lambda edit: self.deeds.restore(edit.id))
        )
        details.verify_requested.connect(
            lambda: self._with_edit(lambda edit: self._verify(edit.id))
        )
        details.reproduce_requested.connect(lambda: self._with_edit(self.deeds.reproduce))
        details.edit_opened.connect(self.show_edit)
        bulk.tags_wanted.connect(self._on_tags_wanted)
        bulk.compare_requested.connect(self._on_compare_all)
        bulk.export_requested.connect(self._on_export)
        bulk.verify_requested.connect(lambda: self.bulk_deeds.verify(self.list.chosen))
        bulk.delete_requested.connect(self._on_delete)
        bulk.restore_requested.connect(lambda: self.bulk_deeds.restore(self.list.chosen))
        self.deeds.changed.connect(self._on_changed)
        self.bulk_deeds.changed.connect(self._changed)
        self.bulk_deeds.began.connect(self._on_began)
        for each in (self.deeds.restored, self.bulk_deeds.restored):
            each.connect(lambda: self.can.trash.setChecked(False))
        self.background.ended.connect(lambda: self.can.verify.setEnabled(True))

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if edits_in(event.mimeData().urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        folders = edits_in(event.mimeData().urls())
        for folder in folders:
            self._import.take(folder)
        if folders:
            event.acceptProposedAction()

    def _refresh(self) -> None:
        """Follow what the library has become."""
        self._show_interrupted()
        self.list.refresh()

    def _on_listing_changes(self) -> None:
        """Remember what is chosen; what was typed into its details is kept first."""
        self.details.commit()
        self._remembered, self._wanted = self._wanted or tuple(self.list.chosen), ()

    def _on_listed(self) -> None:
        counts, is_trash = self.list.counts, self.can.trash.isChecked()
        has_any = bool(counts) or bool(self.list.filter.text()) or self._has_any()
        self.stack.setCurrentIndex(1 if has_any else 0)
        self.can.empty_trash.setVisible(is_trash)
        self.can.empty_trash.setEnabled(bool(counts))
        self.list.choose(self._remembered)
        self._show_chosen()

    def _has_any(self) -> bool:
        library = self._context.library
        return any(conditions(library, Listing(trashed=trashed)) for trashed in (False, True))

    def _show_interrupted(self) -> None:
        count = len(self._context.jobs.interrupted())
        one = self.tr("1 run was interrupted before it became an edit")
        many = self.tr("{} runs were interrupted before they became edits").format(count)
        self.can.interrupted.setText(one if count == 1 else many)
        self.can.interrupted.setVisible(count > 0)

    def _show_chosen(self) -> None:
        """Show the one edit that is chosen, or what can be done with several."""
        chosen = self.list.chosen
        self.details.commit()
        for each in (self.can.stack, self.can.rename):
            each.setEnabled(len(chosen) == 1)
        if len(chosen) > 1:
            edits = self.list.chosen_edits(NAMED)
            in_trash = self.can.trash.isChecked()
            self.details.show_nothing()
            self.bulk.show_edits(edits, len(chosen), in_trash=in_trash)
            self.beside.setCurrentWidget(self.bulk)
            return
        self.beside.setCurrentWidget(self.details)
        edits = self.list.chosen_edits()
        if edits:
            show_edit(self._context, edits[0], self.details)
        else:
            self.details.show_nothing()

    def _changed(self, ids: tuple[str, ...] = ()) -> None:
        """Tell everybody; this page hears it too."""
        self._wanted = ids
        self._context.events.library_changed.emit()

    def _on_changed(self, edit_id: str) -> None:
        self._changed((edit_id,) if edit_id else ())

    def _open(self, page: str) -> None:
        edit = self.details.edit
        if edit is not None:
            self._context.selection.set_edits((edit.id,))
            self._context.events.open(page, "edit", edit.id)

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "edit":
            self.show_edit(name)

    def _on_find(self) -> None:
        self.list.filter.setFocus()
        self.list.filter.selectAll()

    def _on_trash_toggled(self, is_shown: bool) -> None:
        self.trash_button.setChecked(is_shown)
        self.list.show_trash(is_trash=is_shown)

    def _on_activated(self) -> None:
        if not self.can.trash.isChecked():
            self._open("compare")

    def _on_rename(self) -> None:
        self.details.name.setFocus()
        self.details.name.selectAll()

    def _on_details_changed(
        self, edit_id: str, name: str, notes: str, tags: tuple[str, ...]
    ) -> None:
        library, events = self._context.library, self._context.events
        with told(events):
            edit = library.edit(edit_id)
            if notes != edit.notes:
                library.note(edit_id, notes)
            if tags != edit.tags:
                library.tag(edit_id, tags)
            if name != edit.name:
                library.rename(edit_id, name)
        # Later: the table may be on its way to another row, and must not change under its feet.
        QTimer.singleShot(0, self, events.library_changed.emit)

    def _on_tags_wanted(self, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
        self.bulk_deeds.retag(self.list.chosen, added, removed)

    def _on_export(self) -> None:
        if edits := self.list.chosen_edits():
            self.deeds.exporting.ask(edits)

    def _on_compare_all(self) -> None:
        ids = tuple(self.list.chosen)
        self._context.selection.set_edits(ids)
        self._context.events.open("compare", "edits", "\n".join(ids))

    def _on_delete(self) -> None:
        chosen = self.list.chosen
        if self.can.trash.isChecked():
            return
        if len(chosen) > 1:
            self.bulk_deeds.trash(chosen)
        else:
            self._with_edit(self.deeds.delete)

    def _on_empty_trash(self) -> None:
        ask_to_empty(self, self.list.total_bytes, self._empty_trash)

    def _empty_trash(self) -> None:
        if self.deeds.empty_trash():
            self.strip.begin(self.tr("Emptying the trash…"))

    def _verify(self, only: str | None) -> None:
        if self.deeds.verify(only):
            self._on_began(self.tr("Verifying…"))

    def _on_began(self, sentence: str) -> None:
        self.can.verify.setEnabled(False)
        self.strip.begin(sentence)

    def _with_edit(self, do: Callable[[EditRow], object]) -> None:
        if self.details.edit is not None:
            do(self.details.edit)

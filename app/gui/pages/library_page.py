"""Library: every edit kept, what it does, where it is from, and the ways out of the program."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.events import Notice, Tone
from app.gui.metrics import characters
from app.gui.pages.library_details import EditDetails
from app.gui.pages.library_export import ExportDialog
from app.gui.pages.library_import import EditImport
from app.gui.pages.library_verify import Verification
from app.gui.tables import figures
from app.gui.tables.library_table import DATE, Index, LibraryTable
from app.gui.tables.pairs_table import quiet
from app.gui.tables.setting_pairs import setting_labels
from app.gui.widgets.buttons import action, button
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row
from app.operations.requests import ExportRequest
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.records import read_record

FILTER_MS = 150


class LibraryPage(QWidget):
    """The table of edits, and the details of the selected one."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._damages: dict[str, str] = {}
        self._wanted: str | None = None
        self._is_selecting = False
        self._verification = Verification(context.library.folder, self)
        self._import = EditImport(context, self)
        self._filter_timer = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._build_actions()
        self._build_table()
        self._build_panels()
        self._connect()
        self._refresh()

    def show_edit(self, name_or_id: str) -> None:
        """Select an edit."""
        try:
            edit = self._context.library.edit(name_or_id)
        except LibraryError:
            return
        self.filter.clear()
        self._wanted = edit.id
        self.trash.setChecked(edit.trashed is not None)
        self._refresh()

    def export_edit(self, export: ExportRequest) -> None:
        """Have the engine write an edit; a notice tells when it is there."""
        self._context.events.notice(self.tr("Exporting “{}”…").format(export.edit))
        self._context.engine.ask(
            "export",
            export.to_json(),
            partial(self._on_exported, export.edit, Path(export.to)),
            on_error=self._on_not_done,
            channel=f"export-{export.to}",
        )

    def _build_actions(self) -> None:
        self.import_ = action(
            self,
            self.tr("Import…"),
            tip=self.tr("Take in an edit that was exported alone"),
            icon="import",
            do=self._import.choose,
        )
        self.verify = action(
            self,
            self.tr("Verify"),
            tip=self.tr("Hash every file again and name those that changed"),
            icon="check",
            do=self._on_verify,
        )
        self.trash = action(
            self,
            self.tr("Trash"),
            tip=self.tr("Show the edits in the trash"),
            icon="trash",
        )
        self.trash.setCheckable(True)
        self.find_edit = action(
            self,
            self.tr("Find an edit"),
            tip=self.tr("Go to the field that filters"),
            shortcut="Ctrl+F",
            do=self._on_find,
        )
        self.delete = action(
            self,
            self.tr("Delete edit"),
            tip=self.tr("Put the selected edit into the trash"),
            shortcut="Del",
            icon="trash",
            do=self._on_delete,
        )
        self.rename = action(
            self,
            self.tr("Rename edit"),
            tip=self.tr("Give the selected edit another name"),
            shortcut="F2",
            icon="pencil",
            do=self._on_rename,
        )

    def _build_table(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by name, notes or tags"))
        self.filter.setAccessibleName(self.tr("Filter edits"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(characters(28))
        self.table = LibraryTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Edits"))
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(DATE, Qt.SortOrder.DescendingOrder)
        header = self.view.horizontalHeader()
        for place, width in enumerate((23, 15, 15, 10, 9, 12, 9, 8)):
            header.resizeSection(place, characters(width))
        self.count = caption("")

    def _build_panels(self) -> None:
        self.details = EditDetails()
        self.trash_button = button(self.trash)
        self.trash_button.setCheckable(True)
        bar = row(
            self.filter, button(self.import_), button(self.verify), self.trash_button, spacing=2
        )
        bar.setStretch(0, 1)
        left = QWidget()
        lines = column(bar, spacing=3, margins=4)
        lines.addWidget(self.view, 1)
        lines.addWidget(self.count)
        left.setLayout(lines)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([characters(118), characters(48)])
        runs = action(
            self,
            self.tr("Go to runs"),
            tip=self.tr("Make an edit"),
            icon="runs",
            do=lambda: self._context.events.page_requested.emit("runs"),
        )
        self.empty = EmptyState(
            "library",
            self.tr("No edits yet"),
            self.tr("Edits that runs make are kept here. You can also import one."),
            runs,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(splitter)
        self.setLayout(column(self.stack, spacing=0))

    def _connect(self) -> None:
        events, details = self._context.events, self.details
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._refresh)
        self.filter.textChanged.connect(self._filter_timer.start)
        self._filter_timer.timeout.connect(self._refresh)
        self.trash.toggled.connect(self._on_trash_toggled)
        self.view.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.view.activated.connect(self._on_activated)
        self._verification.ended.connect(self._on_verified)
        self._import.imported.connect(self._changed)
        details.changed.connect(self._on_details_changed)
        details.compare_requested.connect(partial(self._open, "compare"))
        details.senses_requested.connect(partial(self._open, "senses"))
        details.export_requested.connect(self._on_export)
        details.delete_requested.connect(self._on_delete)
        details.restore_requested.connect(self._on_restore)

    def _refresh(self) -> None:
        self.details.commit()
        library = self._context.library
        shown = self.details.edit
        wanted, self._wanted = self._wanted or (shown.id if shown else None), None
        edits = library.trashed_edits() if self.trash.isChecked() else self._found()
        has_any = bool(library.edits() or library.trashed_edits())
        self.stack.setCurrentIndex(1 if has_any else 0)
        self.table.show_edits(edits, self._damages)
        total = sum(edit.size_bytes or 0 for edit in edits)
        self.count.setText(
            self.tr("{count} edits, {size}").format(count=len(edits), size=figures.size(total))
        )
        self._select(None if wanted is None else self.table.row_of(wanted))

    def _found(self) -> list[EditRow]:
        return self._context.library.search(self.filter.text())

    def _select(self, place: int | None) -> None:
        if place is None and self.table.rowCount():
            place = 0
        if place is None:
            self.details.show_nothing()
            return
        flags = QItemSelectionModel.SelectionFlag
        index = self.table.index(place, 0)
        self._is_selecting = True
        self.view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._is_selecting = False
        self._show(self.table.edit_at(index))

    def _show(self, edit: EditRow) -> None:
        self.details.labels = setting_labels(self._context.engine.description)
        trouble, record = self._damages.get(edit.id, ""), None
        try:
            record = read_record(self._context.library.folder_of(edit))
        except LibraryError as error:
            trouble = trouble or str(error)
        self.details.show_edit(edit, record, trouble)

    def _changed(self, edit_id: str | None = None) -> None:
        """Tell everybody; this page hears it too."""
        self._wanted = edit_id
        self._context.events.library_changed.emit()

    def _open(self, page: str) -> None:
        edit = self.details.edit
        if edit is not None:
            self._context.selection.set_edits((edit.id,))
            self._context.events.open(page, "edit", edit.id)

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "edit":
            self.show_edit(name)

    def _on_find(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def _on_trash_toggled(self, is_shown: bool) -> None:
        self.trash_button.setChecked(is_shown)
        self._refresh()

    def _on_row_changed(self, current: Index) -> None:
        if current.isValid() and not self._is_selecting:
            self.details.commit()
            self._show(self.table.edit_at(current))

    def _on_activated(self) -> None:
        if not self.trash.isChecked():
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

    def _on_delete(self) -> None:
        edit = self.details.edit
        if edit is None or edit.trashed is not None:
            return
        with told(self._context.events):
            self._context.library.trash(edit.id)
            said = self.tr("“{}” is in the trash.").format(edit.name)
            undo = partial(self._restore, edit.id)
            self._context.events.noticed.emit(Notice(said, action=self.tr("Undo"), do=undo))
        self._changed()

    def _on_restore(self) -> None:
        edit = self.details.edit
        if edit is not None:
            self._restore(edit.id)

    def _restore(self, edit_id: str) -> None:
        with told(self._context.events):
            self._context.library.restore(edit_id)
            self.trash.setChecked(False)
        self._changed(edit_id)

    def _on_export(self) -> None:
        edit = self.details.edit
        if edit is None:
            return
        known = (self._context.engine.description or {}).get("editors", [])
        adapters = {editor["name"] for editor in known if editor.get("makes_adapters")}
        dialog = ExportDialog(edit, Path.home(), self, makes_adapters=edit.method in adapters)
        dialog.accepted.connect(lambda: self.export_edit(dialog.chosen()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_exported(self, name: str, target: Path, answer: object) -> None:
        del answer
        said = self.tr("“{name}” is written to {place}.")
        self._context.events.noticed.emit(
            Notice(
                said.format(name=name, place=target),
                action=self.tr("Open folder"),
                do=partial(_open_folder, target),
            )
        )

    def _on_not_done(self, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)

    def _on_verify(self) -> None:
        self.verify.setEnabled(False)
        self.verify.setText(self.tr("Verifying…"))
        self._verification.start()

    def _on_verified(self, damages: dict[str, str], failure: str) -> None:
        self.verify.setEnabled(True)
        self.verify.setText(self.tr("Verify"))
        self._damages = damages
        self._refresh()
        if failure:
            self._context.events.notice(failure, Tone.DANGER)
        elif damages:
            said = self.tr("{} damaged: {}").format(len(damages), next(iter(damages.values())))
            self._context.events.notice(said, Tone.DANGER)
        else:
            self._context.events.notice(self.tr("Every file is as it was written."))


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

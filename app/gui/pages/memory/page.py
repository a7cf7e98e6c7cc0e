"""Memory: the rows of an edit that answers by rows, switched, written and looked through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QComboBox, QStackedWidget, QTabWidget, QWidget

from app.gui.context import GuiContext
from app.gui.errors import mendable
from app.gui.events import Tone
from app.gui.metrics import characters
from app.gui.pages.memory.changes import MemoryChanges
from app.gui.pages.memory.gate import GateView
from app.gui.pages.memory.rows import RowsView
from app.gui.tables.memory_table import RowOfMemory
from app.gui.widgets.buttons import action, button
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, muted, set_tone
from app.gui.widgets.layouts import column, row
from editing.errors import EditingError, LibraryError
from editing.library.edit_row import EditRow
from editing.library.records import read_record


class MemoryPage(QWidget):
    """An edit to choose, its rows, and its gate."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.changes = MemoryChanges(context, self)
        self._record: Mapping[str, Any] = {}
        self._build_actions()
        self._build()
        self._connect()
        self._offer_edits()
        for name in context.selection.edits:
            self.show_edit(name)

    def show_edit(self, name_or_id: str) -> None:
        """Show an edit, if it answers by rows."""
        try:
            edit = self._context.library.edit(name_or_id)
        except LibraryError:
            return
        place = self.edits.findData(edit.id)
        if place >= 0:
            self.edits.setCurrentIndex(place)

    def _build_actions(self) -> None:
        self.undo = action(
            self,
            self.tr("Undo"),
            tip=self.tr("Take back the last change of the memory"),
            shortcut="Ctrl+Z",
            icon="undo",
            do=self.changes.stack.undo,
        )
        self.redo = action(
            self,
            self.tr("Redo"),
            tip=self.tr("Do again what was taken back"),
            shortcut="Ctrl+Shift+Z",
            icon="redo",
            do=self.changes.stack.redo,
        )
        self.start = action(
            self,
            self.tr("Fit a memory"),
            tip=self.tr("Choose Memory (SERAC) or Codebook (GRACE) as the method of a run"),
            icon="runs",
            do=self._on_start,
        )

    def _build(self) -> None:
        self.edits = QComboBox()
        self.edits.setAccessibleName(self.tr("Edit that answers by rows"))
        self.edits.setMinimumWidth(characters(36))
        leave_wheel_to_page(self.edits)
        self.about = muted("")
        head = row(
            caption(self.tr("Memory")),
            self.edits,
            self.about,
            button(self.undo),
            button(self.redo),
            spacing=3,
            margins=4,
        )
        head.setStretch(2, 1)
        self.rows, self.gate = RowsView(), GateView()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Ways to look at a memory"))
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.rows, self.tr("Rows"))
        self.tabs.addTab(self.gate, self.tr("Where they answer"))
        filled = QWidget()
        tabs = column(self.tabs, spacing=0)
        tabs.setContentsMargins(6, 0, 0, 0)
        lines = column(head, tabs, spacing=0)
        lines.setStretch(1, 1)
        filled.setLayout(lines)
        empty = EmptyState(
            "memory",
            self.tr("No memory yet"),
            self.tr(
                "Memory (SERAC) and Codebook (GRACE) leave the model as it is and keep edits as "
                "rows beside it, each with a switch. What they make is listed here."
            ),
            self.start,
        )
        self.states = QStackedWidget()
        self.states.addWidget(empty)
        self.states.addWidget(filled)
        self.setLayout(column(self.states, spacing=0))

    def _connect(self) -> None:
        events = self._context.events
        events.library_changed.connect(self._offer_edits)
        events.open_requested.connect(self._on_open_requested)
        self._context.engine.described.connect(self._offer_edits)
        self.edits.currentIndexChanged.connect(self._on_chosen)
        self.changes.changed.connect(self._on_changed)
        self.changes.busy_changed.connect(self._on_busy_changed)
        self.changes.stack.indexChanged.connect(self._follow_stack)
        self.rows.switch_wanted.connect(self._on_switch_wanted)
        self.rows.row_wanted.connect(self._on_row_wanted)
        self.rows.file_wanted.connect(self._on_file_wanted)
        self.rows.failed.connect(self._on_failed)
        self.gate.threshold_wanted.connect(self._on_threshold_wanted)
        self._follow_stack()

    def _offer_edits(self) -> None:
        chosen = self.changes.edit_id
        self.edits.blockSignals(True)
        self.edits.clear()
        for edit in self._context.library.edits():
            if edit.method in self._methods():
                self.edits.addItem(edit.name, edit.id)
        self.edits.setCurrentIndex(max(0, self.edits.findData(chosen)))
        self.edits.blockSignals(False)
        self.states.setCurrentIndex(1 if self.edits.count() else 0)
        self._on_chosen()

    def _methods(self) -> set[str]:
        """The methods whose edits answer by rows."""
        described = self._context.engine.description or {}
        editors = described.get("editors", ())
        return {editor["name"] for editor in editors if editor.get("answers_by_rows")}

    def _on_chosen(self) -> None:
        edit_id = self.edits.currentData()
        if edit_id != self.changes.edit_id:
            self.changes.open(edit_id)
            self._read()

    def _on_changed(self) -> None:
        self._offer_edits()
        self._read()

    def _read(self) -> None:
        """Show the edit as its folder says it is."""
        edit = self._edit()
        self._record = {} if edit is None else self._record_of(edit)
        result: Mapping[str, Any] = self._record.get("result") or {}
        state: Mapping[str, Any] = self._record.get("state") or {}
        kept: Sequence[Mapping[str, Any]] = state.get("rows", ())
        has_gate = result.get("scope") is not None
        name = "" if edit is None else edit.name
        rows = [RowOfMemory.read(each) for each in kept]
        self.rows.show_rows(name, rows, takes_rows=self._takes_rows())
        self.gate.say(
            self.tr(
                "Nothing is known of where this memory answers: it was made by an older version, "
                "or without texts to measure it on. Fit it again to see its gate."
            )
        )
        self.gate.show_result(result if has_gate else {})
        self.about.setText("" if edit is None else self._said_of(edit))
        set_tone(self.about, "danger" if self._hardly_answers() else "")

    def _takes_rows(self) -> bool:
        """Whether rows are only written down: those of a codebook are trained."""
        return "threshold" in (self._record.get("state") or {})

    def _said_of(self, edit: EditRow) -> str:
        if edit.success_after is None:
            return self.tr("Other rows are on than were measured; measure it on the compare page.")
        return self.tr("✗ Its gate hardly answers") if self._hardly_answers() else ""

    def _hardly_answers(self) -> bool:
        """Whether the gate is not good enough where the edit is kept."""
        result: Mapping[str, Any] = self._record.get("result") or {}
        scope: Mapping[str, Any] = result.get("scope") or {}
        return bool(scope.get("problem"))

    def _edit(self) -> EditRow | None:
        edit_id = self.changes.edit_id
        try:
            return None if edit_id is None else self._context.library.edit(edit_id)
        except LibraryError:
            return None

    def _record_of(self, edit: EditRow) -> Mapping[str, Any]:
        try:
            return read_record(self._context.library.folder_of(edit))
        except LibraryError as error:
            self._context.events.noticed.emit(mendable(error))
            return {}

    def _on_switch_wanted(self, row: str, on: bool) -> None:
        words = self.tr("switch a row on") if on else self.tr("switch a row off")
        self.changes.switch(row, on=on, words=words)

    def _on_row_wanted(self, example: Mapping[str, Any]) -> None:
        self.changes.write(
            {"add": [dict(example)]},
            words=self.tr("write a row"),
            told=self.tr("The row is written, in {seconds:.1f} s."),
        )
        self.rows.clear_fields()

    def _on_file_wanted(self, path: str) -> None:
        self.changes.write(
            {"file": path},
            words=self.tr("import rows"),
            told=self.tr("The rows are written, in {seconds:.1f} s."),
        )

    def _on_threshold_wanted(self, threshold: float) -> None:
        before = float(self._record["result"]["scope"]["threshold"])
        self.changes.move_threshold(threshold, before, words=self.tr("move the threshold"))

    def _on_failed(self, error: EditingError) -> None:
        self._context.events.notice(str(error), Tone.DANGER)

    def _on_busy_changed(self) -> None:
        self.rows.set_busy(self.changes.is_busy)

    def _follow_stack(self) -> None:
        self.undo.setEnabled(self.changes.stack.canUndo())
        self.redo.setEnabled(self.changes.stack.canRedo())

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "edit":
            self.show_edit(name)

    def _on_start(self) -> None:
        self._context.events.page_requested.emit("runs")

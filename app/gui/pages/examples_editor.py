"""One open example set: its three lists in tabs, what can be done with them, what is to mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent, QUndoGroup
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QTabBar, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import characters
from app.gui.pages.examples_actions import RowActions, SetActions, on
from app.gui.pages.examples_document import ExampleDocument
from app.gui.pages.examples_probabilities import ProbabilityFeed
from app.gui.pages.examples_view import ExamplesView
from app.gui.tables.example_cells import Column, changed_cell
from app.gui.tables.examples_table import ExamplesTable
from app.gui.tables.readings import Reading, Texts
from app.gui.widgets.buttons import button, tool_button
from app.gui.widgets.labels import caption, title
from app.gui.widgets.layouts import column, row, stretched
from editing.examples import Example, ExampleSet, Kind, Role

TABS = {
    Role.CANONICAL: ("Canonical", "The model learns from these rows."),
    Role.EVALUATION: ("Evaluation", "Other wordings: did it really learn?"),
    Role.HARD_NEGATIVE: ("Hard negatives", "Close by, and must not change."),
}


class SetEditor(QWidget):
    """Shows a document and lets it be edited."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._document: ExampleDocument | None = None
        self._model = context.selection.model
        self.undo_group = QUndoGroup(self)
        self.table = ExamplesTable(self)
        self.view = ExamplesView(self.table)
        self.feed = ProbabilityFeed(context.engine, self)
        self.actions_of_set = SetActions(self)
        self.actions_of_rows = RowActions(self, self.view)
        self._title = title("")
        self._explanation, self.summary = _one_line(), _one_line()
        for label in (self._explanation, self.summary):  # what steps aside in a narrow window
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tabs = self._build_tabs()
        self.filter = self._build_filter()
        self.setLayout(self._lay_out())
        self._connect_actions()
        self._connect()

    @property
    def role(self) -> Role:
        """Which list is shown."""
        return list(TABS)[self.tabs.currentIndex()]

    @property
    def document(self) -> ExampleDocument | None:
        """The open document."""
        return self._document

    def open(self, document: ExampleDocument) -> None:
        """Show another set."""
        if self._document is not None:
            self._document.changed.disconnect(self._on_document_changed)
        self._document = document
        document.changed.connect(self._on_document_changed)
        self.undo_group.addStack(document.undo_stack)
        self.undo_group.setActiveStack(document.undo_stack)
        self.filter.clear()
        self.tabs.setCurrentIndex(0)
        self.show_document()

    @Slot()
    def show_document(self) -> None:
        """Draw everything from the document."""
        if self._document is None:
            return
        examples = self._document.examples
        self._title.setText(examples.name)
        for place, role in enumerate(TABS):
            self.tabs.setTabText(place, f"{TABS[role][0]}  {len(examples.rows(role))}")
        self._explanation.setText(TABS[self.role][1])
        judged = self.role is not Role.HARD_NEGATIVE
        shown = examples if judged else replace(examples, kind=Kind.INCREASE)
        self.table.set_rows(examples.rows(self.role), shown, judged=judged)
        self.view.setColumnHidden(Column.KIND, not judged)
        self.actions_of_set.run.setEnabled(bool(examples.canonical))

    def add_rows(self, role: Role, rows: Sequence[Example], text: str) -> None:
        """Append rows to one of the lists, and show it."""
        if self._document is not None:
            self._document.add(role, rows, text)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want_readings()

    def _build_tabs(self) -> QTabBar:
        tabs = QTabBar(drawBase=False, expanding=False, usesScrollButtons=False)
        tabs.setAccessibleName(self.tr("Lists of the set"))
        for place, (name, explanation) in enumerate(TABS.values()):
            tabs.addTab(name)
            tabs.setTabToolTip(place, explanation)
        return tabs

    def _build_filter(self) -> QLineEdit:
        field = QLineEdit(clearButtonEnabled=True, placeholderText=self.tr("Filter rows"))
        field.setAccessibleName(self.tr("Filter rows"))
        field.setFixedWidth(characters(28))
        return field

    def _lay_out(self) -> QVBoxLayout:
        of_set, of_rows = self.actions_of_set, self.actions_of_rows
        whole = (of_set.undo, of_set.redo, of_set.thresholds, of_set.read, of_set.write)
        run = button(of_set.run, "primary")
        top = row(self._title, None, *(tool_button(each) for each in whole), run, spacing=1)
        lists = stretched(row(self.tabs, self._explanation, self.filter, spacing=3), 1)
        self.mend_button = button(of_rows.mend)
        add, delete = button(of_rows.add), button(of_rows.delete)
        below = stretched(row(add, delete, self.mend_button, self.summary, spacing=2), 3)
        return column(top, lists, self.view, below, spacing=2)

    def _connect_actions(self) -> None:
        of_set, of_rows = self.actions_of_set, self.actions_of_rows
        on(of_set.undo, self.undo_group.undo)
        on(of_set.redo, self.undo_group.redo)
        on(of_set.find, self.filter.setFocus)
        on(of_rows.add, self._on_add)
        on(of_rows.delete, self._on_delete)
        on(of_rows.mend, self._on_mend)
        on(of_rows.copy, self.view.copy)
        on(of_rows.paste, self._on_paste)
        for kind, act in of_rows.kinds.items():
            on(act, partial(self._on_kind, kind))
        for act in (of_set.undo, of_set.redo, of_rows.delete):
            act.setEnabled(False)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self.show_document)
        self.filter.textChanged.connect(self.table.set_filter)
        self.table.change_requested.connect(self._on_change_requested)
        self.table.visible_changed.connect(self._on_visible_changed)
        self.view.pasted.connect(self._on_pasted)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self.feed.answered.connect(self._on_answered)
        self.undo_group.canUndoChanged.connect(self.actions_of_set.undo.setEnabled)
        self.undo_group.canRedoChanged.connect(self.actions_of_set.redo.setEnabled)
        self._context.engine.ready.connect(self._want_readings)
        self._context.events.selection_changed.connect(self._on_selection_changed)

    @Slot()
    def _want_readings(self) -> None:
        if self.isVisible():
            unread = [r for r in self.table.shown_rows if self.table.reading_of(r) is None]
            self.feed.want(unread, self._context.selection.model)

    @Slot(object)
    def _on_answered(self, readings: dict[Texts, Reading]) -> None:
        self.table.add_readings(readings)
        self._show_summary()

    @Slot()
    def _on_visible_changed(self) -> None:
        self._show_summary()
        self._want_readings()

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._context.selection.model != self._model:
            self._model = self._context.selection.model
            self.table.clear_readings()
            self._want_readings()

    def _show_summary(self) -> None:
        shown, total = len(self.table.shown_rows), len(self.table.rows)
        said = [f"{total} rows" if shown == total else f"{shown} of {total} rows"]
        succeeding, known = self.table.successes()
        if known:
            said.append(self.tr("{n} of {k} succeed now").format(n=succeeding, k=known))
        remarks = self.table.remarks()
        if remarks:
            said.append(self.tr("{n} with remarks").format(n=remarks))
        self.summary.setText("  ·  ".join(said))
        self.actions_of_rows.mend.setVisible(bool(remarks))
        self.mend_button.setVisible(bool(remarks))

    @Slot()
    def _on_selected(self) -> None:
        any_chosen = bool(self.view.chosen())
        self.actions_of_rows.delete.setEnabled(any_chosen)
        for act in self.actions_of_rows.kinds.values():
            act.setEnabled(any_chosen)

    @Slot(str)
    def _on_document_changed(self, role: str) -> None:
        """Undoing a change of another list shows that list."""
        self._context.events.sets_changed.emit()
        if role and role != self.role:
            self.tabs.setCurrentIndex(list(TABS).index(Role(role)))
        else:
            self.show_document()

    @Slot(object, str)
    def _on_change_requested(self, rows: tuple[Example, ...], text: str) -> None:
        if self._document is not None:
            with told(self._context.events):
                self._document.change(self.role, rows, text)

    def _on_add(self) -> None:
        self.filter.clear()
        self.view.begin_row()

    def _on_delete(self) -> None:
        if self._document is not None:
            with told(self._context.events):
                self._document.remove(self.role, [row.id for row in self.view.chosen()])

    def _on_mend(self) -> None:
        if self._document is not None:
            with told(self._context.events):
                self._document.mend_spaces(self.role)

    def _on_kind(self, kind: Kind) -> None:
        chosen = {row.id for row in self.view.chosen()}
        examples = self._document.examples if self._document else ExampleSet("", ())
        rows = tuple(
            changed_cell(row, Column.KIND, kind, examples) if row.id in chosen else row
            for row in self.table.rows
        )
        self._on_change_requested(rows, self.tr("Change the kind"))

    def _on_paste(self) -> None:
        with told(self._context.events):
            self.view.paste()

    @Slot(object, int)
    def _on_pasted(self, pasted: list[Example], place: int) -> None:
        rows = self.table.rows
        before = self.table.example_at(place)
        at = rows.index(before) if before is not None else len(rows)
        text = self.tr("Paste {n} rows").format(n=len(pasted))
        self._on_change_requested((*rows[:at], *pasted, *rows[at:]), text)


def _one_line() -> QLabel:
    label = caption("")
    label.setWordWrap(False)
    return label

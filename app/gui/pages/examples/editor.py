"""One open example set: its three lists in tabs, what can be done with them, what is to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QCoreApplication,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Slot,
)
from PySide6.QtGui import QShowEvent, QUndoGroup
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QTabBar, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.pages.examples.actions import LIST_NAMES, RowActions, SetActions, list_name, on
from app.gui.pages.examples.cells import CellWork
from app.gui.pages.examples.document import ExampleDocument, counted
from app.gui.pages.examples.filter import FilterBar, Pickable
from app.gui.pages.examples.readings import Readings
from app.gui.pages.examples.rows import RowWork
from app.gui.pages.examples.view import ExamplesView
from app.gui.tables.example_columns import Column
from app.gui.tables.example_filter import Standing
from app.gui.tables.example_flags import Flag, Severity
from app.gui.tables.example_problems import Problem
from app.gui.tables.examples_table import ExamplesTable
from app.gui.widgets.buttons import button, tool_button
from app.gui.widgets.labels import caption, set_tone, title
from app.gui.widgets.layouts import boxed, column, row, stretched
from editing.examples import Example, Role, can_hold_out

EXPLANATIONS = {
    Role.CANONICAL: QT_TRANSLATE_NOOP("examples", "The model learns from these rows."),
    Role.EVALUATION: QT_TRANSLATE_NOOP("examples", "Other wordings: did it really learn?"),
    Role.HARD_NEGATIVE: QT_TRANSLATE_NOOP("examples", "Close by, and must not change."),
}


class SetEditor(QWidget):
    """Shows a document and lets it be edited."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._document: ExampleDocument | None = None
        self.undo_group = QUndoGroup(self)
        self.table = ExamplesTable(self)
        self.view = ExamplesView(self.table)
        self.readings = Readings(context, self.table, self.view)
        self.cells = CellWork(self.view, self.table)
        self.rows = RowWork(self, self.view, self.table)
        self.filter = FilterBar()
        self.actions_of_set = SetActions(self)
        self.actions_of_rows = RowActions(self, self.view)
        self._title = title("")
        self._explanation, self.summary = _one_line(), _one_line()
        self.remark = caption("")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tabs = self._build_tabs()
        self.advice = self._build_advice()
        self.setLayout(self._lay_out())
        self._connect_set_actions()
        self._connect_row_actions()
        self._connect()

    @property
    def role(self) -> Role:
        """Which list is shown."""
        return list(LIST_NAMES)[self.tabs.currentIndex()]

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
        for place, role in enumerate(LIST_NAMES):
            self.tabs.setTabText(place, f"{list_name(role)}  {len(examples.rows(role))}")
        self._explanation.setText(_explanation(self.role))
        self.table.set_rows(examples.rows(self.role), examples, role=self.role)
        self.view.want_column(Column.KIND, wanted=self.role is not Role.HARD_NEGATIVE)
        self.actions_of_set.run.setEnabled(bool(examples.canonical))
        offers = can_hold_out(examples)
        self.actions_of_set.hold_out.setEnabled(offers)
        self.advice.setVisible(offers and self.role is not Role.HARD_NEGATIVE)
        self._on_selected()

    def add_rows(self, role: Role, rows: Sequence[Example], text: str) -> None:
        """Append rows to one of the lists, and show it."""
        if self._document is not None:
            self._document.add(role, rows, text)

    def show_role(self, role: Role) -> None:
        """Show one of the lists."""
        self.tabs.setCurrentIndex(list(LIST_NAMES).index(role))

    @Slot(object)
    def go_to(self, problem: Problem) -> None:
        """Show the cell that a problem is about."""
        self.filter.clear()
        self.show_role(problem.role)
        self.view.go_to(self.table.index(self.table.row_of(problem.row_id), problem.column))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.readings.want()

    def _build_tabs(self) -> QTabBar:
        tabs = QTabBar(drawBase=False, expanding=False, usesScrollButtons=False)
        tabs.setAccessibleName(self.tr("Lists of the set"))
        for place, role in enumerate(LIST_NAMES):
            tabs.addTab(list_name(role))
            tabs.setTabToolTip(place, _explanation(role))
        return tabs

    def _build_advice(self) -> QFrame:
        act = button(self.actions_of_set.hold_out)
        said = self.tr(
            "Success on rows that were learnt shows little. Keep some back, to judge by them."
        )
        line = stretched(row(caption(said), act, spacing=3), 0)
        return boxed(line)

    def _lay_out(self) -> QVBoxLayout:
        of_set, of_rows = self.actions_of_set, self.actions_of_rows
        whole = (of_set.undo, of_set.redo, of_set.subjects, of_set.thresholds)
        tools = [tool_button(each) for each in (*whole, of_set.read, of_set.write)]
        top = row(self._title, None, *tools, button(of_set.run, "primary"), spacing=1)
        lists = stretched(row(self.tabs, self._explanation, self.readings.edit, spacing=3), 1)
        self.mend_button = button(of_rows.mend)
        self.problems_button = button(of_set.next_problem, "link")
        links = (self.mend_button, self.problems_button)
        below = row(button(of_rows.add), button(of_rows.delete), *links, self.summary, spacing=2)
        stretched(below, 4)
        set_tone(self.remark, "warning")
        self.remark.hide()
        middle = (self.advice, self.filter, self.view, self.remark)
        return column(top, lists, *middle, below, spacing=2)

    def _connect_set_actions(self) -> None:
        acts = self.actions_of_set
        on(acts.undo, self.undo_group.undo)
        on(acts.redo, self.undo_group.redo)
        on(acts.find, self.filter.field.setFocus)
        on(acts.hold_out, partial(self._told, self._hold_out))
        on(acts.next_problem, self._on_next_problem)
        on(acts.score, self.readings.ask_again)
        on(acts.worst_first, self.view.sort_worst_first)
        on(acts.start_engine, self.readings.start_engine)
        acts.subjects.toggled.connect(self._on_subjects_toggled)
        for act in (acts.undo, acts.redo):
            act.setEnabled(False)

    def _connect_row_actions(self) -> None:
        acts, cells, rows = self.actions_of_rows, self.cells, self.rows
        on(acts.add, self._on_add)
        on(acts.delete, partial(self._told, rows.delete))
        on(acts.mend, partial(self._told, rows.mend_all))
        for name, do in {
            "cut": cells.cut,
            "copy": cells.copy,
            "copy_titled": partial(cells.copy, header=True),
            "paste": cells.paste,
            "paste_over": cells.paste_over,
            "fill": cells.fill_down,
            "clear": cells.clear,
        }.items():
            on(acts.cells[name], partial(self._told, do))
        for name, do in {
            "up": partial(rows.shift, -1),
            "down": partial(rows.shift, 1),
            "duplicate": rows.duplicate,
            "tag": partial(rows.ask_tags, self),
            "threshold": partial(rows.ask_threshold, self),
            "subject": self._on_subject,
            "mend_row": rows.mend,
        }.items():
            on(acts.rows[name], partial(self._told, do))
        for kind, act in acts.kinds.items():
            on(act, partial(self._told, partial(rows.set_kind, kind)))
        for role, act in acts.moves.items():
            on(act, partial(self._told, partial(rows.move_to, role)))

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self.show_document)
        self.filter.changed.connect(self.table.set_filter)
        self.table.change_requested.connect(self._on_change_requested)
        self.table.visible_changed.connect(self._on_visible_changed)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self.view.row_moved.connect(self._on_row_moved)
        self.view.mend_requested.connect(self._on_mend_requested)
        self.view.delegate.remarked.connect(self._on_remarked)
        self.view.delegate.subject_marked.connect(self._on_subject_marked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.readings.changed.connect(self._show_summary)
        group = self.undo_group
        group.canUndoChanged.connect(self.actions_of_set.undo.setEnabled)
        group.canRedoChanged.connect(self.actions_of_set.redo.setEnabled)
        group.undoTextChanged.connect(self._show_undo_texts)
        group.redoTextChanged.connect(self._show_undo_texts)

    def _told(self, do: Callable[[], object]) -> None:
        with told(self._context.events):
            do()

    @Slot()
    def _show_undo_texts(self) -> None:
        acts, group = self.actions_of_set, self.undo_group
        acts.undo.setText(f"{self.tr('Undo')} {group.undoText()}".strip())
        acts.redo.setText(f"{self.tr('Redo')} {group.redoText()}".strip())

    @Slot()
    def _on_visible_changed(self) -> None:
        self._show_summary()
        self.readings.want()

    @Slot()
    def _show_summary(self) -> None:
        shown, total = len(self.table.shown_rows), len(self.table.rows)
        succeeding, known = self.table.summary.successes()
        said = [self.tr("{n} rows").format(n=total) if total != 1 else self.tr("1 row")]
        if known:
            said.append(self.tr("{n} of {k} succeed now").format(n=succeeding, k=known))
        self.summary.setText("  ·  ".join(said))
        is_open = self.filter.row_filter().is_open
        self.filter.say("" if is_open else self._said_left(shown, total))
        self._offer_picks(known=bool(known))
        self._show_problems()

    def _said_left(self, shown: int, total: int) -> str:
        return self.tr("{n} of {k} rows").format(n=shown, k=total)

    def _offer_picks(self, *, known: bool) -> None:
        summary = self.table.summary
        kinds = () if self.role is Role.HARD_NEGATIVE else tuple(summary.kinds())
        standings = [Standing.PROBLEM] if summary.remarks() else []
        standings += [Standing.RIGHT, Standing.WRONG] if known else []
        picks = Pickable(kinds if len(kinds) > 1 else (), tuple(summary.tags()), (*standings,))
        self.filter.offer(picks)

    def _show_problems(self) -> None:
        acts, remarks = self.actions_of_set, self.table.summary.remarks()
        names = {
            Severity.ERROR: ("error", "errors"),
            Severity.WARNING: ("warning", "warnings"),
            Severity.INFO: ("hint", "hints"),
        }
        said = [f"{n} {names[s][n > 1]}" for s in Severity if (n := remarks[s])]
        text = self.tr("Next problem")
        acts.next_problem.setText(f"{text}: {', '.join(said)}" if said else text)
        acts.next_problem.setEnabled(bool(said))
        self.problems_button.setVisible(bool(said))
        can_mend = self.table.summary.can_mend()
        self.actions_of_rows.mend.setVisible(can_mend)
        self.mend_button.setVisible(can_mend)
        acts.start_engine.setVisible(self.readings.is_off)

    @Slot()
    def _on_selected(self) -> None:
        chosen = self.view.chosen()
        any_cell = self.view.selectionModel().hasSelection()
        self._on_remarked("")
        self.actions_of_rows.follow_selection(
            any_row=bool(chosen), any_cell=any_cell, role=self.role
        )

    @Slot(str)
    def _on_document_changed(self, role: str) -> None:
        """Undoing a change of another list shows that list."""
        self._context.events.sets_changed.emit()
        if role and role != self.role:
            self.show_role(Role(role))
        else:
            self.show_document()

    @Slot(object, str)
    def _on_change_requested(self, rows: tuple[Example, ...], text: str) -> None:
        if self._document is not None:
            with told(self._context.events):
                self._document.change(self.role, rows, text)

    @Slot(str)
    def _on_remarked(self, text: str) -> None:
        """Say what may be wrong with what is being typed, or with the row one went to."""
        self.remark.setText(text)
        self.remark.setVisible(bool(text))

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        menu = self.actions_of_rows.menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _on_add(self) -> None:
        self.filter.clear()
        self.view.begin_row()

    def _on_next_problem(self) -> None:
        index = self.table.next_problem(self.view.currentIndex().row())
        if index.isValid():
            self.view.go_to(index)
            self._on_remarked(" ".join(flag.text for flag in self._flags_at(index.row())))

    def _flags_at(self, place: int) -> tuple[Flag, ...]:
        example = self.table.example_at(place)
        return self.table.flags_of(example) if example else ()

    @Slot(bool)
    def _on_subjects_toggled(self, wanted: bool) -> None:
        self.view.want_column(Column.SUBJECT, wanted=wanted)

    def _hold_out(self) -> None:
        if self._document is not None:
            count = self._document.hold_out()
            said = self.tr("{rows} moved to Evaluation; the model does not learn from them.")
            self._context.events.notice(said.format(rows=counted(count).capitalize()))

    @Slot(str)
    def _on_mend_requested(self, row_id: str) -> None:
        self._told(partial(self.rows.mend, [row_id]))

    @Slot(str, object)
    def _on_row_moved(self, row_id: str, before: str | None) -> None:
        self.rows.reorder(frozenset((row_id,)), before)

    def _on_subject(self) -> None:
        self.actions_of_set.subjects.setChecked(True)
        self.view.edit_subject()

    @Slot(object, str)
    def _on_subject_marked(self, place: QPersistentModelIndex, text: str) -> None:
        self.table.change_cells({(place.row(), Column.SUBJECT): text}, self.tr("Mark the subject"))


def _explanation(role: Role) -> str:
    return QCoreApplication.translate("examples", str(EXPLANATIONS[role]))


def _one_line() -> QLabel:
    """Write what steps aside in a narrow window."""
    label = caption("")
    label.setWordWrap(False)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label

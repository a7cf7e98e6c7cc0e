"""Compare: the original beside its edits, by what they write and by what they get right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.events import Tone
from app.gui.pages.compare.columns import MOST_COLUMNS, ColumnHeads
from app.gui.pages.compare.frontier import FrontierPanel
from app.gui.pages.compare.generations import GenerationsPanel
from app.gui.pages.compare.judged_dialog import JudgedDialog
from app.gui.pages.compare.judging import Judging
from app.gui.pages.compare.measures import ExamplesPanel, MeasuresPanel, SideBySidePanel
from app.gui.pages.compare.measuring import Measuring
from app.gui.pages.compare.reporting import Panels, ask_for_report, write_report
from app.gui.pages.compare.sense_changes import SenseChangesPanel
from app.gui.pages.compare.setting_rows import setting_rows
from app.gui.pages.compare.writing import Writing
from app.gui.tables.setting_pairs import setting_labels
from app.gui.widgets.buttons import action, button
from app.gui.widgets.drop_sheet import DropSheet
from app.gui.widgets.edit_drops import EditDrops
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.layouts import column, row
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.kept_stacks import kept_stacks


class ComparePage(QWidget):
    """Heads of the columns above the ways to compare them."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._edits: list[EditRow] = []
        self._frontier_model = ""
        self._frontier_is_stale = True
        self._is_stale = False
        self._measuring = Measuring(context, self)
        self._build()
        self._take_drops()
        self._writing = Writing(context, self.generations)
        self._judging = Judging(context, self.generations, self._writing)
        self._connect()
        self._offer()
        if context.selection.edits:
            self.show_edits(context.selection.edits)
        else:
            self._show_newest()

    def show_edits(self, names_or_ids: tuple[str, ...]) -> None:
        """Compare these edits with their base."""
        self._offer_if_stale()
        try:
            edits = [self._context.library.edit(name) for name in names_or_ids]
        except LibraryError:
            return
        if edits:
            self.heads.choose_model(edits[0].model)
            self.heads.show_edits([edit.id for edit in edits])
            self._frontier_is_stale = True
            self._follow_frontier()
            self._suggest_prompt()

    def add_edits(self, ids: tuple[str, ...]) -> None:
        """Put edits beside those compared, as far as there is room; of another base, alone."""
        self._offer_if_stale()
        known = {edit.id: edit for edit in self._edits}
        added = [known[each] for each in ids if each in known]
        if not added:
            return
        base = self.heads.model.currentText()
        if not self.heads.choices() or added[0].model != base:
            self.show_edits(tuple(edit.id for edit in added))
            return
        fitting = [edit.id for edit in added if edit.model == base and not self._shows(edit.id)]
        taken = self.heads.add_edits(fitting)
        if len(taken) < len(fitting):
            self._context.events.notice(
                self.tr("Up to {} edits are compared at once. Take one away first.").format(
                    MOST_COLUMNS
                ),
                Tone.WARNING,
            )

    def show_stack(self, name: str) -> None:
        """Compare a stack that is kept with its base."""
        self._offer_if_stale()
        stacks = {stack.name: stack for stack in kept_stacks(self._context.library.db)}
        if name in stacks:
            self.heads.choose_model(stacks[name].model)
            self.heads.show_stack(name)
            self._suggest_prompt()

    def save_report(self, path: Path) -> None:
        """Write the comparison as one HTML file.

        Raises:
            EditingError: It cannot be written there.
        """
        self.show_frontier()
        write_report(
            path,
            Panels(
                self.heads,
                self.generations,
                self.measures,
                self.settings,
                self.examples,
                self.senses,
                self.frontier,
            ),
        )

    def _build(self) -> None:
        self.heads = ColumnHeads()
        self.generations = GenerationsPanel()
        self.measures = MeasuresPanel()
        self.settings = SideBySidePanel(self.tr("Settings side by side"))
        self.examples = ExamplesPanel()
        self.senses = SenseChangesPanel(self._context)
        self.frontier = FrontierPanel()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.generations, self.tr("Generations"))
        self.tabs.addTab(self.examples, self.tr("Examples"))
        self.tabs.addTab(self.measures, self.tr("Measures"))
        self.tabs.addTab(self.settings, self.tr("Settings"))
        self.tabs.addTab(self.senses, self.tr("Senses Δ"))
        self.tabs.addTab(self.frontier, self.tr("All edits"))
        filled = QWidget()
        lines = column(self.heads, spacing=3, margins=4)
        lines.addWidget(self.tabs, 1)
        filled.setLayout(lines)
        go = action(
            self,
            self.tr("Go to runs"),
            tip=self.tr("Make an edit first"),
            icon="runs",
            do=lambda: self._context.events.page_requested.emit("runs"),
        )
        self.empty = EmptyState(
            "compare",
            self.tr("Nothing to compare yet"),
            self.tr("Once a run has made an edit, see here what it says beside the original."),
            go,
        )
        self.report = action(
            self,
            self.tr("Report…"),
            tip=self.tr("Write this comparison as one HTML file that needs no network"),
            shortcut="Ctrl+S",
            icon="export",
            do=self._on_report,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(filled)
        self.setLayout(column(self.stack, spacing=0))
        corner = QWidget()
        self.report_button = button(self.report)
        corner.setLayout(row(self.measures.measure_button, self.report_button, spacing=2))
        self.tabs.setCornerWidget(corner)

    def _take_drops(self) -> None:
        about = self.tr("It gets a column of its own beside the original.")
        self.drop_sheet = DropSheet(self, "compare", about)
        EditDrops(self, self.add_edits, entered=self._on_edits_entered, left=self.drop_sheet.hide)

    def _connect(self) -> None:
        events = self._context.events
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._on_library_changed)
        self.heads.changed.connect(self._on_columns_changed)
        self.generations.bar.generate_requested.connect(self._on_generate_requested)
        self.generations.judged_wanted.connect(self._on_judged_wanted)
        self.generations.bar.examples_wanted.connect(self._on_examples_wanted)
        self.measures.measure_requested.connect(self._on_measure_requested)
        self._measuring.changed.connect(self._show_known)
        self._measuring.failed.connect(self.measures.said.setText)
        self.examples.edit_chosen.connect(self._show_examples)
        self.frontier.compare_requested.connect(self._on_compare_requested)
        self.senses.word_wanted.connect(partial(events.open, "senses", "sense"))
        self.tabs.currentChanged.connect(self._on_tab_changed)

    def _show_newest(self) -> None:
        if self._edits:
            self.show_edits((self._edits[0].id,))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer_if_stale()

    def _on_library_changed(self) -> None:
        """Follow at once where somebody looks, and later where nobody does."""
        self._is_stale = True
        if self.isVisible():
            self._offer_if_stale()

    def _offer_if_stale(self) -> None:
        if self._is_stale:
            self._offer()

    def _offer(self) -> None:
        self._is_stale = False
        library = self._context.library
        self._edits = edits = library.edits()
        self._frontier_is_stale = True
        self.stack.setCurrentIndex(1 if edits else 0)
        chosen = self.heads.model.currentText() or self._context.selection.model
        models = [edit.model for edit in edits]
        self.heads.offer(models, edits, chosen, kept_stacks(library.db))
        self._follow_frontier()

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "stack":
            self._writing.stop()
            self.generations.clear()
            self.show_stack(name)
        if kind == "edits":
            self._writing.stop()
            self.generations.clear()
            self.show_edits(tuple(name.split("\n")))
        if kind != "edit":
            return
        if not self._shows(name):
            self._writing.stop()
            self.generations.clear()
            self.show_edits((name,))
        has_text = self._writing.is_busy or self.generations.has_text
        # Other pages open edits too; only who looks at this one wants texts.
        if self.isVisible() and self._shows(name) and not has_text:
            self._on_generate_requested()

    def _on_edits_entered(self, ids: tuple[str, ...]) -> None:
        names = [edit.name for edit in self._edits if edit.id in ids]
        if len(names) == 1:
            self.drop_sheet.offer(self.tr("Drop “{}” to compare it").format(names[0]))
        elif names:
            self.drop_sheet.offer(self.tr("Drop {} edits to compare them").format(len(names)))

    def _shows(self, edit_id: str) -> bool:
        return any(choice.edit.id == edit_id for choice in self.heads.choices())

    def _on_columns_changed(self) -> None:
        choices = self.heads.choices()
        labels = [choice.label for choice in choices]
        self._writing.follow(choices)
        self.generations.show_columns([self.tr("Original"), *labels])
        self._judging.follow(choices)
        self.examples.show_edits(labels)
        self.measures.measure.setEnabled(bool(choices))
        self._show_known()
        self._show_settings()
        self.senses.show_choices(self.heads.model.currentText(), choices)
        if self.heads.model.currentText() != self._frontier_model:
            self._frontier_is_stale = True
            self._follow_frontier()

    def _on_generate_requested(self) -> None:
        choices = self.heads.choices()
        self._judging.begin()
        self._writing.begin(self.heads.model.currentText(), choices)
        self._judging.follow(choices)

    def _on_judged_wanted(self) -> None:
        edits = {choice.edit.id: choice.edit for choice in self.heads.choices()}
        dialog = JudgedDialog(self._context, list(edits.values()), self)
        dialog.finished.connect(self._judging.look_again)
        dialog.open()

    def _on_examples_wanted(self) -> None:
        choices = self.heads.choices()
        found = self._measuring.examples_of(choices[0].edit) if choices else None
        rows = (found.evaluation or found.canonical) if found is not None else ()
        prompts = list(dict.fromkeys(example.prefix.strip() for example in rows))
        if prompts:
            self.generations.bar.show_prompts(prompts)
        else:
            self._context.events.notice(
                self.tr("The examples of the first edit are not there. Type prompts, one a line."),
                Tone.WARNING,
            )

    def _on_measure_requested(self) -> None:
        if self._measuring.is_busy:
            self._measuring.stop()
        else:
            self._measuring.measure(self.heads.choices())

    def _on_compare_requested(self, ids: tuple[str, ...]) -> None:
        self.show_edits(ids)
        self.tabs.setCurrentWidget(self.measures)

    def _on_tab_changed(self) -> None:
        if self.tabs.currentWidget() is self.frontier:
            self.frontier.begin()
            self._follow_frontier()
        elif self.tabs.currentWidget() is self.senses:
            self.senses.ask()

    def _suggest_prompt(self) -> None:
        """Begin where the first edit was taught to, unless a prompt was typed."""
        choices = self.heads.choices()
        if not choices or self.generations.bar.is_typed:
            return
        examples = self._measuring.examples_of(choices[0].edit)
        if examples is not None and examples.canonical:
            self.generations.bar.text.setText(examples.canonical[0].prefix.rstrip(" "))

    def _show_known(self) -> None:
        known = [self._measuring.known(choice) for choice in self.heads.choices()]
        self.measures.show_measured(known)
        self.measures.show_busy(self._measuring.is_busy)
        self._show_examples()

    def _show_settings(self) -> None:
        choices = self.heads.choices()
        labels = setting_labels(self._context.engine.description)
        rows = setting_rows(choices, self._measuring.record, labels)
        self.settings.show_rows([choice.label for choice in choices], rows)

    def _follow_frontier(self) -> None:
        """Show all edits where somebody looks at them."""
        if self.tabs.currentWidget() is self.frontier:
            self.show_frontier()

    def show_frontier(self) -> None:
        """Bring the picture of all edits up to date."""
        if not self._frontier_is_stale:
            return
        self._frontier_is_stale = False
        self._frontier_model = model = self.heads.model.currentText()
        edits = self._edits
        choices = self.heads.choices()
        data = choices[0].edit.data if choices else None
        self.frontier.show_edits([edit for edit in edits if edit.model == model], data)

    def _show_examples(self) -> None:
        choices = self.heads.choices()
        place = max(self.examples.edit.currentIndex(), 0)
        if place >= len(choices):
            self.examples.show_examples([], "")
            return
        examples = self._measuring.examples(choices[place])
        if examples is None:
            ask = self.tr("Press Measure to see what became of every example.")
            self.examples.show_examples([], self._measuring.note(choices[place]) or ask)
            return
        others = [
            (choice.label, found)
            for choice in choices
            if choice != choices[place] and (found := self._measuring.examples(choice)) is not None
        ]
        said = self.tr("Gain: how much the loss of the wanted text fell, in nats.")
        self.examples.show_examples(examples, said, others)

    def _on_report(self) -> None:
        ask_for_report(self, self._context.events, self.save_report)

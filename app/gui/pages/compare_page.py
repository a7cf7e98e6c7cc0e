"""Compare: the original beside its edits, by what they write and by what they get right."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from app.gui.context import GuiContext
from app.gui.pages.compare_columns import Choice, ColumnHeads, kept_strength
from app.gui.pages.compare_generations import GenerationsPanel
from app.gui.pages.compare_measures import ExamplesPanel, Measured, MeasuresPanel, figures_of
from app.gui.tables.compare_table import ComparedExample
from app.gui.tables.edit_figures import EditFigures
from app.gui.widgets.buttons import action
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.layouts import column
from app.operations.data import chosen_examples
from app.operations.requests import EvaluateRequest, GenerateRequest
from editing.errors import EditingError, LibraryError
from editing.examples import Example
from editing.library.records import read_record
from editing.results import ExampleResult


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What `evaluate` said about one edit at one strength."""

    figures: EditFigures
    examples: tuple[ComparedExample, ...]
    measured_on: str


class ComparePage(QWidget):
    """Heads of the columns above three ways to compare them."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asked: dict[int, int] = {}
        self._evaluated: dict[str, Evaluated] = {}
        self._notes: dict[str, str] = {}
        self._build()
        self._connect()
        self._offer()
        if context.selection.edits:
            self.show_edits(context.selection.edits)
        elif context.library.edits():
            self.show_edits((context.library.edits()[0].id,))

    def show_edits(self, names_or_ids: tuple[str, ...]) -> None:
        """Compare these edits with their base."""
        try:
            edits = [self._context.library.edit(name) for name in names_or_ids]
        except LibraryError:
            return
        if edits:
            self.heads.choose_model(edits[0].model)
            self.heads.show_edits([edit.id for edit in edits])
            self._suggest_prompt()

    def _build(self) -> None:
        self.heads = ColumnHeads()
        self.generations = GenerationsPanel()
        self.measures = MeasuresPanel()
        self.examples = ExamplesPanel()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.generations, self.tr("Generations"))
        self.tabs.addTab(self.examples, self.tr("Examples"))
        self.tabs.addTab(self.measures, self.tr("Measures"))
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
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(filled)
        self.setLayout(column(self.stack, spacing=0))
        self.tabs.setCornerWidget(self.measures.measure_button)

    def _connect(self) -> None:
        events = self._context.events
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._offer)
        self.heads.changed.connect(self._on_columns_changed)
        self.generations.bar.generate_requested.connect(self._on_generate_requested)
        self.generations.bar.stop_requested.connect(self._on_stop_requested)
        self.measures.measure_requested.connect(self._on_measure_requested)
        self.examples.edit_chosen.connect(self._show_examples)

    def _offer(self) -> None:
        edits = self._context.library.edits()
        self.stack.setCurrentIndex(1 if edits else 0)
        chosen = self.heads.model.currentText() or self._context.selection.model
        self.heads.offer([edit.model for edit in edits], edits, chosen)

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind != "edit":
            return
        if not self._shows(name):
            self._on_stop_requested()
            self.generations.clear()
            self.show_edits((name,))
        has_text = bool(self._asked) or self.generations.has_text
        # Other pages open edits too; only who looks at this one wants texts.
        if self.isVisible() and self._shows(name) and not has_text:
            self._on_generate_requested()

    def _shows(self, edit_id: str) -> bool:
        return any(choice.edit.id == edit_id for choice in self.heads.choices())

    def _on_columns_changed(self) -> None:
        choices = self.heads.choices()
        labels = [choice.label for choice in choices]
        self.generations.show_columns([self.tr("Original"), *labels])
        self.examples.show_edits(labels)
        self.measures.measure.setEnabled(bool(choices))
        self._show_measures()
        self._show_examples()

    def _on_generate_requested(self) -> None:
        prompt = self.generations.bar.prompt()
        stacks: list[tuple[str, ...]] = [(), *((c.argument,) for c in self.heads.choices())]
        self._on_stop_requested()
        self.generations.bar.show_busy(True)
        for place, edits in enumerate(stacks):
            self.generations.texts[place].begin(prompt.text)
            request = GenerateRequest(
                model=self.heads.model.currentText(),
                prompt=prompt.text,
                edits=edits,
                tokens=prompt.tokens,
                temperature=prompt.temperature,
                seed=prompt.seed,
            )
            self._asked[place] = self._context.engine.ask(
                "generate",
                request.to_json(),
                partial(self._on_generated, place),
                partial(self._on_piece, place),
                partial(self._on_not_generated, place),
                channel=f"compare-{place}",
            )

    def _on_stop_requested(self) -> None:
        for asked in self._asked.values():
            self._context.engine.withdraw(asked)
        self._asked.clear()
        self.generations.bar.show_busy(False)

    def _on_piece(self, place: int, part: dict[str, Any]) -> None:
        if place < len(self.generations.texts):
            self.generations.texts[place].add(part["text"])

    def _on_generated(self, place: int, answer: dict[str, Any]) -> None:
        if place < len(self.generations.texts):
            self.generations.texts[place].finish(answer["continuation"])
        self._end(place)

    def _on_not_generated(self, place: int, sentence: str) -> None:
        if place < len(self.generations.texts):
            self.generations.texts[place].fail(sentence)
        self._end(place)

    def _end(self, place: int) -> None:
        self._asked.pop(place, None)
        if not self._asked:
            self.generations.bar.show_busy(False)
            self.generations.mark_differences()

    def _on_measure_requested(self) -> None:
        choices = self.heads.choices()
        try:
            request = self._data_request(choices[0])
            rows = self._rows(request)
        except EditingError as error:
            self.measures.said.setText(str(error))
            return
        for place, choice in enumerate(choices):
            self._notes[choice.argument] = self.tr("measuring…")
            asked = EvaluateRequest.from_json({**request, "edits": [choice.argument]})
            self._context.engine.ask(
                "evaluate",
                asked.to_json(),
                partial(self._on_evaluated, choice, rows),
                on_error=partial(self._on_not_evaluated, choice),
                channel=f"measure-{place}",
            )
        self._show_measures()
        self._show_examples()

    def _data_request(self, choice: Choice) -> dict[str, Any]:
        """Ask for the data the first edit was made with, so that all are measured alike."""
        record = read_record(self._context.library.folder_of(choice.edit))
        known = {field.name for field in fields(EvaluateRequest)} - {"edits", "data_dir"}
        return {name: value for name, value in record["request"].items() if name in known}

    def _suggest_prompt(self) -> None:
        """Begin where the first edit was taught to, unless a prompt was typed."""
        choices = self.heads.choices()
        if not choices or self.generations.bar.is_typed:
            return
        try:
            request = EvaluateRequest.from_json(self._data_request(choices[0]))
            folder = str(self._context.data_folder)
            examples = chosen_examples(replace(request, data_dir=folder))
        except EditingError:
            return
        if examples.canonical:
            self.generations.bar.text.setText(examples.canonical[0].prefix.rstrip(" "))

    def _rows(self, request: dict[str, Any]) -> tuple[Example, ...]:
        folder = str(self._context.data_folder)
        examples = chosen_examples(EvaluateRequest.from_json({**request, "data_dir": folder}))
        return examples.evaluation or examples.canonical

    def _on_evaluated(
        self, choice: Choice, rows: tuple[Example, ...], answer: dict[str, Any]
    ) -> None:
        results = [ExampleResult(**each) for each in answer["examples"]]
        pairs = zip(rows, results, strict=True)
        self._evaluated[choice.argument] = Evaluated(
            figures_of(answer, choice.edit.budget or 1e-4),
            tuple(ComparedExample(example, result) for example, result in pairs),
            self.tr("{} examples").format(len(results)),
        )
        self._notes.pop(choice.argument, None)
        self._show_measures()
        self._show_examples()

    def _on_not_evaluated(self, choice: Choice, sentence: str) -> None:
        self._notes.pop(choice.argument, None)
        self.measures.said.setText(sentence)
        self._show_measures()
        self._show_examples()

    def _show_measures(self) -> None:
        self.measures.show_measured([self._measured(choice) for choice in self.heads.choices()])

    def _measured(self, choice: Choice) -> Measured:
        evaluated = self._evaluated.get(choice.argument)
        if evaluated is not None:
            return Measured(choice.label, evaluated.figures, evaluated.measured_on)
        note = self._notes.get(choice.argument, "")
        if note or choice.strength != kept_strength(choice.edit):
            return Measured(choice.label, None, "", note or self.tr("not measured at this τ"))
        return Measured(choice.label, _stored(choice), self.tr("when it was made"))

    def _show_examples(self) -> None:
        choices = self.heads.choices()
        place = max(self.examples.edit.currentIndex(), 0)
        if place >= len(choices):
            self.examples.show_examples([], "")
            return
        choice = choices[place]
        evaluated = self._evaluated.get(choice.argument)
        if evaluated is None:
            waits = self._notes.get(choice.argument)
            ask = self.tr("Press Measure to see what became of every example.")
            self.examples.show_examples([], waits or ask)
            return
        said = self.tr("Gain: how much the loss of the wanted text fell, in nats.")
        self.examples.show_examples(evaluated.examples, said)


def _stored(choice: Choice) -> EditFigures:
    """Give the measures that the library keeps with an edit."""
    edit = choice.edit
    return EditFigures.read(
        {
            "budget": edit.budget,
            "success_rate": {"before": edit.success_before, "after": edit.success_after},
            "degradation": edit.degradation,
            "hard_negatives": {
                "before": edit.hard_negatives_before,
                "after": edit.hard_negatives_after,
            },
            "inside_ball": edit.inside_ball,
            "kept_epoch": edit.kept_epoch,
            "strength": edit.strength,
        }
    )

"""What is known of every column: measured now by the engine, or kept from when it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from app.gui.context import GuiContext
from app.gui.pages.compare.choice import Choice
from app.gui.pages.compare.measures import Measured, figures_of
from app.gui.tables.compare_table import ComparedExample
from app.gui.tables.cuts import tokenised_said
from app.gui.tables.edit_figures import EditFigures
from app.gui.words import number_of
from app.operations.data import chosen_examples
from app.operations.requests import EvaluateRequest
from editing.errors import EditingError, LibraryError
from editing.examples import Example, ExampleSet
from editing.library.edit_row import EditRow
from editing.library.records import read_record
from editing.results import ExampleResult


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What `evaluate` said about one column."""

    figures: EditFigures
    examples: tuple[ComparedExample, ...]
    measured_on: str


class Measuring(QObject):
    """Asks the engine to measure columns, all on the first one's examples."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, context: GuiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._evaluated: dict[str, Evaluated] = {}
        self._notes: dict[str, str] = {}
        self._asked: dict[str, int] = {}

    @property
    def is_busy(self) -> bool:
        """Whether the engine still measures something."""
        return bool(self._asked)

    def measure(self, choices: Sequence[Choice]) -> None:
        """Measure columns; `changed` tells whenever more is known."""
        try:
            request = self.data_request(choices[0].edit)
            rows = self._rows(request)
        except EditingError as error:
            self.failed.emit(str(error))
            return
        self.stop()
        for place, choice in enumerate(choices):
            self._notes[choice.key] = self.tr("measuring…")
            asked = EvaluateRequest.from_json({**request, "edits": list(choice.arguments)})
            self._asked[choice.key] = self._context.engine.ask(
                "evaluate",
                asked.to_json(),
                partial(self._on_evaluated, choice, rows),
                on_error=partial(self._on_not_evaluated, choice),
                channel=f"measure-{place}",
            )
        self.changed.emit()

    def stop(self) -> None:
        """Wait for no more measures."""
        for key, asked in self._asked.items():
            self._context.engine.withdraw(asked)
            self._notes.pop(key, None)
        self._asked.clear()
        self.changed.emit()

    def known(self, choice: Choice) -> Measured:
        """Give what is known of a column."""
        evaluated = self._evaluated.get(choice.key)
        if evaluated is not None:
            return Measured(choice.label, evaluated.figures, evaluated.measured_on)
        note = self._notes.get(choice.key, "")
        if note or not choice.is_as_kept:
            at_all, here = self.tr("not measured yet"), self.tr("not measured at this τ")
            missing = here if len(choice.parts) == 1 else at_all
            return Measured(choice.label, None, "", note or missing)
        return Measured(choice.label, self._stored(choice.edit), self.tr("when it was made"))

    def examples(self, choice: Choice) -> tuple[ComparedExample, ...] | None:
        """Give what became of every example; None while that is not known."""
        evaluated = self._evaluated.get(choice.key)
        return None if evaluated is None else evaluated.examples

    def note(self, choice: Choice) -> str:
        """Say what keeps the measures from being there; empty where nobody asked for them."""
        return self._notes.get(choice.key, "")

    def record(self, edit: EditRow) -> Mapping[str, Any]:
        """Read what an edit's folder says; empty where it cannot be read."""
        try:
            return read_record(self._context.library.folder_of(edit))
        except LibraryError:
            return {}

    def examples_of(self, edit: EditRow) -> ExampleSet | None:
        """Find the examples an edit was made with; None where they are gone."""
        try:
            request = EvaluateRequest.from_json(self.data_request(edit))
            return chosen_examples(replace(request, data_dir=str(self._context.data_folder)))
        except EditingError:
            return None

    def data_request(self, edit: EditRow) -> dict[str, Any]:
        """Ask for the data an edit was made with, so that all are measured alike.

        Raises:
            LibraryError: The edit's folder cannot be read.
        """
        record = read_record(self._context.library.folder_of(edit))
        known = {field.name for field in fields(EvaluateRequest)} - {"edits", "data_dir"}
        return {name: value for name, value in record["request"].items() if name in known}

    def _rows(self, request: dict[str, Any]) -> tuple[Example, ...]:
        folder = str(self._context.data_folder)
        examples = chosen_examples(EvaluateRequest.from_json({**request, "data_dir": folder}))
        return examples.evaluation or examples.canonical

    def _on_evaluated(
        self, choice: Choice, rows: tuple[Example, ...], answer: dict[str, Any]
    ) -> None:
        results = [ExampleResult(**each) for each in answer["examples"]]
        pairs = zip(rows, results, strict=True)
        count = number_of(len(results), self.tr("1 example"), self.tr("{} examples"))
        self._evaluated[choice.key] = Evaluated(
            figures_of(answer, choice.edit.budget or 1e-4),
            tuple(ComparedExample(example, result) for example, result in pairs),
            " · ".join(filter(None, [count, tokenised_said(answer)])),
        )
        self._end(choice)

    def _on_not_evaluated(self, choice: Choice, sentence: str) -> None:
        self.failed.emit(sentence)
        self._end(choice)

    def _end(self, choice: Choice) -> None:
        self._notes.pop(choice.key, None)
        self._asked.pop(choice.key, None)
        self.changed.emit()

    def _stored(self, edit: EditRow) -> EditFigures:
        """Give the measures that the library keeps with an edit."""
        result = cast("Mapping[str, Any]", self.record(edit).get("result") or {})
        return EditFigures.read(result or _row_result(edit))


def _row_result(edit: EditRow) -> dict[str, Any]:
    return {
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

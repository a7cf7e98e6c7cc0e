"""Fit edits one after the other, each on the model as it then stands, and keep them as one edit."""

from dataclasses import dataclass
from typing import Any

from editing.editors.base import (
    BasePasses,
    Edit,
    Editor,
    EditState,
    FitContext,
    Judge,
    Resources,
)
from editing.editors.keeps_last import KeepsLast
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.objectives import encode_examples
from editing.progress import Report
from editing.retention.facts import FactsInTurn
from editing.retention.summing import summed


def reason_against(editor: Editor[Any]) -> str | None:
    """Say why a method cannot write edits in a row, or None."""
    if editor.goes_on_edits or editor.writes_in_turn:
        return None
    return f"{editor.label} cannot be fitted on other edits, so not many times in a row."


@dataclass(frozen=True, slots=True)
class Chain:
    """The edits written so far, as one."""

    edits: int
    edit: Edit | None

    @property
    def whole(self) -> Edit:
        """The edits.

        Raises:
            TypeError: There is none yet; a fault of the program, not of the person.
        """
        if self.edit is None:
            raise TypeError("No edit has been written yet.")
        return self.edit

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        if self.edit is None:
            return {"edits": 0}
        kept = self.edit.state()
        return {
            "edits": self.edits,
            "tensors": dict(kept.tensors),
            "record": dict(kept.record),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], editor: Editor[Any]) -> "Chain":
        """Go on from a checkpoint."""
        if not state["edits"]:
            return cls(0, None)
        return cls(state["edits"], editor.load(EditState(state["tensors"], state["record"])))


@dataclass(frozen=True, slots=True)
class EditingInTurn:
    """A method that writes facts into a model one after the other."""

    model: LanguageModel
    """The untouched one: balls, KL terms and kept differences refer to it."""
    editor: Editor[Any]
    settings: Any
    facts: FactsInTurn
    regularisation: GeneralText
    passes: BasePasses
    resources: Resources | None
    seed: int

    def one_more(self, chain: Chain, report: Report) -> Chain:
        """Fit the next fact's edit on the edits before it; nothing is measured.

        The seed moves on with the edits, so that what is drawn for one depends on nothing but its
        place.
        """
        number = chain.edits
        return Chain(
            number + 1, summed(chain.edit, self._fitted(range(number, number + 1), chain, report))
        )

    def all_at_once(self, edits: int, judge: Judge, report: Report) -> Edit:
        """Fit so many facts with a method that `writes_in_turn`: one fit does one after the other.

        Args:
            judge: Decides how far the memory's rows reach.
        """
        return self._fitted(range(edits), Chain(0, None), report, judge)

    def _fitted(
        self, numbers: range, chain: Chain, report: Report, judge: Judge | None = None
    ) -> Edit:
        model = self.model
        edits = [self.facts.edits[number] for number in numbers]
        examples = encode_examples(model.tokenizer, edits, model.context)
        context = FitContext(
            passes=self.passes,
            judge=KeepsLast() if judge is None else judge,
            report=report,
            seed=self.seed + numbers.start,
            on=chain.edit,
            resources=self.resources,
        )
        return self.editor.fit(model, examples, self.regularisation, self.settings, context)

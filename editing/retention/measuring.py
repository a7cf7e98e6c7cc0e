"""What is measured after so many edits: the edits themselves, contexts, hard negatives, G."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.editors.base import TokenLosses
from editing.evaluation.degradation import degradation, general_losses
from editing.evaluation.success import example_losses, succeeded
from editing.evaluation.yardstick import PassOver
from editing.examples import Example
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Report
from editing.retention.facts import FactsInTurn

LATEST = 10
"""So many of the last edits count as the latest."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A measure of the untouched model and of the edited one, and over how many rows."""

    before: float
    after: float
    rows: int

    def to_json(self) -> dict[str, Any]:
        """The measure as plain values."""
        return {"before": self.before, "after": self.after, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class PointMeasures:
    """What is measured after so many edits."""

    edits: int
    held: tuple[bool, ...]
    """Which edits' own prompts succeed, in the order of the edits."""
    held_before: tuple[bool, ...]
    """The same of the untouched model."""
    contexts: BeforeAfter | None
    """Success on the evaluation contexts of what was edited."""
    hard_negatives: BeforeAfter | None
    """Mean summed loss of the hard negatives of what was edited, nats."""
    general_loss: BeforeAfter | None
    """Mean loss of G, nats a token."""

    @property
    def degradation(self) -> float | None:
        """By how much G's loss has risen, relatively."""
        loss = self.general_loss
        return None if loss is None else degradation(loss.before, loss.after)

    def to_json(self) -> dict[str, Any]:
        """The measures as plain values, each share beside what it is a share of."""
        latest = self.held[-LATEST:]
        parts = {
            "contexts": self.contexts,
            "hard_negatives": self.hard_negatives,
            "general_loss": self.general_loss,
        }
        return {
            "edits": self.edits,
            "retention": sum(self.held) / len(self.held),
            "retention_before": sum(self.held_before) / len(self.held_before),
            "latest": sum(latest) / len(latest),
            "latest_edits": len(latest),
            "held": _bits(self.held),
            "held_before": _bits(self.held_before),
            **{name: None if part is None else part.to_json() for name, part in parts.items()},
            "degradation": self.degradation,
        }


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are scored, and the untouched model's pass over them."""

    encoded: EncodedExamples
    base: BasePass

    def sequences_of(self, chosen: Sequence[int]) -> list[int]:
        """The sequences of some rows."""
        return [number for row in chosen for number in self.encoded.sequences_of(row)]

    def succeeded(self, token_losses: Tensor, chosen: Sequence[int]) -> tuple[bool, ...]:
        """Which of some rows succeed, given (1, rows of the pass) losses."""
        verdicts = succeeded(self.encoded, example_losses(self.encoded, self.base, token_losses)[0])
        return tuple(bool(verdicts[row]) for row in chosen)

    def mean_loss(self, token_losses: Tensor, chosen: Sequence[int]) -> float:
        """Mean over some rows' continuations of the summed loss, nats."""
        sums = self.base.sums(token_losses)[0]
        return float(sums[torch.tensor(self.sequences_of(chosen))].mean())


@dataclass(frozen=True, slots=True)
class Texts:
    """All that edits in a row are measured on."""

    facts: FactsInTurn
    prompts: Rows
    contexts: Rows | None
    hard_negatives: Rows | None
    general: BasePass | None

    @classmethod
    def over(
        cls,
        model: LanguageModel,
        facts: FactsInTurn,
        general: GeneralText | None,
        pass_over: PassOver,
        report: Report,
    ) -> "Texts":
        """Pass the base over everything, once.

        Args:
            pass_over: The kind of pass that the edits are scored from.

        Raises:
            ExampleError: A row cannot be tokenised.
        """

        def rows(examples: Sequence[Example]) -> Rows | None:
            if not examples:
                return None
            encoded = encode_examples(model.tokenizer, examples, model.context)
            return Rows(encoded, pass_over(model, encoded.sequences, report=report))

        prompts = encode_examples(model.tokenizer, facts.edits, model.context)
        return cls(
            facts=facts,
            prompts=Rows(prompts, pass_over(model, prompts.sequences, report=report)),
            contexts=rows(facts.evaluation),
            hard_negatives=rows(facts.hard_negatives),
            general=None if general is None else pass_over(model, general.sequences, report=report),
        )

    def measured(self, edits: int, losses: TokenLosses) -> PointMeasures:
        """Measure a model that so many edits were written into."""
        chosen = range(edits)
        after = losses(self.prompts.base, self.prompts.sequences_of(chosen))
        return PointMeasures(
            edits=edits,
            held=self.prompts.succeeded(after, chosen),
            held_before=self.prompts.succeeded(_untouched(self.prompts.base), chosen),
            contexts=self._contexts(edits, losses),
            hard_negatives=self._hard_negatives(edits, losses),
            general_loss=self._general(losses),
        )

    def _contexts(self, edits: int, losses: TokenLosses) -> BeforeAfter | None:
        rows, chosen = self.contexts, self.facts.asked_by(self.facts.evaluation, edits)
        if rows is None or not chosen:
            return None
        after = losses(rows.base, rows.sequences_of(chosen))
        both = [rows.succeeded(each, chosen) for each in (_untouched(rows.base), after)]
        before, since = (sum(each) / len(chosen) for each in both)
        return BeforeAfter(before, since, len(chosen))

    def _hard_negatives(self, edits: int, losses: TokenLosses) -> BeforeAfter | None:
        rows, chosen = self.hard_negatives, self.facts.asked_by(self.facts.hard_negatives, edits)
        if rows is None or not chosen:
            return None
        after = losses(rows.base, rows.sequences_of(chosen))
        before, since = (rows.mean_loss(each, chosen) for each in (_untouched(rows.base), after))
        return BeforeAfter(before, since, len(chosen))

    def _general(self, losses: TokenLosses) -> BeforeAfter | None:
        base = self.general
        if base is None:
            return None
        before, after = general_losses(_untouched(base)), general_losses(losses(base, None))
        return BeforeAfter(float(before[0]), float(after[0]), base.rows)


def _untouched(base: BasePass) -> Tensor:
    return base.nll[None]


def _bits(verdicts: Sequence[bool]) -> str:
    return "".join("1" if verdict else "0" for verdict in verdicts)

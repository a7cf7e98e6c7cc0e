"""One set of texts, passed once by the base, against which any number of candidates is measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.editors.base import BasePasses, TokenLosses
from editing.evaluation.degradation import degradation, general_losses
from editing.evaluation.hard_negatives import hard_negative_losses
from editing.evaluation.success import example_losses, example_results, success_rate
from editing.examples import Example
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Report
from editing.results import ExampleResult

SAMPLE_SHARE = 12
"""Live measures score one sequence of G in this many."""
SAMPLE_SEQUENCES = 40
"""But at least so many."""


@dataclass(frozen=True, slots=True)
class EvaluationTexts:
    """What to measure on; leave out what is not asked for."""

    evaluation: tuple[Example, ...] = ()
    hard_negatives: tuple[Example, ...] = ()
    general: GeneralText | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one candidate; None where nothing was asked for."""

    success_rate: float | None
    general_loss: float | None
    degradation: float | None
    hard_negatives: float | None
    example_losses: Tensor | None
    """(examples,) what success was judged by."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Base passes over the texts and the untouched model's measures on them."""

    examples: EncodedExamples | None
    example_pass: BasePass | None
    hard_pass: BasePass | None
    general: GeneralText | None
    general_pass: BasePass | None
    base: Measures

    @classmethod
    def over(
        cls, model: LanguageModel, texts: EvaluationTexts, passes: BasePasses, report: Report
    ) -> "Yardstick":
        """Pass the base over the texts."""

        def passed(sequences: Sequence[object]) -> BasePass | None:
            return passes.base_pass(model, sequences, report=report) if sequences else None

        examples = hard = None
        if texts.evaluation:
            examples = encode_examples(model.tokenizer, texts.evaluation, model.context)
        if texts.hard_negatives:
            hard = encode_examples(model.tokenizer, texts.hard_negatives, model.context)
        general = texts.general
        unmeasured = cls(
            examples,
            passed(examples.sequences if examples else ()),
            passed(hard.sequences if hard else ()),
            general,
            passed(general.sequences if general else ()),
            Measures(None, None, None, None, None),
        )
        base = unmeasured.measures(_untouched)[0]
        return cls(
            examples, unmeasured.example_pass, unmeasured.hard_pass, general,
            unmeasured.general_pass, base,
        )  # fmt: skip

    def measures(self, losses: TokenLosses, *, sample: bool = False) -> list[Measures]:
        """Measure every candidate.

        Args:
            sample: Score only a part of G, against the base on the same part.
        """
        success, on_examples = self._success(losses)
        general, degraded = self._general(losses, sample=sample)
        hard = self._hard_negatives(losses)
        count = max(len(column) for column in (success, general, hard, [None]))
        return [
            Measures(
                success_rate=_at(success, i),
                general_loss=_at(general, i),
                degradation=_at(degraded, i),
                hard_negatives=_at(hard, i),
                example_losses=None if on_examples is None else on_examples[i],
            )
            for i in range(count)
        ]

    def results(self, measures: Measures) -> tuple[ExampleResult, ...]:
        """Compare a candidate with the base, example by example."""
        before, after = self.base.example_losses, measures.example_losses
        if self.examples is None or before is None or after is None:
            return ()
        return example_results(self.examples, before, after)

    def _success(self, losses: TokenLosses) -> tuple[list[float], Tensor | None]:
        if self.example_pass is None or self.examples is None:
            return [], None
        token_losses = losses(self.example_pass, None)
        judged = example_losses(self.examples, self.example_pass, token_losses)
        return success_rate(self.examples, judged).tolist(), judged

    def _hard_negatives(self, losses: TokenLosses) -> list[float]:
        base = self.hard_pass
        return [] if base is None else hard_negative_losses(base, losses(base, None)).tolist()

    def _general(self, losses: TokenLosses, *, sample: bool) -> tuple[list[float], list[float]]:
        base = self.general_pass
        if base is None:
            return [], []
        chosen, rows = _part(base) if sample else (None, slice(None))
        after = general_losses(losses(base, chosen)[:, rows]).tolist()
        before = float(general_losses(base.nll[None, rows])[0])
        return after, [degradation(before, loss) for loss in after]


def _part(base: BasePass) -> tuple[list[int], Tensor]:
    """Every so-many-th sequence of a text, and its rows."""
    step = max(1, min(SAMPLE_SHARE, base.sequences // SAMPLE_SEQUENCES))
    chosen = list(range(0, base.sequences, step))
    rows = [torch.arange(base.rows_of(s).start, base.rows_of(s).stop) for s in chosen]
    return chosen, torch.cat(rows)


def _untouched(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
    del sequences
    return base.nll[None]


def _at(values: list[float], index: int) -> float | None:
    return values[index] if values else None

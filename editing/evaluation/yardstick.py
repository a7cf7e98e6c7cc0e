"""One set of texts, passed once by the base, against which any number of candidates is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from editing.base_passes import BasePass, PassOver
from editing.batches import TokenSequence
from editing.editors.base import TokenLosses
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
"""Live measures score one sequence in this many."""
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
    hard: EncodedExamples | None
    hard_pass: BasePass | None
    general: GeneralText | None
    general_pass: BasePass | None
    base: Measures

    @classmethod
    def over(
        cls, model: LanguageModel, texts: EvaluationTexts, pass_over: PassOver, report: Report
    ) -> "Yardstick":
        """Pass the base over the texts.

        Args:
            pass_over: The kind of pass that what is to be measured is scored from.
        """

        def passed(sequences: Sequence[TokenSequence]) -> BasePass | None:
            return pass_over(model, sequences, report=report) if sequences else None

        examples = hard = None
        if texts.evaluation:
            examples = encode_examples(model.tokenizer, texts.evaluation, model.context)
        if texts.hard_negatives:
            hard = encode_examples(model.tokenizer, texts.hard_negatives, model.context)
        general = texts.general
        unmeasured = cls(
            examples,
            passed(examples.sequences if examples else ()),
            hard,
            passed(hard.sequences if hard else ()),
            general,
            passed(general.sequences if general else ()),
            Measures(None, None, None, None, None),
        )
        base = unmeasured.measures(_untouched)[0]
        return replace(unmeasured, base=base)

    def measures(self, losses: TokenLosses, *, sample: bool = False) -> list[Measures]:
        """Measure every candidate.

        Args:
            sample: Score only a part of each text and scale the change up: quick, for the eye.
        """
        share = SAMPLE_SHARE if sample else 1
        success, on_examples = self._success(losses, share)
        general = self._general(losses, share)
        hard = self._hard_negatives(losses, share)
        count = max(len(column) for column in (success, general, hard, [None]))
        before = self.base.general_loss
        return [
            Measures(
                success_rate=_at(success, i),
                general_loss=_at(general, i),
                degradation=None if not general else degradation(before or general[i], general[i]),
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

    def _success(self, losses: TokenLosses, share: int) -> tuple[list[float], Tensor | None]:
        base, examples = self.example_pass, self.examples
        if base is None or examples is None:
            return [], None
        part = _Part.of_examples(examples, share)
        judged = example_losses(examples, base, losses(base, part.sequences))
        rates = numbers(success_rate(examples, judged))
        return part.scaled(rates, self.base.success_rate), judged

    def _hard_negatives(self, losses: TokenLosses, share: int) -> list[float]:
        base, hard = self.hard_pass, self.hard
        if base is None or hard is None:
            return []
        part = _Part.of_examples(hard, share)
        measured = numbers(hard_negative_losses(base, losses(base, part.sequences)))
        return part.scaled(measured, self.base.hard_negatives)

    def _general(self, losses: TokenLosses, share: int) -> list[float]:
        base = self.general_pass
        if base is None:
            return []
        part = _Part.of_text(base, share)
        measured = numbers(general_losses(losses(base, part.sequences)))
        return part.scaled(measured, self.base.general_loss)


@dataclass(frozen=True, slots=True)
class _Part:
    """Every so-many-th sequence of a text; the others keep the base's loss."""

    sequences: list[int] | None
    """None for all of them."""
    factor: float
    """What a change seen on the part is multiplied by."""

    @classmethod
    def of_examples(cls, examples: EncodedExamples, share: int) -> "_Part":
        """Whole examples, so that a pair is never torn."""
        step = min(share, len(examples) // SAMPLE_SEQUENCES)
        if step <= 1:
            return cls(None, 1.0)
        chosen = range(0, len(examples), step)
        sequences = [s for example in chosen for s in examples.sequences_of(example)]
        return cls(sequences, len(examples) / len(chosen))

    @classmethod
    def of_text(cls, base: BasePass, share: int) -> "_Part":
        """Sequences of a general text."""
        step = min(share, base.sequences // SAMPLE_SEQUENCES)
        if step <= 1:
            return cls(None, 1.0)
        chosen = list(range(0, base.sequences, step))
        rows = sum(base.rows_of(s).stop - base.rows_of(s).start for s in chosen)
        return cls(chosen, base.rows / rows)

    def scaled(self, values: list[float], before: float | None) -> list[float]:
        """Stretch changes from the base to the whole text."""
        if self.factor == 1.0 or before is None:
            return values
        return [before + (value - before) * self.factor for value in values]


def _untouched(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
    del sequences
    return base.nll[None]


def numbers(tensor: Tensor) -> list[float]:
    """A tensor of one dimension as a list."""
    return [float(value) for value in tensor]


def _at(values: list[float], index: int) -> float | None:
    return values[index] if values else None

"""What came of an edit or an evaluation: plain frozen values, no torch. Losses are in nats."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A measure before and after an edit; either is None where it was not asked for."""

    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One evaluation example: its summed loss (see METHOD of its kind) and verdict."""

    before: float
    after: float
    succeeded_before: bool
    succeeded_after: bool


@dataclass(frozen=True, slots=True)
class EpochResult:
    """The measures of one candidate; epoch 0 is the untouched model."""

    epoch: int
    train_loss: float | None
    """Mean objective plus weighted KL over the epoch's micro-batches; None for epoch 0."""
    success_rate: float | None
    general_loss: float | None
    """Mean NLL per scored token of the general text G."""
    degradation: float | None
    """general_loss / base general_loss - 1."""
    hard_negatives: float | None
    """Mean over examples of the summed NLL."""
    inside_ball: bool
    exact: bool = True
    """False while only a part of G has been scored."""


@dataclass(frozen=True, slots=True)
class ChosenSense:
    """A sense (word, index) picked for finetuning, with its normalised score."""

    word: str
    token_id: int
    sense: int
    score: float


@dataclass(frozen=True, slots=True)
class GeneralTextResult:
    """The general text a result was measured on."""

    name: str
    tokens: int
    """Scored tokens."""
    touched: int
    """Scored tokens whose loss the edit can change."""
    sampled: bool
    """Whether it is sampled from the base (degradation on it is a KL: lenient)."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an edit did and what it cost."""

    success_rate: Change
    general_loss: Change
    degradation: float | None
    hard_negatives: Change
    inside_ball: bool | None
    examples: tuple[ExampleResult, ...]
    general_text: GeneralTextResult | None

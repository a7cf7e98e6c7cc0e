"""What came of an edit or an evaluation: plain frozen values, no torch. Losses are in nats."""

from dataclasses import dataclass


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

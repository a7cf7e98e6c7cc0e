"""Success: the share of evaluation examples whose loss is at most their threshold."""

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.objectives import EncodedExamples, success_losses
from editing.results import ExampleResult


def example_losses(encoded: EncodedExamples, base: BasePass, token_losses: Tensor) -> Tensor:
    """What each example is judged by, token sums in nats: (candidates, examples), float64.

    Args:
        token_losses: (candidates, rows) of the examples' base pass.
    """
    return success_losses(encoded, base.sums(token_losses))


def succeeded(encoded: EncodedExamples, losses: Tensor) -> Tensor:
    """Which losses (..., examples) are at most their threshold; exactly met counts."""
    return losses <= torch.tensor(encoded.thresholds, dtype=losses.dtype)


def success_rate(encoded: EncodedExamples, losses: Tensor) -> Tensor:
    """The share of examples that succeed, (...)."""
    return succeeded(encoded, losses).double().mean(dim=-1)


def example_results(
    encoded: EncodedExamples, before: Tensor, after: Tensor
) -> tuple[ExampleResult, ...]:
    """Pair each example's loss (examples,) and verdict before and after."""
    columns = (before, after, succeeded(encoded, before), succeeded(encoded, after))
    return tuple(
        ExampleResult(float(b), float(a), bool(b_succeeded), bool(a_succeeded))
        for b, a, b_succeeded, a_succeeded in zip(*columns, strict=True)
    )

"""Degradation: how much worse the model predicts general text, relative to the untouched base."""

from torch import Tensor


def general_losses(token_losses: Tensor) -> Tensor:
    """Mean NLL per scored token over all of G: (candidates, rows) to (candidates,), float64."""
    return token_losses.double().mean(dim=-1)


def degradation(base_loss: float, loss: float) -> float:
    """Return loss / base_loss - 1."""
    return (loss - base_loss) / base_loss


def is_inside(degraded: float, budget: float) -> bool:
    """Whether a model this much degraded lies in the ball: loss <= (1 + budget) * base loss."""
    return degraded <= budget

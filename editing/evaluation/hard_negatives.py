"""Hard negatives: text close to the edited facts that must not change."""

from torch import Tensor

from editing.base_passes import BasePass


def hard_negative_losses(base: BasePass, token_losses: Tensor) -> Tensor:
    """Mean over examples of the summed NLL, nats: (candidates,), float64."""
    return base.sums(token_losses).mean(dim=-1)

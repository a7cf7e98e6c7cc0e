"""Next-token loss over a large vocabulary without holding all logits at once."""

from typing import cast

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction, FunctionCtx
from typing_extensions import override

ROWS = 128
"""Positions whose float32 logits are alive at a time; a block stays in the processor's cache."""


class OutputLoss(torch.autograd.Function):
    """Mean NLL (nats) of targets (n,) from hidden states (n, d) and the output matrix (vocab, d).

    The gradients are computed along with the loss, products in bf16. No maximum is subtracted
    before the exponential: the logits of a model this small stay far below float32's limit.
    """

    @override
    @staticmethod
    def forward(ctx: FunctionCtx, hidden: Tensor, output: Tensor, targets: Tensor) -> Tensor:
        weight, states = output.bfloat16(), hidden.bfloat16()
        error = torch.empty(len(targets), len(output), dtype=torch.bfloat16)
        total = torch.zeros((), dtype=torch.float64)
        for begin in range(0, len(targets), ROWS):
            rows = slice(begin, begin + ROWS)
            logits = (states[rows] @ weight.T).float()
            target = targets[rows, None]
            total -= logits.gather(-1, target).sum().double()
            norm = logits.exp_().sum(-1, keepdim=True)
            total += norm.log().sum().double()
            probs = logits.mul_(norm.reciprocal_())
            probs.scatter_add_(-1, target, torch.full_like(target, -1, dtype=probs.dtype))
            error[rows] = probs
        scale = 1 / len(targets)
        ctx.save_for_backward((error @ weight).float() * scale, (error.T @ states).float() * scale)
        return (total / len(targets)).float()

    @override
    @staticmethod
    def backward(ctx: BackwardCFunction, grad: Tensor) -> tuple[Tensor, Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride] - one output, one gradient
        grad_hidden, grad_weight = cast("tuple[Tensor, Tensor]", ctx.saved_tensors)
        return grad_hidden * grad, grad_weight * grad, None

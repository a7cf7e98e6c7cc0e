"""Next-token loss over a large vocabulary without holding all logits at once."""

from typing import Any

import torch
from torch import Tensor

ROWS = 512
"""Positions whose logits are alive at a time."""


class OutputLoss(torch.autograd.Function):
    """Mean NLL (nats) of targets (n,) from hidden states (n, d) and the output matrix (vocab, d).

    The gradients are computed along with the loss, chunk by chunk, in bf16 products.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, output: Tensor, targets: Tensor) -> Tensor:
        """Return the loss, float32."""
        weight = output.bfloat16()
        states = hidden.bfloat16()
        grad_hidden = torch.empty_like(states)
        grad_weight = torch.zeros_like(output, dtype=torch.float32)
        total = torch.zeros((), dtype=torch.float64)
        for begin in range(0, len(targets), ROWS):
            rows = slice(begin, begin + ROWS)
            logits = (states[rows] @ weight.T).float()
            target = targets[rows, None]
            norm = logits.logsumexp(-1, keepdim=True)
            total += (norm - logits.gather(-1, target)).sum().double()
            probs = logits.sub_(norm).exp_()
            probs.scatter_add_(-1, target, torch.full_like(target, -1, dtype=probs.dtype))
            error = probs.bfloat16()
            grad_hidden[rows] = error @ weight
            grad_weight += error.T @ states[rows]
        ctx.save_for_backward(grad_hidden, grad_weight)
        ctx.count = len(targets)
        return (total / len(targets)).float()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        """Scale the gradients found in forward."""
        grad_hidden, grad_weight = ctx.saved_tensors
        scale = grad / ctx.count
        return grad_hidden.float() * scale, grad_weight * scale, None

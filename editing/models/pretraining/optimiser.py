"""Muon for the hidden matrices, Adam for the rest.

Muon replaces a matrix's momentum by the nearest orthogonal matrix before the step, found with a
few Newton-Schulz iterations; short trainings reach a given loss with far fewer tokens.

Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks.
"""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from typing_extensions import override

QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the odd polynomial that pushes all singular values towards one."""

EMBEDDINGS = ("wte", "wpe", "lm_head", "embed_in", "embed_out")
"""Parts of the names of matrices that are looked up in, or project onto the vocabulary."""


def orthogonalised(matrix: Tensor, *, steps: int = 5) -> Tensor:
    """Push every singular value of `matrix` (rows, cols) towards one, in bf16."""
    a, b, c = QUINTIC
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T.contiguous() if tall else x.contiguous()
    x = x / (cast("Tensor", x.norm()) + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, b * gram + c * (gram @ gram), x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)


class Muon(Optimizer):
    """Momentum, orthogonalised. A matrix may be cut into square-ish blocks of columns.

    Matrices are (in, out), as a Conv1D's; those of `out_first` are (out, in), as a Linear's.
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        *,
        lr: float,
        momentum: float,
        weight_decay: float,
        out_first: Iterable[Tensor] = (),
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(list(params), defaults)
        self._out_first = {id(parameter) for parameter in out_first}

    @override
    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - no closure here
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                self._step(parameter, group["lr"], group["momentum"], group["weight_decay"])

    def _step(self, parameter: Tensor, lr: float, momentum: float, weight_decay: float) -> None:
        if parameter.grad is None:
            return
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        buffer = state["momentum"]
        buffer.lerp_(parameter.grad, 1 - momentum)
        update = parameter.grad.lerp(buffer, momentum)
        is_out_first = id(parameter) in self._out_first
        update = update.T if is_out_first else update
        blocks = _column_blocks(update)
        rows, cols = blocks[0].shape
        scale = max(1.0, cols / rows) ** 0.5
        update = torch.cat([orthogonalised(block) for block in blocks], dim=1)
        update = update.T if is_out_first else update
        parameter.mul_(1 - lr * weight_decay).add_(update, alpha=-lr * scale)


def _column_blocks(matrix: Tensor) -> tuple[Tensor, ...]:
    """Cut (rows, cols) into blocks of columns no wider than tall, where that divides.

    Concatenated projections (query, key and value; the senses) are matrices of their own.
    """
    rows, cols = matrix.shape
    return (matrix,) if cols % rows else cast("tuple[Tensor, ...]", matrix.split(rows, dim=1))


def optimisers_for(module: nn.Module, *, muon_lr: float, adam_lr: float) -> list[Optimizer]:
    """Share out the parameters: hidden matrices to Muon, embeddings and vectors to Adam.

    Each parameter group keeps its peak rate under "peak".
    """
    hidden: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        is_matrix = parameter.ndim == 2 and not any(e in name for e in EMBEDDINGS)
        (hidden if is_matrix else rest).append(parameter)
    linear = [m.weight for m in module.modules() if isinstance(m, nn.Linear)]
    muon = Muon(hidden, lr=muon_lr, momentum=0.95, weight_decay=0.01, out_first=linear)
    adam = torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.95), eps=1e-10, weight_decay=0.0)
    for optimiser, peak in ((muon, muon_lr), (adam, adam_lr)):
        for group in optimiser.param_groups:
            group["peak"] = peak
    return [muon, adam]

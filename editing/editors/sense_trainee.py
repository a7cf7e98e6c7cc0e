"""Gradients of the sense differences, from base passes alone: the trunk is never run.

Positions that no chosen sense reaches neither move nor cost anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes import BasePass, SenseIndex, sense_weights
from editing.objectives import EncodedExamples, loss_slopes

LOGIT_NUMBERS = 8_000_000
"""Logits alive at a time, in numbers."""
BASE_TO_EDITED, EDITED_TO_BASE = "base-to-edited", "edited-to-base"


@dataclass(slots=True)
class SenseTrainee:
    """The differences being trained, with all that their gradients need."""

    deltas: Tensor
    """(senses, dim) leaf; its `grad` is accumulated here by hand."""
    index: SenseIndex
    output: Tensor
    """(vocab, dim) real rows of the output embedding."""
    examples: EncodedExamples
    example_pass: BasePass
    background: BasePass
    kl_weight: float
    kl_direction: str

    @property
    def parameters(self) -> Sequence[Tensor]:
        """The one leaf."""
        return (self.deltas,)

    def snapshot(self) -> Tensor:
        """Copy the differences."""
        return self.deltas.detach().clone()

    def accumulate(self, examples: Sequence[int], windows: Sequence[int], share: float) -> float:
        """Add `share` times the gradient of these micro-batches' summed losses."""
        total = sum(self._example(example, share) for example in examples)
        if self.kl_weight:
            total += sum(self._window(window, share) for window in windows)
        return total

    def _example(self, example: int, share: float) -> float:
        """Loss of one example, and its gradient: mean NLLs a continuation, weighted by the kind."""
        parts = [self._continuation(s) for s in self.examples.sequences_of(example)]
        kind = self.examples.kinds[example]
        losses = [loss for loss, _ in parts]
        slopes = loss_slopes(kind, losses)
        for (_, add_gradient), slope in zip(parts, slopes, strict=True):
            add_gradient(share * slope)
        return sum(slope * loss for slope, loss in zip(slopes, losses, strict=True))

    def _continuation(self, sequence: int) -> tuple[float, Callable[[float], None]]:
        """Mean NLL of a continuation, and what adds a multiple of its gradient."""
        base = self.example_pass
        weights = sense_weights(base, [sequence], self.index)
        targets = base.targets[weights.rows]
        own = self.deltas[weights.columns]
        logits = (base.hidden[weights.rows] + weights.values @ own) @ self.output.T
        log_probs = logits.log_softmax(-1)
        loss = -log_probs.gather(-1, targets[:, None]).mean()

        def add_gradient(factor: float) -> None:
            error = log_probs.exp()
            error[torch.arange(len(targets)), targets] -= 1
            error *= factor / len(targets)
            self._add(weights.columns, weights.values.T @ (error @ self.output))

        return float(loss), add_gradient

    def _window(self, window: int, share: float) -> float:
        """Weighted KL summed over one window's positions, and its gradient."""
        weights = sense_weights(self.background, [window], self.index)
        touched = (weights.values != 0).any(dim=1).nonzero()[:, 0]
        if len(touched) == 0:
            return 0.0
        projected = self.deltas[weights.columns] @ self.output.T
        pulled = torch.zeros_like(projected)
        total = 0.0
        for rows in touched.split(max(1, LOGIT_NUMBERS // len(self.output))):
            values = weights.values[rows]
            where = weights.rows.start + rows
            divergence, slope = self._divergence(where, values @ projected)
            total += divergence
            pulled += values.T @ slope
        factor = self.kl_weight * share
        self._add(weights.columns, pulled.mul_(factor) @ self.output)
        return self.kl_weight * total

    def _divergence(self, rows: Tensor, shift: Tensor) -> tuple[float, Tensor]:
        """KL of some rows, nats, and its derivative by the logits (rows, vocab).

        Args:
            shift: (rows, vocab) edited minus base logits; overwritten.
        """
        logits = self.background.hidden[rows] @ self.output.T
        base = logits.sub_(self.background.log_norm[rows, None]).exp_()
        if self.kl_direction == BASE_TO_EDITED:
            mean_shift = torch.linalg.vecdot(base, shift)
            edited = shift.exp_().mul_(base)
            mass = edited.sum(-1, keepdim=True)
            divergence = (mass[:, 0].log() - mean_shift).sum()
            return float(divergence), edited.div_(mass).sub_(base)
        edited = shift.exp().mul_(base)
        mass = edited.sum(-1, keepdim=True)
        edited = edited.div_(mass)
        mean_shift = (edited * shift).sum(-1, keepdim=True)
        divergence = (mean_shift - mass.log()).sum()
        return float(divergence), edited.mul_(shift.sub_(mean_shift))

    def _add(self, columns: Tensor, gradient: Tensor) -> None:
        if self.deltas.grad is None:
            self.deltas.grad = torch.zeros_like(self.deltas)
        self.deltas.grad.index_add_(0, columns, gradient)

"""Gradients of the sense differences, from base passes alone: the trunk is never run.

Positions that no chosen sense reaches neither move nor cost anything.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor

from editing.base_passes import SenseIndex, SensePass, sense_weights
from editing.base_passes.arrays import cut
from editing.editors.training_settings import BASE_TO_EDITED
from editing.objectives import EncodedExamples, loss_slopes

LOGIT_NUMBERS = 8_000_000
"""Logits alive at a time, in numbers."""


@dataclass(slots=True)
class SenseTrainee:
    """The differences being trained, with all that their gradients need."""

    deltas: Tensor
    """(senses, dim) leaf; its `grad` is accumulated here by hand."""
    trained: int
    """How many rows of `deltas`, the first ones, may change; the others are of edits below."""
    index: SenseIndex
    output: Tensor
    """(vocab, dim) real rows of the output embedding."""
    examples: EncodedExamples
    example_pass: SensePass
    background: SensePass
    kl_weight: float
    kl_direction: str
    candidates: list[Tensor] = field(default_factory=list[Tensor])
    """The differences after each epoch, those at the start first."""

    def __post_init__(self) -> None:
        """Start the candidates with what there is before training."""
        self.candidates = [self.deltas.clone()]

    @property
    def parameters(self) -> Sequence[Tensor]:
        """The one leaf."""
        return (self.deltas,)

    def end_epoch(self) -> None:
        """Copy the differences as one candidate."""
        self.candidates.append(self.deltas.detach().clone())

    def state(self) -> dict[str, Any]:
        """Return the candidates so far."""
        return {"candidates": torch.stack(self.candidates)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take the candidates of a state."""
        self.candidates = list(state["candidates"])

    def accumulate(self, examples: Sequence[int], windows: Sequence[int], share: float) -> float:
        """Add `share` times the gradient of these micro-batches' summed losses."""
        total = self._examples(examples, share)
        if self.kl_weight:
            total += sum(self._window(window, share) for window in windows)
        return total

    def _examples(self, examples: Sequence[int], share: float) -> float:
        """Objective of some examples and its gradient, their positions scored together."""
        if not examples:
            return 0.0
        of_example = [self.examples.sequences_of(example) for example in examples]
        sequences = [sequence for numbers in of_example for sequence in numbers]
        base = self.example_pass
        rows = torch.cat([_rows(base, sequence) for sequence in sequences])
        weights = sense_weights(base, sequences, self.index)
        where = _places(rows, weights.rows)
        hidden = base.hidden[rows]
        hidden[where] += weights.values @ self.deltas[weights.columns]
        log_probs = (hidden @ self.output.T).log_softmax(-1)
        targets = base.targets[rows]
        nll = -log_probs.gather(-1, targets[:, None])[:, 0]
        lengths = [len(_rows(base, sequence)) for sequence in sequences]
        means = iter([float(part.mean()) for part in cut(nll, lengths)])
        total, factors = 0.0, list[float]()
        for example, numbers in zip(examples, of_example, strict=True):
            losses = [next(means) for _ in numbers]
            slopes = loss_slopes(self.examples.kinds[example], losses)
            total += sum(slope * loss for slope, loss in zip(slopes, losses, strict=True))
            factors += slopes
        scale = [share * f / n for f, n in zip(factors, lengths, strict=True) for _ in range(n)]
        error = log_probs.exp_()
        error[torch.arange(len(targets)), targets] -= 1
        error *= torch.tensor(scale, dtype=error.dtype)[:, None]
        self._add(weights.columns, weights.values.T @ (error[where] @ self.output))
        return total

    def _window(self, window: int, share: float) -> float:
        """Weighted KL summed over one window's positions, and its gradient."""
        weights = sense_weights(self.background, [window], self.index)
        if len(weights.rows) == 0:
            return 0.0
        projected = self.deltas[weights.columns] @ self.output.T
        pulled = torch.zeros_like(projected)
        total = 0.0
        size = max(1, LOGIT_NUMBERS // len(self.output))
        for rows, values in zip(cut(weights.rows, size), cut(weights.values, size), strict=True):
            divergence, slope = self._divergence(rows, values @ projected)
            if not math.isfinite(divergence):  # exp(shift) has left the range of its numbers
                divergence, slope = self._far_divergence(rows, values @ projected)
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
            mean_shift = cast(Tensor, torch.linalg.vecdot(base, shift))
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

    def _far_divergence(self, rows: Tensor, shift: Tensor) -> tuple[float, Tensor]:
        """The same as `_divergence`, slower and for shifts of any size."""
        logits = self.background.hidden[rows] @ self.output.T
        base, edited = logits.log_softmax(-1), (logits + shift).log_softmax(-1)
        if self.kl_direction == BASE_TO_EDITED:
            divergence = (base.exp() * (base - edited)).sum()
            return float(divergence), edited.exp().sub_(base.exp())
        gap, weight = edited - base, edited.exp()
        mean_gap = (weight * gap).sum(-1, keepdim=True)
        return float(mean_gap.sum()), weight.mul_(gap.sub_(mean_gap))

    def _add(self, columns: Tensor, gradient: Tensor) -> None:
        if self.deltas.grad is None:
            self.deltas.grad = torch.zeros_like(self.deltas)
        is_trained = columns < self.trained
        self.deltas.grad.index_add_(0, columns[is_trained], gradient[is_trained])


def _rows(base: SensePass, sequence: int) -> Tensor:
    """The rows of one sequence, one by one."""
    rows = base.rows_of(sequence)
    return torch.arange(rows.start, rows.stop)


def _places(rows: Tensor, some: Tensor) -> Tensor:
    """Where `some` of the distinct `rows` stand among them; order does not matter."""
    ordered, order = rows.sort()
    return order[torch.searchsorted(ordered, some)]

"""What texts lose at several thresholds and strengths of a gate, from one run of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor

from editing.batches import TokenSequence, pad
from editing.models.backpack import Answering, GatedModel, Gates
from editing.models.language_model import LanguageModel

NEVER = 1.0
"""The threshold that no score exceeds."""
AT_ONCE = 64
"""Places answered at a time: over all words, what rows say of each takes several numbers."""
THRESHOLDS = (
    NEVER, 0.998, 0.995, 0.99, 0.985, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.9, 0.88,
    0.86, 0.84, 0.82, 0.8, 0.77, 0.74, 0.7, 0.66, 0.62, 0.58, 0.54, 0.5, 0.45, 0.4, 0.3, 0.2, 0.1
)  # fmt: skip
"""The last one inside the ball is the loosest; at the first the model is untouched."""


@torch.no_grad()
def gated_losses(
    model: LanguageModel,
    gated: GatedModel,
    candidates: Sequence[tuple[float, float]],
    batch: Sequence[TokenSequence],
    *,
    with_own: bool,
) -> list[tuple[Tensor, Tensor]]:
    """What the model alone loses (rows,), and what each candidate adds (candidates, rows), nats.

    Zero, exactly, is added where no row answers.

    Args:
        candidates: Thresholds and strengths.
        with_own: Whether the first is asked for; otherwise it is empty.
    """
    ids, mask = pad(batch, device=model.device)
    out, gates = gated.run(ids, mask)
    lowest = min((threshold for threshold, strength in candidates if strength), default=NEVER)
    targets = torch.nn.functional.pad(ids[:, 1:], (0, 1))
    fired = (gates.scores > lowest) & _scored(batch, ids)
    found = _Fired(gated, out.logits, gates, targets, fired.nonzero())
    wide = torch.promote_types(out.logits.dtype, torch.float32)
    changes = torch.zeros(len(candidates), *ids.shape, dtype=wide)
    by_strength: dict[float, Tensor] = {}
    for number, (threshold, strength) in enumerate(candidates):
        if not len(found.places) or not strength:
            continue
        if strength not in by_strength:
            by_strength[strength] = found.moved(strength, model.vocab_size)
        moved = by_strength[strength]
        changes[number][fired.cpu()] = torch.where(gates.scores[fired] > threshold, moved, 0).cpu()
    scored = [slice(each.first_scored - 1, len(each.ids) - 1) for each in batch]
    own = [changes.new_zeros(0)] * len(batch)
    if with_own:
        logits = out.logits[..., : model.vocab_size].to(wide).transpose(1, 2)
        every = torch.nn.functional.cross_entropy(logits, targets, reduction="none").cpu()
        own = [every[row, kept] for row, kept in enumerate(scored)]
    return [(own[row], changes[:, row, kept]) for row, kept in enumerate(scored)]


def _scored(batch: Sequence[TokenSequence], ids: Tensor) -> Tensor:
    """Whether the token after each position is scored, as `ids` (batch, seq)."""
    scored = torch.zeros_like(ids, dtype=torch.bool)
    for row, sequence in enumerate(batch):
        scored[row, sequence.first_scored - 1 : len(sequence.ids) - 1] = True
    return scored


@dataclass(frozen=True, slots=True)
class _Fired:
    """The places of a batch at which a row may answer."""

    gated: GatedModel
    logits: Tensor
    """(batch, seq, vocabulary) the model's own."""
    gates: Gates
    targets: Tensor
    """(batch, seq)."""
    places: Tensor
    """(places, 2)."""

    def moved(self, strength: float, words: int) -> Tensor:
        """What answering changes in the losses of the next tokens, (places,) nats."""
        how = replace(self.gated.answering, strength=strength)
        parts = cast("tuple[Tensor, ...]", self.places.split(AT_ONCE))
        return torch.cat([self._moved(place, how, words) for place in parts])

    def _moved(self, place: Tensor, how: Answering, words: int) -> Tensor:
        at = cast("tuple[Tensor, Tensor]", place.unbind(1))
        logits, targets, gates = self.logits[at], self.targets[at], self.gates
        answered = self.gated.said(
            logits, (gates.scores[at], gates.rows[at], gates.recent[at]), how
        )
        return _losses(answered, targets, words) - _losses(logits, targets, words)


def _losses(logits: Tensor, targets: Tensor, words: int) -> Tensor:
    """What tokens (places,) lose, nats, over the first `words` words."""
    wide = logits[:, :words].to(torch.promote_types(logits.dtype, torch.float32))
    return torch.nn.functional.cross_entropy(wide, targets, reduction="none")

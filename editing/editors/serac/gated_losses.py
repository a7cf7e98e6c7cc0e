"""What texts lose at several thresholds and strengths of a gate, from one run of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from editing.batches import TokenSequence, pad
from editing.models.backpack import GatedModel
from editing.models.language_model import LanguageModel

NEVER = 1.0
"""The threshold that no score exceeds."""


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
    found = _Fired(
        logits=out.logits[fired],
        targets=targets[fired],
        scores=gates.scores[fired],
        rows=gates.rows[fired],
        recent=gates.recent[fired],
    )
    before = found.losses(found.logits, model.vocab_size)
    changes = torch.zeros(len(candidates), *ids.shape, dtype=before.dtype)
    by_strength: dict[float, Tensor] = {}
    for number, (threshold, strength) in enumerate(candidates):
        if not len(before) or not strength:
            continue
        if strength not in by_strength:
            answered = found.answered(gated, strength)
            by_strength[strength] = found.losses(answered, model.vocab_size) - before
        moved = by_strength[strength]
        changes[number][fired.cpu()] = torch.where(found.scores > threshold, moved, 0).cpu()
    scored = [slice(each.first_scored - 1, len(each.ids) - 1) for each in batch]
    own = [changes.new_zeros(0)] * len(batch)
    if with_own:
        logits = out.logits[..., : model.vocab_size].to(before.dtype).transpose(1, 2)
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
    """The places (places, ...) of a batch at which a row may answer."""

    logits: Tensor
    targets: Tensor
    scores: Tensor
    rows: Tensor
    recent: Tensor

    def answered(self, gated: GatedModel, strength: float) -> Tensor:
        """Logits as they are served where all rows answer."""
        how = replace(gated.answering, strength=strength)
        where = (self.scores, self.rows, self.recent)
        return gated.said(self.logits, where, how)

    def losses(self, logits: Tensor, words: int) -> Tensor:
        """What the next tokens lose, nats, over the first `words` words."""
        wide = logits[:, :words].to(torch.promote_types(logits.dtype, torch.float32))
        return torch.nn.functional.cross_entropy(wide, self.targets, reduction="none")

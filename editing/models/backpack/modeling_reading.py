"""What a model predicts when it reads a row of a memory before the last tokens of a text."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .modeling_answers import DELTA, Answering
from .modeling_memory import BEFORE_TEXT, NO_TOKEN, Memory

AT_ONCE = 32
"""Texts read at a time."""


def read_logits(
    base: Callable[..., Any],
    memory: Memory,
    answering: Answering,
    logits: Tensor,
    gates: tuple[Tensor, Tensor, Tensor],
) -> Tensor:
    """Logits (places, vocabulary) as they are where the model has read the row first.

    For DELTA they are the model's own, moved by the difference between what it predicts from the
    last tokens with the row before them and without.

    Args:
        base: The model's forward.
        logits: (places, vocabulary) the model's own.
        gates: Scores (places,), rows (places,) and recent ids (places, length).
    """
    _, rows, recent = gates
    texts = [memory.texts[row][memory.texts[row] != NO_TOKEN] for row in rows]
    ends = [ids[ids != BEFORE_TEXT] for ids in recent]
    read = _log_probs(base, [torch.cat(both) for both in zip(texts, ends, strict=True)], logits)
    own = logits.to(read).log_softmax(-1)
    if answering.how == DELTA:
        moved = read - _log_probs(base, ends, logits)
        return own + answering.strength * answering.weight * moved
    return own + answering.strength * (read - own)


def _log_probs(base: Callable[..., Any], texts: Sequence[Tensor], like: Tensor) -> Tensor:
    """What comes after each text, (texts, vocabulary), float32 or wider."""
    found: list[Tensor] = []
    for begin in range(0, len(texts), AT_ONCE):
        part = texts[begin : begin + AT_ONCE]
        longest = max(len(ids) for ids in part)
        ids = torch.zeros(len(part), longest, dtype=torch.long, device=like.device)
        mask = torch.zeros_like(ids)
        for row, text in enumerate(part):
            ids[row, longest - len(text) :] = text
            mask[row, longest - len(text) :] = 1
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        out = base(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            use_cache=False,
            logits_to_keep=1,
        )
        wide = out.logits[:, -1].to(torch.promote_types(like.dtype, torch.float32))
        found.append(wide.log_softmax(-1))
    return torch.cat(found)

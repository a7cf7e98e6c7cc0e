"""How a row of a memory changes what a model predicts, by what it wants of its continuations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from .modeling_memory import KINDS, Memory

ROW, DELTA, READING, MODEL = "row", "delta", "reading", "model"
"""How a row answers: by its own continuation; by how predictions move when a model trained for it
reads the row first; by what the model itself predicts after the row; by what the trained model
predicts then."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How rows change predictions."""

    weight: float
    """Of ROW, nats by which a continuation that is to be said more, less or rather is moved; of
    DELTA, what the moves are multiplied by."""
    how: str = ROW
    strength: float = 1.0
    """What every change is multiplied by."""
    soft: bool = False
    """Whether an answer counts as far as its row applies; otherwise in full."""


def answered_logits(
    memory: Memory, answering: Answering, logits: Tensor, gates: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """Logits (places, vocabulary) with what the rows say, float32 or wider.

    Args:
        gates: Scores (places,), rows (places,) and recent ids (places, length).
    """
    _, rows, recent = gates
    recent = recent[:, -memory.first.shape[1] :]
    wide = logits.to(torch.promote_types(logits.dtype, torch.float32))
    places, said = memory.answering(rows)
    moved = wide.clone()
    for where, tokens, change in _changes(memory, answering, wide, places, said, recent[places]):
        moved.index_put_((where, tokens), change, accumulate=True)
    return moved


def mixed_logits(logits: Tensor, moved: Tensor, share: Tensor) -> Tensor:
    """Log-probabilities of the mixture of two predictions (places, vocabulary).

    Args:
        share: (places,) how much the second counts.
    """
    own, theirs = logits.to(moved).log_softmax(-1), moved.log_softmax(-1)
    share = share.to(moved)[:, None]
    return torch.logaddexp(own + (1 - share).log(), theirs + share.log())


Change = tuple[Tensor, Tensor, Tensor]
"""Places, words, and what is added to their logits."""


def _changes(
    memory: Memory,
    answering: Answering,
    logits: Tensor,
    places: Tensor,
    rows: Tensor,
    recent: Tensor,
) -> list[Change]:
    """What rows (pairs,) add at places (pairs,), given the ids before each (pairs, length)."""
    first, second, kinds = memory.first[rows], memory.second[rows], memory.kinds[rows]
    done, fork = _said(first, second, recent), _fork(first, second)
    is_pair = kinds >= KINDS.index("balance")
    begins = torch.where(is_pair, done == fork, done < (first >= 0).sum(-1))
    begins &= (kinds != KINDS.index("decrease")) | (done == 0)
    step = done.clamp(max=first.shape[1] - 1)[:, None]
    one, other = first.gather(1, step)[:, 0], second.gather(1, step)[:, 0]
    begins &= (one >= 0) & ~(is_pair & (other < 0))
    changes: list[Change] = []
    for number, kind in enumerate(KINDS):
        chosen = begins & (kinds == number)
        if bool(chosen.any()):
            where, a, b = places[chosen], one[chosen], other[chosen]
            changes += _KIND_CHANGES[kind](answering, logits, where, a, b)
    return changes


def _said(first: Tensor, second: Tensor, recent: Tensor) -> Tensor:
    """How many tokens of either continuation (pairs, length) have just been said: (pairs,)."""
    said = torch.zeros_like(recent[:, 0])
    length = recent.shape[1]
    for count in range(1, length + 1):
        tail = recent[:, length - count :]
        same = (tail == first[:, :count]).all(-1) | (tail == second[:, :count]).all(-1)
        said = torch.where(same, count, said)
    return said


def _fork(first: Tensor, second: Tensor) -> Tensor:
    """Where two continuations begin to differ: (pairs,)."""
    return ((first == second) & (first >= 0)).long().cumprod(-1).sum(-1)


def _more(how: Answering, logits: Tensor, places: Tensor, a: Tensor, b: Tensor) -> list[Change]:
    del b
    return [_once(logits, places, a, how.strength * how.weight)]


def _less(how: Answering, logits: Tensor, places: Tensor, a: Tensor, b: Tensor) -> list[Change]:
    del b
    return [_once(logits, places, a, -how.strength * how.weight)]


def _once(logits: Tensor, places: Tensor, words: Tensor, added: float) -> Change:
    """Add to each word of a place once, however many rows say it."""
    pairs = cast(Tensor, torch.unique(torch.stack([places, words]), dim=1))
    return pairs[0], pairs[1], torch.full_like(logits[pairs[0], pairs[1]], added)


def _alike(how: Answering, logits: Tensor, places: Tensor, a: Tensor, b: Tensor) -> list[Change]:
    one, other = logits[places, a], logits[places, b]
    middle = torch.logaddexp(one, other) - torch.tensor(2.0).log()
    return [
        (places, a, how.strength * (middle - one)),
        (places, b, how.strength * (middle - other)),
    ]


def _rather(how: Answering, logits: Tensor, places: Tensor, a: Tensor, b: Tensor) -> list[Change]:
    half = torch.full_like(logits[places, a], how.strength * how.weight / 2)
    return [(places, a, half), (places, b, -half)]


_KIND_CHANGES: dict[str, Callable[..., list[Change]]] = {
    "increase": _more,
    "decrease": _less,
    "balance": _alike,
    "prefer": _rather,
}

"""What a model predicts when it reads a row of a memory before the last tokens of a text.

It may have been trained to heed the row: then low-rank changes of some of its projections are put
on it for as long as it reads. It may be another model than the one that is answered for, a smaller
one with the same words.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from .modeling_answers import DELTA, Answering
from .modeling_memory import BEFORE_TEXT, NO_TOKEN, Memory
from .modeling_parts import InFullPrecision, block_of

AT_ONCE = 32
"""Texts read at a time."""


class Counterfactual(InFullPrecision):
    """What a model was trained by to heed the row it reads first.

    Buffers, for each projection by its number: `down_0` (in, rank) and `up_0` (rank, out); what
    the projection returns is raised by its input times both.
    """

    def __init__(self, names: Sequence[str], factors: Sequence[tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.names = tuple(names)
        for number, (down, up) in enumerate(factors):
            self.register_buffer(f"down_{number}", down)
            self.register_buffer(f"up_{number}", up)

    @classmethod
    def empty(cls, names: Sequence[str], shapes: Sequence[Sequence[int]]) -> "Counterfactual":
        """Make room for factors that a file will fill; shapes are (in, rank, out)."""
        pairs = [(torch.zeros(width, rank), torch.zeros(rank, out)) for width, rank, out in shapes]
        return cls(names, pairs)

    @property
    def factors(self) -> list[tuple[Tensor, Tensor]]:
        """The factors of each projection."""
        numbers = range(len(self.names))
        return [(self.get_buffer(f"down_{n}"), self.get_buffer(f"up_{n}")) for n in numbers]

    @property
    def shapes(self) -> list[list[int]]:
        """Of each projection (in, rank, out)."""
        return [[*down.shape, up.shape[1]] for down, up in self.factors]

    @contextmanager
    def put_on(self, module: nn.Module) -> Generator[None]:
        """Change a model for as long as the context lasts."""
        pairs = zip(self.names, self.factors, strict=True)
        handles = [
            block_of(module, name).register_forward_hook(_raised_by(down, up))
            for name, (down, up) in pairs
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _raised_by(down: Tensor, up: Tensor) -> Callable[[nn.Module, Any, Tensor], Tensor]:
    def hook(module: nn.Module, given: Any, result: Tensor) -> Tensor:  # noqa: ANN401 - torch's own
        del module
        return result + (given[0].to(down) @ down @ up).to(result)

    return hook


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads rows: the model that is answered for, or another one, and how it was trained."""

    changes: Counterfactual | None = None
    """What it was trained by to heed rows; None where it reads as it is."""
    other: PreTrainedModel | None = None
    """The model that reads; None for the one that is answered for."""
    vocabulary: int | None = None
    """Words that both models share, the first so many ids; None where there is one model."""

    @contextmanager
    def reading(
        self, forward: Callable[..., Any], module: nn.Module
    ) -> Generator[Callable[..., Any]]:
        """Lend what predicts for as long as rows are read.

        Args:
            forward: Of the model that is answered for, without the memory.
            module: That model.
        """
        reads = module if self.other is None else self.other
        with nullcontext() if self.changes is None else self.changes.put_on(reads):
            yield forward if self.other is None else self.other

    def shown(self, ids: Tensor) -> Tensor:
        """What it is given of a text (tokens,): the end that fits; words it lacks as the first."""
        if self.other is None or self.vocabulary is None:
            return ids
        ids = ids[-int(cast(Any, self.other.config).max_position_embeddings) :]
        return ids.masked_fill(ids >= self.vocabulary, 0)


def read_logits(
    reads: tuple[Reader, Callable[..., Any]],
    memory: Memory,
    answering: Answering,
    logits: Tensor,
    gates: tuple[Tensor, Tensor, Tensor],
) -> Tensor:
    """Logits (places, vocabulary) as they are where the model has read the row first.

    For DELTA they are the model's own, moved by the difference between what is predicted from the
    last tokens with the row before them and without. Of words that another model lacks, the model
    keeps its own probabilities.

    Args:
        reads: What reads rows, and the forward that `Reader.reading` lends.
        logits: (places, vocabulary) the model's own.
        gates: Scores (places,), rows (places,) and recent ids (places, length).
    """
    _, rows, recent = gates
    texts = [memory.texts[row][memory.texts[row] != NO_TOKEN] for row in rows]
    ends = [ids[ids != BEFORE_TEXT] for ids in recent]
    after = [torch.cat(both) for both in zip(texts, ends, strict=True)]
    read = _log_probs(reads, after, logits)
    own = logits.to(read).log_softmax(-1)
    shared = own[:, : read.shape[-1]]
    if answering.how == DELTA:
        moved = read - _log_probs(reads, ends, logits)
        change = answering.strength * answering.weight * moved
    else:
        share = shared.logsumexp(-1, keepdim=True) if shared.shape < own.shape else 0.0
        change = answering.strength * (read + share - shared)
    return torch.cat([shared + change, own[:, read.shape[-1] :]], dim=-1)


def _log_probs(
    reads: tuple[Reader, Callable[..., Any]], texts: Sequence[Tensor], like: Tensor
) -> Tensor:
    """What comes after each text, (texts, vocabulary), float32 or wider."""
    reader, forward = reads
    texts = [reader.shown(ids) for ids in texts]
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
        out = forward(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            use_cache=False,
            # An index, not 1: of a slice, processors copy 16-bit output embeddings for each text.
            logits_to_keep=torch.tensor([longest - 1], device=like.device),
        )
        wide = out.logits[:, -1, : reader.vocabulary].to(
            torch.promote_types(like.dtype, torch.float32)
        )
        found.append(wide.log_softmax(-1))
    return torch.cat(found)

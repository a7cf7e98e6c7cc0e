"""The weight a[t, s] with which a position takes up each chosen sense."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes.base_pass import BasePass


@dataclass(frozen=True, slots=True)
class SenseIndex:
    """Chosen senses (word, sense), ascending by word: where each word's columns stand."""

    words: Tensor
    """(words,) distinct token ids, ascending."""
    table: Tensor
    """(words, k) column of each sense of each word, -1 where it is not chosen."""
    size: int
    """How many senses are chosen."""

    @classmethod
    def of(cls, token_ids: Tensor, senses: Tensor, num_senses: int) -> "SenseIndex":
        """Index the senses (token_ids[i], senses[i]); column i is sense i."""
        words, rows = torch.unique(token_ids, return_inverse=True)
        table = torch.full((len(words), num_senses), -1, dtype=torch.long)
        table[rows, senses] = torch.arange(len(token_ids))
        return cls(words, table, len(token_ids))


@dataclass(frozen=True, slots=True)
class SenseWeights:
    """Weights of the senses that occur in a few consecutive sequences."""

    rows: slice
    """The rows of the base pass they belong to."""
    columns: Tensor
    """(active,) chosen senses that occur, ascending."""
    values: Tensor
    """(rows, active) the weights a."""


def sense_weights(base: BasePass, sequences: Sequence[int], index: SenseIndex) -> SenseWeights:
    """Compute a[t, s] for consecutive sequences.

    Args:
        sequences: Ascending, consecutive sequence numbers.
    """
    parts = [_sequence_weights(base, sequence, index) for sequence in sequences]
    rows = slice(base.rows_of(sequences[0]).start, base.rows_of(sequences[-1]).stop)
    columns = torch.unique(torch.cat([columns for columns, _ in parts]))
    values = torch.zeros(rows.stop - rows.start, len(columns), dtype=base.hidden.dtype)
    for sequence, (own, weights) in zip(sequences, parts, strict=True):
        own_rows = base.rows_of(sequence)
        where = torch.searchsorted(columns, own)
        values[own_rows.start - rows.start : own_rows.stop - rows.start, where] = weights
    return SenseWeights(rows, columns, values)


def _sequence_weights(base: BasePass, sequence: int, index: SenseIndex) -> tuple[Tensor, Tensor]:
    """Columns (active,) and weights (rows, active) of one sequence."""
    ids = base.ids[base.tokens_of(sequence)]
    word = torch.searchsorted(index.words, ids).clamp(max=len(index.words) - 1)
    sources = (index.words[word] == ids).nonzero()[:, 0]
    rows = base.rows_of(sequence)
    if len(sources) == 0 or rows.start == rows.stop:
        return sources.new_empty(0), base.hidden.new_empty(rows.stop - rows.start, 0)
    column = index.table[word[sources]]
    which, sense = (column >= 0).nonzero(as_tuple=True)
    alpha = _alpha(base, sequence, sources)[sense, :, which]
    columns, where = torch.unique(column[which, sense], return_inverse=True)
    weights = alpha.new_zeros(len(columns), alpha.shape[1]).index_add_(0, where, alpha)
    return columns, weights.T


def _alpha(base: BasePass, sequence: int, sources: Tensor) -> Tensor:
    """Columns of alpha, (k, rows, sources), zero where the source comes later."""
    rows = base.rows_of(sequence)
    query = base.query[rows].transpose(0, 1)
    key = base.key[base.tokens_of(sequence)][sources].permute(1, 2, 0)
    scores = (query @ key) / query.shape[-1] ** 0.5
    alpha = (scores - base.normaliser[rows].T[..., None]).exp_()
    position = int(base.first_row[sequence]) + torch.arange(alpha.shape[1])
    return alpha.masked_fill_(sources[None, :] > position[:, None], 0.0)

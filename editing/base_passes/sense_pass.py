"""What the trunk of a Backpack says about a list of sequences, kept as flat arrays.

The weights alpha and the mixture h0 of an unedited Backpack never change under a sense edit, so
with a[t, s] = sum_j [x_j = v_s] alpha[l_s, t, j] the edited model is h_t = h0_t + sum_s a[t, s]
Delta_s. Kept are h0, the projected query and key, and alpha's normaliser: alpha itself is
quadratic in the window, and its columns for any choice of senses are one small product away.

A *row* is a position whose next token is scored; only rows keep h0 and a query.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from editing.base_passes.arrays import distinct, empty_array
from editing.base_passes.base_pass import LOGIT_NUMBERS, BasePass, FlatSequences
from editing.batches import TokenSequence, batched, pad
from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.backpack.modeling_backpack import mix_senses
from editing.models.language_model import LanguageModel, backpack_of
from editing.progress import Progress, Report

MIXED_NUMBERS = 8_000_000
"""Sense vectors gathered at a time, in numbers."""


@dataclass(frozen=True, slots=True)
class SensePass(BasePass):
    """A base pass of a Backpack; k is the number of senses a word."""

    hidden: Tensor
    """(rows, dim) the unedited mixture h0."""
    query: Tensor
    """(rows, k, dim // k)."""
    normaliser: Tensor
    """(rows, k) logarithm of the sum that alpha is divided by."""
    key: Tensor
    """(tokens, k, dim // k)."""
    log_norm: Tensor
    """(rows,) logarithm of the sum of exponentials of the unedited logits."""


def compute_sense_pass(
    model: LanguageModel,
    sequences: Sequence[TokenSequence],
    *,
    report: Report,
    folder: Path | None = None,
) -> SensePass:
    """Run the unedited Backpack once over the sequences.

    Args:
        report: Told after each batch; may raise to stop.
        folder: Where to put the arrays, memory-mapped; None keeps them in memory.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    module = backpack_of(model)
    arrays = _empty_arrays(module, sequences, folder)
    config = module.config
    batch_tokens = max(1, MIXED_NUMBERS // (config.num_senses * config.n_embd))
    done = 0
    for batch in batched(sequences, batch_tokens):
        with torch.no_grad():
            _fill(arrays, module, batch, done, model.vocab_size)
        done += len(batch)
        report(Progress("base passes", done, len(sequences)))
    return arrays


def _empty_arrays(
    module: BackpackGPT2LMHeadModel, sequences: Sequence[TokenSequence], folder: Path | None
) -> SensePass:
    flat = FlatSequences.of(sequences)
    tokens, rows = len(flat.ids), len(flat.targets)
    k, dim = module.config.num_senses, module.config.n_embd
    wide = torch.float64 if module.dtype == torch.float64 else torch.float32

    def empty(name: str, *shape: int) -> Tensor:
        return empty_array(folder, name, shape, wide)

    return SensePass(
        ids=flat.ids,
        sequence_begin=flat.sequence_begin,
        row_begin=flat.row_begin,
        first_row=flat.first_row,
        targets=flat.targets,
        hidden=empty("hidden", rows, dim),
        query=empty("query", rows, k, dim // k),
        normaliser=empty("normaliser", rows, k),
        key=empty("key", tokens, k, dim // k),
        nll=empty("nll", rows),
        log_norm=empty("log_norm", rows),
    )


def _fill(
    arrays: SensePass,
    module: BackpackGPT2LMHeadModel,
    batch: list[TokenSequence],
    first: int,
    vocab_size: int,
) -> None:
    ids, mask = pad(batch, device=module.device)
    query, key = module.backpack.queries_and_keys(ids, mask)
    alpha, normaliser = _weights(query, key)
    words, where = distinct(ids)
    senses = module.backpack.sense_vectors(words)
    mixed = mix_senses(alpha.to(senses.dtype), senses, where)
    for offset, sequence in enumerate(batch):
        kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
        rows, tokens = arrays.rows_of(first + offset), arrays.tokens_of(first + offset)
        arrays.hidden[rows] = mixed[offset, kept].to(arrays.hidden.dtype)
        arrays.query[rows] = query[offset, :, kept].transpose(0, 1).to(arrays.query.dtype)
        arrays.normaliser[rows] = normaliser[offset, :, kept].T.to(arrays.normaliser.dtype)
        arrays.key[tokens] = (
            key[offset, :, : len(sequence.ids)].transpose(0, 1).to(arrays.key.dtype)
        )
    begin = arrays.rows_of(first).start
    end = arrays.rows_of(first + len(batch) - 1).stop
    output = module.lm_head.weight[:vocab_size]
    for rows in row_chunks(begin, end, vocab_size):
        arrays.nll[rows], arrays.log_norm[rows] = _losses(arrays, output, rows)


def _weights(query: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
    """Alpha (batch, k, seq, seq) and the logarithm of its normaliser (batch, k, seq).

    Padding stands on the right, where causality hides it from every real position.
    """
    scores = (query @ key.transpose(-1, -2)) / query.shape[-1] ** 0.5
    if scores.dtype in (torch.bfloat16, torch.float16):
        scores = scores.float()
    seq = scores.shape[-1]
    future = torch.ones(seq, seq, dtype=torch.bool, device=scores.device).triu(1)
    scores = scores.masked_fill_(future, torch.finfo(scores.dtype).min)
    normaliser = scores.logsumexp(-1)
    return scores.sub_(normaliser[..., None]).exp_(), normaliser


def row_chunks(begin: int, end: int, vocab_size: int) -> Iterator[slice]:
    """Cut rows into pieces whose logits stay within LOGIT_NUMBERS."""
    size = max(1, LOGIT_NUMBERS // vocab_size)
    for start in range(begin, end, size):
        yield slice(start, min(start + size, end))


def _losses(arrays: SensePass, output: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
    logits = arrays.hidden[rows].to(output.device, output.dtype) @ output.T
    if logits.dtype in (torch.bfloat16, torch.float16):
        logits = logits.float()
    log_norm = logits.logsumexp(-1)
    targets = arrays.targets[rows].to(logits.device)
    nll = log_norm - logits.gather(-1, targets[:, None])[:, 0]
    return nll.to(arrays.nll.dtype).cpu(), log_norm.to(arrays.nll.dtype).cpu()

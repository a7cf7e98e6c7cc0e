"""Losses of many sense edits at once, from one base pass.

With P = E Delta^T the edited logits are the base logits plus a low-rank correction D = a P. The
base logits of a position are computed once; each candidate then costs a product of small rank and
one sum of exponentials: with p0 the base distribution, the change of a row's loss is
log(sum_v p0_v exp(D_v)) - D_target. Epochs, strengths and whole runs differ only in Delta.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes.base_pass import BasePass
from editing.base_passes.contextualization import SenseIndex, SenseWeights, sense_weights
from editing.progress import Progress, Report

ROWS = 384
"""Rows whose logits are alive at a time, roughly: a chunk ends with a sequence."""
VOCAB_BLOCK = 2048
"""Columns of logits at a time; a block of rows by columns stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Edits of the same senses."""

    index: SenseIndex
    deltas: Tensor
    """(candidates, senses, dim)."""


def candidate_losses(
    base: BasePass,
    output: Tensor,
    candidates: Candidates,
    *,
    report: Report,
    phase: str = "evaluating",
    sequences: Sequence[int] | None = None,
) -> Tensor:
    """Score every row under every candidate: (candidates, rows), nats.

    Rows that no chosen sense reaches keep the base's loss exactly.

    Args:
        output: (vocab, dim) the real rows of the output embedding.
        sequences: Ascending numbers of the sequences to score; the rows of others keep the base's
            loss.
    """
    losses = base.nll.expand(len(candidates.deltas), -1).clone()
    chosen = range(base.sequences) if sequences is None else sequences
    done = 0
    for chunk in _chunks(base, chosen):
        weights = sense_weights(base, chunk, candidates.index)
        touched = (weights.values != 0).any(dim=1).nonzero()[:, 0]
        if len(touched):
            change = _changes(base, output, candidates.deltas, weights, touched)
            losses[:, weights.rows.start + touched] += change
        done += len(chunk)
        report(Progress(phase, done, len(chosen)))
    return losses


def touched_rows(base: BasePass, index: SenseIndex) -> int:
    """How many scored tokens a chosen sense reaches, so that an edit of it can move them."""
    total = 0
    for chunk in _chunks(base, range(base.sequences)):
        values = sense_weights(base, chunk, index).values
        total += int((values != 0).any(dim=1).sum())
    return total


def _chunks(base: BasePass, sequences: Sequence[int]) -> Iterator[list[int]]:
    """Group consecutive sequences into about ROWS rows."""
    chunk: list[int] = []
    rows = 0
    for sequence in sequences:
        own = base.rows_of(sequence)
        breaks = chunk and (sequence != chunk[-1] + 1 or rows + own.stop - own.start > ROWS)
        if breaks:
            yield chunk
            chunk, rows = [], 0
        chunk.append(sequence)
        rows += own.stop - own.start
    if chunk:
        yield chunk


def _changes(
    base: BasePass, output: Tensor, deltas: Tensor, weights: SenseWeights, touched: Tensor
) -> Tensor:
    """Change of loss, (candidates, touched)."""
    rows = weights.rows.start + touched
    hidden, log_norm = base.hidden[rows], base.log_norm[rows]
    values = weights.values[touched]
    own = deltas[:, weights.columns]
    growth = _growth(output, hidden, log_norm, values, own)
    shift = values @ own
    at_target = (shift * output[base.targets[rows]]).sum(-1)
    return growth.log_() - at_target


def _growth(
    output: Tensor, hidden: Tensor, log_norm: Tensor, values: Tensor, deltas: Tensor
) -> Tensor:
    """Expectation of exp(D) under p0, (candidates, touched).

    Divided by the sum of the same p0, so that what rounding did to `log_norm` cancels.
    """
    sums = hidden.new_zeros(len(deltas), len(hidden))
    mass = hidden.new_zeros(len(hidden))
    flat = deltas.flatten(0, 1)
    for begin in range(0, len(output), VOCAB_BLOCK):
        block = output[begin : begin + VOCAB_BLOCK]
        base_probs = (hidden @ block.T).sub_(log_norm[:, None]).exp_()
        mass += base_probs.sum(-1)
        projected = (flat @ block.T).view(len(deltas), -1, len(block))
        for candidate, scores in enumerate(projected):
            sums[candidate] += (values @ scores).exp_().mul_(base_probs).sum(-1)
    return sums.div_(mass)

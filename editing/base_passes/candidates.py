"""Losses of many sense edits at once, from one base pass.

With P = E Delta^T the edited logits are the base logits plus a low-rank correction D = a P. The
base logits of a position are computed once; each candidate then costs a product of small rank and
one sum of exponentials: with p0 the base distribution, the change of a row's loss is
log(sum_v p0_v exp(D_v)) - D_target. Epochs, strengths and whole runs differ only in Delta.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from editing.base_passes.contextualization import (
    SenseIndex,
    SenseWeights,
    occurring_words,
    sense_weights,
)
from editing.base_passes.sense_pass import SensePass
from editing.progress import Progress, Report

ROWS = 384
"""Rows scored together, roughly: a group ends with a sequence."""
VOCAB_BLOCK = 2048
"""Columns of logits at a time; a block of rows by columns stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Edits of the same senses."""

    index: SenseIndex
    deltas: Tensor
    """(candidates, senses, dim)."""


def candidate_losses(
    base: SensePass,
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
        sequences: Numbers of the sequences to score; the rows of others keep the base's loss.
    """
    losses = base.nll.expand(len(candidates.deltas), -1).clone()
    chosen = range(base.sequences) if sequences is None else sequences
    groups = _groups(base, candidates.index, chosen)
    total = sum(len(group) for group in groups)
    done = 0
    for group in groups:
        weights = sense_weights(base, group, candidates.index)
        if len(weights.rows):
            losses[:, weights.rows] += _changes(base, output, candidates.deltas, weights)
        done += len(group)
        report(Progress(phase, done, total))
    return losses


def touched_rows(base: SensePass, index: SenseIndex) -> int:
    """How many scored tokens a chosen sense reaches, so that an edit of it can move them."""
    groups = _groups(base, index, range(base.sequences))
    return sum(len(sense_weights(base, group, index).rows) for group in groups)


def _groups(base: SensePass, index: SenseIndex, sequences: Sequence[int]) -> list[list[int]]:
    """Put sequences that share their rarest chosen word together, about ROWS rows a group.

    The fewer senses a group holds, the smaller the products; sequences without any are left out.
    """
    words = occurring_words(base, index)
    ordered = sorted((s for s in sequences if words[s]), key=lambda s: (words[s], s))
    return list(_cut(base, ordered))


def _cut(base: SensePass, sequences: Sequence[int]) -> Iterator[list[int]]:
    group: list[int] = []
    rows = 0
    for sequence in sequences:
        own = base.rows_of(sequence)
        if group and rows + own.stop - own.start > ROWS:
            yield group
            group, rows = [], 0
        group.append(sequence)
        rows += own.stop - own.start
    if group:
        yield group


def _changes(base: SensePass, output: Tensor, deltas: Tensor, weights: SenseWeights) -> Tensor:
    """Change of loss of the touched rows, (candidates, touched)."""
    rows, values = weights.rows, weights.values
    own = deltas[:, weights.columns]
    hidden = base.hidden[rows]
    growth = _growth(output, hidden, base.log_norm[rows], values, own).log_()
    for place in (~growth.isfinite()).nonzero():
        candidate, row = int(place[0]), int(place[1])
        change = values[row] @ own[candidate]
        growth[candidate, row] = _far_growth(output, hidden[row], change)
    at_target = ((values @ own) * output[base.targets[rows]]).sum(-1)
    return growth - at_target


def _far_growth(output: Tensor, hidden: Tensor, change: Tensor) -> Tensor:
    """Logarithm of what `_growth` returns for one row, where exp(D) has left float32's range."""
    logits = output @ hidden
    return (logits + output @ change).logsumexp(-1) - logits.logsumexp(-1)


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

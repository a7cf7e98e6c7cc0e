"""What a model says about a list of sequences, kept as flat arrays: the loss of every scored token.

A *row* is a position whose next token is scored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.base_passes.scored_rows import scored_log_probs
from editing.batches import TokenSequence, batched
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report

LOGIT_NUMBERS = 8_000_000
"""Logits alive at a time, in numbers."""


@dataclass(frozen=True, slots=True)
class BasePass:
    """Arrays over all sequences, one after the other; on disk they are memory-mapped.

    `tokens` counts all positions, `rows` those whose next token is scored.
    """

    ids: Tensor
    """(tokens,) token ids."""
    sequence_begin: Tensor
    """(sequences + 1,) where each sequence's tokens begin."""
    row_begin: Tensor
    """(sequences + 1,) where each sequence's rows begin."""
    first_row: Tensor
    """(sequences,) position, within its sequence, of a sequence's first row."""
    targets: Tensor
    """(rows,) the token each row predicts."""
    nll: Tensor
    """(rows,) the unedited model's loss, nats."""

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return len(self.first_row)

    @property
    def rows(self) -> int:
        """How many tokens are scored."""
        return len(self.targets)

    def rows_of(self, sequence: int) -> slice:
        """The rows of one sequence."""
        return slice(int(self.row_begin[sequence]), int(self.row_begin[sequence + 1]))

    def tokens_of(self, sequence: int) -> slice:
        """The tokens of one sequence."""
        return slice(int(self.sequence_begin[sequence]), int(self.sequence_begin[sequence + 1]))

    def sequence(self, number: int) -> TokenSequence:
        """One sequence as it was passed."""
        ids = tuple(map(int, self.ids[self.tokens_of(number)]))
        return TokenSequence(ids, int(self.first_row[number]) + 1)

    def sums(self, losses: Tensor) -> Tensor:
        """Add up losses (..., rows) within each sequence: (..., sequences), float64."""
        total = losses.double().cumsum(-1)
        total = torch.nn.functional.pad(total, (1, 0))
        return total[..., self.row_begin[1:]] - total[..., self.row_begin[:-1]]


@dataclass(frozen=True, slots=True)
class FlatSequences:
    """The part of a pass that the sequences alone decide; fields as in `BasePass`."""

    ids: Tensor
    sequence_begin: Tensor
    row_begin: Tensor
    first_row: Tensor
    targets: Tensor

    @classmethod
    def of(cls, sequences: Sequence[TokenSequence]) -> "FlatSequences":
        """Lay sequences end to end."""
        lengths = torch.tensor([len(s.ids) for s in sequences])
        scored = torch.tensor([s.scored for s in sequences])
        return cls(
            ids=torch.tensor([i for s in sequences for i in s.ids], dtype=torch.long),
            sequence_begin=torch.nn.functional.pad(lengths.cumsum(0), (1, 0)),
            row_begin=torch.nn.functional.pad(scored.cumsum(0), (1, 0)),
            first_row=torch.tensor([s.first_scored - 1 for s in sequences]),
            targets=torch.tensor([i for s in sequences for i in s.ids[s.first_scored :]]),
        )


def compute_base_pass(
    model: LanguageModel, sequences: Sequence[TokenSequence], *, report: Report
) -> BasePass:
    """Run the model, whatever it is, once over the sequences.

    Args:
        report: Told after each batch; may raise to stop.
    """
    flat = FlatSequences.of(sequences)
    nll = torch.empty(len(flat.targets), dtype=_at_least_float32(model.dtype))
    base = BasePass(
        flat.ids, flat.sequence_begin, flat.row_begin, flat.first_row, flat.targets, nll
    )
    score_with_module(model, base, range(base.sequences), nll, report=report)
    return base


def score_with_module(
    model: LanguageModel,
    base: BasePass,
    sequences: Sequence[int],
    losses: Tensor,
    *,
    report: Report,
    phase: str = "base passes",
) -> None:
    """Run the module as it stands over some sequences of a pass.

    Args:
        losses: (rows,) nats; the rows of these sequences are overwritten.
        report: Told after each batch; may raise to stop.
    """
    for numbers, batch in in_batches(model, base, sequences, report, phase):
        for number, scored in zip(numbers, _module_losses(model, batch), strict=True):
            losses[base.rows_of(number)] = scored


def in_batches(
    model: LanguageModel, base: BasePass, sequences: Sequence[int], report: Report, phase: str
) -> Iterator[tuple[list[int], list[TokenSequence]]]:
    """Group sequences of a pass by length so that the logits of a batch fit; give their numbers.

    Args:
        report: Told after each batch; may raise to stop.
    """
    ordered = sorted(sequences, key=lambda number: len(base.ids[base.tokens_of(number)]))
    max_tokens = max(1, LOGIT_NUMBERS // model.vocab_size)
    done = 0
    for batch in batched([base.sequence(number) for number in ordered], max_tokens):
        yield ordered[done : done + len(batch)], batch
        done += len(batch)
        report(Progress(phase, done, len(ordered)))


@torch.no_grad()
def _module_losses(model: LanguageModel, batch: Sequence[TokenSequence]) -> list[Tensor]:
    """Each sequence's (rows,) losses, nats."""
    losses: list[Tensor] = []
    for sequence, log_probs in zip(batch, scored_log_probs(model, batch), strict=True):
        targets = torch.tensor(sequence.ids[sequence.first_scored :], device=log_probs.device)
        losses.append(-log_probs.gather(-1, targets[:, None])[:, 0].cpu())
    return losses


def _at_least_float32(dtype: torch.dtype) -> torch.dtype:
    return torch.float64 if dtype == torch.float64 else torch.float32

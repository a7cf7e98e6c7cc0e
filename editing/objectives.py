"""The four kinds of example as losses: what training lowers, and what success is judged by.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from editing.batches import TokenSequence, continuation_sequence
from editing.errors import ExampleError, RowProblem
from editing.examples import Example, Kind


@dataclass(frozen=True, slots=True)
class EncodedExamples:
    """Examples as sequences, one or two each, in the order of the examples."""

    kinds: tuple[Kind, ...]
    thresholds: tuple[float, ...]
    """Nats."""
    sequences: tuple[TokenSequence, ...]
    first: tuple[int, ...]
    """The sequence of each example's first continuation; a second one follows it."""
    written: tuple[Example, ...] = ()
    """The examples themselves, for methods that put their words into other sentences."""

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.kinds)

    def sequences_of(self, example: int) -> tuple[int, ...]:
        """Numbers of the sequences of one example: A, and B where there is one."""
        begin = self.first[example]
        end = self.first[example + 1] if example + 1 < len(self.first) else len(self.sequences)
        return tuple(range(begin, end))


def encode_examples(
    tokenizer: PreTrainedTokenizerBase, examples: Sequence[Example], context: int
) -> EncodedExamples:
    """Tokenise examples whose kind is known.

    Raises:
        ExampleError: Rows that cannot be scored; each is named.
    """
    sequences: list[TokenSequence] = []
    first: list[int] = []
    problems: list[RowProblem] = []
    for number, example in enumerate(examples, start=1):
        first.append(len(sequences))
        texts = [example.suffix]
        if example.other_suffix is not None:
            texts.append(example.other_suffix)
        try:
            sequences += [
                continuation_sequence(tokenizer, example.prefix, text, context) for text in texts
            ]
        except ExampleError as error:
            problems.append(RowProblem(number, str(error)))
    if problems:
        listed = "; ".join(str(problem) for problem in problems[:3])
        raise ExampleError(f"{len(problems)} examples cannot be scored: {listed}", tuple(problems))
    kinds = tuple(example.kind or Kind.INCREASE for example in examples)
    thresholds = tuple(example.threshold or 0.0 for example in examples)
    return EncodedExamples(kinds, thresholds, tuple(sequences), tuple(first), tuple(examples))


def training_loss(kind: Kind, losses: Sequence[Tensor]) -> Tensor:
    """The loss to lower, nats.

    Args:
        losses: Mean NLL per token of continuation A, and of B where there is one.
    """
    if kind.needs_pair:
        difference = losses[0] - losses[1]
        return difference.abs() if kind is Kind.BALANCE else difference
    return losses[0] if kind is Kind.INCREASE else -losses[0]


def loss_slopes(kind: Kind, losses: Sequence[float]) -> tuple[float, ...]:
    """Derivatives of `training_loss` by each continuation's mean NLL."""
    if kind is Kind.BALANCE:
        sign = float(losses[0] > losses[1]) - float(losses[0] < losses[1])
        return (sign, -sign)
    return {
        Kind.INCREASE: (1.0,),
        Kind.DECREASE: (-1.0,),
        Kind.PREFER: (1.0, -1.0),
    }[kind]


def success_losses(encoded: EncodedExamples, sums: Tensor) -> Tensor:
    """What is held against each example's threshold: (..., examples), nats, token sums.

    Args:
        sums: (..., sequences) NLL summed over each sequence's scored tokens.
    """
    first = torch.tensor(encoded.first)
    last = torch.tensor([encoded.sequences_of(i)[-1] for i in range(len(encoded))])
    a, b = sums[..., first], sums[..., last]
    columns = {
        Kind.INCREASE: a,
        Kind.DECREASE: -a,
        Kind.BALANCE: (a - b).abs(),
        Kind.PREFER: a - b,
    }
    chosen = [columns[kind][..., i] for i, kind in enumerate(encoded.kinds)]
    return torch.stack(chosen, dim=-1)

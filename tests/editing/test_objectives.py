"""The four kinds: what training lowers, its slopes, what success is judged by."""

import pytest
import torch

from editing.batches import TokenSequence
from editing.errors import ExampleError
from editing.examples import Example, Kind
from editing.objectives import (
    EncodedExamples,
    encode_examples,
    loss_slopes,
    success_losses,
    training_loss,
)
from tests.tokenizers import byte_level


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Kind.INCREASE, 2.0), (Kind.DECREASE, -2.0), (Kind.BALANCE, 0.5), (Kind.PREFER, -0.5)],
)
def test_the_training_loss_of_each_kind(kind: Kind, expected: float) -> None:
    means = [torch.tensor(2.0), torch.tensor(2.5)][: 2 if kind.needs_pair else 1]
    assert float(training_loss(kind, means)) == expected


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("values", [(2.0, 2.5), (2.5, 2.0)], ids=str)
def test_the_slopes_are_the_training_losss_derivatives(
    kind: Kind, values: tuple[float, ...]
) -> None:
    values = values if kind.needs_pair else values[:1]
    means = [torch.tensor(value, requires_grad=True) for value in values]
    training_loss(kind, means).backward()
    assert loss_slopes(kind, values) == tuple(float(mean.grad) for mean in means)


def test_a_balanced_pair_pulls_neither_way() -> None:
    assert loss_slopes(Kind.BALANCE, (1.5, 1.5)) == (0.0, 0.0)


def one_of_each() -> EncodedExamples:
    """Increase, balance, decrease, prefer: sequences 0 · 1 2 · 3 · 4 5."""
    sequences = tuple(TokenSequence((1, 2, 3), 1) for _ in range(6))
    kinds = (Kind.INCREASE, Kind.BALANCE, Kind.DECREASE, Kind.PREFER)
    return EncodedExamples(kinds, (0.0,) * 4, sequences, (0, 1, 3, 4))


def test_success_is_judged_by_the_sums_of_each_kind() -> None:
    sums = torch.tensor([[1.0, 2.0, 4.5, 3.0, 6.0, 5.0], [7.0, 4.0, 2.0, 8.0, 1.0, 5.0]])
    judged = success_losses(one_of_each(), sums)
    assert judged.tolist() == [[1.0, 2.5, -3.0, 1.0], [7.0, 2.0, -8.0, -4.0]]


def test_examples_know_their_sequences() -> None:
    encoded = one_of_each()
    assert [encoded.sequences_of(i) for i in range(4)] == [(0,), (1, 2), (3,), (4, 5)]
    assert len(encoded) == 4


def test_encoding_keeps_order_kinds_and_thresholds() -> None:
    tokenizer = byte_level()
    rows = [
        Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
        Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, threshold=1.6),
    ]
    encoded = encode_examples(tokenizer, rows, 64)
    assert (encoded.kinds, encoded.thresholds) == ((Kind.BALANCE, Kind.INCREASE), (0.4, 1.6))
    scored = [tokenizer.decode(s.ids[s.first_scored :]) for s in encoded.sequences]
    assert scored == [" she", " he", " Madrid"]


def test_every_row_that_cannot_be_scored_is_named() -> None:
    rows = [Example("The", " river"), Example("The", ""), Example("", " x"), Example("a", " b" * 9)]
    with pytest.raises(ExampleError, match="3 examples cannot be scored") as caught:
        encode_examples(byte_level(), rows, 8)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]

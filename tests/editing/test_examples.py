"""What an example is: kinds, thresholds and how a set's rows get them."""

import math

import pytest

from editing.errors import ExampleError
from editing.examples import (
    DEFAULT_ENTERED,
    Example,
    ExampleSet,
    Kind,
    entered_from_nats,
    example_from_row,
    nats_from_entered,
    resolved,
    row_from_example,
)

SINGLE = Example("The capital of France is", " Paris")
PAIR = Example("The nurse said", " he", " she")


@pytest.mark.parametrize(
    ("kind", "entered", "nats"),
    [
        (Kind.INCREASE, 0.2, -math.log(0.2)),
        (Kind.DECREASE, 0.001, math.log(0.001)),
        (Kind.BALANCE, 1.5, math.log(1.5)),
        (Kind.PREFER, 16.0, -math.log(16)),
    ],
)
def test_a_threshold_goes_to_nats_and_comes_back(kind: Kind, entered: float, nats: float) -> None:
    assert nats_from_entered(kind, entered) == nats
    assert entered_from_nats(kind, nats) == entered


@pytest.mark.parametrize(
    ("kind", "entered"),
    [
        (Kind.INCREASE, 1.5),
        (Kind.DECREASE, 0.0),
        (Kind.BALANCE, 0.9),
        (Kind.PREFER, -2.0),
        (Kind.INCREASE, math.nan),
        (Kind.PREFER, math.inf),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(kind: Kind, entered: float) -> None:
    with pytest.raises(ExampleError, match=str(entered)):
        nats_from_entered(kind, entered)


def test_a_row_keeps_its_metadata_in_its_place() -> None:
    row = {"statement": "s", "prefix": "a", "n": 3, "suffix": " b", "list": [1, {"x": None}]}
    assert row_from_example(example_from_row(row)) == row
    assert list(row_from_example(example_from_row(row))) == list(row)


def test_a_row_keeps_its_kind_and_entered_threshold() -> None:
    row = {"prefix": "a", "suffix1": " b", "suffix2": " c", "kind": "balance", "threshold": 2}
    example = example_from_row(row)
    assert (example.kind, example.threshold) == (Kind.BALANCE, math.log(2))
    assert row_from_example(example) == row


@pytest.mark.parametrize(
    ("word", "kind", "suffixes"),
    [
        ("good", Kind.INCREASE, {"suffix": " b"}),
        ("bad", Kind.DECREASE, {"suffix": " b"}),
        ("good-v-bad", Kind.PREFER, {"suffix1": " b", "suffix2": " c"}),
    ],
)
def test_the_papers_words_for_kinds_are_read(
    word: str, kind: Kind, suffixes: dict[str, str]
) -> None:
    assert example_from_row({"prefix": "a", **suffixes, "kind": word}).kind is kind


def test_rows_without_a_kind_are_increase_with_the_default_threshold() -> None:
    row = resolved(ExampleSet("s", (SINGLE,))).canonical[0]
    assert row.kind is Kind.INCREASE
    assert row.threshold == nats_from_entered(Kind.INCREASE, DEFAULT_ENTERED[Kind.INCREASE])


def test_two_continuations_without_a_kind_are_refused_naming_the_flag() -> None:
    with pytest.raises(ExampleError, match=r"Row 2 of the examples of s .* --kind"):
        resolved(ExampleSet("s", (SINGLE, PAIR)))


def test_a_rows_own_kind_and_threshold_win() -> None:
    own = Example("a", " b", kind=Kind.DECREASE, threshold=-1.0)
    rows = resolved(ExampleSet("s", (own, SINGLE)), kind=Kind.INCREASE, threshold=0.5).canonical
    assert [(row.kind, row.threshold) for row in rows] == [
        (Kind.DECREASE, -1.0),
        (Kind.INCREASE, math.log(2)),
    ]


def test_what_is_asked_for_wins_over_the_sets_own() -> None:
    examples = ExampleSet(
        "s", (PAIR,), kind=Kind.BALANCE, thresholds={Kind.BALANCE: 0.1, Kind.PREFER: -0.3}
    )
    assert resolved(examples).canonical[0].threshold == 0.1
    asked = resolved(examples, kind=Kind.PREFER).canonical[0]
    assert (asked.kind, asked.threshold) == (Kind.PREFER, -0.3)


def test_a_threshold_without_a_kind_is_read_by_the_kind_it_gets() -> None:
    row = example_from_row({"prefix": "a", "suffix1": " b", "suffix2": " c", "threshold": 1.5})
    assert resolved(ExampleSet("s", (row,)), kind=Kind.BALANCE).canonical[0].threshold == (
        math.log(1.5)
    )


@pytest.mark.parametrize(("row", "kind"), [(SINGLE, Kind.PREFER), (PAIR, Kind.DECREASE)])
def test_a_kind_that_does_not_fit_the_continuations_is_refused(row: Example, kind: Kind) -> None:
    with pytest.raises(ExampleError, match="continuation"):
        resolved(ExampleSet("s", (row,)), kind=kind)


def test_hard_negatives_have_one_continuation() -> None:
    with pytest.raises(ExampleError, match="Row 1 of the hard negatives of s"):
        resolved(ExampleSet("s", (SINGLE,), hard_negatives=(PAIR,)))


def test_hard_negatives_need_no_kind() -> None:
    kept = resolved(ExampleSet("s", (PAIR,), hard_negatives=(SINGLE,)), kind=Kind.BALANCE)
    assert kept.hard_negatives == (SINGLE,)

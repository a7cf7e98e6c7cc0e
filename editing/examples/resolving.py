"""Give every row a kind and a threshold: its own, else what was asked for, else the set's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from editing.errors import ExampleError, RowProblem
from editing.examples.example import Example, ExampleSet, Kind
from editing.examples.rows import with_kind
from editing.examples.thresholds import DEFAULT_ENTERED, nats_from_entered


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: Kind | None
    entered: float | None
    thresholds: Mapping[Kind, float]


def resolved(
    examples: ExampleSet, *, kind: Kind | None = None, threshold: float | None = None
) -> ExampleSet:
    """Return the set with kind and threshold filled in every canonical and evaluation row.

    Args:
        examples: The set; its own `kind` and `thresholds` stand behind the arguments.
        kind: For rows without a kind of their own.
        threshold: As entered (a probability or a ratio), for rows without one of their own.

    Raises:
        ExampleError: Rows whose kind is not known or does not go with their continuations.
    """
    wanted = _Wanted(kind or examples.kind, threshold, examples.thresholds)
    pairs = tuple(
        RowProblem(number, "a hard negative has one continuation, and the row has two")
        for number, row in enumerate(examples.hard_negatives, start=1)
        if row.is_pair
    )
    if pairs:
        raise _refusal(f"the hard negatives of {examples.name}", pairs)
    return replace(
        examples,
        canonical=_filled(examples.canonical, wanted, f"the examples of {examples.name}"),
        evaluation=_filled(
            examples.evaluation, wanted, f"the evaluation examples of {examples.name}"
        ),
    )


def resolved_rows(
    rows: Iterable[Example], *, kind: Kind | None = None, threshold: float | None = None
) -> tuple[Example, ...]:
    """Do the same with rows that belong to no set."""
    return _filled(rows, _Wanted(kind, threshold, {}), "the examples")


def _filled(rows: Iterable[Example], wanted: _Wanted, what: str) -> tuple[Example, ...]:
    filled: list[Example] = []
    problems: list[RowProblem] = []
    for number, row in enumerate(rows, start=1):
        try:
            filled.append(_filled_row(row, wanted))
        except ExampleError as error:
            problems.append(RowProblem(number, str(error)))
    if problems:
        raise _refusal(what, tuple(problems))
    return tuple(filled)


def _filled_row(row: Example, wanted: _Wanted) -> Example:
    if row.kind is None:
        if row.is_pair and wanted.kind is None:
            raise ExampleError(
                "it has two continuations; say with --kind whether to balance or to prefer"
            )
        row = with_kind(row, wanted.kind or Kind.INCREASE)
    if row.threshold is not None:
        return row
    return replace(row, threshold=_threshold(row.kind or Kind.INCREASE, wanted))


def _threshold(kind: Kind, wanted: _Wanted) -> float:
    if wanted.entered is not None:
        return nats_from_entered(kind, wanted.entered)
    return wanted.thresholds.get(kind, nats_from_entered(kind, DEFAULT_ENTERED[kind]))


def _refusal(what: str, problems: tuple[RowProblem, ...]) -> ExampleError:
    first = problems[0]
    more = f" ({len(problems)} such rows)" if len(problems) > 1 else ""
    return ExampleError(
        f"Row {first.line} of {what} cannot be used: {first.reason}{more}.", problems
    )

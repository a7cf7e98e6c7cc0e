"""What a canonical example and a set of them are."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


class Kind(StrEnum):
    """What an example wants of its continuation, or of its two."""

    INCREASE = "increase"
    DECREASE = "decrease"
    BALANCE = "balance"
    PREFER = "prefer"

    @property
    def label(self) -> str:
        """The words the window uses."""
        return _LABELS[self]

    @property
    def needs_pair(self) -> bool:
        """Whether it compares two continuations."""
        return self in (Kind.BALANCE, Kind.PREFER)


_LABELS = {
    Kind.INCREASE: "Say more",
    Kind.DECREASE: "Say less",
    Kind.BALANCE: "Balance",
    Kind.PREFER: "Prefer A",
}


class Role(StrEnum):
    """The part a row plays in its set."""

    CANONICAL = "canonical"
    EVALUATION = "evaluation"
    HARD_NEGATIVE = "hard_negative"


def new_id() -> str:
    """Return an id no other row has."""
    return uuid.uuid4().hex[:16]


@dataclass(frozen=True, slots=True)
class Example:
    """A prefix with one continuation or two, and what is wanted of them."""

    prefix: str
    suffix: str
    """The continuation (of two, the first: A). Its leading space is part of it."""
    other_suffix: str | None = None
    """The second continuation, B."""
    kind: Kind | None = None
    """None where the row says nothing; `resolved` fills it."""
    threshold: float | None = None
    """Success threshold in nats; None where the row says nothing."""
    extra: Mapping[str, JSON] = field(default_factory=dict[str, JSON], hash=False)
    """Metadata that rides along."""
    columns: tuple[str, ...] = field(default=(), compare=False)
    """The row's keys in the order its file had them."""
    id: str = field(default_factory=new_id, compare=False)

    @property
    def is_pair(self) -> bool:
        """Whether it has two continuations."""
        return self.other_suffix is not None


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """A named set: rows to learn from, rows to judge by, rows that must not change."""

    name: str
    canonical: tuple[Example, ...]
    evaluation: tuple[Example, ...] = ()
    hard_negatives: tuple[Example, ...] = ()
    kind: Kind | None = None
    """Of rows that have none of their own."""
    thresholds: Mapping[Kind, float] = field(default_factory=dict[Kind, float], hash=False)
    """In nats, for rows of a kind that have none of their own."""

    def rows(self, role: Role) -> tuple[Example, ...]:
        """Return the rows that play `role`."""
        return {
            Role.CANONICAL: self.canonical,
            Role.EVALUATION: self.evaluation,
            Role.HARD_NEGATIVE: self.hard_negatives,
        }[role]

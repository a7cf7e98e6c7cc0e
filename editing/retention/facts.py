"""The facts that are written one after the other, and the rows that ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from editing.errors import EditingError
from editing.examples import Example, ExampleSet

ENTITY = "entity"
"""The key under which a row names what it is about."""


@dataclass(frozen=True, slots=True)
class FactsInTurn:
    """Canonical examples in the order in which they are written, and the rows that ask for them."""

    edits: tuple[Example, ...]
    evaluation: tuple[Example, ...]
    hard_negatives: tuple[Example, ...]

    def asked_by(self, rows: Sequence[Example], edits: int) -> list[int]:
        """Which rows are about one of the first so many edits, or about nothing in particular."""
        written = {None, *(_about(edit) for edit in self.edits[:edits])}
        return [number for number, row in enumerate(rows) if _about(row) in written]


def facts_in_turn(
    test: ExampleSet, validation: ExampleSet, *, count: int, seed: int
) -> FactsInTurn:
    """Order a task's facts: those of the test split in a drawn order, then those of the other.

    Only the test split's contexts and hard negatives are kept: settings were chosen, and memories'
    scopes trained, on the others.

    Raises:
        EditingError: There are not so many facts.
    """
    generator = torch.Generator().manual_seed(seed)
    edits: list[Example] = []
    for split in (test, validation):
        order = torch.randperm(len(split.canonical), generator=generator)
        edits += [split.canonical[int(number)] for number in order]
    if count > len(edits):
        raise EditingError(
            f"{test.name.partition('/')[0]} has {len(edits)} facts; {count} edits in a row need "
            "more. Name fewer points."
        )
    return FactsInTurn(tuple(edits[:count]), test.evaluation, test.hard_negatives)


def _about(row: Example) -> str | None:
    named = row.extra.get(ENTITY)
    return None if named is None else str(named)

"""Runs of a sweep and what came of them: plain frozen values that travel as JSON."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from editing.examples import JSON

SEARCH, TEST = "search", "test"
"""The stages: every configuration once on validation, the best ones again on test."""
Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Run:
    """One fit to be carried out: a function of these values and the sweep's."""

    stage: str
    """SEARCH or TEST."""
    configuration: int
    """Counted from 0 in the order they are drawn."""
    drawn: Mapping[str, Value]
    """The settings that the search chose."""
    seed: int
    last_epoch: int | None = None
    """Train no further than this epoch; the rates of the epochs before stay as they are."""
    ends: tuple[tuple[float, int], ...] = ()
    """On test: the epoch that was kept on validation for each budget that is asked about.

    Empty where every epoch is to be measured.
    """

    def end(self, budget: float) -> int | None:
        """Return the epoch after which none counts for a budget; None where all do."""
        return dict(self.ends).get(budget, self.last_epoch)

    def answers(self, budget: float) -> bool:
        """Whether this run is about a budget at all."""
        return not self.ends or budget in dict(self.ends)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read the fields of a run, whatever JSON has made of them."""
        ends = tuple((float(budget), int(epoch)) for budget, epoch in values.get("ends", ()))
        fields: dict[str, Any] = {**values, "ends": ends}
        return cls(**fields)

    @property
    def name(self) -> str:
        """The run's name inside its sweep."""
        name = f"{self.stage}-{self.configuration:03}"
        return name if self.stage == SEARCH else f"{name}-seed-{self.seed}"


@dataclass(frozen=True, slots=True)
class EpochMeasures:
    """The exact measures of one epoch; epoch 0 is the untouched model.

    None stands for what is no finite number: a training that diverged. It also stands for all
    measures of an epoch that was not measured.
    """

    epoch: int
    success_rate: float | None
    degradation: float | None
    hard_negatives: float | None
    """Mean over examples of the summed NLL; also None where there are none."""
    general_loss: float | None
    train_loss: float | None
    exact: bool = True
    """False where nothing was measured, because the question was settled by later epochs."""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Take the measures out of an object that may hold more."""
        measures = {name: _finite(values[name]) for name in _MEASURES}
        exact = bool(values.get("exact", True))
        return cls(epoch=int(values["epoch"]), **measures, exact=exact)


_MEASURES = ("success_rate", "degradation", "hard_negatives", "general_loss", "train_loss")


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run with every epoch's measures, from which the kept epoch follows for any budget."""

    run: Run
    epochs: tuple[EpochMeasures, ...]
    was_pruned: bool
    seconds: float
    facts: Mapping[str, JSON]
    """What else is worth keeping: all settings, the general text, versions, the time."""

    def to_json(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        return {"name": self.run.name, **asdict(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned."""
        return cls(
            run=Run.from_json(values["run"]),
            epochs=tuple(EpochMeasures.read(epoch) for epoch in values["epochs"]),
            was_pruned=bool(values["was_pruned"]),
            seconds=float(values["seconds"]),
            facts=values["facts"],
        )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None

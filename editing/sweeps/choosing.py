"""Which epoch of a run is kept, which configuration is best, and what the test runs say."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from editing.evaluation.last_first import is_in_ball
from editing.sweeps.runs import EpochMeasures, FinishedRun


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over runs with its standard error."""

    mean: float
    standard_error: float | None
    """Sample deviation / sqrt(n); None of a single run."""


@dataclass(frozen=True, slots=True)
class BallResult:
    """What a sweep says about one budget."""

    budget: float
    best: FinishedRun
    """The search run that was best on validation."""
    kept: int
    """The epoch of it that was kept."""
    tests: tuple[tuple[FinishedRun, int], ...]
    """The test runs that are done, each with its kept epoch."""

    @property
    def validation(self) -> EpochMeasures:
        """Measures of the kept epoch on validation."""
        return self.best.epochs[self.kept]

    @property
    def initial_success(self) -> float | None:
        """Success of the untouched model on test."""
        return self.tests[0][0].epochs[0].success_rate if self.tests else None

    @property
    def success_change(self) -> Estimate | None:
        """Change of the success rate on test, a fraction; None until all measures are there."""
        return mean_and_error([_change(run, kept, "success_rate") for run, kept in self.tests])

    @property
    def hard_negatives_change(self) -> Estimate | None:
        """Change of the hard negatives' loss on test, nats."""
        return mean_and_error([_change(run, kept, "hard_negatives") for run, kept in self.tests])

    @property
    def degradation(self) -> Estimate | None:
        """Degradation of the test runs' kept epochs."""
        return mean_and_error([run.epochs[kept].degradation for run, kept in self.tests])


def kept_epoch(epochs: Sequence[EpochMeasures], budget: float, *, up_to: int | None = None) -> int:
    """Return the last epoch inside the ball; epoch 0, the untouched model, always is.

    Args:
        up_to: On test, the epoch that was kept on validation: later ones do not count.
    """
    inside = [
        measures.epoch
        for measures in epochs
        if (up_to is None or measures.epoch <= up_to)
        and (measures.epoch == 0 or is_in_ball(measures, budget))
    ]
    return max(inside)


def best_configuration(runs: Sequence[FinishedRun], budget: float) -> FinishedRun:
    """Return the run whose kept epoch succeeds most on validation.

    Of equals, the one that degrades less; of those, the first.
    """

    def merit(run: FinishedRun) -> tuple[float, float, int]:
        kept = run.epochs[kept_epoch(run.epochs, budget)]
        success = -math.inf if kept.success_rate is None else kept.success_rate
        return success, -(kept.degradation or 0.0), -run.run.configuration

    return max(runs, key=merit)


def mean_and_error(values: Sequence[float | None]) -> Estimate | None:
    """Average values of n runs; None where there are none or one is missing."""
    there = [value for value in values if value is not None]
    if not there or len(there) < len(values):
        return None
    if len(there) == 1:
        return Estimate(there[0], None)
    error = statistics.stdev(there) / math.sqrt(len(there))
    return Estimate(statistics.fmean(there), error)


def _change(run: FinishedRun, kept: int, measure: str) -> float | None:
    before: float | None = getattr(run.epochs[0], measure)
    after: float | None = getattr(run.epochs[kept], measure)
    return None if before is None or after is None else after - before

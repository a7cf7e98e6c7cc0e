"""Says a sentence about each run of a sweep that is done, and how long the others still take."""

import statistics
import time
from collections.abc import Callable, Sequence

from editing.sweeps import SEARCH, FinishedRun, Run, SweepPlan, kept_epoch

_MINUTE = 60
_HOUR = 3600


class Teller:
    """Follows the runs of one stage after the other."""

    def __init__(self, plan: SweepPlan, told: Callable[[str], None]) -> None:
        self._plan = plan
        self._told = told
        self._due = 0
        self._done = 0
        self._seconds: list[float] = []
        self._begin = 0.0

    def expect(self, runs: Sequence[Run]) -> None:
        """Hear which runs come next."""
        self._due, self._done, self._seconds = len(runs), 0, []
        self._begin = time.monotonic()

    def tell(self, finished: FinishedRun) -> None:
        """Say what came of a run."""
        self._done += 1
        self._seconds.append(finished.seconds)
        elapsed = time.monotonic() - self._begin
        side_by_side = max(1.0, sum(self._seconds) / elapsed)
        left = statistics.median(self._seconds) * (self._due - self._done) / side_by_side
        words = [
            f"{finished.run.name} ({self._done} of {self._due}): {self._success(finished)}",
            *(["given up"] if finished.was_pruned else []),
            _time(finished.seconds),
            *([f"about {_time(left)} left"] if self._done < self._due else []),
        ]
        self._told(", ".join(words))

    def _success(self, finished: FinishedRun) -> str:
        epochs, run = finished.epochs, finished.run
        before = epochs[0].success_rate
        if before is None:
            return "success not measured"
        budgets = [budget for budget in self._plan.budgets if run.answers(budget)]
        changes = [
            (epochs[kept_epoch(epochs, budget, up_to=run.end(budget))].success_rate or 0.0) - before
            for budget in budgets
        ]
        points = " ".join(
            f"{100 * each:+.1f} at {budget:g}"
            for each, budget in zip(changes, budgets, strict=True)
        )
        place = "validation" if finished.run.stage == SEARCH else "test"
        return f"{place} success {before:.1%} {points}"


def _time(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"

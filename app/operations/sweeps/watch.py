"""Listens to one run of a sweep and ends it where going on is of no use."""

import math
from dataclasses import replace

from editing.progress import Cancelled, Progress, Report, StoppedEarly
from editing.results import EpochResult
from editing.sweeps import has_left_for_good


class RunWatch:
    """Hands a run's reports on; ends it once it has left every ball for good.

    What was trained until then is measured exactly, and kept, all the same.
    """

    def __init__(self, heard: Report, *, prune_beyond: float | None) -> None:
        self.has_pruned = False
        self._heard = heard
        self._prune_beyond = prune_beyond
        self._degradations: list[float] = []

    def report(self, progress: Progress) -> None:
        """Hear one report.

        Raises:
            Cancelled: The listener wants an end of whatever kind: half a run is no result.
            StoppedEarly: The run is given up.
        """
        try:
            self._heard(replace(progress, epoch=None))
        except StoppedEarly as stopped:
            raise Cancelled from stopped
        if progress.epoch is not None:
            self._look_at(progress.epoch, progress.total)

    def _look_at(self, epoch: EpochResult, epochs: int) -> None:
        if epoch.epoch < len(self._degradations):  # an epoch seen live, measured exactly at last
            return
        self._degradations.append(math.inf if epoch.degradation is None else epoch.degradation)
        budget = self._prune_beyond
        if budget is None or epoch.epoch >= epochs:
            return
        if has_left_for_good(self._degradations, budget, epochs):
            self.has_pruned = True
            raise StoppedEarly

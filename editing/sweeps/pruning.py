"""When a run has left every ball for good, so that training on is wasted.

A run is given up after three epochs in a row beyond ten times the largest budget, unless it falls
so fast that it could still come back: where every epoch left brought as large a fall as the largest
that was seen, and it would end inside. Ten times and three in a row leave room for live measures
of a part of the general text. What was inside before is measured exactly all the same, so a run
that was given up still counts with the epoch it would have been kept for.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

MARGIN = 10.0
"""Times the largest budget."""
PATIENCE = 3
"""Epochs in a row."""


def has_left_for_good(degradations: Sequence[float], budget: float, epochs: int) -> bool:
    """Say whether a run will not come back into the ball of `budget` any more.

    Args:
        degradations: Of epoch 0, the untouched model, and every epoch since; not finite where
            training diverged.
        budget: The largest of the sweep's.
        epochs: How many the run would have.
    """
    trained = degradations[1:]
    recent = trained[-PATIENCE:]
    if len(recent) < PATIENCE or any(value <= MARGIN * budget for value in recent):
        return False
    if not math.isfinite(recent[-1]):
        return True
    left = epochs - len(trained)
    return recent[-1] * _fastest_fall(trained) ** left > budget


def _fastest_fall(degradations: Sequence[float]) -> float:
    """The smallest factor from one epoch to the next, 1 where degradation only grew."""
    falls = [after / before for before, after in pairwise(degradations) if before > 0]
    return min([1.0, *(max(fall, 0.0) for fall in falls if math.isfinite(fall))])

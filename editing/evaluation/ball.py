"""Fit to the ball: the largest strength of an edit that stays inside.

An edit of differences at strength tau is the base plus tau times the difference. Small edits
often leave most of the budget unused; degradation grows about quadratically with tau.
"""

from collections.abc import Callable
from dataclasses import dataclass

from editing.editors.base import Edit
from editing.evaluation.degradation import is_inside
from editing.evaluation.yardstick import Measures, Yardstick
from editing.models.language_model import LanguageModel

GRID = 16
LARGEST = 4.0
BISECTIONS = 6

Measure = Callable[[list[float]], list[Measures]]


@dataclass(frozen=True, slots=True)
class StrengthFit:
    """The strength found, its measures, and all that were tried (strength, measures)."""

    strength: float
    measures: Measures
    path: tuple[tuple[float, Measures], ...]


def fit_to_ball(
    model: LanguageModel, edit: Edit, yardstick: Yardstick, budget: float
) -> StrengthFit:
    """Find the largest strength in [0, 4] inside the ball.

    A grid first, all strengths in one pass, because loss on natural text is not monotonic; then
    bisection in the last bracket that crosses.
    """

    def measure(strengths: list[float]) -> list[Measures]:
        return yardstick.measures(edit.token_losses(model, strengths))

    grid = [LARGEST * (i + 1) / GRID for i in range(GRID)]
    tried = [(0.0, yardstick.base), *zip(grid, measure(grid), strict=True)]
    inside = [_is_inside(measures, budget) or tau == 0.0 for tau, measures in tried]
    last = max(i for i, fits in enumerate(inside) if fits)
    best = tried[last]
    if last + 1 < len(tried):
        best, bisected = _bisect(measure, best, tried[last + 1][0], budget)
        tried += bisected
    return StrengthFit(*best, path=tuple(sorted(tried, key=lambda pair: pair[0])))


def _bisect(
    measure: Measure, inside: tuple[float, Measures], outside: float, budget: float
) -> tuple[tuple[float, Measures], list[tuple[float, Measures]]]:
    tried: list[tuple[float, Measures]] = []
    for _ in range(BISECTIONS):
        tau = (inside[0] + outside) / 2
        (measures,) = measure([tau])
        tried.append((tau, measures))
        if _is_inside(measures, budget):
            inside = (tau, measures)
        else:
            outside = tau
    return inside, tried


def _is_inside(measures: Measures, budget: float) -> bool:
    return measures.degradation is None or is_inside(measures.degradation, budget)

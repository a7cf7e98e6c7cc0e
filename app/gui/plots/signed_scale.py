"""Where a degradation stands on the axis: linear inside the ball, logarithmic beyond it.

Degradations of one run span decades and may be negative. In units of the budget, the ball takes the
same room whatever else the run did; the two parts join with equal slope.
"""

import math

from app.gui.tables import figures


def place(degradation: float, budget: float) -> float:
    """Give the position on the axis; the budget stands at 1."""
    ratio = degradation / budget
    if abs(ratio) <= 1:
        return ratio
    return math.copysign(1 + math.log(abs(ratio)), ratio)


def ticks(budget: float) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    """Choose the labelled positions: those never left out, then those shown where there is room."""
    powers = [10.0**power for power in range(7)]
    return (
        [_mark(ratio, budget) for ratio in (0.0, *powers, *(-power for power in powers))],
        [_mark(part * power, budget) for power in powers for part in (0.5, 2, 5, -0.5, -2, -5)],
    )


def _mark(ratio: float, budget: float) -> tuple[float, str]:
    value = ratio * budget
    return place(value, budget), figures.plain(value)

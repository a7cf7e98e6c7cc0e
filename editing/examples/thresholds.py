"""Success thresholds: entered as a probability or a ratio, kept in nats."""

import math

from editing.errors import ExampleError
from editing.examples.example import Kind

DEFAULT_ENTERED = {Kind.INCREASE: 0.2, Kind.DECREASE: 0.001, Kind.BALANCE: 1.5, Kind.PREFER: 16.0}
"""Probability to reach, probability to stay under, ratio at most, ratio at least."""


def nats_from_entered(kind: Kind, value: float) -> float:
    """Turn an entered threshold into nats.

    Raises:
        ExampleError: The value is no probability, or no ratio, of this kind.
    """
    if not math.isfinite(value) or value <= 0:
        raise ExampleError(f"A threshold of {value} makes no sense. It is a number above 0.")
    if not kind.needs_pair and value > 1:
        raise ExampleError(f"A threshold of {value} is no probability. For {kind} it is at most 1.")
    if kind is Kind.BALANCE and value < 1:
        raise ExampleError(f"A ratio of {value} cannot be met. For {kind} it is at least 1.")
    return -math.log(value) if kind in (Kind.INCREASE, Kind.PREFER) else math.log(value)


def entered_from_nats(kind: Kind, nats: float) -> float:
    """Turn nats into what a person enters: the shortest number that gives them again."""
    sign = -1 if kind in (Kind.INCREASE, Kind.PREFER) else 1
    value = math.exp(sign * nats)
    shorter = (float(f"{value:.{digits}g}") for digits in range(12, 17))
    return next((number for number in shorter if sign * math.log(number) == nats), value)

"""What the model says of an example now: probabilities, and whether the example holds."""

import math
from dataclasses import dataclass
from typing import TypeAlias

from editing.examples import DEFAULT_ENTERED, Example, ExampleSet, Kind, nats_from_entered

TIMES, OVER = "\u00d7", "\u00f7"
Texts: TypeAlias = tuple[str, str, str | None]
"""Prefix, continuation and other continuation: what a reading is of."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The log probabilities of one example's continuations, in nats, summed over their tokens."""

    log_prob: float
    other_log_prob: float | None = None
    tokens: tuple[tuple[str, float], ...] = ()
    """The first continuation token by token."""
    dropped: int = 0
    """Tokens of the prefix that were cut from the left to fit the model's context."""


def texts_of(example: Example) -> Texts:
    """Tell what a reading of an example is of."""
    return example.prefix, example.suffix, example.other_suffix


def kind_of(example: Example, examples: ExampleSet) -> Kind | None:
    """Tell the kind that counts: the row's, the set's, or "say more"; None for an undecided pair.

    A pair without a kind could be meant either way.
    """
    if example.kind is not None or examples.kind is not None:
        return example.kind or examples.kind
    return None if example.is_pair else Kind.INCREASE


def threshold_of(example: Example, kind: Kind, examples: ExampleSet) -> float:
    """Tell the threshold that counts, in nats: the row's, the set's, or the usual one."""
    if example.threshold is not None:
        return example.threshold
    return examples.thresholds.get(kind, nats_from_entered(kind, DEFAULT_ENTERED[kind]))


def loss_of(kind: Kind, reading: Reading) -> float | None:
    """Compute what is compared with the threshold, in nats; None without the other continuation."""
    if not kind.needs_pair:
        return -reading.log_prob if kind is Kind.INCREASE else reading.log_prob
    if reading.other_log_prob is None:
        return None
    difference = reading.other_log_prob - reading.log_prob
    return abs(difference) if kind is Kind.BALANCE else difference


def reading_in_words(kind: Kind | None, reading: Reading) -> str:
    """Write a probability in per cent, or how many times likelier A is than B."""
    if kind is None or not kind.needs_pair or reading.other_log_prob is None:
        return per_cent(math.exp(reading.log_prob))
    return times(reading.log_prob - reading.other_log_prob)


def per_cent(probability: float) -> str:
    """Write a probability with two telling digits."""
    value = 100 * probability
    if value >= 9.95:
        return f"{value:.0f} %"
    if value >= 0.095:
        return f"{value:.1f} %"
    return f"{value:.1g} %" if value >= 0.00095 else "< 0.001 %"


def times(log_ratio: float) -> str:
    """Write a ratio so that the likelier one is named."""
    if abs(log_ratio) < 0.005:
        return "A = B"
    name, ratio = "A" if log_ratio > 0 else "B", math.exp(min(abs(log_ratio), 50))
    number = f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}" if ratio < 9999 else "> 9999"
    return f"{name} {number} : 1"


def change_of(kind: Kind | None, before: Reading, after: Reading) -> float | None:
    """Compute how an edit changes what a row is about, in nats; None where it is not known.

    That is the probability of one continuation, the ratio of two, or, to be balanced, how far the
    ratio is from even.
    """
    if kind is None:
        return None
    losses = [loss_of(kind, reading) for reading in (before, after)]
    if losses[0] is None or losses[1] is None:
        return None
    rises = kind in (Kind.INCREASE, Kind.PREFER)
    return losses[0] - losses[1] if rises else losses[1] - losses[0]


def factor_in_words(nats: float) -> str:
    """Write a change as a factor, times or divided by."""
    if abs(nats) < 0.005:
        return "="
    factor = math.exp(min(abs(nats), 50))
    number = f"{factor:.2f}" if factor < 1.995 else f"{factor:.1f}" if factor < 9.95 else ""
    if not number:
        number = f"{factor:.0f}" if factor < 9999 else "> 9999"
    return f"{TIMES if nats > 0 else OVER} {number}"

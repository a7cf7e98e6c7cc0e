"""Configurations drawn from the ranges that a settings class declares, through Optuna.

Each draw has a generator of its own, so that it depends on the sweep's seed, its number and, for
TPE, on the runs before, but not on whether the sweep was interrupted in between.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import cast

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from editing.errors import EditingError
from editing.settings import Scale, Setting, settings_of
from editing.sweeps.runs import Value

RANDOM, TPE = "random", "tpe"
SAMPLERS = (RANDOM, TPE)
"""At random, as in the paper; or guided by the runs that are done, as Optuna's TPE does it."""

Scored = tuple[Mapping[str, Value], float]
"""What was drawn for a run, and how well it did; more is better."""


def search_space(settings_class: type, fixed: Mapping[str, object]) -> tuple[Setting, ...]:
    """Return the settings a search draws: those with a range, but for the ones that are fixed."""
    return tuple(
        item
        for item in settings_of(settings_class)
        if item.sweep is not None and item.name not in fixed
    )


def draw(
    space: Sequence[Setting], sampler: str, *, seed: int, number: int, done: Sequence[Scored]
) -> dict[str, Value]:
    """Draw the configuration of this number.

    Args:
        done: Runs that the sampler may learn from; the random one does not.

    Raises:
        EditingError: There is no such sampler.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it announces every study on stderr
    distributions = {item.name: _distribution(item) for item in space}
    study = optuna.create_study(
        sampler=_sampler(sampler, _seed_of(seed, number)), direction="maximize"
    )
    for drawn, value in done:
        study.add_trial(
            optuna.trial.create_trial(params=dict(drawn), distributions=distributions, value=value)
        )
    return cast("dict[str, Value]", study.ask(distributions).params)


def _sampler(name: str, seed: int) -> optuna.samplers.BaseSampler:
    if name == RANDOM:
        return optuna.samplers.RandomSampler(seed=seed)
    if name == TPE:
        return optuna.samplers.TPESampler(seed=seed)
    raise EditingError(f"There is no sampler {name!r}. Choose {' or '.join(SAMPLERS)}.")


def _seed_of(seed: int, number: int) -> int:
    digest = hashlib.sha256(f"configuration {number} of sweep {seed}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _distribution(item: Setting) -> BaseDistribution:
    assert item.sweep is not None  # noqa: S101 - search_space leaves the others out
    low, high = item.sweep
    is_log = item.scale is Scale.LOG
    if item.kind == "int":
        return IntDistribution(int(low), int(high), log=is_log)
    return FloatDistribution(low, high, log=is_log)

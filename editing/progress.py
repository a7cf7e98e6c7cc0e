"""How long work tells where it is, and how it is told to stop."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from editing.results import EpochResult


class Cancelled(Exception):
    """The work was told to stop and throw its result away. An outcome, not a fault."""


class StoppedEarly(Exception):
    """The work was told to stop and keep the best so far. An outcome, not a fault."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: the phase, how much of it is done, and news that came with it."""

    phase: str
    """One of PHASES, or a name of the reporter's own."""
    done: int
    total: int
    message: str = ""
    epoch: EpochResult | None = None
    """An epoch that has just been evaluated."""
    note: str = ""
    """A sentence that stays to be read, where the person may want to do otherwise."""


PHASES = (
    "loading model",
    "base passes",
    "selecting senses",
    "training",
    "evaluating",
    "fitting strength",
    "saving",
)

Report = Callable[[Progress], None]
"""Called at every natural pause; may raise Cancelled or StoppedEarly."""


def unheard(progress: Progress) -> None:
    """Report to nobody."""
    del progress


def never_stopping(report: Report) -> Report:
    """Report as before, but let nothing be stopped early: what is left is to settle the result.

    A cancellation still ends the work.
    """

    def settled(progress: Progress) -> None:
        with suppress(StoppedEarly):
            report(progress)

    return settled

"""The job at work: what it says, and what it is told at its pauses."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from app.jobs.eta import Estimate
from app.jobs.events import (
    EpochEvent,
    Event,
    FailureEvent,
    ProgressEvent,
    StateEvent,
    TrialEvent,
    event_to_json,
)
from app.jobs.folder import JobFolder
from app.jobs.job import JobState
from app.jobs.protocol import FromEngine, JobEvent
from app.jobs.turns import Rank, Turns
from editing.progress import Cancelled, Progress, StoppedEarly

_PREPARING_PHASES = (
    "loading model",
    "sampling general text",
    "base passes",
    "selecting senses",
)
_SECONDS_BETWEEN_REPORTS = 0.25
_SECONDS_BETWEEN_RECORDS = 1.0
"""Windows read the whole record when they start: it holds fewer reports than are told."""


class Interrupted(Cancelled):
    """The engine is to end; the job may go on another time."""


class Wish(IntEnum):
    """What a job is to do at its next pause; the greater wins."""

    GO_ON = 0
    KEEP = 1
    LEAVE = 2
    DISCARD = 3


class RunningJob:
    """A job between its start and its end; `report` is called on its own thread only."""

    def __init__(self, folder: JobFolder, turns: Turns, say: Callable[[FromEngine], None]) -> None:
        self.folder = folder
        self._turns = turns
        self._say = say
        self._wish = Wish.GO_ON
        self._honoured = Wish.GO_ON
        self._has_begun = False
        self._is_cut_short = False
        self._estimate = Estimate()
        self._told: Progress | None = None
        self._told_at = 0.0
        self._recorded_at = 0.0
        self._going_on = threading.Event()
        self._going_on.set()

    @property
    def is_cut_short(self) -> bool:
        """Whether it was told to stop and keep the best so far before it had finished."""
        return self._is_cut_short

    def tell(self, wish: Wish) -> None:
        """Have the job do something at its next pause; from any thread."""
        self._wish = max(self._wish, wish)
        self._going_on.set()
        if wish is not Wish.KEEP:
            # Only a job that ends at once may pass a question, which may have an edit on the model.
            self._turns.hurry_job(is_urgent=True)

    def pause(self, *, is_on: bool) -> None:
        """Halt the job at its next pause, or let it go on; from any thread."""
        if is_on and self._wish is Wish.GO_ON:
            self._going_on.clear()
        else:
            self._going_on.set()

    def report(self, progress: Progress) -> None:
        """Pause: answer who waits, do what is wished, say how far it is."""
        self._turns.give_way(Rank.JOB)
        self._rest()
        self._honour(progress.phase)
        now = time.monotonic()
        left = self._estimate.seconds_left(progress, now)
        if not self._has_begun and progress.phase not in _PREPARING_PHASES:
            self._has_begun = True
            self.enter(JobState.RUNNING)
        if progress.epoch is not None:
            self.emit(EpochEvent(progress.epoch))
        if self._is_due(progress, now):
            self._tell_progress(progress, left, now)

    def tell_trial(self, trial: Mapping[str, Any]) -> None:
        """Tell what came of one of the runs that the job consists of."""
        self.emit(TrialEvent(trial))

    def enter(self, state: JobState, message: str = "") -> None:
        """Go into another state."""
        self.emit(StateEvent(state, message))

    def emit(self, event: Event) -> None:
        """Record an event, then tell the window."""
        self.folder.append(event)
        self._say(JobEvent(self.folder.id, event_to_json(event)))

    def end(self, state: JobState, message: str, failure: FailureEvent | None) -> None:
        """Go into the last state, telling the window even where a full disk takes no record."""
        for event in (failure, StateEvent(state, message)):
            if event is None:
                continue
            try:
                self.folder.append(event)
            except OSError as error:
                sys.stderr.write(f"The end of job {self.folder.id} is not recorded: {error}\n")
            self._say(JobEvent(self.folder.id, event_to_json(event)))

    def _rest(self) -> None:
        """Wait while the job is paused; others have the models meanwhile."""
        if self._going_on.is_set():
            return
        self.enter(JobState.PAUSED, "the model stays loaded")
        with self._turns.lent(Rank.JOB):
            self._going_on.wait()
        self._estimate.forget_last()
        if self._wish is Wish.GO_ON:
            self.enter(JobState.RUNNING if self._has_begun else JobState.PREPARING, "going on")

    def _honour(self, phase: str) -> None:
        wish = self._wish
        if wish != self._honoured:
            self._honoured = wish
            self.enter(JobState.STOPPING, _STOPPING_MESSAGES[wish])
        if wish is Wish.KEEP:
            self._stop_training(phase)
        elif wish is not Wish.GO_ON:
            raise Interrupted if wish is Wish.LEAVE else Cancelled

    def _stop_training(self, phase: str) -> None:
        """Raise once, where training is cut short by it: what is kept still has to be saved."""
        if self._is_cut_short or (self._has_begun and phase != "training"):
            return
        self._is_cut_short = True
        raise StoppedEarly

    def _tell_progress(self, progress: Progress, left: float | None, now: float) -> None:
        said = progress.note or progress.message
        event = ProgressEvent(progress.phase, progress.done, progress.total, said, left)
        is_new_phase = self._told is None or self._told.phase != progress.phase
        if is_new_phase or now - self._recorded_at >= _SECONDS_BETWEEN_RECORDS:
            self._recorded_at = now
            self.folder.append(event)
        self._told, self._told_at = progress, now
        self._say(JobEvent(self.folder.id, event_to_json(event)))

    def _is_due(self, progress: Progress, now: float) -> bool:
        if self._told is None or self._told.phase != progress.phase:
            return True
        return now - self._told_at >= _SECONDS_BETWEEN_REPORTS


_STOPPING_MESSAGES = {
    Wish.KEEP: "keeping the best so far",
    Wish.LEAVE: "the program is closing",
    Wish.DISCARD: "discarding",
}

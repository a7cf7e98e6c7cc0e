"""Does the engine's jobs, one at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from app.jobs.ending import Ending
from app.jobs.events import ResultEvent, failure_event
from app.jobs.failures import failure_of
from app.jobs.folder import JobFolder
from app.jobs.job import JobState
from app.jobs.protocol import FromEngine
from app.jobs.running import Interrupted, RunningJob, Wish
from app.jobs.turns import Rank, Turns
from app.jobs.verbs import JobTask, Verbs
from editing.errors import EditingError
from editing.progress import Cancelled, StoppedEarly


class Worker:
    """Jobs waiting, and the one at work; `work` belongs to one thread, the rest to any."""

    def __init__(
        self,
        turns: Turns,
        say: Callable[[FromEngine], None],
        *,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Begin without a job.

        Args:
            turns: Whose turn it is to touch what the jobs work with.
            say: Tells the window something.
            alone: Handed to the jobs; of a worker whose turns are its own alone.
        """
        self._turns = turns
        self._say = say
        self._alone = alone
        self._changed = threading.Condition()
        self._waiting: deque[RunningJob] = deque()
        self._current: RunningJob | None = None
        self._is_quitting = False

    def add(self, folder: JobFolder) -> None:
        """Queue a job."""
        with self._changed:
            self._waiting.append(RunningJob(folder, self._turns, self._say))
            self._changed.notify_all()

    def stop(self, job: str, *, keep: bool) -> None:
        """Stop a job: at its next pause, or before it begins."""
        wish = Wish.KEEP if keep else Wish.DISCARD
        with self._changed:
            if self._current is not None and self._current.folder.id == job:
                self._current.tell(wish)
                return
            waiting = [item for item in self._waiting if item.folder.id == job]
            for item in waiting:
                self._waiting.remove(item)
                item.enter(JobState.CANCELLED, "before it began")

    def pause(self, job: str, *, is_on: bool) -> None:
        """Halt a job at its next pause, or let it go on."""
        with self._changed:
            known = [*self._waiting, *filter(None, [self._current])]
            for item in known:
                if item.folder.id == job:
                    item.pause(is_on=is_on)

    def quit(self) -> None:
        """Have `work` return after the next pause; what is at work is left interrupted."""
        with self._changed:
            self._is_quitting = True
            if self._current is not None:
                self._current.tell(Wish.LEAVE)
            self._changed.notify_all()

    def work(self, verbs: Verbs) -> None:
        """Do jobs until told to quit."""
        while (job := self._next()) is not None:
            with self._turns.turn(Rank.JOB):
                self._do(job, verbs)
            with self._changed:
                self._current = None
            self._turns.hurry_job(is_urgent=False)

    def _next(self) -> RunningJob | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_quitting or self._waiting)
            if self._is_quitting:
                return None
            self._current = self._waiting.popleft()
            return self._current

    def _do(self, job: RunningJob, verbs: Verbs) -> None:
        with Ending() as ending:
            job.folder.claim()
            job.enter(JobState.PREPARING)
            spec = job.folder.spec()
            if spec.kind not in verbs.jobs:
                raise EditingError(f"This version of Exemplar cannot do a job of kind {spec.kind}.")
            task = JobTask(spec, job.folder, job.report, job.tell_trial, self._alone)
            outcome = verbs.jobs[spec.kind](task)
            folder = None if outcome.folder is None else str(outcome.folder)
            job.emit(ResultEvent(outcome.result, folder))
        _close(job, ending.error)


def _close(job: RunningJob, error: Exception | None) -> None:
    state, message = _last_state(job, error)
    failure = None
    if error is not None and state is JobState.FAILED:
        failure = failure_event(failure_of(error))
    if state in (JobState.DONE, JobState.STOPPED, JobState.CANCELLED):
        job.folder.discard_checkpoint()
    job.folder.release()
    job.end(state, message, failure)


def _last_state(job: RunningJob, error: Exception | None) -> tuple[JobState, str]:
    state, message = JobState.FAILED, ""
    match error:
        case None:
            state = JobState.STOPPED if job.is_cut_short else JobState.DONE
        case Interrupted():
            state, message = JobState.INTERRUPTED, "the program was closed"
        case Cancelled():
            state = JobState.CANCELLED
        case StoppedEarly():
            state, message = JobState.CANCELLED, "there was nothing to keep yet"
        case _:
            pass
    return state, message

"""What can happen to a job: the lines of its events.jsonl, in which any window can read it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from app.jobs.failures import Failure
from app.jobs.job import JobState
from app.jobs.tagged import from_record, to_record
from editing.results import EpochResult


@dataclass(frozen=True, slots=True)
class StateEvent:
    """The job went into another state."""

    kind: ClassVar[str] = "state"
    state: str
    message: str = ""
    time: float = field(default_factory=time.time)

    @property
    def job_state(self) -> JobState:
        """The state as such."""
        return JobState(self.state)


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """The job's work went on."""

    kind: ClassVar[str] = "progress"
    phase: str
    done: int
    total: int
    message: str = ""
    eta_s: float | None = None
    """Seconds until this phase ends; None until enough steps have been timed."""
    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class EpochEvent:
    """An epoch was evaluated."""

    kind: ClassVar[str] = "epoch"
    result: EpochResult
    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class TrialEvent:
    """One of the runs that a sweep consists of is done."""

    kind: ClassVar[str] = "trial"
    trial: Mapping[str, Any]
    """As the sweep's result lists it; its name tells it from the others."""
    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class ResultEvent:
    """The job has its result."""

    kind: ClassVar[str] = "result"
    result: Mapping[str, Any]
    """What the command line prints with --json."""
    folder: str | None = None
    """The edit's folder on disk, where the job made one."""
    time: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class FailureEvent:
    """The job, or what came after it, went wrong."""

    kind: ClassVar[str] = "failure"
    sentence: str
    action: str
    details: str = ""
    time: float = field(default_factory=time.time)
    remedy: str = ""

    @property
    def failure(self) -> Failure:
        """What went wrong."""
        return Failure(self.sentence, self.action, self.details, self.remedy)


@dataclass(frozen=True, slots=True)
class AdoptedEvent:
    """The library has the job's edit."""

    kind: ClassVar[str] = "adopted"
    edit: str
    time: float = field(default_factory=time.time)


Event = (
    StateEvent | ProgressEvent | EpochEvent | TrialEvent | ResultEvent | FailureEvent | AdoptedEvent
)

_KINDS: dict[str, type[Event]] = {
    kind.kind: kind
    for kind in (
        StateEvent,
        ProgressEvent,
        EpochEvent,
        TrialEvent,
        ResultEvent,
        FailureEvent,
        AdoptedEvent,
    )
}


def event_to_json(event: Event) -> dict[str, Any]:
    """Write an event as a JSON object."""
    if isinstance(event, EpochEvent):
        return {"kind": event.kind, "time": event.time, **asdict(event.result)}
    return to_record(event, "kind", event.kind)


def event_from_json(record: Mapping[str, Any]) -> Event:
    """Read an event.

    Raises:
        ValueError: It is none that this version knows.
    """
    kind = _KINDS.get(record.get("kind", ""))
    if kind is None:
        raise ValueError(f"No event of this version: {record}.")
    if kind is EpochEvent:
        return EpochEvent(from_record(EpochResult, record), record["time"])
    return from_record(kind, record)


def failure_event(failure: Failure) -> FailureEvent:
    """Tell a failure."""
    said = (failure.sentence, failure.action, failure.details)
    return FailureEvent(*said, remedy=failure.remedy)

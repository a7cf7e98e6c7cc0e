"""What the engine process can do: jobs and questions by name, and what they are handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.jobs.folder import JobFolder
from app.jobs.job import JobSpec
from editing.progress import Progress, Report


@dataclass(frozen=True, slots=True)
class JobTask:
    """One job to be done."""

    spec: JobSpec
    folder: JobFolder
    report: Report
    """Call it at every pause; it may raise Cancelled or, once, StoppedEarly."""
    tell_trial: Callable[[Mapping[str, Any]], None]
    """Call it with every run that is done, where the job consists of several."""
    alone: Callable[[], AbstractContextManager[None]] = nullcontext
    """Enter it to touch models: an errand waits there for its turn, a job has it already."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job."""

    result: Mapping[str, Any]
    """What the command line prints with --json."""
    folder: Path | None = None
    """The edit's folder, where the job made one."""


class Listener(Protocol):
    """Who waits for an answer."""

    def part(self, value: object) -> None:
        """Hand over a piece of the answer; raises Cancelled when nobody listens any more."""
        ...

    def report(self, progress: Progress) -> None:
        """Pause; raises Cancelled when nobody listens any more."""
        ...


ASIDES = frozenset({"plan-model", "remove-model", "keep-token", "token-places", "remove-token"})
"""The questions that need no model, by name: known before the verbs are loaded."""
JobVerb = Callable[[JobTask], Outcome]
QuestionVerb = Callable[[Mapping[str, Any], Listener], Any]


@dataclass(frozen=True, slots=True)
class Verbs:
    """Everything an engine process can do."""

    jobs: Mapping[str, JobVerb]
    questions: Mapping[str, QuestionVerb]
    errands: Mapping[str, JobVerb] = field(default_factory=dict[str, JobVerb])
    """Jobs that are done beside the others: what they wait for is the network or the disk."""
    asides: Mapping[str, QuestionVerb] = field(default_factory=dict[str, QuestionVerb])
    """Questions that need no model, answered while others wait for one."""

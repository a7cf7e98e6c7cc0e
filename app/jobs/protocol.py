"""What the window and the engine process say to each other: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from app.jobs.events import Event, event_from_json
from app.jobs.tagged import from_record, to_record


class ProtocolError(ValueError):
    """A line that is no message: a fault of the program, not of the person."""


@dataclass(frozen=True, slots=True)
class Run:
    """Do a job, or go on with it where its folder holds a checkpoint."""

    type: ClassVar[str] = "run"
    job: str
    """The job's folder."""
    aside: bool = False
    """An errand: it is done beside the jobs, because it needs no model for most of its time."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a job at its next pause."""

    type: ClassVar[str] = "stop"
    job: str
    keep: bool
    """Whether to keep the best so far."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Halt a job at its next pause, or let it go on."""

    type: ClassVar[str] = "pause"
    job: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a question between two steps of the running job."""

    type: ClassVar[str] = "ask"
    id: int
    question: str
    arguments: Mapping[str, Any]
    generation: int = 0
    """The newest question of a channel makes the older ones stale."""
    channel: str = ""
    """Who asks; the question's name where one asker is enough."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody wants to hear the answer to a question any more."""

    type: ClassVar[str] = "withdraw"
    id: int


@dataclass(frozen=True, slots=True)
class Quit:
    """Stop at the next pause, leave the running job interrupted, and end."""

    type: ClassVar[str] = "quit"


@dataclass(frozen=True, slots=True)
class Hello:
    """The engine process is there; the slow imports still lie before it."""

    type: ClassVar[str] = "hello"
    version: int
    pid: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine can do jobs and answer questions."""

    type: ClassVar[str] = "ready"
    version: int


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something happened to a job; the same line stands in its events.jsonl."""

    type: ClassVar[str] = "event"
    job: str
    event: Mapping[str, Any]

    def read(self) -> Event:
        """Read the event itself."""
        return event_from_json(self.event)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer that is still coming."""

    type: ClassVar[str] = "part"
    id: int
    result: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A question's whole answer."""

    type: ClassVar[str] = "answer"
    id: int
    generation: int
    result: Any


@dataclass(frozen=True, slots=True)
class AskFailed:
    """A question has no answer; the message says why."""

    type: ClassVar[str] = "error"
    id: int
    message: str
    details: str = ""


VERSION = 1
"""Of this protocol; window and engine are always of one program version."""

ToEngine = Run | Stop | Pause | Ask | Withdraw | Quit
FromEngine = Hello | Ready | JobEvent | Part | Answer | AskFailed

_TO_ENGINE: dict[str, type[ToEngine]] = {m.type: m for m in (Run, Stop, Pause, Ask, Withdraw, Quit)}
_FROM_ENGINE: dict[str, type[FromEngine]] = {
    m.type: m for m in (Hello, Ready, JobEvent, Part, Answer, AskFailed)
}


def encode(message: ToEngine | FromEngine) -> bytes:
    """Write a message as a line."""
    record = to_record(message, "type", message.type)
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def decode_to_engine(line: bytes) -> ToEngine:
    """Read what the window says.

    Raises:
        ProtocolError: The line is no such message.
    """
    record = _record(line)
    kind = _TO_ENGINE.get(record.get("type", ""))
    if kind is None:
        raise ProtocolError(f"The window never says {line[:200]!r}.")
    return from_record(kind, record)


def decode_from_engine(line: bytes) -> FromEngine:
    """Read what the engine says.

    Raises:
        ProtocolError: The line is no such message.
    """
    record = _record(line)
    kind = _FROM_ENGINE.get(record.get("type", ""))
    if kind is None:
        raise ProtocolError(f"The engine never says {line[:200]!r}.")
    return from_record(kind, record)


def _record(line: bytes) -> dict[str, Any]:
    try:
        record: object = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise ProtocolError(f"This line is no JSON: {line[:200]!r}.") from error
    if not isinstance(record, dict):
        raise ProtocolError(f"This line is no JSON object: {line[:200]!r}.")
    return cast("dict[str, Any]", record)

"""Engine processes and job lists for tests, shut down whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from app.gui.engine_process import EngineProcess
from app.gui.job_list import JobList
from app.jobs.events import Event
from editing.library.index import Library
from tests.fake_engine import command


@dataclass(frozen=True)
class FakeRequest:
    """A request as plain values."""

    values: Mapping[str, Any]

    def to_json(self) -> Mapping[str, Any]:
        """Write it."""
        return self.values


@dataclass
class Window:
    """What the window has of jobs, and what it heard."""

    engine: EngineProcess
    jobs: JobList
    library: Library
    heard: list[tuple[str, Event]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine.event_received.connect(lambda job, event: self.heard.append((job, event)))

    def add(self, **values: object) -> str:
        """Queue a job."""
        return self.jobs.add(FakeRequest(values), "Capitals")

    def state(self, job: str) -> str:
        """What a page shows of it."""
        return str(self.jobs.job(job).state)

    def close(self) -> None:
        """End the engine and what follows it."""
        self.engine.shutdown()
        self.library.close()


def open_window(
    data: Path, mode: str = "verbs", *, patience_ms: int = 3000, goes_on: bool = False
) -> Window:
    """Start an engine, and read the jobs of a data folder."""
    engine = EngineProcess(data, command=command(mode), patience_ms=patience_ms)
    library = Library(data)
    window = Window(engine, JobList(data, engine, library, goes_on=goes_on), library)
    engine.start()
    return window


Open = Callable[..., Window]


def opener(folder: Path) -> Iterator[Open]:
    """Give what opens windows over one data folder, and close them all at the end."""
    windows: list[Window] = []

    def opened(mode: str = "verbs", *, patience_ms: int = 3000, goes_on: bool = False) -> Window:
        windows.append(open_window(folder, mode, patience_ms=patience_ms, goes_on=goes_on))
        return windows[-1]

    yield opened
    for window in windows:
        window.close()


def until(qtbot: QtBot, window: Window, job: str, state: str) -> None:
    """Wait until a job is in a state."""
    qtbot.waitUntil(lambda: window.state(job) == state, timeout=20_000)


def start_waiting(qtbot: QtBot, window: Window, gate: Path, at: int = 1) -> str:
    """Start a job that has done an epoch and waits in the next until there is a file."""
    job = window.add(epochs=3, wait_for=str(gate), wait_at=at)
    qtbot.waitUntil(lambda: len(window.jobs.job(job).epochs) == at)
    return job

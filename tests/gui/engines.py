"""Engine processes and job lists for tests, shut down whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.gui.engine_process import EngineProcess
from app.gui.job_list import JobList
from app.jobs.events import Event
from editing.errors import LibraryError
from tests.fake_engine import command


@dataclass(frozen=True)
class FakeRequest:
    """A request as plain values."""

    values: Mapping[str, Any]

    def to_json(self) -> Mapping[str, Any]:
        """Write it."""
        return self.values


@dataclass
class FakeShelf:
    """A library that remembers what it was given."""

    folders: list[Path] = field(default_factory=list)
    refuses: bool = False

    def add_edit(self, folder: Path) -> None:
        """Take an edit in."""
        if self.refuses:
            raise LibraryError("The library is locked by another program. Close it.")
        self.folders.append(folder)


@dataclass
class Window:
    """What the window has of jobs, and what it heard."""

    engine: EngineProcess
    jobs: JobList
    shelf: FakeShelf
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


def open_window(
    data: Path, mode: str = "verbs", *, patience_ms: int = 3000, shelf: FakeShelf | None = None
) -> Window:
    """Start an engine, and read the jobs of a data folder."""
    engine = EngineProcess(data, command=command(mode), patience_ms=patience_ms)
    shelf = shelf or FakeShelf()
    window = Window(engine, JobList(data, engine, shelf), shelf)
    engine.start()
    return window

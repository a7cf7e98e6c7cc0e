"""The folder of one job: the truth about it, whichever window or engine is there.

config.json is written once; events.jsonl only grows; checkpoint.pt is what *Resume* goes on from;
alive.json names the process at work.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.jobs.events import Event, ProgressEvent, event_from_json, event_to_json
from app.jobs.job import JobSpec

_CLOCK_SLACK_S = 2.0
"""How far two readings of one process's start may lie apart after the clock was set."""


@dataclass(frozen=True, slots=True)
class JobFolder:
    """One job on disk."""

    path: Path

    @property
    def id(self) -> str:
        """The job's id: the folder's name."""
        return self.path.name

    @property
    def checkpoint(self) -> Path:
        """Where the job's checkpoint lies, if it has one."""
        return self.path / "checkpoint.pt"

    @property
    def events_file(self) -> Path:
        """Where its events are appended."""
        return self.path / "events.jsonl"

    @staticmethod
    def create(parent: Path, spec: JobSpec) -> JobFolder:
        """Queue a job: from now on its configuration stays as it is."""
        folder = JobFolder(parent / spec.id)
        folder.path.mkdir(parents=True)
        _write_whole(folder.path / "config.json", spec.to_json())
        return folder

    def spec(self) -> JobSpec:
        """Read the job's specification."""
        return JobSpec.from_json(json.loads((self.path / "config.json").read_text("utf-8")))

    def events(self) -> Iterator[Event]:
        """Read what happened so far."""
        if not self.events_file.exists():
            return
        with self.events_file.open("rb") as file:
            for line in file:
                event = _event_of(line)
                if event is not None:
                    yield event

    def append(self, event: Event) -> None:
        """Record an event; all but mere progress is on the disk when this returns."""
        line = json.dumps(event_to_json(event), ensure_ascii=False).encode() + b"\n"
        with self.events_file.open("a+b") as file:
            if _ends_torn(file.fileno()):
                line = b"\n" + line
            file.write(line)
            file.flush()
            if not isinstance(event, ProgressEvent):
                os.fsync(file.fileno())

    def claim(self) -> None:
        """Say that this process is at work on the job."""
        me = psutil.Process()
        _write_whole(self._alive_file, {"pid": me.pid, "started": me.create_time()})

    def release(self) -> None:
        """Say that no process is at work on the job any more."""
        self._alive_file.unlink(missing_ok=True)

    def is_alive(self) -> bool:
        """Whether the process that claimed the job is still there: same pid and start time."""
        if not self._alive_file.exists():
            return False
        claim = json.loads(self._alive_file.read_text("utf-8"))
        try:
            process = psutil.Process(claim["pid"])
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return abs(process.create_time() - claim["started"]) < _CLOCK_SLACK_S
        except psutil.NoSuchProcess:
            return False

    def discard_checkpoint(self) -> None:
        """Let go of the checkpoint: the job is not to go on."""
        self.checkpoint.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the job from the disk, its configuration first: without it there is no job."""
        (self.path / "config.json").unlink(missing_ok=True)
        shutil.rmtree(self.path)

    @property
    def _alive_file(self) -> Path:
        return self.path / "alive.json"


def job_folders(parent: Path) -> list[JobFolder]:
    """Find the jobs under `parent`, oldest first."""
    return [JobFolder(config.parent) for config in sorted(parent.glob("*/config.json"))]


def _write_whole(path: Path, record: dict[str, Any]) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(record, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _ends_torn(descriptor: int) -> bool:
    """Whether a killed process left its last line unfinished."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def _event_of(line: bytes) -> Event | None:
    """Read one line; None where a kill tore it or a newer version wrote it."""
    try:
        return event_from_json(json.loads(line))
    except ValueError:
        return None

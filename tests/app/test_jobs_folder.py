"""The job folder: what a job is reads back from it, whatever was killed while writing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psutil
import pytest

from app.jobs.events import (
    AdoptedEvent,
    EpochEvent,
    Event,
    FailureEvent,
    ProgressEvent,
    ResultEvent,
    StateEvent,
)
from app.jobs.folder import JobFolder, job_folders
from app.jobs.job import JobSpec, JobState, new_job
from app.jobs.record import read_job
from editing.errors import EditingError
from editing.results import EpochResult

EVENTS: tuple[Event, ...] = (
    StateEvent(JobState.PREPARING, time=1.0),
    ProgressEvent("training", 3, 10, "epoch 1", 2.5, time=2.0),
    EpochEvent(EpochResult(1, 0.5, None, 4.0, 1e-5, None, inside_ball=True), time=3.0),
    ResultEvent({"name": "Städte", "degradation": None}, "/edits/1", time=4.0),
    FailureEvent("The disk is full.", "Make room.", "trace", time=5.0),
    AdoptedEvent("1", time=6.0),
)


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder.create(tmp_path, new_job("edit", "Capitals", {"seed": 3}))


def test_the_configuration_reads_back(tmp_path: Path) -> None:
    spec = new_job("edit", "Hauptstädte", {"settings": {"epochs": 2}})
    assert JobFolder.create(tmp_path, spec).spec() == spec


def test_a_newer_configuration_is_refused() -> None:
    with pytest.raises(EditingError, match="newer version"):
        JobSpec.from_json({"format": 99, "id": "x"})


def test_jobs_are_found_oldest_first(tmp_path: Path) -> None:
    made = [JobFolder.create(tmp_path, new_job("edit", "t", {})).id for _ in range(3)]
    (tmp_path / "half-made").mkdir()
    assert [folder.id for folder in job_folders(tmp_path)] == made


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_reads_back(folder: JobFolder, event: Event) -> None:
    folder.append(event)
    assert list(folder.events()) == [event]


def test_a_torn_line_costs_only_itself(folder: JobFolder) -> None:
    folder.append(EVENTS[0])
    with folder.events_file.open("ab") as file:
        file.write(b'{"kind": "progress", "pha')
    folder.append(EVENTS[1])
    assert list(folder.events()) == [EVENTS[0], EVENTS[1]]


def test_events_of_a_newer_version_are_passed_over(folder: JobFolder) -> None:
    folder.events_file.write_text(json.dumps({"kind": "hologram", "time": 1.0}) + "\n")
    folder.append(EVENTS[0])
    assert list(folder.events()) == [EVENTS[0]]


def test_alive_is_the_same_pid_and_start_time(folder: JobFolder) -> None:
    alive = folder.path / "alive.json"
    assert not folder.is_alive()
    folder.claim()
    assert folder.is_alive()
    started = psutil.Process().create_time()
    alive.write_text(json.dumps({"pid": os.getpid(), "started": started - 100}))
    assert not folder.is_alive()
    alive.write_text(json.dumps({"pid": 2**22 + 1, "started": started}))
    assert not folder.is_alive()
    folder.claim()
    folder.release()
    assert not folder.is_alive()


def test_a_job_is_drawn_from_its_folder_alone(folder: JobFolder) -> None:
    for event in EVENTS[:4]:
        folder.append(event)
    folder.append(StateEvent(JobState.DONE, time=9.0))
    view = read_job(folder)
    assert (view.state, view.title, view.started, view.ended) == (
        JobState.DONE,
        "Capitals",
        1.0,
        9.0,
    )
    assert view.result == {"name": "Städte", "degradation": None}
    assert [line.split("  ")[1] for line in view.log] == [
        "preparing",
        "training",
        "epoch 1",
        "done",
    ]


def test_a_resumed_job_replaces_the_epochs_it_tells_again(folder: JobFolder) -> None:
    def epoch(number: int, loss: float) -> EpochEvent:
        return EpochEvent(EpochResult(number, loss, None, None, None, None, inside_ball=True))

    for event in (epoch(1, 1.0), epoch(2, 0.5), epoch(3, 0.4), epoch(2, 0.5)):
        folder.append(event)
    assert [e.epoch for e in read_job(folder).epochs] == [1, 2]


def test_a_resumed_job_forgets_why_it_failed(folder: JobFolder) -> None:
    folder.append(EVENTS[4])
    assert read_job(folder).failure is not None
    folder.append(StateEvent(JobState.QUEUED))
    assert read_job(folder).failure is None


def test_a_removed_job_is_gone(folder: JobFolder) -> None:
    folder.append(EVENTS[0])
    folder.remove()
    assert not folder.path.exists()

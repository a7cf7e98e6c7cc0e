"""Jobs whose engine or window ends: interrupted, taken up again, followed, told why."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.jobs.events import EpochEvent, StateEvent
from app.jobs.folder import JobFolder
from app.jobs.job import JobState, new_job
from tests.gui.engines import Open, opener, start_waiting, until


@pytest.fixture
def opened(qapp: object, tmp_path: Path) -> Iterator[Open]:
    """Open windows; no engine survives the test."""
    yield from opener(tmp_path)


def test_a_killed_job_is_interrupted_resumed_and_the_same(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    gate = tmp_path / "gate"
    job = start_waiting(qtbot, window, gate, at=2)
    os.kill(window.engine.pid or 0, signal.SIGKILL)
    until(qtbot, window, job, "interrupted")
    failure = window.jobs.job(job).failure
    assert failure is not None
    assert "memory ran out" in failure.sentence
    gate.touch()
    window.heard.clear()
    window.jobs.resume(job)
    until(qtbot, window, job, "done")
    view = window.jobs.job(job)
    assert view.result == {"sums": [0, 1, 3]}
    assert [epoch.epoch for epoch in view.epochs] == [0, 1, 2]
    assert view.failure is None
    assert [e.result.epoch for _, e in window.heard if isinstance(e, EpochEvent)] == [2]


def test_a_closed_program_leaves_an_interrupted_job_for_the_next(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    gate = tmp_path / "gate"
    job = start_waiting(qtbot, window, gate)
    queued = window.add()
    window.close()
    folder = JobFolder(tmp_path / "jobs" / job)
    assert [e.state for e in folder.events() if isinstance(e, StateEvent)][-2:] == [
        "stopping",
        "interrupted",
    ]
    later = opened()
    assert {view.id for view in later.jobs.interrupted()} == {job, queued}
    gate.touch()
    later.jobs.resume(job)
    until(qtbot, later, job, "done")
    assert later.jobs.job(job).result == {"sums": [0, 1, 3]}
    later.jobs.discard(queued)
    assert later.state(queued) == "cancelled"


def test_waiting_jobs_go_on_after_a_restart_where_that_is_wanted(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = (new_job("edit", "Capitals", {"epochs": 1}) for _ in range(2))
    for spec in (first, second):
        JobFolder.create(tmp_path / "jobs", spec)
    window = opened(goes_on=True)
    until(qtbot, window, second.id, "done")
    assert window.state(first.id) == "done"


def test_after_a_crash_nothing_goes_on_by_itself(opened: Open, tmp_path: Path) -> None:
    crashed, waiting = (new_job("edit", "Capitals", {}) for _ in range(2))
    for spec in (crashed, waiting):
        JobFolder.create(tmp_path / "jobs", spec)
    JobFolder(tmp_path / "jobs" / crashed.id).append(StateEvent(JobState.RUNNING))
    window = opened(goes_on=True)
    assert [window.state(spec.id) for spec in (crashed, waiting)] == ["interrupted"] * 2


def test_a_job_of_a_dead_engine_is_interrupted(opened: Open, tmp_path: Path) -> None:
    folder = JobFolder.create(tmp_path / "jobs", new_job("edit", "Capitals", {}))
    folder.append(StateEvent(JobState.RUNNING))
    (folder.path / "alive.json").write_text('{"pid": 1, "started": 1.0}')
    assert opened().state(folder.id) == "interrupted"


def test_a_job_of_another_window_is_followed_to_its_end(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    first = opened()
    gate = tmp_path / "gate"
    job = start_waiting(qtbot, first, gate)
    second = opened()
    assert second.state(job) == "running"
    gate.touch()
    until(qtbot, second, job, "done")


def test_a_hanging_engine_is_terminated(opened: Open, qtbot: QtBot) -> None:
    window = opened("hang", patience_ms=60)
    job = window.add()
    until(qtbot, window, job, "running")
    states: list[str] = []
    window.engine.state_changed.connect(states.append)
    crashes: list[str] = []
    window.engine.crashed.connect(crashes.append)
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")
    qtbot.waitUntil(lambda: window.engine.is_ready)
    assert states == ["terminating", "starting", "ready"]
    assert crashes == []


def test_one_that_ignores_that_is_killed(opened: Open, qtbot: QtBot) -> None:
    window = opened("deaf", patience_ms=60)
    job = window.add()
    until(qtbot, window, job, "running")
    process = psutil.Process(window.engine.pid)
    states: list[str] = []
    window.engine.state_changed.connect(states.append)
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")
    assert states[:2] == ["terminating", "killing"]
    assert not process.is_running()


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("out-of-memory", "memory ran out"),
        ("exit-137", "memory ran out"),
        ("segfault", "crashed (SIGSEGV)"),
    ],
)
def test_an_engine_that_dies_says_why(opened: Open, qtbot: QtBot, mode: str, sentence: str) -> None:
    window = opened(mode)
    job = window.add()
    until(qtbot, window, job, "interrupted")
    failure = window.jobs.job(job).failure
    assert failure is not None
    assert sentence in failure.sentence
    assert "esume" in failure.action
    if mode == "segfault":
        assert "Segmentation fault" in failure.details


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("memory", "memory is not enough"),
        ("disk", "disk is full while writing edit.safetensors"),
        ("row", "Line 12 of cities.jsonl has no suffix."),
        ("bug", "did not expect: KeyError: 'oops'"),
    ],
)
def test_a_job_that_fails_says_why_and_the_next_one_runs(
    opened: Open, qtbot: QtBot, error: str, sentence: str
) -> None:
    window = opened()
    failing = window.add(error=error)
    job = window.jobs.add(_Failing(error), "Fails", kind="fail")
    until(qtbot, window, job, "failed")
    assert window.state(failing) == "done"
    failure = window.jobs.job(job).failure
    assert failure is not None
    assert sentence in failure.sentence
    last = window.add()
    until(qtbot, window, last, "done")


class _Failing:
    """A request to fail."""

    def __init__(self, error: str) -> None:
        self._error = error

    def to_json(self) -> dict[str, str]:
        return {"error": self._error}

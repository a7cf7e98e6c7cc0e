"""Jobs from the window's side, through real engine processes with made-up verbs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.events import ProgressEvent, StateEvent
from app.jobs.folder import JobFolder
from app.jobs.job import JobState, new_job
from app.jobs.record import JobView
from editing.errors import EditingError
from tests.gui.engines import Open, opener, start_waiting, until


@pytest.fixture
def opened(qapp: object, tmp_path: Path) -> Iterator[Open]:
    """Open windows; no engine survives the test."""
    yield from opener(tmp_path)


def test_a_job_is_done_and_tells_all(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    job = window.add(epochs=3)
    until(qtbot, window, job, "done")
    view = window.jobs.job(job)
    assert view.result == {"sums": [0, 1, 3]}
    assert [epoch.epoch for epoch in view.epochs] == [0, 1, 2]
    assert view.failure is None
    assert not JobFolder(view.folder).checkpoint.exists()


def test_a_replayed_engine_is_as_good(opened: Open, qtbot: QtBot) -> None:
    window = opened("done")
    job = window.add()
    until(qtbot, window, job, "done")
    assert window.jobs.job(job).result == {"name": "replayed"}


def test_jobs_run_one_after_the_other(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    gate = tmp_path / "gate"
    first, second = start_waiting(qtbot, window, gate), window.add()
    assert window.state(second) == "queued"
    gate.touch()
    until(qtbot, window, second, "done")
    assert window.state(first) == "done"


def test_questions_are_answered_while_a_job_runs(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    answers: list[object] = []
    window.engine.ask("echo", {"pieces": [1]}, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert window.state(job) == "running"


def test_stop_and_keep_keeps(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    window.jobs.stop(job, keep=True)
    assert window.state(job) == "stopping"
    until(qtbot, window, job, "stopped")
    assert window.jobs.job(job).result == {"sums": [0]}


def test_cancel_discards(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    pid = window.engine.pid
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")
    view = window.jobs.job(job)
    assert view.result is None
    assert not JobFolder(view.folder).checkpoint.exists()
    assert window.engine.pid == pid


def test_cancel_is_heard_while_a_long_question_is_answered(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    pid = window.engine.pid
    window.engine.ask("wait", {}, lambda _answer: None)
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")
    assert window.engine.pid == pid


def test_a_queued_job_is_cancelled_without_the_engine(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    start_waiting(qtbot, window, tmp_path / "gate")
    job = window.add()
    window.jobs.stop(job, keep=True)
    assert window.state(job) == "cancelled"


def test_changes_come_at_most_ten_times_a_second(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    changes: list[str] = []
    window.jobs.changed.connect(changes.append)
    begin = time.monotonic()
    job = window.add(epochs=40)
    until(qtbot, window, job, "done")
    assert len(window.heard) > 40
    assert len(changes) <= 10 * (time.monotonic() - begin) + 2


def test_a_running_job_is_not_removed(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    with pytest.raises(EditingError, match="still running"):
        window.jobs.remove(job)
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")
    window.jobs.remove(job)
    assert window.jobs.jobs() == []
    assert not (tmp_path / "jobs" / job).exists()


def test_a_paused_job_halts_answers_questions_and_goes_on(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    job = window.add(epochs=10, wait_for="/nowhere", wait_at=5)
    qtbot.waitUntil(lambda: len(window.jobs.job(job).epochs) == 5)
    window.jobs.pause(job, True)
    until(qtbot, window, job, "paused")
    heard = len(window.heard)
    answers: list[object] = []
    window.engine.ask("echo", {"pieces": [1]}, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1)
    assert len(window.heard) == heard
    assert window.jobs.running is not None
    window.jobs.pause(job, False)
    until(qtbot, window, job, "running")
    window.jobs.stop(job, keep=True)
    until(qtbot, window, job, "stopped")


def test_a_paused_job_can_be_cancelled(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    job = start_waiting(qtbot, window, tmp_path / "gate")
    window.jobs.pause(job, True)
    until(qtbot, window, job, "paused")
    window.jobs.stop(job, keep=False)
    until(qtbot, window, job, "cancelled")


def test_time_spent_paused_counts_for_no_phase() -> None:
    events = [
        StateEvent(JobState.PREPARING, time=0.0),
        ProgressEvent("loading model", 0, 1, time=1.0),
        ProgressEvent("training", 0, 9, time=3.0),
        StateEvent(JobState.PAUSED, time=7.0),
        StateEvent(JobState.RUNNING, time=100.0),
        ProgressEvent("training", 5, 9, time=101.0),
        StateEvent(JobState.DONE, time=103.0),
    ]
    view = JobView(new_job("edit", "Capitals", {}), Path())
    for event in events:
        view = view.after(event)
    assert view.phases == (("loading model", 2.0), ("training", 6.0))


def test_waiting_jobs_run_in_the_order_they_were_put_into(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    window = opened()
    gate = tmp_path / "gate"
    start_waiting(qtbot, window, gate)
    second, third, fourth = (window.add() for _ in range(3))
    window.jobs.move(fourth, 0)
    window.jobs.move(second, 2)
    assert [view.id for view in window.jobs.waiting()] == [fourth, third, second]
    gate.touch()
    until(qtbot, window, second, "done")
    ended = {job: window.jobs.job(job).ended for job in (second, third, fourth)}
    assert sorted(ended, key=lambda job: ended[job] or 0.0) == [fourth, third, second]


def test_a_held_queue_begins_nothing_until_it_goes_on(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    window.jobs.pause_on_failure(True)
    failing = window.jobs.add(_Failing("bug"), "Fails", kind="fail")
    behind = window.add()
    until(qtbot, window, failing, "failed")
    assert (window.jobs.queue.is_held, window.jobs.queue.held_since) == (True, "Fails")
    assert window.jobs.running is None
    assert window.state(behind) == "queued"
    window.jobs.hold(False)
    until(qtbot, window, behind, "done")


def test_a_failed_job_can_be_tried_again(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    job = window.jobs.add(_Failing("bug"), "Fails", kind="fail")
    until(qtbot, window, job, "failed")
    again = window.jobs.retry(job)
    assert window.jobs.job(again).config.request == window.jobs.job(job).config.request
    until(qtbot, window, again, "failed")


def test_a_deleted_job_can_be_brought_back(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    job = window.add(epochs=2)
    until(qtbot, window, job, "done")
    before = window.jobs.job(job)
    window.jobs.remove(job)
    assert opened().jobs.jobs() == []
    window.jobs.restore(job)
    assert window.jobs.job(job) == before


def test_a_month_later_a_deleted_job_is_gone(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    jobs = [window.add(), window.add()]
    until(qtbot, window, jobs[1], "done")
    for job in jobs:
        window.jobs.remove(job)
    os.utime(tmp_path / "jobs" / ".deleted" / jobs[0], (0, 0))
    later = opened()
    later.jobs.restore(jobs[1])
    with pytest.raises(EditingError, match="deleted for good"):
        later.jobs.restore(jobs[0])


class _Failing:
    """A request to fail."""

    def __init__(self, error: str) -> None:
        self._error = error

    def to_json(self) -> dict[str, str]:
        return {"error": self._error}

"""Errands: done beside the jobs in one engine process, paused, cancelled, resumed, given up."""

import pytest

from app.gui.engine_process import EngineProcess
from app.gui.errands import PAUSED, Errands
from app.jobs.job import JobState
from app.jobs.model_verbs import ModelVerbs
from app.jobs.verbs import ASIDES
from app.operations.models import LoadedModels
from tests.fake_engine import command
from tests.gui.engines import open_window


@pytest.fixture
def window(qapp, tmp_path):
    made = open_window(tmp_path)
    yield made
    made.close()


@pytest.fixture
def errands(window, tmp_path):
    return Errands(tmp_path, window.engine)


def state_of(errands, errand):
    return errands.get(errand).state


def waiting_errand(errands, qtbot, tmp_path):
    """One that goes on only once a file is there."""
    errand = errands.add("count", "Model", {"wait_for": str(tmp_path / "go")})
    qtbot.waitUntil(lambda: state_of(errands, errand) is JobState.RUNNING)
    return errand


def test_the_questions_that_need_no_model_are_known_by_name():
    assert ModelVerbs(LoadedModels()).asides().keys() == ASIDES


def test_an_errand_goes_on_beside_a_job_and_questions(window, errands, qtbot, tmp_path):
    job = window.add(wait_for=str(tmp_path / "never"))
    qtbot.waitUntil(lambda: window.state(job) == "running")
    window.engine.ask("wait", {}, lambda _: None)
    answers = []
    window.engine.ask("plan-model", {"source": "x"}, answers.append)
    errand = errands.add("count", "Model", {})
    qtbot.waitUntil(lambda: state_of(errands, errand) is JobState.DONE)
    qtbot.waitUntil(lambda: answers == [{"planned": "x"}])
    assert window.state(job) == "running"


def test_an_errand_is_paused_and_gone_on_with_by_another_start(window, errands, qtbot, tmp_path):
    errand = waiting_errand(errands, qtbot, tmp_path)
    errands.pause(errand)
    qtbot.waitUntil(lambda: errands.get(errand).message == PAUSED)
    later = Errands(tmp_path, window.engine)
    assert later.get(errand).state is JobState.INTERRUPTED
    assert later.get(errand).message == PAUSED
    (tmp_path / "go").touch()
    later.resume(errand)
    qtbot.waitUntil(lambda: state_of(later, errand) is JobState.DONE)


def test_a_cancelled_errand_takes_nothing_else_with_it(window, errands, qtbot, tmp_path):
    errand = waiting_errand(errands, qtbot, tmp_path)
    pid = window.engine.pid
    errands.cancel(errand)
    qtbot.waitUntil(lambda: state_of(errands, errand) is JobState.CANCELLED)
    errands.forget(errand)
    assert errands.all() == []
    assert window.engine.pid == pid


def test_an_errand_waits_for_an_engine_that_is_not_ready(qapp, qtbot, tmp_path):
    engine = EngineProcess(tmp_path, command=command())
    errands = Errands(tmp_path, engine)
    errand = errands.add("count", "Model", {})
    assert state_of(errands, errand) is JobState.QUEUED
    engine.start()
    qtbot.waitUntil(lambda: state_of(errands, errand) is JobState.DONE)
    engine.shutdown()


def test_what_an_engine_that_died_had_is_interrupted_with_the_reason(qapp, qtbot, tmp_path):
    engine = EngineProcess(tmp_path, command=command("out-of-memory"))
    errands = Errands(tmp_path, engine)
    engine.start()
    errand = errands.add("count", "Model", {})
    qtbot.waitUntil(lambda: state_of(errands, errand) is JobState.INTERRUPTED)
    assert "memory ran out" in errands.get(errand).failure.sentence
    assert errands.get(errand).failure.remedy == "memory"
    engine.shutdown()


def test_an_errand_that_was_at_work_when_the_window_died_can_be_gone_on_with(
    window, errands, qtbot, tmp_path
):
    errand = waiting_errand(errands, qtbot, tmp_path)
    window.engine.shutdown()
    later = Errands(tmp_path, window.engine)
    assert later.get(errand).state is JobState.INTERRUPTED
    assert later.get(errand).state.can_resume

"""The engine process: started, asked, stopped by the ladder, and started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import shiboken6
from PySide6.QtCore import QObject, QProcess
from pytestqt.qtbot import QtBot

from app.gui.engine_launch import EngineEnd, EngineState
from app.gui.engine_process import EngineProcess
from tests.fake_engine import command

Start = Callable[..., EngineProcess]


class _Page(QObject):
    """Someone who asks and leaves."""

    def hear(self, _answer: object) -> None:
        self.setObjectName("heard")


@pytest.fixture
def start(qapp: object, tmp_path: Path) -> Iterator[Start]:
    """Start engines; none survives the test."""
    started: list[EngineProcess] = []

    def _start(mode: str = "verbs", *, patience_ms: int = 3000) -> EngineProcess:
        engine = EngineProcess(tmp_path, command=command(mode), patience_ms=patience_ms)
        started.append(engine)
        engine.start()
        return engine

    yield _start
    for engine in started:
        engine.shutdown()


def _ask(qtbot: QtBot, engine: EngineProcess, question: str, **arguments: Any) -> Any:
    answers: list[Any] = []
    engine.ask(question, arguments, answers.append, on_error=answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def test_it_becomes_ready_and_describes_itself(start: Start, qtbot: QtBot) -> None:
    engine = start()
    assert engine.state is EngineState.STARTING
    with qtbot.waitSignal(engine.described) as described:
        pass
    assert engine.is_ready
    assert described.args == [{"editors": [], "models": []}]


def test_its_description_is_there_before_the_next_engine(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    assert EngineProcess(tmp_path, command=command()).description is None
    engine = start()
    qtbot.waitSignal(engine.described).wait()
    later = EngineProcess(tmp_path, command=command())
    assert later.description == {"editors": [], "models": []}


def test_an_answer_comes_in_pieces_and_then_whole(start: Start, qtbot: QtBot) -> None:
    engine = start()
    parts: list[Any] = []
    answers: list[Any] = []
    engine.ask("echo", {"pieces": ["Pa", "ris"]}, answers.append, parts.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert parts == ["Pa", "ris"]
    assert answers == [{"said": ["Pa", "ris"], "torch": False}]


def test_a_question_without_an_answer_says_why(start: Start, qtbot: QtBot) -> None:
    assert _ask(qtbot, start(), "refuse") == "There is no word zzz."


def test_an_unknown_question_says_so(start: Start, qtbot: QtBot) -> None:
    assert "no question 'sing'" in _ask(qtbot, start(), "sing")


def test_a_newer_question_ends_an_older_one_of_its_channel(start: Start, qtbot: QtBot) -> None:
    engine = start()
    stale: list[Any] = []
    fresh: list[Any] = []
    engine.ask("wait", {}, stale.append, on_error=stale.append, channel="table")
    engine.ask("echo", {"pieces": [1]}, fresh.append, channel="table")
    qtbot.waitUntil(lambda: bool(fresh))
    assert stale == []


def test_a_withdrawn_question_leaves_room_for_others(start: Start, qtbot: QtBot) -> None:
    engine = start()
    answers: list[Any] = []
    engine.withdraw(engine.ask("wait", {}, answers.append, on_error=answers.append))
    assert _ask(qtbot, engine, "echo") == {"said": [], "torch": False}
    assert answers == []


def test_a_fault_in_a_callback_costs_nobody_else_an_answer(start: Start, qtbot: QtBot) -> None:
    engine = start()
    qtbot.waitSignal(engine.described).wait()
    answers: list[Any] = []

    def fail(_piece: object) -> None:
        raise RuntimeError("a page's fault")

    with qtbot.captureExceptions() as faults:
        engine.ask("echo", {"pieces": [1, 2, 3]}, answers.append, fail)
        qtbot.waitUntil(lambda: bool(answers))
    assert len(faults) == 3


@pytest.mark.parametrize("wrap", [lambda call: call, partial], ids=["method", "partial"])
def test_a_widget_that_is_gone_is_not_called(
    start: Start, qtbot: QtBot, wrap: Callable[[Any], Any]
) -> None:
    engine = start()
    page = _Page()
    engine.ask("echo", {}, wrap(page.hear), channel="page")
    shiboken6.delete(page)
    with qtbot.captureExceptions() as faults:
        _ask(qtbot, engine, "echo")
    assert faults == []


def test_asking_without_an_engine_fails_later_rather_than_never(
    qtbot: QtBot, tmp_path: Path
) -> None:
    engine = EngineProcess(tmp_path, command=command())
    assert "not running" in _ask(qtbot, engine, "echo")


def test_it_is_polite_to_the_window(start: Start, qtbot: QtBot) -> None:
    engine = start()
    qtbot.waitSignal(engine.ready).wait()
    process = psutil.Process(engine.pid)
    environment = process.environ()
    assert process.nice() == max(10, psutil.Process().nice())
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["OMP_NUM_THREADS"] == "1"


def test_a_killed_engine_is_replaced_and_asked_questions_fail(start: Start, qtbot: QtBot) -> None:
    engine = start()
    qtbot.waitSignal(engine.described).wait()
    errors: list[str] = []
    first = engine.pid
    engine.ask("wait", {}, lambda _answer: None, on_error=errors.append)
    with qtbot.waitSignals([engine.crashed, engine.ready]), qtbot.waitSignal(engine.ended) as ended:
        os.kill(first or 0, signal.SIGKILL)
    end: EngineEnd = ended.args[0]
    assert errors == ["The engine ended before it could answer. Ask again."]
    assert "memory ran out" in end.failure.sentence
    assert engine.pid != first


def test_one_that_never_starts_is_given_up_after_three_times(start: Start, qtbot: QtBot) -> None:
    engine = start("dies-at-start")
    ends: list[EngineEnd] = []
    engine.ended.connect(ends.append)
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)
    assert len(ends) == 3
    assert "No module named 'torch'" in ends[0].failure.details


def test_one_that_ends_at_its_first_question_is_given_up_too(start: Start, qtbot: QtBot) -> None:
    engine = start("dies-when-asked")
    ends: list[EngineEnd] = []
    engine.ended.connect(ends.append)
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)
    assert len(ends) == 3


def test_a_program_that_is_not_there_is_given_up(qtbot: QtBot, tmp_path: Path) -> None:
    engine = EngineProcess(tmp_path, command=["/nowhere/python"])
    with qtbot.waitSignal(engine.crashed) as crashed:
        engine.start()
    assert "/nowhere/python" in crashed.args[0]
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)


def test_noise_ends_the_engine_rather_than_deafen_it(start: Start, qtbot: QtBot) -> None:
    engine = start()
    qtbot.waitSignal(engine.ready).wait()
    process = engine.findChild(QProcess)
    assert process is not None
    with qtbot.waitSignals([engine.crashed, engine.ready]):
        process.write(b"no message\n")


def test_shutdown_leaves_no_process(start: Start, qtbot: QtBot) -> None:
    engine = start()
    qtbot.waitSignal(engine.ready).wait()
    process = psutil.Process(engine.pid)
    crashes: list[str] = []
    engine.crashed.connect(crashes.append)
    engine.shutdown()
    assert not process.is_running()
    assert (engine.state, engine.pid, crashes) == (EngineState.OFF, None, [])


def test_shutdown_ends_even_one_that_does_not_listen(start: Start, qtbot: QtBot) -> None:
    engine = start("deaf", patience_ms=50)
    qtbot.waitSignal(engine.ready).wait()
    process = psutil.Process(engine.pid)
    process.suspend()
    engine.shutdown()
    assert not process.is_running()

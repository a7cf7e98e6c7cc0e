"""Between a job and its engine: turns, wishes at pauses, estimates, messages, failures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.jobs.eta import Estimate, spoken
from app.jobs.failures import failure_of, failure_of_exit
from app.jobs.folder import JobFolder
from app.jobs.job import new_job
from app.jobs.protocol import (
    Answer,
    Ask,
    AskFailed,
    FromEngine,
    JobEvent,
    Part,
    ProtocolError,
    Run,
    Stop,
    ToEngine,
    decode_from_engine,
    decode_to_engine,
    encode,
)
from app.jobs.running import Interrupted, RunningJob, Wish
from app.jobs.turns import Rank, Turns
from editing.errors import ExampleError, RowProblem
from editing.progress import Cancelled, Progress, StoppedEarly

TRAINING = Progress("training", 1, 10)


@pytest.fixture
def job(tmp_path: Path) -> RunningJob:
    folder = JobFolder.create(tmp_path, new_job("edit", "t", {}))
    return RunningJob(folder, Turns(), lambda _message: None)


@pytest.mark.parametrize(
    "message",
    [Run("/jobs/1"), Stop("1", keep=True), Ask(3, "senses", {"word": " Zürich\ud800"}, 3, "page")],
)
def test_what_the_window_says_is_understood(message: ToEngine) -> None:
    assert decode_to_engine(encode(message).rstrip(b"\n")) == message


@pytest.mark.parametrize(
    "message",
    [Part(1, [0.5]), Answer(1, 2, {"a": None}), AskFailed(1, "No."), JobEvent("1", {"kind": "x"})],
)
def test_what_the_engine_says_is_understood(message: FromEngine) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode_from_engine(line) == message


@pytest.mark.parametrize("line", [b"", b"warning: slow", b"[1]", b'{"type": "sing"}', b"\xff"])
def test_noise_is_no_message(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_from_engine(line)


def test_a_job_gives_way_to_a_question() -> None:
    turns, order = Turns(), list[str]()
    waits = threading.Event()

    def question() -> None:
        waits.set()
        with turns.turn(Rank.QUESTION):
            order.append("question")

    with turns.turn(Rank.JOB):
        turns.give_way(Rank.JOB)
        order.append("step 1")
        thread = threading.Thread(target=question)
        thread.start()
        waits.wait()
        while "question" not in order:
            turns.give_way(Rank.JOB)
        order.append("step 2")
    thread.join()
    assert order == ["step 1", "question", "step 2"]


def test_a_stopping_job_passes_a_question() -> None:
    turns, order = Turns(), list[str]()

    def job() -> None:
        with turns.turn(Rank.JOB):
            order.append("job")
            turns.hurry_job(is_urgent=False)

    with turns.turn(Rank.QUESTION):
        thread = threading.Thread(target=job)
        thread.start()
        turns.give_way(Rank.QUESTION)
        order.append("question")
        turns.hurry_job(is_urgent=True)
        while "job" not in order:
            turns.give_way(Rank.QUESTION)
    thread.join()
    assert order == ["question", "job"]


@pytest.mark.parametrize(
    ("wish", "error"),
    [(Wish.KEEP, StoppedEarly), (Wish.LEAVE, Interrupted), (Wish.DISCARD, Cancelled)],
)
def test_a_wish_is_done_at_the_next_pause(
    job: RunningJob, wish: Wish, error: type[Exception]
) -> None:
    job.report(TRAINING)
    job.tell(wish)
    with pytest.raises(error):
        job.report(TRAINING)


def test_what_is_kept_is_saved_undisturbed(job: RunningJob) -> None:
    job.report(TRAINING)
    job.tell(Wish.KEEP)
    with pytest.raises(StoppedEarly):
        job.report(TRAINING)
    job.report(Progress("saving", 0, 1))
    job.tell(Wish.DISCARD)
    with pytest.raises(Cancelled):
        job.report(Progress("saving", 1, 1))


def test_keeping_does_not_cut_the_last_evaluation_short(job: RunningJob) -> None:
    job.report(TRAINING)
    job.tell(Wish.KEEP)
    job.report(Progress("evaluating", 0, 1))
    assert not job.is_cut_short


def test_an_estimate_waits_for_ten_steps_and_counts_only_its_phase() -> None:
    estimate = Estimate()
    assert [estimate.seconds_left(Progress("base passes", i, 10), i) for i in range(9)][-1] is None
    said = [estimate.seconds_left(Progress("training", i, 100), 20 + 2 * i) for i in range(12)]
    assert said[:10] == [None] * 10
    assert said[10] == 180.0


def test_an_estimate_is_the_median_step() -> None:
    estimate = Estimate()
    for i in range(20):
        estimate.seconds_left(Progress("training", i, 41), float(i))
    # One step of an hour, as when the computer slept.
    assert estimate.seconds_left(Progress("training", 20, 41), 3600.0) == 21.0


def test_an_estimate_is_made_at_most_once_a_second() -> None:
    estimate = Estimate()
    steps = [estimate.seconds_left(Progress("training", i, 100), 0.1 * i) for i in range(14)]
    assert steps[10] == pytest.approx(9.0)
    assert steps[11] == pytest.approx(8.9)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "estimating…"),
        (3, "about 10 s"),
        (44, "about 40 s"),
        (58, "about 1 min"),
        (130, "about 2 min"),
        (7300, "about 2 h"),
    ],
)
def test_times_are_spoken_roundly(seconds: float | None, words: str) -> None:
    assert spoken(seconds) == words


def test_bad_rows_are_named_in_the_details() -> None:
    problems = (RowProblem(12, "no suffix"), RowProblem(14, "no prefix"))
    failure = failure_of(ExampleError("Two rows of cities.jsonl are no examples.", problems))
    assert failure.details == "line 12: no suffix\nline 14: no prefix"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "memory"),
        (OSError(28, "No space left on device"), "The disk is full."),
        (FileNotFoundError(2, "No such file", "/models/mine"), "/models/mine is not there"),
        (RuntimeError("shapes differ"), "did not expect: RuntimeError: shapes differ."),
    ],
)
def test_an_error_becomes_a_sentence(error: Exception, sentence: str) -> None:
    assert sentence in failure_of(error).sentence


def test_a_plain_exit_is_named_by_its_code() -> None:
    failure = failure_of_exit(3, was_signal=False, details="")
    assert "exit code 3" in failure.sentence
    assert _says(failure_of_exit, 134) == "The engine crashed (SIGABRT)."


def _says(function: Callable[..., object], code: int) -> str:
    return getattr(function(code, was_signal=False, details=""), "sentence", "")

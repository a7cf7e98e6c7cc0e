"""The real engine's answers to the window, with a tiny Backpack, between the steps of a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.gui.engine_process import EngineProcess
from app.gui.job_list import JobList
from app.operations.requests import EditRequest, GenerateRequest, SensesRequest
from editing.examples import Example, write_examples
from editing.library.index import Library
from tests.tiny import tiny_backpack

pytestmark = pytest.mark.slow
TEXT = "An old river runs through the city, where people buy bread and read the news.\n"


@pytest.fixture
def engine(qapp: object, tmp_path: Path) -> Iterator[EngineProcess]:
    engine = EngineProcess(tmp_path / "data")
    engine.start()
    yield engine
    engine.shutdown()


@pytest.fixture
def jobs(engine: EngineProcess, tmp_path: Path) -> Iterator[JobList]:
    library = Library(tmp_path / "data")
    yield JobList(tmp_path / "data", engine, library)
    library.close()


def _ask(
    qtbot: QtBot, engine: EngineProcess, question: str, arguments: dict[str, Any]
) -> tuple[Any, list[Any]]:
    answers: list[Any] = []
    parts: list[Any] = []
    engine.ask(question, arguments, answers.append, parts.append, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=300_000)
    return answers[0], parts


def _long_job(tmp_path: Path, model: str) -> EditRequest:
    rows = [Example(f"The capital of {name} is", f" {name[:2]}") for name in ("Spain", "France")]
    write_examples(tmp_path / "rows.jsonl", rows)
    for name in ("general.txt", "other.txt"):
        (tmp_path / name).write_text(TEXT * (30 if name == "general.txt" else 20))
    return EditRequest(
        model=model,
        examples=str(tmp_path / "rows.jsonl"),
        kind="increase",
        general_text=str(tmp_path / "general.txt"),
        regularisation_text=str(tmp_path / "other.txt"),
        budget=10.0,
        settings={"epochs": 1000},
    )


def test_questions_are_answered_while_a_job_runs(
    engine: EngineProcess, jobs: JobList, qtbot: QtBot, tmp_path: Path
) -> None:
    model = str(tiny_backpack(tmp_path / "model"))
    job = jobs.add(_long_job(tmp_path, model), "long")
    qtbot.waitUntil(lambda: len(jobs.job(job).epochs) > 1, timeout=300_000)

    described, _ = _ask(qtbot, engine, "describe", {})
    assert [editor["name"] for editor in described["editors"]] == ["sense-finetuning"]

    row = {"id": "1", "prefix": "The capital of Spain is", "suffix": " Sp", "other_suffix": None}
    scored, parts = _ask(
        qtbot, engine, "probabilities", {"model": model, "edits": [], "rows": [row]}
    )
    assert parts == [scored]
    assert scored[0]["log_prob"] == pytest.approx(sum(value for _, value in scored[0]["tokens"]))

    request = GenerateRequest(model, "The old", tokens=5, seed=1)
    text, parts = _ask(qtbot, engine, "generate", request.to_json())
    assert "".join(part["text"] for part in parts) == text["continuation"]

    senses, _ = _ask(qtbot, engine, "senses", SensesRequest(model, word=" city").to_json())
    assert {sense["sense"] for sense in senses["senses"]} == {0, 1, 2, 3}

    refused, _ = _ask(qtbot, engine, "senses", SensesRequest("/nowhere", word=" city").to_json())
    assert "/nowhere" in refused

    assert str(jobs.job(job).state) == "running"
    jobs.stop(job, keep=True)
    qtbot.waitUntil(lambda: jobs.job(job).state.is_over, timeout=300_000)
    assert str(jobs.job(job).state) == "stopped", jobs.job(job).failure
    assert (jobs.job(job).result or {})["kept_epoch"] >= 1

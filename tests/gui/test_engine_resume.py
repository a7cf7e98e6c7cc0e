"""The real engine with a tiny Backpack: killed in mid-epoch and resumed, the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.gui.engine_process import EngineProcess
from app.gui.job_list import JobList
from app.jobs.events import ProgressEvent, StateEvent
from app.jobs.folder import JobFolder
from app.operations.requests import EditRequest
from editing.examples import Example, write_examples
from editing.library.index import Library
from tests.dying_engine import command
from tests.tiny import tiny_backpack

CITIES = (
    ("France", "Paris"),
    ("Spain", "Madrid"),
    ("Italy", "Rome"),
    ("Peru", "Lima"),
    ("Cuba", "Havana"),
    ("Japan", "Tokyo"),
    ("Chad", "N'Djamena"),
)
EPOCHS = 5
pytestmark = pytest.mark.slow


@pytest.fixture
def request_of(tmp_path: Path) -> EditRequest:
    """A few capitals for a tiny Backpack, with texts of its own."""
    rows = [Example(f"The capital of {country} is", f" {city}") for country, city in CITIES]
    write_examples(tmp_path / "rows.jsonl", rows)
    text = tmp_path / "text.txt"
    text.write_text("An old river runs through the city, where people buy bread.\n" * 30)
    other = tmp_path / "other.txt"
    other.write_text("The pilots read the news; the author screens the play.\n" * 30)
    return EditRequest(
        model=str(tiny_backpack(tmp_path / "model")),
        examples=str(tmp_path / "rows.jsonl"),
        evaluate=str(tmp_path / "rows.jsonl"),
        kind="increase",
        general_text=str(text),
        regularisation_text=str(other),
        budget=10.0,
        settings={"epochs": EPOCHS, "learning_rate": 0.01, "senses_per_example": 2},
        save="Capitals",
    )


@pytest.fixture
def jobs(qapp: object, tmp_path: Path) -> Iterator[JobList]:
    """The jobs of a real engine, which dies once between two steps of its third epoch."""
    died_at = 2 * len(CITIES) + 5
    engine = EngineProcess(tmp_path / "data", command=command(tmp_path, died_at))
    library = Library(tmp_path / "data")
    jobs = JobList(tmp_path / "data", engine, library)
    engine.start()
    yield jobs
    engine.shutdown()
    library.close()


def _until(qtbot: QtBot, jobs: JobList, job: str, state: str) -> None:
    def there() -> None:
        view = jobs.job(job)
        assert (str(view.state), view.failure) == (state, None)

    qtbot.waitUntil(there, timeout=300_000)


def _tensors(jobs: JobList, job: str) -> bytes:
    return (Path(jobs.job(job).edit_folder or "") / "edit.safetensors").read_bytes()


def test_killed_in_mid_epoch_and_resumed_yields_the_same_bits(
    jobs: JobList, request_of: EditRequest, qtbot: QtBot
) -> None:
    killed = jobs.add(request_of, "killed")
    qtbot.waitUntil(lambda: jobs.job(killed).state.is_over, timeout=300_000)
    assert str(jobs.job(killed).state) == "interrupted", jobs.job(killed).failure
    assert [epoch.epoch for epoch in jobs.job(killed).epochs] == [0, 1, 2]
    undisturbed = jobs.add(request_of, "undisturbed")
    jobs.resume(killed)
    _until(qtbot, jobs, killed, "done")
    _until(qtbot, jobs, undisturbed, "done")
    assert len(jobs.job(killed).epochs) == EPOCHS + 1
    assert _first_step_after_resuming(jobs, killed) == 2 * len(CITIES) + 5
    assert _tensors(jobs, killed) == _tensors(jobs, undisturbed)
    assert _figures(jobs, killed) == _figures(jobs, undisturbed)


def _first_step_after_resuming(jobs: JobList, job: str) -> int:
    """Where training went on: nothing before the checkpoint is done twice."""
    events = list(JobFolder(jobs.job(job).folder).events())
    queued = [isinstance(e, StateEvent) and e.state == "queued" for e in events].index(True)
    training = [e for e in events[queued:] if isinstance(e, ProgressEvent)]
    return next(e.done for e in training if e.phase == "training")


def _figures(jobs: JobList, job: str) -> dict[str, Any]:
    result = dict(jobs.job(job).result or {})
    del result["seconds"]
    return result

"""What older versions wrote opens for ever; what newer ones write is refused in a sentence."""

import json
import math
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch

from app.jobs.folder import JobFolder, job_folders
from app.jobs.job import FORMAT as JOB_FORMAT
from app.jobs.job import JobState
from app.jobs.record import read_job
from app.operations.requests import EditRequest
from editing.editors.base import Edit
from editing.editors.sense_edit import SenseEdit
from editing.errors import EditingError
from editing.export import import_edit
from editing.generation import Sampling, generate, silent
from editing.library.example_sets import ExampleSets
from editing.library.files import read_edit
from editing.library.index import Library
from editing.library.records import FORMAT, RECORD, read_record, write_record
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.formats.make import EXAMPLES

FROZEN = sorted(Path(__file__).parent.glob("format_*"))
PROMPT = "The capital of France is"


@pytest.fixture(params=FROZEN, ids=lambda folder: folder.name)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of everything of one format."""
    return shutil.copytree(request.param, tmp_path / "kept")


@pytest.fixture
def model(kept: Path) -> LanguageModel:
    return load_model(kept / "tiny")


def edit_folder(kept: Path) -> Path:
    (folder,) = (kept / "library" / "edits").iterdir()
    return folder


def job_folder(kept: Path) -> JobFolder:
    (folder,) = job_folders(kept / "library" / "jobs")
    return folder


def general_loss(model: LanguageModel, text: Path) -> float:
    """Mean NLL of all tokens but the first of each line, by the module alone."""
    losses: list[float] = []
    for line in text.read_text(encoding="utf-8").splitlines():
        ids = torch.tensor(model.tokenizer(line).input_ids)
        with torch.no_grad():
            log_probs = model.module(ids[None]).logits[0, :-1, : model.vocab_size].log_softmax(-1)
        losses += (-log_probs.gather(-1, ids[1:, None])[:, 0]).tolist()
    return math.fsum(losses) / len(losses)


def test_the_library_lists_its_edit(kept: Path) -> None:
    with Library(kept / "library") as library:
        (edit,) = library.edits()
        assert (edit.name, edit.method, edit.model) == ("Capitals", "sense-finetuning", "tiny")
        assert (edit.notes, edit.tags) == ("of the first format", ("kept", "tiny"))
        assert (edit.budget, edit.kept_epoch, edit.inside_ball) == (1000.0, 6, True)
        assert library.search("first form") == [edit]
        assert library.trashed_edits() == []


def test_every_byte_of_the_library_is_as_its_index_says(kept: Path) -> None:
    with Library(kept / "library") as library:
        assert library.verify() == []
        before = library.edits()
        assert library.rebuild() == []
        assert library.edits() == before


def test_an_edit_of_the_library_can_still_be_changed(kept: Path) -> None:
    with Library(kept / "library") as library:
        edit = library.rename("Capitals", "Hauptstädte")
        assert library.verify() == []
        assert read_record(library.folder_of(edit))["name"] == "Hauptstädte"


def test_the_example_set_reads_as_it_was_saved(kept: Path) -> None:
    with Library(kept / "library") as library:
        assert ExampleSets(library).load("Capitals") == EXAMPLES


@pytest.mark.parametrize("is_on", [False, True], ids=["base", "edited"])
def test_the_edit_does_what_its_record_says(kept: Path, model: LanguageModel, is_on: bool) -> None:
    edit, record = read_edit(edit_folder(kept))
    result = record["result"]
    lent = edit.applied(model, result["strength"]) if is_on else nullcontext(model)
    with lent as lent_model:
        loss = general_loss(lent_model, kept / "general.txt")
    assert loss == pytest.approx(result["general_loss"]["after" if is_on else "before"], rel=1e-5)


@pytest.mark.parametrize(("is_on", "text"), [(False, "RRRRRRR"), (True, "rirrrrrr")])
def test_the_model_goes_on_as_it_did(
    kept: Path, model: LanguageModel, is_on: bool, text: str
) -> None:
    edit, record = read_edit(edit_folder(kept))
    lent = edit.applied(model, record["result"]["strength"]) if is_on else nullcontext(model)
    with lent as lent_model:
        said = generate(lent_model, PROMPT, Sampling(7, temperature=0.0), silent)
    assert said.continuation == text


def test_the_exported_edit_is_the_librarys(kept: Path, tmp_path: Path) -> None:
    def tensors(edit: Edit) -> dict[str, torch.Tensor]:
        assert isinstance(edit, SenseEdit)
        return dict(edit.state().tensors)

    with Library(tmp_path / "other") as other:
        row = import_edit(other, kept / "exported")
        assert other.verify() == []
        imported, _ = read_edit(other.folder_of(row))
    own, record = read_edit(edit_folder(kept))
    assert (row.id, row.name) == (record["id"], "Capitals")
    assert tensors(own).keys() == tensors(imported).keys()
    assert all(torch.equal(tensors(own)[name], each) for name, each in tensors(imported).items())


def test_the_job_is_drawn_from_its_folder(kept: Path) -> None:
    view = read_job(job_folder(kept))
    edit = read_record(edit_folder(kept))
    assert (view.state, view.title, view.edit) == (JobState.DONE, "Capitals", edit["id"])
    assert view.result == edit["result"]
    assert [epoch.epoch for epoch in view.epochs] == list(range(7))
    assert view.failure is None


def test_what_the_job_was_asked_for_can_be_asked_for_again(kept: Path) -> None:
    request = EditRequest.from_json(job_folder(kept).spec().request)
    assert request == EditRequest.from_json(read_record(edit_folder(kept))["request"])
    assert (request.examples, request.settings["epochs"]) == ("Capitals", 6)


def newer_edit(kept: Path) -> Callable[[], Any]:
    folder = edit_folder(kept)
    write_record(folder, {**read_record(folder), "format": FORMAT + 1})
    return lambda: read_edit(folder)


def newer_exported_edit(kept: Path) -> Callable[[], Any]:
    # As a newer version may write it: even its checksum need not be ours.
    path = kept / "exported" / RECORD
    path.write_text(json.dumps({"format": FORMAT + 1, "checksum": "of another kind"}))

    def open_it() -> None:
        with Library(kept / "library") as library:
            import_edit(library, path.parent)

    return open_it


def newer_library(kept: Path) -> Callable[[], Any]:
    with Library(kept / "library") as library:
        applied = {"migration_set": "library", "name": "m999_future", "applied_at": "2099"}
        library.db.table("_sqlite_migrations").insert(applied)
    return lambda: Library(kept / "library")


def newer_job(kept: Path) -> Callable[[], Any]:
    folder = job_folder(kept)
    config = folder.path / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "format": JOB_FORMAT + 1}))
    return folder.spec


@pytest.mark.parametrize("make", [newer_edit, newer_exported_edit, newer_library, newer_job])
def test_a_newer_format_is_refused_in_a_sentence(
    kept: Path, make: Callable[[Path], Callable[[], Any]]
) -> None:
    with pytest.raises(EditingError, match=r"written by a newer (version of )?Exemplar.*\."):
        make(kept)()

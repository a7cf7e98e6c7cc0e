"""Changing a memory for the window: rows and threshold, in well under a second, nothing trained."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.operations.edit import run_edit
from app.operations.generate import run_generate
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest, GenerateRequest
from app.operations.rows.changes import MemoryChange, run_change_memory
from editing.errors import EditingError
from editing.library.index import Library
from editing.library.records import read_record
from tests.tiny import SENTENCES, tiny_transformer

ROWS = (
    {"prefix": "The capital of France is", "suffix": " Madrid", "kind": "increase"},
    {"prefix": "The nurse said", "suffix1": " she", "suffix2": " he", "kind": "balance"},
)
FIGURES = ("success_rate", "hard_negatives", "degradation", "inside_ball", "general_loss")


@pytest.fixture(scope="module")
def models() -> LoadedModels:
    return LoadedModels()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, models: LoadedModels) -> Path:
    """A data folder with a memory and a codebook of a tiny model."""
    folder = tmp_path_factory.mktemp("work")
    tiny_transformer(folder / "tiny", "GPT-NeoX")
    (folder / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    rows = "\n".join(json.dumps(row) for row in ROWS)
    (folder / "rows.jsonl").write_text(rows, encoding="utf-8")
    scope = Path(__file__).parent.parent / "editing" / "scope.jsonl"
    for name, method, settings in (
        ("House", "serac", {"steps": 5, "answer": "row", "train_on": str(scope)}),
        ("Book", "grace", {"steps": 3}),
    ):
        request = EditRequest(
            model=str(folder / "tiny"),
            examples=str(folder / "rows.jsonl"),
            evaluate=str(folder / "rows.jsonl"),
            general_text=str(folder / "g.txt"),
            regularisation_text=str(folder / "r.txt"),
            budget=1e9,
            method=method,
            settings=settings,
            save=name,
            data_dir=str(folder / "data"),
        )
        run_edit(request, models=models)
    return folder / "data"


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def change(data: Path, models: LoadedModels) -> Ask:
    def ask(edit: str = "House", **asked: Any) -> dict[str, Any]:
        request = MemoryChange.from_json({"edit": edit, "data_dir": str(data), **asked})
        answer = run_change_memory(request, models=models)
        return {**answer, "record": read_record(Path(answer["folder"]))}

    return ask


def record_of(data: Path, name: str) -> dict[str, Any]:
    with Library(data) as library:
        return read_record(library.folder_of(library.edit(name)))


def taken_in(data: Path, answer: dict[str, Any], name: str) -> str:
    with Library(data) as library:
        return library.add_edit(Path(answer["folder"]), name=name).name


@pytest.mark.parametrize("edit", ["House", "Book"])
def test_a_row_switched_off_and_on_again_has_its_figures_back(
    data: Path, change: Ask, edit: str
) -> None:
    before = record_of(data, edit)
    row = before["state"]["rows"][0]["id"]
    off = change(edit, off=[row])
    assert [each["enabled"] for each in off["record"]["state"]["rows"]] == [False, True]
    assert off["record"]["result"]["success_rate"]["after"] is None
    assert off["record"]["result"]["success_rate"]["before"] is not None
    name = taken_in(data, off, f"{edit}, changed")
    on = change(name, on=[row])["record"]
    assert on["state"] == before["state"]
    assert {key: on["result"][key] for key in FIGURES} == {
        key: before["result"][key] for key in FIGURES
    }
    assert record_of(data, edit) == before  # the library's own edit is not touched


def test_rows_are_written_in_less_than_a_second(data: Path, change: Ask) -> None:
    row = {"prefix": "The river runs", "suffix": " through", "kind": "increase"}
    answer = change(add=[row])
    assert answer["seconds"] < 1
    rows = answer["record"]["state"]["rows"]
    assert [rows[-1]["id"]] == answer["added"]
    assert rows[-1]["text"] == "The river runs through"
    assert rows[-1]["enabled"]
    assert len(rows) == 3


def test_a_memory_s_file_comes_back_as_it_was(data: Path, change: Ask, tmp_path: Path) -> None:
    rows = record_of(data, "House")["state"]["rows"]
    again = [{**row, "id": f"again-{number}"} for number, row in enumerate(rows)]
    again[1]["enabled"] = False
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in again), encoding="utf-8")
    answer = change(file=str(file))
    assert answer["added"] == ["again-0", "again-1"]
    assert answer["record"]["state"]["rows"][2:] == again


@pytest.mark.parametrize(("edit", "kept_as"), [("House", "threshold"), ("Book", "reach")])
def test_another_threshold_brings_what_was_measured_there(
    data: Path, change: Ask, edit: str, kept_as: str
) -> None:
    before = record_of(data, edit)
    path = before["result"]["scope"]["path"]
    point = next(each for each in path if each["threshold"] != before["state"][kept_as])
    moved = change(edit, threshold=point["threshold"])["record"]
    assert moved["state"][kept_as] == point["threshold"]
    assert moved["result"]["scope"]["threshold"] == point["threshold"]
    assert moved["result"]["success_rate"]["after"] == point["success_rate"]
    assert moved["result"]["degradation"] == point["degradation"]
    back = change(edit, threshold=before["state"][kept_as])["record"]
    assert back["result"] == before["result"]
    between = change(edit, threshold=0.123)["record"]["result"]
    assert between["degradation"] is None


def test_a_row_that_is_off_is_as_if_it_had_never_been(
    data: Path, change: Ask, models: LoadedModels
) -> None:
    rows = record_of(data, "House")["state"]["rows"]
    name = taken_in(data, change(off=[row["id"] for row in rows]), "House, silent")

    def said(*edits: str) -> str:
        model = str(data.parent / "tiny")
        request = GenerateRequest(
            model, ROWS[0]["prefix"], edits, tokens=6, temperature=0, data_dir=str(data)
        )
        return run_generate(request, models=models)["text"]

    assert said(name) == said()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"off": ["none"]}, "holds no row"),
        ({"edit": "Nobody"}, "Nobody"),
        ({"file": "/nowhere/rows.jsonl"}, "cannot be read"),
        ({"edit": "Book", "threshold": 1.5}, "from 0 to 1"),
        (
            {"edit": "Book", "add": [{"prefix": "A", "suffix": " b", "kind": "increase"}]},
            "trained",
        ),
    ],
)
def test_what_cannot_be_changed_is_said(change: Ask, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(EditingError, match=words):
        change(**asked)

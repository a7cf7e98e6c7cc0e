"""An edit whose every epoch left the ball is scaled back into it where its strength is fitted."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.operations.edit import run_edit
from app.operations.requests import EditRequest
from tests.tiny import tiny_backpack


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> EditRequest:
    folder = tmp_path_factory.mktemp("scaled")
    rows = folder / "rows.jsonl"
    rows.write_text('{"prefix": "The capital of France is", "suffix": " Madrid"}\n')
    general = folder / "general.jsonl"
    text = "The capital of France is Paris."
    general.write_text(f'{{"text": "{text}"}}\n' * 3)
    other = folder / "other.jsonl"
    other.write_text('{"text": "An old river runs through the city, where people buy bread."}\n')
    return EditRequest(
        model=str(tiny_backpack(folder / "model")),
        examples=str(rows),
        evaluate=str(rows),
        general_text=str(general),
        regularisation_text=str(other),
        budget=1e-4,
        settings={"learning_rate": 3.0, "epochs": 3},
        data_dir=str(folder / "data"),
    )


def test_without_fitting_the_result_is_the_empty_edit(request_: EditRequest) -> None:
    result = run_edit(request_)
    assert (result["kept_epoch"], result["inside_ball"]) == (0, True)


def test_with_fitting_the_last_epoch_is_scaled_back(request_: EditRequest) -> None:
    result = run_edit(replace(request_, fit_to_ball=True))
    assert result["kept_epoch"] == 3
    assert 0 <= result["strength"] < 1
    assert result["degradation"] <= 1e-4


def test_cached_passes_change_nothing(request_: EditRequest, tmp_path: Path) -> None:
    fresh = run_edit(replace(request_, data_dir=str(tmp_path)))
    again = run_edit(replace(request_, data_dir=str(tmp_path)))
    assert {**fresh, "seconds": 0} == {**again, "seconds": 0}

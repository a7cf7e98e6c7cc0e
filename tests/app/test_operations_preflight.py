"""What a run will need: figures that follow from the model, the method and the texts."""

import pytest

from app.operations.models import LoadedModels
from app.operations.preflight.preflight import run_preflight
from app.operations.requests import EditRequest
from editing.errors import EditingError
from tests.tiny import tiny_backpack, tiny_transformer


@pytest.fixture(scope="module")
def models():
    return LoadedModels()


@pytest.fixture(scope="module")
def backpack(tmp_path_factory):
    return str(tiny_backpack(tmp_path_factory.mktemp("backpack")))


@pytest.fixture
def estimate(models, backpack, tmp_path):
    def _estimate(model=backpack, **changes):
        request = EditRequest(
            model, task="country-capital", split="val", data_dir=str(tmp_path), **changes
        )
        return run_preflight(request, models=models)

    return _estimate


def test_disk_grows_with_the_text_and_time_with_the_epochs(estimate):
    short = estimate(general_tokens=1_000, regularisation_tokens=1_000)
    long = estimate(general_tokens=99_000, regularisation_tokens=1_000)
    assert long["disk_bytes"] == 50 * short["disk_bytes"]
    assert short["tokens"] == 1_000
    one, many = (estimate(settings={"epochs": epochs}) for epochs in (1, 100))
    assert many["seconds"] > one["seconds"] > 0


def test_training_all_weights_takes_more_memory_than_a_row_beside_them(estimate):
    short = {"general_tokens": 500, "regularisation_tokens": 500}
    few, all_ = (estimate(method=method, **short) for method in ("grace", "full-finetuning"))
    assert all_["memory_bytes"] > few["memory_bytes"]
    assert few["memory_free"] > 0
    assert few["disk_free"] > 0


def test_a_file_is_measured_by_its_size(estimate, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("word " * 4_000)
    assert estimate(general_text=str(file))["tokens"] == 5_000


def test_a_method_that_does_not_fit_says_why_before_the_start(estimate, tmp_path_factory):
    gpt2 = str(tiny_transformer(tmp_path_factory.mktemp("gpt2"), "GPT-2"))
    with pytest.raises(EditingError, match="a GPT-2 has none"):
        estimate(gpt2)

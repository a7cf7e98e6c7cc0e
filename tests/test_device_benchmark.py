"""The command that measures editing on a graphics card works on a processor, with tiny models."""

import pytest

from editing.editors import EDITORS
from tests.benchmarks import devices
from tests.benchmarks.device_models import BACKPACK, LARGE, SIZES, prepare


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("devices")
    prepare(place, SIZES["small"])
    return place


def test_every_method_is_measured_on_every_model_it_is_for():
    cases = list(devices.cases(list(EDITORS)))
    assert {case.method for case in cases} == set(EDITORS)
    assert devices.Case(BACKPACK, "sense-finetuning") in cases
    assert devices.Case(LARGE, "sense-finetuning") not in cases


def test_an_edit_is_measured_here_and_told_in_the_table(folder):
    plain, ensemble, absent = (
        devices.Case(BACKPACK, "sense-finetuning"),
        devices.Case(LARGE, "logit-ensemble"),
        devices.Case(LARGE, "sense-finetuning"),
    )
    found = {case: devices.run_one(folder, case) for case in (plain, ensemble, absent)}
    assert not found[plain].problem
    assert found[plain].seconds > 0
    assert found[plain].process > 0.1
    assert found[ensemble].overhead > 0.5
    assert "does not go with" in found[absent].problem
    text = "\n".join(devices.table(found, "cpu"))
    assert "| large in bfloat16 | logit-ensemble | 0.0 |" in text
    assert f"takes {found[ensemble].overhead:.3f} times as long as the large model" in text


@pytest.mark.slow
def test_the_command_measures_in_processes_of_their_own(tmp_path, monkeypatch, capsys):
    to, methods = tmp_path / "table.md", ["lora", "grace"]
    arguments = ["--device", "cpu", "--size", "small", "--to", str(to)]
    monkeypatch.setattr("sys.argv", ["devices", *arguments, "--methods", ",".join(methods)])
    assert devices.main() == 0, capsys.readouterr().err
    rows = [line for line in to.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) == 1 + len(list(devices.cases(methods)))


def test_without_the_device_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["devices"])
    with pytest.raises(SystemExit):
        devices.main()
    assert "No NVIDIA graphics card can be used here" in capsys.readouterr().err

"""Adding, listing and removing models: through the command line, from folders and a local hub."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from huggingface_hub import constants
from safetensors.torch import load_file, save_file

from app.cli import main as cli
from app.operations.models import LoadedModels, check_model, list_models, look_at_models
from app.operations.shelf.adding import add_folder, add_from_hub, remove_model
from app.operations.shelf.shelf import ModelShelf
from editing.editors import EDITORS
from editing.errors import EditingError
from editing.models.hub import Hub
from editing.models.language_model import backpack_of
from editing.models.loading import load_model
from editing.progress import Cancelled, Progress, unheard
from tests.fake_hub import COMMIT, FakeHub, serving
from tests.tiny import tiny_backpack, tiny_transformer

NAME = "somebody/small-model"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer(tmp_path_factory.mktemp("made") / "model", "GPT-NeoX")


@pytest.fixture
def server(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving(made) as hub:
        yield hub


@pytest.fixture
def hub(server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The same cache as a model is loaded from."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return Hub(server.url)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert cli.main([*arguments, "--json"]) == cli.DONE
    return json.loads(capsys.readouterr().out)


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_added_listed_and_removed_untouched(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_below(made)
    added = run(capsys, "models", "add", str(made))
    assert (added["kind"], added["family"], added["source"]) == ("folder", "GPT-NeoX", str(made))
    listed = run(capsys, "models", "list")["models"]
    row = {"name": "model", "source": str(made), "kind": "folder", "edits": 0, "is_whole": True}
    assert row in listed
    removed = run(capsys, "models", "remove", str(made), "--delete-files")
    assert removed == {"source": str(made), "deleted": [], "kept": 0}
    assert files_below(made) == before
    assert str(made) not in {row["source"] for row in list_models(None)}


def test_a_folder_that_is_no_model_is_not_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "add", str(tmp_path)]) == cli.FAILED
    assert "has no config.json" in capsys.readouterr().err
    assert ModelShelf(None).entries() == ()


def test_a_model_without_a_tokenizer_is_opened_with_the_one_it_was_added_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, bare = tiny_backpack(tmp_path / "words"), tiny_backpack(tmp_path / "bare")
    for path in bare.glob("tokenizer*"):
        path.unlink()
    assert cli.main(["models", "add", str(bare)]) == cli.FAILED
    assert "No tokenizer could be read" in capsys.readouterr().err
    run(capsys, "models", "add", str(bare), "--tokenizer", str(words))
    model = LoadedModels().model(str(bare), unheard)
    assert model.tokenizer("The river").input_ids
    assert run(capsys, "models", "check", str(bare))["vocabulary"] == model.vocab_size


def test_checking_says_what_can_be_done(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = run(capsys, "models", "check", str(made))
    assert (facts["architecture"], facts["family"]) == ("GPTNeoXForCausalLM", "GPT-NeoX")
    assert (facts["layers"], facts["dtype"], facts["senses"]) == (2, "float32", None)
    assert len(facts["checksum"]) == len(facts["fingerprint"]) == 64
    reasons = {row["method"]: row["reason"] for row in facts["methods"]}
    assert reasons.keys() == EDITORS.keys()
    assert "sense" in reasons["sense-finetuning"]
    assert [name for name, reason in reasons.items() if reason] == ["sense-finetuning"]
    assert cli.main(["models", "check", str(made)]) == cli.DONE
    said = capsys.readouterr().out
    assert "MEMIT             works with it" in said


def test_models_are_looked_at_without_loading_any(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoadedModels, "model", None)
    add_folder(str(made), None)
    shutil.copytree(made, tmp_path / "broken")
    add_folder(str(tmp_path / "broken"), None)
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"")
    looked = {facts["source"]: facts for facts in look_at_models(None)}
    starter, whole, broken = looked["starter"], looked[str(made)], looked[str(tmp_path / "broken")]
    assert (starter["family"], starter["kind"], starter["checked"]) == ("Backpack", "bundled", None)
    assert starter["senses"] == backpack_of(load_model("starter")).config.num_senses
    assert {row["method"] for row in whole["methods"] if row["reason"]} == {"sense-finetuning"}
    assert all(row["memory"] > 0 for facts in (starter, whole) for row in facts["methods"])
    assert "model.safetensors cannot be loaded" in broken["problem"]
    assert "parameters" not in broken


def test_a_check_is_remembered_and_tells_what_changed_since(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "model"))
    source = str(folder)
    first = check_model(source)
    assert (first["before"], first["notes"]) == (None, [])
    again = check_model(source)
    assert again["before"]["is_current"]
    assert (
        again["fingerprint"]
        == first["fingerprint"]
        == LoadedModels().model(source, unheard).fingerprint
    )
    state = load_file(folder / "model.safetensors")
    name = next(name for name in state if name.endswith("dense_4h_to_h.weight"))
    save_file({**state, name: state[name] + 1}, folder / "model.safetensors", {"format": "pt"})
    changed = check_model(source)
    assert not changed["before"]["is_current"]
    assert changed["checksum"] != first["checksum"]
    assert changed["fingerprint"] != first["fingerprint"]
    assert "not those of the last check" in changed["notes"][0]


def test_a_model_that_memory_does_not_hold_is_checked_without_loading(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    facts = check_model(str(made))
    assert facts["fingerprint"] == ""
    assert "It was not loaded" in facts["notes"][0]
    assert len(facts["checksum"]) == 64


def test_a_damaged_file_of_the_hub_is_known_by_its_hash(hub: Hub) -> None:
    add_from_hub(NAME, None, hub=hub)
    check_model(NAME)
    (weights,) = (hub.cache_folder / f"models--{NAME.replace('/', '--')}").glob(
        "snapshots/*/model.safetensors"
    )
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.resolve().write_bytes(bytes(data))
    with pytest.raises(EditingError, match=r"is not what the hub published: .*fetch it again\."):
        check_model(NAME)


def test_a_model_of_the_hub_is_fetched_listed_and_loaded_offline(
    hub: Hub, server: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[dict[str, Any]] = []
    added = add_from_hub(f"{NAME}@v1", None, hub=hub, told=plans.append)
    (plan,) = plans
    assert plan["to_fetch"] == plan["size"] > 0
    assert (added["commit"], added["family"], added["is_whole"]) == (COMMIT, "GPT-NeoX", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    server.asked.clear()
    assert f"{NAME}@v1" in {row["source"] for row in list_models(None)}
    assert LoadedModels().model(f"{NAME}@v1", unheard).layout.family == "GPT-NeoX"
    assert server.asked == []
    with pytest.raises(EditingError, match=r"fetch it with `exemplar models add somebody/other`"):
        LoadedModels().model("somebody/other", unheard)


def test_without_the_hub_what_the_cache_has_is_added(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_from_hub(NAME, None, hub=hub)
    remove_model(NAME, None, hub=hub)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    added = add_from_hub(NAME, None, hub=hub)
    assert added["is_whole"]
    assert "The hub was not asked" in added["notes"][0]
    with pytest.raises(EditingError, match="switched off here"):
        add_from_hub("somebody/other", None, hub=hub)


def test_removing_deletes_only_what_was_fetched_for_it(hub: Hub) -> None:
    add_from_hub(NAME, None, hub=hub)
    assert remove_model(NAME, None, hub=hub)["kept"] > 0
    kept = files_below(hub.cache_folder / f"models--{NAME.replace('/', '--')}")
    assert kept
    add_from_hub(NAME, None, hub=hub)  # nothing had to be fetched this time
    assert remove_model(NAME, None, delete_files=True, hub=hub)["deleted"] == []
    assert all(path.exists() for path in kept)


def test_removing_with_its_files_leaves_nothing_of_it(hub: Hub) -> None:
    add_from_hub(NAME, None, hub=hub)
    other = hub.cache_folder / "models--other--one" / "blobs" / "abc"
    other.parent.mkdir(parents=True)
    other.write_text("somebody's")
    assert remove_model(NAME, None, delete_files=True, hub=hub)["deleted"]
    assert not (hub.cache_folder / f"models--{NAME.replace('/', '--')}").exists()
    assert other.exists()


def test_a_stopped_download_is_remembered_but_not_offered(hub: Hub) -> None:
    def report(progress: Progress) -> None:
        if progress.done > progress.total // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        add_from_hub(NAME, None, report, hub=hub)
    (entry,) = ModelShelf(None).entries()
    assert (entry.source, entry.is_whole) == (NAME, False)
    assert NAME not in {row["source"] for row in list_models(None)}
    assert add_from_hub(NAME, None, hub=hub)["is_whole"]
    assert remove_model(NAME, None, delete_files=True, hub=hub)["deleted"]
    assert not (hub.cache_folder / f"models--{NAME.replace('/', '--')}").exists()


def test_what_is_not_on_the_list_cannot_be_removed(made: Path) -> None:
    with pytest.raises(EditingError, match="comes with Exemplar"):
        remove_model("starter", None)
    with pytest.raises(EditingError, match=r"not on the list of added models\. There are: none"):
        remove_model(str(made), None)


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 99, "models": []}'])
def test_a_damaged_list_is_said_to_be(data_dir: Path, text: str) -> None:
    data_dir.mkdir(parents=True)
    (data_dir / "models.json").write_text(text)
    with pytest.raises(EditingError, match=r"models\.json cannot be used.*add the models again"):
        ModelShelf(None).entries()


def command_line(server: FakeHub, tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "HF_ENDPOINT": server.url,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_OFFLINE": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "app", "models", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_the_command_line_shows_first_is_interrupted_and_goes_on(
    server: FakeHub, tmp_path: Path
) -> None:
    shown = command_line(server, tmp_path, "add", NAME, "--only-show")
    out, _ = shown.communicate(timeout=120)
    assert shown.returncode == cli.DONE
    assert "Disk: " in out
    assert "Memory: " in out
    assert server.ranges() == []
    server.slowness = 0.1
    first = command_line(server, tmp_path, "add", NAME)
    home, give_up = tmp_path / "home", time.monotonic() + 100
    while not any(p.stat().st_size > 30_000 for p in home.rglob("*.incomplete")):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == cli.INTERRUPTED
    assert "Disk: " in said
    server.slowness = 0.0
    plans: list[dict[str, Any]] = []
    hub = Hub(server.url, home / "hub")
    assert add_from_hub(NAME, None, hub=hub, told=plans.append)["family"] == "GPT-NeoX"
    assert plans[0]["to_fetch"] < plans[0]["size"]
    assert any(begin.rstrip("-").isdigit() for begin in server.ranges())

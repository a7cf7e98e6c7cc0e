"""`exemplar models check` on broken folders: each gets one clear sentence, and nothing is run."""

import json
import os
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoModelForCausalLM

from app.cli import main as cli
from editing.models.folder import inspect_folder
from tests.tiny import tiny_transformer
from tests.tokenizers import byte_level_with_prefix_space

WHOLE, PICKLED = "model.safetensors", "pytorch_model.bin"
INDEX = f"{WHOLE}.index.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_transformer(tmp_path_factory.mktemp("made") / "model", "Llama")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def with_weights(folder: Path, change: Callable[[dict[str, Tensor]], None]) -> None:
    state = load_file(folder / WHOLE)
    change(state)
    save_file(state, folder / WHOLE, metadata={"format": "pt"})


def with_header(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite what a safetensors file says of itself, and leave the numbers."""
    data = (folder / WHOLE).read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    change(header)
    text = json.dumps(header).encode()
    (folder / WHOLE).write_bytes(len(text).to_bytes(8, "little") + text + data[end:])


def sharded(folder: Path) -> list[Path]:
    model = AutoModelForCausalLM.from_pretrained(folder)
    (folder / WHOLE).unlink()
    model.save_pretrained(folder, max_shard_size="40KB")
    return sorted(folder.glob("model-*.safetensors"))


def as_bin(folder: Path, **more: object) -> None:
    torch.save({**load_file(folder / WHOLE), **more}, folder / PICKLED)
    (folder / WHOLE).unlink()


class Code:
    """Removes a folder when it is unpickled by a reader that runs code."""

    def __init__(self, victim: str) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, ...]:
        return os.rmdir, (self.victim,)


def cut_config(folder: Path) -> str:
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text[: len(text) // 2])
    return (
        r"config\.json is cut short or damaged: it is no valid JSON \(line \d+\)\. Fetch this file"
    )


def no_config(folder: Path) -> str:
    (folder / "config.json").unlink()
    return r"is not a model folder: it has no config\.json\. Choose the folder that has one"


def only_an_adapter(folder: Path) -> str:
    (folder / "config.json").rename(folder / "adapter_config.json")
    return r"is an adapter, not a model.* Merge it into the model it was made for, and open"


def an_adapter_beside_a_model(folder: Path) -> str:
    elsewhere = {"base_model_name_or_path": str(folder.parent), "peft_type": "LORA"}
    (folder / "adapter_config.json").write_text(json.dumps(elsewhere))
    return r"holds an adapter .* would lead to another model outside of the folder\. Take that file"


def unknown_architecture(folder: Path) -> str:
    code = {"AutoModelForCausalLM": "evil.Evil"}
    (folder / "evil.py").write_text("raise SystemExit")
    rewrite(folder / "config.json", lambda c: c.update(model_type="evil", auto_map=code))
    return r"of type 'evil', which is no language model known here\. The code .* never run\. Choose"


def foreign_layers(folder: Path) -> str:
    def rename(state: dict[str, Tensor]) -> None:
        for name in [n for n in state if ".mlp." in n]:
            state[name.replace(".mlp.", ".experts.")] = state.pop(name)

    with_weights(folder, rename)
    return r"layers of the model in .* are not laid out like any known family .* Choose a model"


def quantised(folder: Path) -> str:
    rewrite(folder / "config.json", lambda c: c.update(quantization_config={"bits": 4}))
    return r"holds quantised weights, which cannot be edited\. Fetch the same model in full"


def code_from_the_hub(folder: Path) -> str:
    rewrite(folder / "config.json", lambda c: c.update(attn_implementation="somebody/kernel"))
    return r"asks for code from elsewhere \(attn_implementation: somebody/kernel\), which is never"


def nonsense_config(folder: Path) -> str:
    rewrite(folder / "config.json", lambda c: c.update(hidden_size="wide"))
    return r"config\.json describes no model that can be built \(.*\)\. Fetch this file again\."


def no_weights(folder: Path) -> str:
    (folder / WHOLE).rename(folder / "model.h5")
    return (
        r"has no weights, and model\.h5 cannot be opened here\. Fetch its model\.safetensors or py"
    )


def truncated_weights(folder: Path) -> str:
    data = (folder / WHOLE).read_bytes()
    (folder / WHOLE).write_bytes(data[:-100])
    return (
        rf"cut short: it has {len(data) - 100} bytes and should have {len(data)}\. Fetch this file"
    )


def truncated_shard(folder: Path) -> str:
    last = sharded(folder)[-1]
    last.write_bytes(last.read_bytes()[:-8])
    return rf"{last.name} cannot be loaded: it is cut short: it has \d+ bytes and should have \d+\."


def truncated_header(folder: Path) -> str:
    (folder / WHOLE).write_bytes((folder / WHOLE).read_bytes()[:50])
    return (
        r"model\.safetensors cannot be loaded: it is cut short: it ends within its header\. Fetch"
    )


def a_web_page(folder: Path) -> str:
    (folder / WHOLE).write_text("<!doctype html><title>Not found</title>")
    return r"model\.safetensors cannot be loaded: it is a web page that came in place of the file\."


def a_pointer(folder: Path) -> str:
    (folder / WHOLE).write_text("version of git-lfs\noid sha256:00\nsize 158424\n")
    return (
        r"model\.safetensors cannot be loaded: it is only git-lfs's pointer to the file, which was"
    )


def truncated_bin(folder: Path) -> str:
    as_bin(folder)
    data = (folder / PICKLED).read_bytes()
    (folder / PICKLED).write_bytes(data[: len(data) // 2])
    return (
        r"pytorch_model\.bin cannot be loaded: it is cut short or damaged\. Fetch this file again\."
    )


def missing_shard(folder: Path) -> str:
    shards = sharded(folder)
    shards[1].unlink()
    names = rf"{INDEX} names {len(shards)} files, and {shards[1].name} is missing"
    return rf"{names}\. Fetch what is missing from where the others came\."


def index_leading_outside(folder: Path) -> str:
    sharded(folder)

    def lead(index: dict[str, Any]) -> None:
        index["weight_map"][min(index["weight_map"])] = "../../etc/passwd"

    rewrite(folder / INDEX, lead)
    return (
        r"index\.json names a file outside of the model's folder \(\.\./\.\./etc/passwd\)\. Such a"
    )


def index_of_other_files(folder: Path) -> str:
    shards = sharded(folder)

    def swap(index: dict[str, Any]) -> None:
        places = index["weight_map"]
        name = next(n for n, file in places.items() if file == shards[0].name)
        places[name] = shards[-1].name

    rewrite(folder / INDEX, swap)
    return r"are incomplete: .* places .* in files that do not have it\. Fetch the model again\."


def broken_index(folder: Path) -> str:
    sharded(folder)
    (folder / INDEX).write_text('{"weight_map": []}')
    return r"index\.json does not say which file holds which weights\. Fetch this file again\."


def wrong_shapes(folder: Path) -> str:
    rewrite(folder / "config.json", lambda c: c.update(intermediate_size=96))
    return (
        r"mlp\.\w+\.weight in .* has the shape .*64.*, and config\.json asks for .*96.*fetch both"
    )


def missing_tensor(folder: Path) -> str:
    with_weights(folder, lambda state: state.pop("model.norm.weight"))
    return r"are incomplete: they lack model\.norm\.weight\. Fetch the model again\."


def wrong_dtype_label(folder: Path) -> str:
    with_header(folder, lambda header: header["model.norm.weight"].update(dtype="BF16"))
    return (
        r"model\.norm\.weight is labelled BF16 \[32\] but takes 128 bytes\. Fetch this file again"
    )


def not_numbers(folder: Path) -> str:
    def spoil(state: dict[str, Tensor]) -> None:
        state["model.layers.1.mlp.up_proj.weight"][3, 3] = float("nan")

    with_weights(folder, spoil)
    return (
        r"model\.layers\.1\.mlp\.up_proj\.weight in .* no numbers \(NaN or infinite\).* another pr"
    )


def a_pickle_with_code(folder: Path) -> str:
    (folder / "victim").mkdir()
    as_bin(folder, extra=Code(str(folder / "victim")))
    return r"holds more than tensors \(\w+\.rmdir\), and reading it would run code.* as safetensors"


def a_bare_pickle(folder: Path) -> str:
    (folder / "victim").mkdir()
    (folder / WHOLE).unlink()
    pickled = pickle.dumps({"x": Code(str(folder / "victim"))}, protocol=2)
    (folder / PICKLED).write_bytes(pickled)
    return r"holds more than tensors.*, and reading it would run code from it\. Fetch the model as"


def a_link_outside(folder: Path) -> str:
    other = folder.parent / "other.safetensors"
    (folder / WHOLE).rename(other)
    (folder / WHOLE).symlink_to(other)
    return r"model\.safetensors is a link that leads out of the model's folder\. .* put the file"


def linked_templates(folder: Path) -> str:
    templates = folder / "additional_chat_templates"
    templates.mkdir()
    (templates / "tools.jinja").symlink_to("/etc/passwd")
    return r"tools\.jinja is a link that leads out of the model's folder\. Such a folder is not"


def a_linked_tokenizer(folder: Path) -> str:
    other = folder.parent / "other.json"
    (folder / "tokenizer.json").rename(other)
    (folder / "tokenizer.json").symlink_to(other)
    return r"tokenizer\.json is a link that leads out of the model's folder\."


def no_tokenizer(folder: Path) -> str:
    for path in folder.glob("tokenizer*"):
        path.unlink()
    return (
        r"No tokenizer could be read from .*: it has none of tokenizer\.json.* beside the weights"
    )


def broken_tokenizer(folder: Path) -> str:
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    return r"No tokenizer could be read from .*\. Fetch its tokenizer files again, or put those"


def another_vocabulary(folder: Path) -> str:
    byte_level_with_prefix_space(trims=False).save_pretrained(folder)
    return r"tokenizer in .* words up to number \d+, and the model has rows for \d+\..* fetch the"


BROKEN = (
    cut_config, no_config, only_an_adapter, an_adapter_beside_a_model, unknown_architecture,
    foreign_layers, quantised, code_from_the_hub, nonsense_config, no_weights, truncated_weights,
    truncated_shard, truncated_header, a_web_page, a_pointer, truncated_bin, missing_shard,
    index_leading_outside, index_of_other_files, broken_index, wrong_shapes, missing_tensor,
    wrong_dtype_label, not_numbers, a_pickle_with_code, a_bare_pickle, a_link_outside,
    a_linked_tokenizer, linked_templates, no_tokenizer, broken_tokenizer, another_vocabulary,
)  # fmt: skip


def test_sizes_that_are_not_those_of_the_index_are_noted(folder: Path) -> None:
    sharded(folder)
    assert not inspect_folder(folder).notes
    rewrite(folder / INDEX, lambda index: index["metadata"].update(total_size=12_345))
    (note,) = inspect_folder(folder).notes
    assert note.startswith("Its index speaks of 12,345 bytes of weights, and the files hold ")


def test_an_index_without_sizes_is_taken_by_its_files(folder: Path) -> None:
    sharded(folder)
    rewrite(folder / INDEX, lambda index: index.pop("metadata"))
    assert not inspect_folder(folder).notes


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda breaking: breaking.__name__)
def test_a_broken_folder_gets_one_clear_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], breaking: Callable[[Path], str]
) -> None:
    expected = breaking(folder)
    capsys.readouterr()
    assert cli.main(["models", "check", str(folder)]) == cli.FAILED
    said = capsys.readouterr()
    sentence = said.err.splitlines()[-1]
    assert re.search(expected, sentence), sentence
    assert str(folder) in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in said.err
    assert said.out == ""
    if breaking in (a_pickle_with_code, a_bare_pickle):
        assert (folder / "victim").is_dir()

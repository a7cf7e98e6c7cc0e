"""Exported models load without the program and say the same bits; edits leave and come back."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from editing.editors.sense_edit import SenseEdit
from editing.errors import EditingError
from editing.export import SUMS, export_edit, export_model, import_edit
from editing.library.files import write_edit
from editing.library.index import Library
from editing.library.records import RECORD, TENSORS
from editing.library.stacks import StackedEdit, load_stack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.tiny import tiny_backpack

TEXT = "The capital of France is Paris, and the nurse said she would come."
LOAD_WITHOUT_PROGRAM = """
import sys
sys.modules["editing"] = sys.modules["app"] = None
try:
    import editing
except ImportError:
    pass
else:
    sys.exit("the program can be imported")
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, out, text = sys.argv[1:]
torch.set_num_threads(1)
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True, dtype="auto").eval()
with torch.no_grad():
    logits = model(**tokenizer(text, return_tensors="pt")).logits
    drawn = model.generate(**tokenizer(text[:20], return_tensors="pt"), max_new_tokens=4)
save_file({"logits": logits, "drawn": drawn}, out)
"""


@pytest.fixture
def model(tmp_path: Path) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path / "tiny"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "data") as opened:
        yield opened


def record(model: LanguageModel, name: str) -> dict[str, Any]:
    nothing = {"before": None, "after": None}
    return {
        "name": name,
        "created": "2026-01-01T00:00:00+00:00",
        "method": "sense-finetuning",
        "model": {"source": model.source, "fingerprint": model.fingerprint},
        "notes": "",
        "tags": [],
        "data": {"name": "capitals", "canonical": {"rows": 2}},
        "result": {
            "budget": 1e-4,
            "seed": 0,
            "strength": 0.7,
            "kept_epoch": 1,
            "inside_ball": True,
            "degradation": 1e-5,
            "success_rate": {"before": 0.0, "after": 0.5},
            "hard_negatives": nothing,
            "general_text": None,
        },
    }


def add_edit(library: Library, model: LanguageModel, name: str = "Capitals", seed: int = 1) -> None:
    words = sorted(set(model.tokenizer(TEXT).input_ids))[:6]
    generator = torch.Generator().manual_seed(seed)
    edit = SenseEdit(
        torch.tensor(words),
        torch.tensor([0, 1, 2, 3, 0, 1]),
        torch.randn(6, 32, generator=generator),
        torch.zeros(6),
    )
    library.add_edit(write_edit(library.edits_folder, edit.state(), record(model, name)))


def logits_in_program(model: LanguageModel, stack: tuple[StackedEdit, ...]) -> torch.Tensor:
    ids = torch.tensor([model.tokenizer(TEXT).input_ids])
    with torch.no_grad(), stack[0].edit.applied(model, stack[0].strength) as edited:
        return edited.module(ids).logits


def load_elsewhere(folder: Path, tmp_path: Path) -> dict[str, torch.Tensor]:
    out = tmp_path / "out.safetensors"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-c", LOAD_WITHOUT_PROGRAM, str(folder), str(out), TEXT],
        check=True,
        cwd=tmp_path,
        env=environment,
    )
    return load_file(out)


@pytest.mark.parametrize("dtype", ["float32", pytest.param("bfloat16", marks=pytest.mark.slow)])
def test_an_exported_model_gives_the_programs_bits_without_the_program(
    model: LanguageModel, library: Library, tmp_path: Path, dtype: str
) -> None:
    add_edit(library, model)
    stack = load_stack(library, ["Capitals"], model)
    export_model(model, stack, tmp_path / "exported", dtype=dtype)
    own = load_model(model.source, dtype=getattr(torch, dtype))
    loaded = load_elsewhere(tmp_path / "exported", tmp_path)
    assert loaded["logits"].dtype == getattr(torch, dtype)
    assert torch.equal(loaded["logits"], logits_in_program(own, stack))
    assert not torch.equal(
        loaded["logits"], logits_in_program(own, (replace(stack[0], strength=0.0),))
    )
    assert loaded["drawn"].shape[1] > len(model.tokenizer(TEXT[:20]).input_ids)


def test_the_program_opens_what_it_exported_and_edits_it_further(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    stack = load_stack(library, ["Capitals@1.5"], model)
    export_model(model, stack, tmp_path / "once")
    once = load_model(tmp_path / "once")
    ids = torch.tensor([model.tokenizer(TEXT).input_ids])
    assert torch.equal(once.module(ids).logits, logits_in_program(model, stack))
    add_edit(library, once, "More", seed=2)
    more = load_stack(library, ["More"], once)
    export_model(once, more, tmp_path / "twice")
    twice = load_model(tmp_path / "twice")
    assert torch.equal(twice.module(ids).logits, logits_in_program(once, more))


def test_exporting_leaves_the_model_as_it_was(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    export_model(model, load_stack(library, ["Capitals"], model), tmp_path / "out", dtype="float16")
    after = model.module.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_an_exported_folder_has_a_card_and_true_hashes(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    folder = tmp_path / "exported"
    export_model(model, load_stack(library, ["Capitals"], model), folder)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "### Capitals, at strength 0.7" in card
    assert model.fingerprint in card
    sums = [line.split("  ") for line in (folder / SUMS).read_text().splitlines()]
    assert {name for _, name in sums} == {p.name for p in folder.iterdir()} - {SUMS}
    assert all(hashlib.sha256((folder / n).read_bytes()).hexdigest() == s for s, n in sums)


def test_an_existing_target_is_refused(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(EditingError, match="is there already"):
        export_model(model, (), tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_failed_export_leaves_nothing(
    model: LanguageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(model.module), "save_pretrained", full)
    with pytest.raises(EditingError, match="No space left"):
        export_model(model, (), tmp_path / "out" / "model")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_edit_leaves_and_comes_back(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    export_edit(library, library.edit("Capitals"), tmp_path / "alone")
    assert sorted(path.name for path in (tmp_path / "alone").iterdir()) == [RECORD, TENSORS]
    with Library(tmp_path / "other") as other:
        row = import_edit(other, tmp_path / "alone", model)
        (back,) = load_stack(other, ["Capitals"], model)
        assert row.name == "Capitals"
        assert torch.equal(
            logits_in_program(model, (back,)),
            logits_in_program(model, load_stack(library, ["Capitals"], model)),
        )
        with pytest.raises(EditingError, match="in the library already: Capitals"):
            import_edit(other, tmp_path / "alone", model)


def test_an_edit_of_another_base_is_refused(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    export_edit(library, library.edit("Capitals"), tmp_path / "alone")
    other_base = load_model(tiny_backpack(tmp_path / "other base", seed=9))
    with (
        Library(tmp_path / "other") as other,
        pytest.raises(EditingError, match="made for another model"),
    ):
        import_edit(other, tmp_path / "alone", other_base)
    with pytest.raises(EditingError, match="made for another model"):
        load_stack(library, ["Capitals"], other_base)


def test_a_damaged_edit_is_neither_exported_nor_imported(
    model: LanguageModel, library: Library, tmp_path: Path
) -> None:
    add_edit(library, model)
    row = library.edit("Capitals")
    export_edit(library, row, tmp_path / "alone")
    for folder in (library.folder_of(row), tmp_path / "alone"):
        data = bytearray((folder / TENSORS).read_bytes())
        data[-1] ^= 1
        (folder / TENSORS).write_bytes(data)
    with pytest.raises(EditingError, match=TENSORS):
        export_edit(library, row, tmp_path / "again")
    with Library(tmp_path / "other") as other, pytest.raises(EditingError, match=TENSORS):
        import_edit(other, tmp_path / "alone")


@pytest.mark.parametrize(("text", "message"), [("x@fast", "no strength"), ("x@-1", "from 0")])
def test_a_strength_that_is_none_is_refused(
    model: LanguageModel, library: Library, text: str, message: str
) -> None:
    with pytest.raises(EditingError, match=message):
        load_stack(library, [text], model)

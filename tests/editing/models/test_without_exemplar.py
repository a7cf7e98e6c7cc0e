"""A saved folder opens with transformers alone, in a process that cannot import Exemplar."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from editing.models.backpack import BackpackGPT2LMHeadModel, SenseEdits, modeling_backpack
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.models.starter import starter_folder
from tests.tiny import tiny_backpack

PROMPT = "The capital of France is"
STRANGER = """
import sys

sys.modules.update(editing=None, app=None)  # importing them fails, wherever they may be installed
try:
    import editing
except ImportError:
    pass
else:
    raise SystemExit("this process can import editing")

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

prompt, *folders = sys.argv[1:]
for folder in folders:
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer([prompt], return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits
    texts = model.generate(**inputs, max_new_tokens=8, do_sample=False, num_beams=2)
    got = {"logits": logits, "ids": inputs["input_ids"], "texts": texts}
    save_file(got, f"{folder}.got")
"""


@dataclass(frozen=True)
class Opened:
    """What Exemplar and a process without it get from a plain and an edited folder."""

    plain: dict[str, Tensor]
    edited: dict[str, Tensor]
    stranger_plain: dict[str, Tensor]
    stranger_edited: dict[str, Tensor]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("folders")
    plain = tiny_backpack(folder / "plain")
    edited = edited_folder(plain, folder / "edited")
    open_as_stranger(plain, edited)
    return Opened(
        own(load_model(plain)),
        own(load_model(edited)),
        load_file(f"{plain}.got"),
        load_file(f"{edited}.got"),
    )


def open_as_stranger(*folders: Path) -> None:
    """Open folders in a process without Exemplar, which leaves what it got beside each."""
    elsewhere = folders[0].parent / "elsewhere"
    elsewhere.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(elsewhere),
        "HF_HOME": str(elsewhere / "hf"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", STRANGER, PROMPT, *map(str, folders)],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@torch.no_grad()
def own(model: LanguageModel) -> dict[str, Tensor]:
    inputs = model.tokenizer([PROMPT], return_tensors="pt")
    module = backpack_of(model)
    texts = module.generate(**inputs, max_new_tokens=8, do_sample=False, num_beams=2)
    assert isinstance(texts, Tensor)
    return {"logits": module(**inputs).logits, "ids": inputs["input_ids"], "texts": texts}


def edited_folder(folder: Path, to: Path) -> Path:
    """Save a model with an edit on the words of the prompt."""
    model = load_model(folder)
    module = backpack_of(model)
    words = torch.tensor(model.tokenizer(PROMPT).input_ids)
    deltas = torch.randn(len(words), 32, generator=torch.Generator().manual_seed(1))
    module.backpack.sense_edits = SenseEdits(words, torch.arange(len(words)) % 4, deltas)
    module.config.num_edited_senses = len(words)
    module.save_pretrained(to)
    model.tokenizer.save_pretrained(to)
    return to


def as_lists(tensors: dict[str, Tensor]) -> dict[str, list[object]]:
    return {name: tensor.tolist() for name, tensor in tensors.items()}


def test_transformers_alone_gives_the_same_bits(opened: Opened) -> None:
    assert as_lists(opened.stranger_plain) == as_lists(opened.plain)


def test_transformers_alone_gives_the_edit_bit_for_bit(opened: Opened) -> None:
    assert as_lists(opened.stranger_edited) == as_lists(opened.edited)
    assert not torch.equal(opened.edited["logits"], opened.plain["logits"])


def test_exemplar_opens_the_folder_with_its_own_classes(tmp_path: Path) -> None:
    folder = tiny_backpack(tmp_path / "tiny")
    marker = tmp_path / "executed"
    code = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\nraise SystemExit\n"
    copies = {path.name for path in folder.glob("*.py")}
    assert copies == {"configuration_backpack.py", "modeling_backpack.py"}
    for name in copies:
        (folder / name).write_text(code)
    assert type(load_model(folder).module) is BackpackGPT2LMHeadModel
    assert not marker.exists()


@pytest.mark.parametrize("name", ["configuration_backpack.py", "modeling_backpack.py"])
def test_the_starters_code_is_the_programs_own(name: str) -> None:
    own = Path(modeling_backpack.__file__).with_name(name)
    assert (starter_folder() / name).read_text() == own.read_text()

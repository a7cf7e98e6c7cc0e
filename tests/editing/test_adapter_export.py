"""Edits of weights leave: as a PEFT adapter that peft itself opens, and inside a model folder."""

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch import Tensor
from transformers import AutoModelForCausalLM

from editing.adapter_export import export_adapter
from editing.editors.base import Edit
from editing.editors.sense_edit import SenseEdit
from editing.editors.weight_delta import Factors, WeightDelta
from editing.errors import EditingError
from editing.export import SUMS, export_model
from editing.library.stacks import StackedEdit, combined
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.projections import down_projection, up_projection
from tests.tiny import SENTENCES, STOCK, tiny_backpack, tiny_transformer

RECORD = {
    "method": "lora",
    "created": "2026-01-01T00:00:00+00:00",
    "data": {"name": "capitals", "canonical": {"rows": 2}},
    "result": {
        "budget": 1e-4,
        "seed": 0,
        "strength": 1.0,
        "kept_epoch": 1,
        "inside_ball": True,
        "degradation": 1e-5,
        "success_rate": {"before": 0.0, "after": 0.5},
        "hard_negatives": {"before": None, "after": None},
        "general_text": None,
    },
}


@pytest.fixture(params=["Backpack", *STOCK])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> LanguageModel:
    if request.param == "Backpack":
        return load_model(tiny_backpack(tmp_path / "tiny"))
    return load_model(tiny_transformer(tmp_path / "tiny", request.param))


def low_rank(model: LanguageModel) -> WeightDelta:
    """Differences of two projections, of unlike rank."""
    draw = torch.Generator().manual_seed(3)
    changes = {}
    for projection, rank in ((up_projection(model, 0), 3), (down_projection(model, 1), 2)):
        rows, cols = model.module.get_parameter(projection.weight_name).shape
        left = 0.2 * torch.randn(rows, rank, generator=draw)
        changes[projection.weight_name] = Factors(left, torch.randn(rank, cols, generator=draw))
    return WeightDelta(changes)


def stacked(edit: Edit, strength: float) -> StackedEdit:
    return StackedEdit("1", "Capitals", strength, edit, RECORD)


@torch.no_grad()
def logits_of(module: torch.nn.Module, model: LanguageModel) -> Tensor:
    ids = torch.tensor([model.tokenizer(SENTENCES[0]).input_ids])
    return module(input_ids=ids).logits


def edited_logits(model: LanguageModel, edit: Edit, strength: float) -> Tensor:
    with edit.applied(model, strength):
        return logits_of(model.module, model)


def opened(folder: Path) -> torch.nn.Module:
    trusting = {"trust_remote_code": True, "dtype": torch.float32}
    return AutoModelForCausalLM.from_pretrained(folder, **trusting).eval()


def test_peft_opens_the_adapter_on_the_base_it_names(model: LanguageModel, tmp_path: Path) -> None:
    edit, target = low_rank(model), tmp_path / "adapter"
    untouched = logits_of(model.module, model)
    export_adapter(model, stacked(edit, 0.7), target)
    config = json.loads((target / "adapter_config.json").read_text())
    base = opened(Path(config["base_model_name_or_path"]))
    found = logits_of(PeftModel.from_pretrained(base, target).eval(), model)
    expected = edited_logits(model, edit, 0.7)
    assert torch.allclose(found, expected, atol=1e-5)
    assert not torch.allclose(found, untouched, atol=1e-2)
    assert torch.equal(logits_of(model.module, model), untouched)
    names = {path.name for path in target.iterdir()}
    assert {"README.md", SUMS, "adapter_model.safetensors"} <= names


def test_only_low_rank_edits_become_adapters(model: LanguageModel, tmp_path: Path) -> None:
    name = down_projection(model, 0).weight_name
    dense = WeightDelta({name: torch.ones_like(model.module.get_parameter(name))})
    for edit in (dense, WeightDelta({})):
        with pytest.raises(EditingError, match="Capitals is not made of low-rank"):
            export_adapter(model, stacked(edit, 1.0), tmp_path / "adapter")
    assert not (tmp_path / "adapter").exists()


def test_a_model_folder_holds_the_edited_weights_bit_for_bit(
    model: LanguageModel, tmp_path: Path
) -> None:
    edit = low_rank(model)
    export_model(model, [stacked(edit, 0.7)], tmp_path / "out")
    found = logits_of(opened(tmp_path / "out"), model)
    assert torch.equal(found, edited_logits(model, edit, 0.7))


def test_edits_of_weights_and_of_senses_go_together(tmp_path: Path) -> None:
    model = load_model(tiny_backpack(tmp_path / "tiny"))
    words = torch.tensor(sorted(set(model.tokenizer(SENTENCES[0]).input_ids))[:4])
    draw = torch.Generator().manual_seed(1)
    senses = SenseEdit(words, words % 4, torch.randn(4, 32, generator=draw), torch.zeros(4))
    stack = [stacked(low_rank(model), 0.5), stacked(senses, 2.0), stacked(low_rank(model), 0.2)]
    together = combined(stack)
    assert together is not None
    with stack[0].edit.applied(model, 0.5), senses.applied(model, 2.0):
        expected = edited_logits(model, stack[2].edit, 0.2)
    assert torch.equal(edited_logits(model, *together), expected)
    export_model(model, stack, tmp_path / "out")
    assert torch.equal(logits_of(opened(tmp_path / "out"), model), expected)

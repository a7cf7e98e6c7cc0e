"""An exported ensemble opens with transformers alone and is what the program serves."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from editing.editors.base import Edit
from editing.editors.borrowed_edit import BorrowedEdit
from editing.editors.ensemble_edit import EnsembleEdit
from editing.editors.sense_edit import SenseEdit
from editing.editors.weight_delta import WeightDelta
from editing.errors import EditingError
from editing.export import export_model
from editing.library.stacks import EditStack, StackedEdit
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.models.test_without_exemplar import PROMPT, open_as_stranger
from tests.editing.test_export import record
from tests.tiny import tiny_backpack, tiny_transformer

BIAS = "gpt_neox.layers.0.mlp.dense_4h_to_h.bias"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("small"), seed=3))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("large"), "GPT-NeoX"))


def of_senses(small: LanguageModel) -> SenseEdit:
    words = torch.tensor(small.tokenizer(PROMPT).input_ids).unique()
    drawn = torch.randn(len(words), 32, generator=torch.Generator().manual_seed(1))
    return SenseEdit(words, torch.arange(len(words)) % 4, drawn, torch.zeros(len(words)))


def of_weights(small: LanguageModel) -> WeightDelta:
    name = "backpack.gpt2_model.h.0.mlp.c_fc.weight"
    shape = small.module.get_parameter(name).shape
    return WeightDelta({name: 0.3 * torch.randn(shape, generator=torch.Generator().manual_seed(2))})


def ensemble(small: LanguageModel, edit: Edit, beta: float = 0.8) -> EnsembleEdit:
    method = "sense-finetuning" if isinstance(edit, SenseEdit) else "full-finetuning"
    about = (small.source, small.fingerprint, small.context, "Mine", method)
    return EnsembleEdit(BorrowedEdit(*about, edit, 1.5, small.vocab_size), beta)


def stacked(model: LanguageModel, edit: Edit, strength: float) -> StackedEdit:
    return StackedEdit("id", "Mine", strength, edit, record(model, "Mine"))


@torch.no_grad()
def logits_with(model: LanguageModel, edit: Edit, strength: float) -> Tensor:
    ids = torch.tensor([model.tokenizer(PROMPT).input_ids])
    with edit.applied(model, strength):
        return model.module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits


MAKERS = {"senses": of_senses, "weights": of_weights}


def mixed_stack(small: LanguageModel) -> tuple[tuple[Edit, float], ...]:
    change = torch.randn(32, generator=torch.Generator().manual_seed(4))
    one, two = ensemble(small, of_senses(small)), ensemble(small, of_weights(small))
    return (one, 1.0), (WeightDelta({BIAS: change}), 0.5), (two, -0.4)


@pytest.fixture(scope="module")
def exported(
    large: LanguageModel, small: LanguageModel, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folders, each opened by a process without Exemplar."""
    folder = tmp_path_factory.mktemp("exported")
    for name, make in MAKERS.items():
        for dtype in ("float32", "bfloat16"):
            stack = [stacked(large, ensemble(small, make(small)), 1.2)]
            export_model(large, stack, folder / f"{name}-{dtype}", dtype=dtype)
    stack = [stacked(large, edit, strength) for edit, strength in mixed_stack(small)]
    export_model(large, stack, folder / "stack")
    open_as_stranger(*sorted(folder.iterdir()))
    return folder


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", MAKERS)
def test_transformers_alone_gives_the_ensemble(
    exported: Path, large: LanguageModel, small: LanguageModel, name: str, dtype: str
) -> None:
    edit = ensemble(small, MAKERS[name](small))
    got = load_file(exported / f"{name}-{dtype}.got")["logits"]
    own = load_model(large.source, dtype=getattr(torch, dtype))
    assert got.dtype == torch.float32
    if dtype == "float32" or name == "senses":  # summed in float32, weights round only once
        again = replace(edit, held=[])
        assert torch.equal(got, logits_with(own, again, 1.2))
    assert torch.allclose(got, logits_with(large, edit, 1.2), atol=0.1)
    assert not torch.allclose(got, logits_with(large, edit, 0.0), atol=0.1)


@pytest.mark.parametrize("name", MAKERS)
def test_the_small_model_is_stored_twice_only_where_it_must_be(exported: Path, name: str) -> None:
    weights = load_file(exported / f"{name}-bfloat16" / "model.safetensors")
    has_base = any(key.startswith("small_base.") for key in weights)
    assert has_base is (name == "weights")
    floating = {t.dtype for t in weights.values() if t.is_floating_point()}
    assert floating == {torch.bfloat16}


def test_a_stack_with_ensembles_in_it_is_exported_whole(
    exported: Path, large: LanguageModel, small: LanguageModel
) -> None:
    got = load_file(exported / "stack.got")["logits"]
    stack = mixed_stack(small)
    assert torch.allclose(got, logits_with(large, EditStack(stack), 1.0), atol=1e-5)
    for left_out in range(3):
        rest = EditStack(stack[:left_out] + stack[left_out + 1 :])
        assert not torch.allclose(got, logits_with(large, rest, 1.0), atol=1e-2)


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("make", [of_senses, of_weights])
def test_texts_drawn_with_a_cache_are_those_drawn_without(
    large: LanguageModel, small: LanguageModel, make: Callable[[LanguageModel], Edit], beams: int
) -> None:
    module = ensemble(small, make(small)).exported_module(large, 1.0)
    own = large.tokenizer([PROMPT]).input_ids[0]
    padded = torch.tensor([own, [0] * 3 + own[:-3]])
    mask = torch.ones_like(padded)
    mask[1, :3] = 0
    alone, kept, anew = (
        module.generate(
            ids,
            attention_mask=seen,
            max_new_tokens=12,
            num_beams=beams,
            do_sample=False,
            use_cache=use_cache,
            pad_token_id=0,
        )
        for ids, seen, use_cache in (
            (padded[:1], mask[:1], True),
            (padded, mask, True),
            (padded, mask, False),
        )
    )
    assert torch.equal(kept, anew)
    assert torch.equal(kept[0, : alone.shape[1]], alone[0])
    assert alone.shape[1] > len(own)


def test_labels_are_scored_as_elsewhere(large: LanguageModel, small: LanguageModel) -> None:
    module = ensemble(small, of_senses(small)).exported_module(large, 1.0)
    ids = torch.tensor([large.tokenizer(PROMPT).input_ids])
    out = module(input_ids=ids, labels=ids)
    log_probs = out.logits[:, :-1].log_softmax(-1)
    wanted = -log_probs.gather(-1, ids[:, 1:, None]).mean()
    assert torch.allclose(out.loss, wanted, atol=1e-6)


def test_a_cache_of_another_kind_is_refused(large: LanguageModel, small: LanguageModel) -> None:
    module = ensemble(small, of_senses(small)).exported_module(large, 1.0)
    ids = torch.tensor([large.tokenizer(PROMPT).input_ids])
    cache = large.module(input_ids=ids, use_cache=True).past_key_values
    with pytest.raises(TypeError, match="goes on from an EnsembleCache"):
        module(input_ids=ids, past_key_values=cache)


def test_an_ensemble_of_nothing_is_exported_as_the_large_model(
    large: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    edit = ensemble(small, of_senses(small), beta=0.0)
    export_model(large, [stacked(large, edit, 1.0)], tmp_path / "exported")
    assert load_model(tmp_path / "exported").fingerprint == large.fingerprint


def test_the_card_names_the_small_model_and_the_program_explains(
    large: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    edit = ensemble(small, of_senses(small))
    export_model(large, [stacked(large, edit, 1.0)], tmp_path / "exported")
    card = (tmp_path / "exported" / "README.md").read_text(encoding="utf-8")
    assert f"A small model, `{small.source}`, lies in this folder" in card
    assert "added 0.8 times" in card
    config = json.loads((tmp_path / "exported" / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["LogitEnsembleForCausalLM"]
    with pytest.raises(EditingError, match="exported ensemble of two models"):
        load_model(tmp_path / "exported")


def test_exporting_leaves_both_models_as_they_were(
    large: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    edit = ensemble(small, of_weights(small))
    wanted = logits_with(large, edit, 1.0)
    export_model(large, [stacked(large, edit, 1.0)], tmp_path / "exported", dtype="float16")
    assert torch.equal(logits_with(large, edit, 1.0), wanted)
    assert "forward" not in vars(large.module)

"""An exported memory opens with transformers alone and is what the program serves."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from editing.editors.base import Edit
from editing.editors.memory_rows import rows_from_lines
from editing.editors.serac.serac_edit import SeracEdit
from editing.export import export_model
from editing.library.stacks import EditStack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.models.test_without_exemplar import PROMPT, open_as_stranger
from tests.editing.serac_kit import fit
from tests.editing.test_logit_ensemble_export import ensemble, logits_with, of_senses, stacked
from tests.tiny import tiny_backpack, tiny_transformer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-2"))


@pytest.fixture(scope="module")
def edit(model: LanguageModel) -> SeracEdit:
    return fit(model, None)[0].at_threshold(0.5)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("small"), seed=3))


def mixed_stack(edit: SeracEdit, small: LanguageModel) -> tuple[tuple[Edit, float], ...]:
    return (edit, 1.0), (ensemble(small, of_senses(small)), 0.8), (edit, 0.5)


@pytest.fixture(scope="module")
def exported(
    model: LanguageModel,
    edit: SeracEdit,
    small: LanguageModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Folders, each opened by a process without Exemplar."""
    folder = tmp_path_factory.mktemp("exported")
    for dtype in ("float32", "bfloat16"):
        export_model(model, [stacked(model, edit, 0.9)], folder / dtype, dtype=dtype)
    parts = [stacked(model, each, strength) for each, strength in mixed_stack(edit, small)]
    export_model(model, parts, folder / "stack")
    open_as_stranger(*sorted(folder.iterdir()))
    return folder


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_transformers_alone_gives_the_gated_model(
    exported: Path, model: LanguageModel, edit: SeracEdit, dtype: str
) -> None:
    got = load_file(exported / f"{dtype}.got")["logits"]
    own = load_model(model.source, dtype=getattr(torch, dtype))
    assert torch.equal(got, logits_with(own, edit, 0.9))
    assert not torch.allclose(got, logits_with(own, edit, 0.0), atol=0.1)


def test_the_memory_lies_beside_the_weights(exported: Path, edit: SeracEdit) -> None:
    text = (exported / "float32" / "memory.jsonl").read_text(encoding="utf-8")
    assert rows_from_lines(text) == edit.rows
    config = json.loads((exported / "float32" / "config.json").read_text(encoding="utf-8"))
    assert config["threshold"] == edit.threshold


def test_a_stack_with_memories_in_it_is_exported_whole(
    exported: Path, model: LanguageModel, edit: SeracEdit, small: LanguageModel
) -> None:
    got = load_file(exported / "stack.got")["logits"]
    stack = EditStack(mixed_stack(edit, small))
    assert torch.allclose(got, logits_with(model, stack, 1.0), atol=1e-4)
    assert not torch.allclose(got, logits_with(model, edit, 1.5), atol=1e-2)


@pytest.mark.parametrize("beams", [1, 3])
def test_texts_drawn_with_a_cache_are_those_drawn_without(
    model: LanguageModel, edit: SeracEdit, beams: int
) -> None:
    module = edit.exported_module(model, 1.0)
    own = model.tokenizer([PROMPT]).input_ids[0]
    padded = torch.tensor([own, [0] * 3 + own[:-3]])
    mask = torch.ones_like(padded)
    mask[1, :3] = 0
    drawn = [
        module.generate(
            padded,
            attention_mask=mask,
            max_new_tokens=6,
            do_sample=False,
            num_beams=beams,
            use_cache=use_cache,
            pad_token_id=0,
        )
        for use_cache in (True, False)
    ]
    assert torch.equal(drawn[0], drawn[1])

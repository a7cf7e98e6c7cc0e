"""Where a model is and what it computes in: one model all the same, and what that excludes."""

from typing import Any

import pytest
import torch
from torch import Tensor

from editing.base_passes import pass_for
from editing.editors import EDITORS, find_editor
from editing.editors.base import Edit, FitContext
from editing.editors.weight_delta import WeightDelta
from editing.errors import EditingError, UnsupportedModelError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import SPREAD, chosen_device, chosen_dtype, load_model
from editing.objectives import encode_examples
from editing.progress import unheard
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack, tiny_transformer

EXAMPLES = (Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),)


@pytest.fixture(scope="module", params=["GPT-2", "GPT-NeoX", "Llama", "Backpack"])
def folder(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny")
    if request.param == "Backpack":
        return tiny_backpack(place)
    return tiny_transformer(place, request.param)


@torch.no_grad()
def logits_of(model: LanguageModel) -> Tensor:
    ids = torch.tensor([model.tokenizer(SENTENCES[0]).input_ids[:20]], device=model.device)
    return model.module(input_ids=ids, use_cache=False).logits


def test_a_model_that_is_partly_on_the_disk_says_exactly_the_same(folder):
    whole = load_model(folder)
    size = sum(p.numel() * 4 for p in whole.module.parameters())
    spread = load_model(folder, device=SPREAD, max_memory={"cpu": size // 2})
    assert spread.is_offloaded
    assert not whole.is_offloaded
    assert spread.device.type == "cpu"
    assert torch.equal(logits_of(spread), logits_of(whole))
    assert spread.fingerprint == whole.fingerprint


def test_one_model_has_one_fingerprint_whatever_is_computed_in(folder):
    whole, half = load_model(folder), load_model(folder, dtype=torch.bfloat16)
    assert (whole.dtype, half.dtype) == (torch.float32, torch.bfloat16)
    assert half.fingerprint == whole.fingerprint
    assert torch.allclose(logits_of(half).float(), logits_of(whole), atol=0.2, rtol=0.1)


def test_devices_are_chosen_by_name():
    assert [chosen_device(name) for name in (None, "", "cpu", SPREAD)] == [
        "cpu",
        "cpu",
        "cpu",
        SPREAD,
    ]
    there = chosen_device("auto")
    assert there == ("cuda" if torch.cuda.is_available() else chosen_device(there))
    with pytest.raises(EditingError, match="There is no device 'abacus'"):
        chosen_device("abacus")


@pytest.mark.parametrize(
    ("cuda", "apple", "quickest"),
    [(False, True, "mps"), (True, True, "cuda"), (False, False, "cpu")],
)
def test_the_quickest_device_there_is_is_chosen(monkeypatch, cuda, apple, quickest):
    monkeypatch.setattr("torch.cuda.is_available", lambda: cuda)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: apple)
    assert chosen_device("auto") == quickest
    if apple:
        assert chosen_device("mps") == "mps"
    else:
        with pytest.raises(EditingError, match=r"No Apple graphics card can be used here \(mps\)"):
            chosen_device("mps")


@pytest.mark.skipif(torch.cuda.is_available(), reason="a graphics card is here")
def test_a_graphics_card_that_is_not_there_is_said_so():
    with pytest.raises(EditingError, match="No NVIDIA graphics card can be used here"):
        chosen_device("cuda:0")


def test_what_is_computed_in_is_chosen_by_name():
    assert chosen_dtype(None) is torch.float32
    assert chosen_dtype("bfloat16") is torch.bfloat16
    with pytest.raises(EditingError, match="Choose float32 or bfloat16"):
        chosen_dtype("int4")


def test_a_spread_model_is_edited_by_the_methods_that_leave_it_as_it_is(folder):
    whole = load_model(folder)
    size = sum(p.numel() * 4 for p in whole.module.parameters())
    spread = load_model(folder, device=SPREAD, max_memory={"cpu": size // 2})
    refusing = {name for name, editor in EDITORS.items() if editor.unsupported_reason(spread)}
    assert refusing == set(EDITORS) - {"grace", "serac", "logit-ensemble"}
    said = find_editor("lora").unsupported_reason(spread)
    assert said is not None
    assert said.startswith("It needs all weights at hand")
    edits = [fitted("grace", model, {"steps": 5}) for model in (spread, whole)]
    assert torch.equal(*(edit.state().tensors["values"] for edit in edits))
    untouched = logits_of(spread)
    with edits[0].applied(spread), edits[1].applied(whole):
        assert torch.equal(logits_of(spread), logits_of(whole))
    assert torch.equal(logits_of(spread), untouched)


def test_an_edit_of_weights_is_not_put_on_a_spread_model(folder):
    whole = load_model(folder)
    size = sum(p.numel() * 4 for p in whole.module.parameters())
    spread = load_model(folder, device=SPREAD, max_memory={"cpu": size // 2})
    name = next(name for name, parameter in spread.module.named_parameters() if parameter.is_meta)
    shape = dict(whole.module.named_parameters())[name].shape
    edit, untouched = WeightDelta({name: torch.ones(shape)}), logits_of(spread)
    with pytest.raises(UnsupportedModelError, match="on one device"), edit.applied(spread):
        pass
    assert torch.equal(logits_of(spread), untouched)


def fitted(method: str, model: LanguageModel, settings: dict[str, Any]) -> Edit:
    """Fit an edit of one example."""
    editor, passes = find_editor(method), InMemoryPasses()
    texts = EvaluationTexts(EXAMPLES, (), text_from_rows(model, SENTENCES[:1], "G"))
    yardstick = Yardstick.over(model, texts, pass_for(editor, passes), unheard)
    judge = BallJudge(yardstick, 1e9, lambda epoch: None)
    encoded = encode_examples(model.tokenizer, EXAMPLES, model.context)
    text = text_from_rows(model, SENTENCES[2:], "R")
    context = FitContext(passes, judge, unheard, 0)
    return editor.fit(model, encoded, text, editor.Settings(**settings), context)

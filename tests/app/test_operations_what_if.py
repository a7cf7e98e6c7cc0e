"""Edits of every method turned up and down: what the engine says is what the edit put on says."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.gui.what_if import WhatIf
from app.operations.edit import run_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from app.operations.senses.requests import StrengthsRequest, WhatIfRequest
from app.operations.what_if import HeldEdits, run_strengths, run_what_if
from editing.errors import EditingError
from editing.examples import Example, ExampleSet, Kind
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.library.stacks import load_stack
from editing.live_edits import own_senses
from editing.progress import unheard
from tests.tiny import tiny_backpack, tiny_transformer

PROMPT = "The capital of France is"
SCOPE = Path(__file__).parents[1] / "editing" / "scope.jsonl"
SEARCH = {"clamp": 3.0, "steps": 4, "rate": 0.3, "subject": "standard", "covariance_weight": 0.01}
METHODS = {
    "Senses": ("sense-finetuning", {"epochs": 2, "learning_rate": 0.1}),
    "Whole": ("full-finetuning", {"epochs": 2, "learning_rate": 1e-3}),
    "Adapter": ("lora", {"epochs": 2, "learning_rate": 1e-2, "rank": 4, "layer_share": 0.9}),
    "Located": ("memit", SEARCH),
    "Lent": ("logit-ensemble", {"edit": "Small"}),
    "Codebook": ("grace", {"steps": 10}),
    "Memory": ("serac", {"weight": 3.0, "steps": 10, "train_on": str(SCOPE)}),
}
OF_BACKPACK = ("Senses", "Whole", "Adapter")
OF_GPT2 = tuple(name for name in METHODS if name != "Senses")


@pytest.fixture(scope="module")
def models():
    return LoadedModels(limit=3)


@pytest.fixture(scope="module")
def data(tmp_path_factory, models):
    """A library with an edit of every method, on a tiny Backpack and a tiny GPT-2."""
    folder = tmp_path_factory.mktemp("data")
    backpack = str(tiny_backpack(folder / "backpack"))
    gpt2 = str(tiny_transformer(folder / "gpt2", "GPT-2"))
    rows = (Example(PROMPT, " Paris"), Example("The capital of Spain is", " Madrid"))
    with Library(folder) as library:
        ExampleSets(library).save(ExampleSet("Capitals", rows, kind=Kind.INCREASE))

    def fit(model, method, settings, name):
        text = {"general_tokens": 120, "regularisation_tokens": 120, "data_dir": str(folder)}
        asked = EditRequest(model, examples="Capitals", budget=1e9, **text)
        run_edit(replace(asked, method=method, settings=settings, save=name), models=models)

    fit(backpack, *METHODS["Senses"], "Small")
    for name in OF_BACKPACK:
        fit(backpack, *METHODS[name], f"{name} of words")
    for name in OF_GPT2:
        method, settings = METHODS[name]
        small = {"small": backpack} if name == "Lent" else {}
        fit(gpt2, method, {**settings, **small}, name)
    return folder, backpack, gpt2


def put_on(data, models, source, names, strengths):
    """The probabilities with the edits on the module, and afterwards without, each (vocab,)."""
    model = models.model(source, unheard)
    with Library(data[0]) as library:
        stack = load_stack(library, names, model)
    ids = torch.tensor([model.tokenizer(PROMPT)["input_ids"]])
    before = {name: each.clone() for name, each in model.module.state_dict().items()}

    @torch.no_grad()
    def predict(left):
        if not left:
            return model.module(input_ids=ids).logits[0, -1, : model.vocab_size].softmax(0)
        (item, strength), *others = left
        with item.edit.applied(model, strength):
            return predict(others)

    said = predict(list(zip(stack, strengths, strict=True)))
    assert all(torch.equal(before[name], now) for name, now in model.module.state_dict().items())
    return said


def turned(data, models, source, names, strengths, held=None, **more):
    """The same as the engine says it, the likeliest words alone."""
    asked = StrengthsRequest(source, PROMPT, names, strengths, data_dir=str(data[0]), **more)
    return run_strengths(asked, models=models, held=held)["words"]


def assert_same(words, probabilities):
    wanted = probabilities.topk(len(words)).values
    shares = torch.tensor([share for _, share in words])
    assert torch.allclose(shares, wanted, atol=1e-6, rtol=1e-4)
    ids = [number for number, _ in words]
    assert torch.allclose(probabilities[ids], shares, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("name", OF_GPT2)
def test_an_edit_turned_says_what_it_says_put_on_at_that_strength(data, models, name):
    held, source = HeldEdits(), data[2]
    untouched = put_on(data, models, source, (name,), (0.0,))
    for strength in (0.0, 0.35, 1.0, 1.8):
        wanted = put_on(data, models, source, (name,), (strength,))
        assert_same(turned(data, models, source, (name,), (strength,), held), wanted)
        if strength == 1.8:
            assert (wanted - untouched).abs().max() > 1e-4
    assert torch.equal(untouched, put_on(data, models, source, (name,), (0.0,)))


def test_edits_of_several_methods_are_turned_together(data, models):
    names = ("Senses of words", "Whole of words", "Adapter of words")
    held, source = HeldEdits(), data[1]
    for strengths in ((1.0, 1.0, 1.0), (0.4, 1.7, 0.2), (2.0, 0.0, 0.9)):
        wanted = put_on(data, models, source, names, strengths)
        assert_same(turned(data, models, source, names, strengths, held), wanted)


def test_single_senses_are_turned_beside_edits_of_weights(data, models):
    names, source, held = ("Senses of words", "Adapter of words"), data[1], HeldEdits()
    asked = WhatIfRequest(source, PROMPT, names, data_dir=str(data[0]))
    senses = run_what_if(asked, models=models, held=held)["edits"][0]["senses"]
    off = tuple((0, each["token_id"], each["sense"], 0.0) for each in senses)
    without = turned(data, models, source, names, (1.0, 1.0), held, senses=off)
    assert_same(without, put_on(data, models, source, names, (0.0, 1.0)))
    assert without != turned(data, models, source, names, (1.0, 1.0), held)


def test_beginning_says_what_each_edit_is_and_what_the_original_predicts(data, models):
    asked = WhatIfRequest(data[2], PROMPT, ("Whole@0.5", "Memory"), data_dir=str(data[0]))
    said = run_what_if(asked, models=models)
    assert not said["is_linear"]
    assert [each["name"] for each in said["edits"]] == ["Whole", "Memory"]
    assert said["edits"][0]["strength"] == 0.5
    assert [each["answers_by_rows"] for each in said["edits"]] == [False, True]
    assert_same(said["before"], put_on(data, models, data[2], ("Whole",), (0.0,)))


def test_the_models_own_senses_are_turned_by_window_and_engine_alike(data, models):
    source, names = data[1], ("Senses of words",)
    asked = WhatIfRequest(source, PROMPT, names, data_dir=str(data[0]))
    live = WhatIf(run_what_if(asked, models=models))
    assert len(live.own) == 8
    weights = [term.weight for term in live.own]
    assert weights == sorted(weights, reverse=True)
    first, second = live.own[:2]
    factors = [0.0, 1.7, *[1.0] * 6]
    here = torch.tensor(live.probabilities(live.usual, factors)).float()
    turned_own = ((first.token_id, first.sense, 0.0), (second.token_id, second.sense, 1.7))
    assert_same(turned(data, models, source, names, (1.0,), own=turned_own), here)
    plain = torch.tensor(live.probabilities(live.usual)).float()
    assert (plain - here).abs().max() > 1e-3


def test_a_sense_that_is_left_out_is_nothing(data, models):
    model = models.model(data[1], unheard)
    token, sense = model.tokenizer(PROMPT)["input_ids"][1], 2
    with own_senses(model, {(token, sense): 0.0}).applied(model), torch.no_grad():
        vectors = model.module.backpack.sense_vectors(torch.tensor([token]))[0]
    assert vectors[sense].abs().max() < 1e-6
    assert vectors[sense - 1].abs().max() > 1e-3


def test_senses_alone_are_left_to_the_window(data, models):
    asked = WhatIfRequest(data[1], PROMPT, ("Senses of words",), data_dir=str(data[0]))
    said = run_what_if(asked, models=models)
    assert said["is_linear"]
    assert said["edits"][0]["senses"][0]["logits"]


def test_edits_that_are_held_are_not_read_again(data, models, monkeypatch):
    held, names, source = HeldEdits(), ("Whole",), data[2]
    first = turned(data, models, source, names, (1.0,), held)
    with monkeypatch.context() as patched:
        patched.setattr("app.operations.what_if.load_stack", None)
        assert turned(data, models, source, names, (1.0,), held) == first
        with pytest.raises(TypeError):
            turned(data, models, source, ("Adapter",), (1.0,), held)


def test_an_edit_of_another_model_and_an_empty_prompt_are_refused(data, models):
    held = HeldEdits()
    with pytest.raises(EditingError, match="made for another model"):
        turned(data, models, data[2], ("Whole of words",), (1.0,), held)
    nothing = StrengthsRequest(data[2], "", ("Whole",), (1.0,), data_dir=str(data[0]))
    with pytest.raises(EditingError, match="no text yet"):
        run_strengths(nothing, models=models, held=held)

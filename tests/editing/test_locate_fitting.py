"""A fit of the locate-and-edit methods: what is written where, what is recorded and reported."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.base_passes import compute_key_covariances
from editing.batches import TokenSequence
from editing.editors import find_editor
from editing.editors.alphaedit import earlier_keys
from editing.editors.base import Edit, FitContext
from editing.editors.locate.facts import facts_of
from editing.editors.locate.fitting import Method, fit_located
from editing.editors.locate.keys import averaged_keys, block_values
from editing.editors.locate.layers import PUBLISHED, edited_layers, middle_layer
from editing.editors.locate.targets import TargetSearch
from editing.editors.locate.update import factorised, memit_update
from editing.editors.memit import MemitSettings
from editing.editors.weight_delta import Factors, WeightDelta
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GeneralText, text_from_rows
from editing.library.stacks import EditStack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.projections import block_name, down_projection
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Progress, Report, unheard
from tests.in_memory import InMemoryCheckpoints, InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack, tiny_transformer

EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE),
    Example("The river runs", " through", kind=Kind.DECREASE, extra={"subject": "river"}),
)
SETTINGS: dict[str, Any] = {"clamp": 2.0, "steps": 3, "rate": 0.4, "subject": "oracle"}
METHODS = ("memit", "rome", "alphaedit")


@pytest.fixture(scope="module", params=["Backpack", "GPT-NeoX"])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    folder: Path = tmp_path_factory.mktemp("tiny")
    if request.param == "Backpack":
        return load_model(tiny_backpack(folder), dtype=torch.float64)
    return load_model(tiny_transformer(folder, request.param), dtype=torch.float64)


def encoded(model: LanguageModel) -> EncodedExamples:
    return encode_examples(model.tokenizer, EXAMPLES, model.context)


def text_of(model: LanguageModel) -> GeneralText:
    return text_from_rows(model, SENTENCES, "R")


def context_of(model: LanguageModel, report: Report = unheard, **rest: Any) -> FitContext:
    texts = EvaluationTexts(general=text_of(model))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)
    return FitContext(
        InMemoryPasses(), BallJudge(yardstick, 1e9, lambda epoch: None), report, 0, **rest
    )


def fitted(name: str, model: LanguageModel, report: Report = unheard, **rest: Any) -> WeightDelta:
    editor = find_editor(name)
    context = context_of(model, report, **rest)
    settings = editor.Settings(**SETTINGS)
    edit = editor.fit(model, encoded(model), text_of(model), settings, context)
    assert isinstance(edit, WeightDelta)
    return edit


def difference(edit: WeightDelta, model: LanguageModel, layer: int) -> Tensor:
    """Of one layer's weight, (outputs, inputs), float64."""
    projection = down_projection(model, layer)
    change = edit.changes[projection.weight_name]
    assert isinstance(change, Factors)
    dense = change.product().double()
    return dense.T if projection.is_transposed else dense


def test_two_layers_share_what_is_to_be_moved(model: LanguageModel) -> None:
    settings, weight = MemitSettings(**SETTINGS), 3.0

    class Writer:
        def __init__(self, covariance) -> None:
            self.spread = factorised(covariance)

        def write(self, keys: Tensor, residuals: Tensor) -> Factors:
            return memit_update(keys, residuals, self.spread, weight)

        def facts(self) -> dict[str, Any]:
            return {}

    method = Method([0, 1], lambda projection, covariance: Writer(covariance), one_by_one=False)
    edit = fit_located(model, encoded(model), text_of(model), settings, context_of(model), method)
    assert isinstance(edit, WeightDelta)
    templates = edit.record["templates"]
    facts = facts_of(model, encoded(model), templates, subject="oracle")
    block = block_name(model, 1)
    search = TargetSearch(model, block, settings)
    found = [search.find(fact, search.reference(fact), lambda step: None) for fact in facts]
    wanted = block_values(model, block, facts) + torch.stack([t.delta for t in found], dim=1)
    before = WeightDelta({})
    for layer, left in ((0, 2), (1, 1)):
        projection = down_projection(model, layer)
        spread = compute_key_covariances(
            model, [projection], text_of(model).sequences, report=unheard
        )[projection.name]
        ridge = factorised(spread).ridge * spread.mean.diagonal().mean()
        held = spread.mean + ridge * torch.eye(len(spread.mean), dtype=torch.float64)
        with before.applied(model):
            keys = averaged_keys(model, projection.name, facts)
            residuals = (wanted - block_values(model, block, facts)) / left
        dense = residuals @ keys.T @ torch.linalg.inv(weight * held + keys @ keys.T)
        own = difference(edit, model, layer)
        assert (own - dense).norm() < 1e-4 * dense.norm()
        before = WeightDelta({k: v for k, v in edit.changes.items() if k == projection.weight_name})


def test_rome_inserts_its_last_key_exactly(model: LanguageModel) -> None:
    edit = fitted("rome", model)
    layer = middle_layer(model)
    projection, block = down_projection(model, layer), block_name(model, layer)
    fact = facts_of(model, encoded(model), edit.record["templates"], subject="oracle")[-1]
    change = edit.changes[projection.weight_name]
    assert isinstance(change, Factors)
    assert change.left.shape[1] == len(EXAMPLES)
    earlier = Factors(change.left[:, :-1], change.right[:-1])
    with WeightDelta({projection.weight_name: earlier}).applied(model):
        key = averaged_keys(model, projection.name, [fact])[:, 0]
        search = TargetSearch(model, block, find_editor("rome").Settings(**SETTINGS))
        reference = search.reference(fact)
    base = search.reference(fact)
    with WeightDelta({projection.weight_name: earlier}).applied(model):
        target = search.find(fact, base, lambda step: None)
    assert not torch.equal(base, reference)
    last = Factors(change.left[:, -1:], change.right[-1:]).product().double()
    moved = (last.T if projection.is_transposed else last) @ key
    assert torch.allclose(moved, target.delta, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_the_record_says_what_was_done(model: LanguageModel, name: str) -> None:
    edit = fitted(name, model)
    record = json.loads(json.dumps(edit.record))
    assert record == edit.record
    assert len(record["templates"]) == 5
    assert [target["subject"] for target in record["targets"]] == ["France", "nurse", "river"]
    assert all(0 < target["length"] <= 2.0 for target in record["targets"])
    weights = {f"{name}.weight": facts for name, facts in record["weights"].items()}
    assert weights.keys() == edit.changes.keys()
    tokens = sum(len(s.ids) for s in text_of(model).sequences)
    assert all(facts["tokens"] == tokens for facts in weights.values())
    assert all(tensor.dtype == torch.float32 for tensor in edit.state().tensors.values())


@pytest.mark.parametrize("name", METHODS)
def test_the_model_can_be_asked_at_every_report(model: LanguageModel, name: str) -> None:
    ids = torch.tensor([text_of(model).sequences[0].ids])

    @torch.no_grad()
    def asked() -> Tensor:
        return model.module(input_ids=ids).logits

    untouched, heard = asked(), list[Progress]()

    def report(progress: Progress) -> None:
        assert torch.equal(asked(), untouched)
        hooks = [m._forward_hooks or m._forward_pre_hooks for m in model.module.modules()]
        assert not any(hooks)
        heard.append(progress)

    fitted(name, model, report)
    training = [progress for progress in heard if progress.phase == "training"]
    assert training[-1].done == training[-1].total
    assert [p.done for p in training] == sorted({p.done for p in training})
    assert {"base passes", "training", "evaluating"} <= {progress.phase for progress in heard}


@pytest.mark.parametrize("name", METHODS)
def test_an_edit_put_on_in_between_stays_out_of_the_fit(model: LanguageModel, name: str) -> None:
    other, expected = fitted(name, model), fitted(name, model).state()

    def report(progress: Progress) -> None:
        with other.applied(model, 3.0):
            pass

    found = fitted(name, model, report).state()
    assert all(torch.equal(found.tensors[key], expected.tensors[key]) for key in expected.tensors)


def test_a_resumed_fit_takes_the_templates_it_began_with(model: LanguageModel) -> None:
    checkpoints = InMemoryCheckpoints()
    fitted("memit", model, checkpoints=checkpoints)
    assert [len(state["targets"]) for state in checkpoints.states] == [0, 1, 2, 3]
    kept = checkpoints.states[1]
    kept["templates"][0] = "The bread. "
    checkpoints.states = [kept]
    again = fitted("memit", model, checkpoints=checkpoints)
    assert again.record["templates"][0] == "The bread. "


def test_alphaedit_holds_the_keys_of_the_edits_below(model: LanguageModel) -> None:
    below = fitted("alphaedit", model)
    projection = down_projection(model, edited_layers(model)[0])
    for stack, count in (
        (below, 3),
        (EditStack(((below, 0.5), (fitted("memit", model), 1.0), (below, 1.0))), 6),
        (fitted("memit", model), 0),
    ):
        assert earlier_keys(stack.made_of(), projection).shape == (projection.inputs, count)
        top = fitted("alphaedit", model, on=stack)
        facts: Any = top.record["weights"]
        assert facts[projection.name]["earlier_keys"] == count


def test_alphaedit_shows_the_directions_it_keeps(model: LanguageModel) -> None:
    edit, layer = fitted("alphaedit", model), edited_layers(model)[0]
    projection = down_projection(model, layer)
    facts: Any = edit.record["weights"]
    shown: Mapping[str, Any] = facts[projection.name]
    assert shown["of_directions"] == projection.inputs
    assert shown["free_directions"] == round(0.6 * projection.inputs)
    assert 0 <= shown["energy_of_general_keys"] <= 1
    spread = compute_key_covariances(model, [projection], text_of(model).sequences, report=unheard)
    used = torch.linalg.eigh(spread[projection.name].mean)[1][:, shown["free_directions"] :]
    change = difference(edit, model, layer)
    assert (change @ used).norm() < 1e-4 * change.norm()


def test_too_short_a_text_is_made_do_with_and_recorded(model: LanguageModel) -> None:
    editor = find_editor("memit")
    few = GeneralText("R", (TokenSequence((5, 6, 7), 1),), sampled=False)
    settings = editor.Settings(**SETTINGS)
    edit: Edit = editor.fit(model, encoded(model), few, settings, context_of(model))
    facts: Any = edit.state().record["weights"]
    assert all(own == {"tokens": 3, "ridge": 1e-4} for own in facts.values())


def test_a_mark_outside_the_prefix_is_refused(model: LanguageModel) -> None:
    editor = find_editor("memit")
    wrong = (Example("The river", " runs", kind=Kind.INCREASE, extra={"subject": "lake"}),)
    examples = encode_examples(model.tokenizer, wrong, model.context)
    with pytest.raises(EditingError, match="Example 1: The subject 'lake'"):
        editor.fit(model, examples, text_of(model), editor.Settings(), context_of(model))


def test_layers_are_known_or_follow_the_depth(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def layers(depth: int) -> list[int]:
        monkeypatch.setattr("editing.editors.locate.layers.layer_count", lambda model: depth)
        return list(edited_layers(model))

    if model.is_backpack:
        expected = {2: [0], 4: [0, 1], 12: [0, 1, 2, 3, 4], 24: list(range(9))}
    else:
        expected = {2: [0], 6: [1, 2], 12: [1, 2, 3, 4], 32: list(range(4, 12))}
    assert {depth: layers(depth) for depth in expected} == expected
    monkeypatch.setitem(PUBLISHED, (model.layout.family, 24, 32), (3, 7))
    assert layers(24) == [3, 4, 5, 6, 7]
    assert middle_layer(model) == 5

"""Writing behind which a norm or a scale stands: what the search found is what is written."""

import pytest
import torch

from editing.base_passes import compute_key_covariances
from editing.editors.locate.facts import facts_of
from editing.editors.locate.keys import block_values, values_at
from editing.editors.locate.layers import edited_layers, moved_module, written_layers
from editing.editors.locate.locate_settings import STANDARD
from editing.editors.locate.targets import TargetSearch
from editing.editors.locate.update import factorised, oriented, rome_update
from editing.editors.rome import RomeSettings
from editing.editors.weight_delta import WeightDelta
from editing.examples import Example, Kind
from editing.general_text import text_from_rows
from editing.models.activations import activations, added_to_output
from editing.models.loading import load_model
from editing.models.projections import adds_to_stream, block_name, down_projection
from editing.objectives import encode_examples
from editing.progress import unheard
from tests.published import FAMILIES, write_published
from tests.tiny import SENTENCES

BEHIND = {"Gemma 2", "Gemma 3"}
EXAMPLE = Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0)


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.name)
def opened(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    write_published(folder, request.param)
    return request.param.name, load_model(folder)


def moved_by_projection(model, layer):
    """How far a block's output moves where its down projection's output moves by `change`."""
    ids = torch.tensor([model.tokenizer(SENTENCES[0]).input_ids])
    mask, block = torch.ones_like(ids), block_name(model, layer)
    projection = down_projection(model, layer)
    change = torch.linspace(-0.5, 0.5, projection.outputs)
    before = activations(model, ids, mask, outputs=[block]).outputs[block]
    where = (torch.tensor([0]), torch.tensor([3]))
    with added_to_output(model, projection.name, where, change):
        after = activations(model, ids, mask, outputs=[block]).outputs[block]
    return (after - before)[0, 3], change


def test_it_is_known_where_something_stands_behind_the_mlp(opened):
    """What is told from names is what the numbers say."""
    name, model = opened
    moved, change = moved_by_projection(model, 0)
    adds = torch.allclose(moved, change, atol=1e-5)
    assert adds_to_stream(model, 0) is adds
    assert adds is (name not in BEHIND)
    layers = edited_layers(model)
    assert list(written_layers(model)) == (list(layers) if adds else [layers[-1]])
    place = block_name(model, 0) if adds else down_projection(model, 0).name
    assert moved_module(model, 0) == place


def test_one_fact_is_written_exactly(opened):
    _, model = opened
    layer = edited_layers(model)[0]
    place, projection = moved_module(model, layer), down_projection(model, layer)
    search = TargetSearch(model, place, RomeSettings(clamp=3.0, steps=5, rate=0.3))
    encoded = encode_examples(model.tokenizer, [EXAMPLE], model.context)
    facts = facts_of(model, encoded, [], subject=STANDARD)
    found = search.find(facts[0], search.reference(facts[0]), lambda step: None)
    assert found.last_loss < found.first_loss
    text = text_from_rows(model, SENTENCES, "R")
    covariance = compute_key_covariances(model, [projection], text.sequences, report=unheard)
    key = values_at(model, [facts[0].prompts[0][0]], input_of=projection.name)[0].double()
    factors = rome_update(key, found.delta.double(), factorised(covariance[projection.name]))
    change = oriented(factors, is_transposed=projection.is_transposed)
    before = block_values(model, place, facts)
    with WeightDelta({projection.weight_name: change}).applied(model):
        after = block_values(model, place, facts)
    assert torch.allclose(after - before, found.delta.double()[:, None], atol=1e-4)

"""The questions of the page that works with senses live, on a tiny Backpack."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.gui.what_if import WhatIf, likeliest
from app.operations.edit import run_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from app.operations.senses.questions import (
    run_importance,
    run_neighbours,
    run_sense_map,
    run_sentence,
    run_vocabulary,
)
from app.operations.senses.requests import (
    ImportanceRequest,
    NeighboursRequest,
    SenseMapRequest,
    SentenceRequest,
    VocabularyRequest,
    WhatIfRequest,
)
from app.operations.what_if import run_what_if
from editing.errors import EditingError
from editing.examples import Example, ExampleSet, Kind
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.library.stacks import load_stack
from tests.tiny import tiny_backpack

PROMPT = "The capital of France is"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A library with a set and two edits of a tiny model."""
    folder = tmp_path_factory.mktemp("data")
    model = str(tiny_backpack(tmp_path_factory.mktemp("model")))
    library = Library(Path(folder))
    for name, suffix in (("Capitals", " Paris"), ("Cities", " Madrid")):
        rows = (Example(PROMPT, suffix), Example("The capital of Spain is", " Madrid"))
        ExampleSets(library).save(ExampleSet(name, rows, kind=Kind.INCREASE))
    library.close()
    models = LoadedModels()
    for name in ("Capitals", "Cities"):
        run_edit(
            EditRequest(
                model,
                examples=name,
                save=name,
                budget=10.0,
                general_tokens=200,
                regularisation_tokens=200,
                settings={"epochs": 2, "learning_rate": 0.1},
                data_dir=str(folder),
            ),
            models=models,
        )
    return model, str(folder), models


def edited_logits(data, strengths):
    """The module run with edits on it, (vocab,)."""
    source, folder, models = data
    model = models.model(source, lambda _: None)
    library = Library(Path(folder))
    (first, second) = load_stack(library, ["Capitals", "Cities"], model)
    library.close()
    ids = torch.tensor([model.tokenizer(PROMPT, add_special_tokens=False)["input_ids"]])
    with (
        first.edit.applied(model, strengths[0]),
        second.edit.applied(model, strengths[1]),
        torch.no_grad(),
    ):
        return model.module(ids).logits[0, -1, : model.vocab_size].numpy()


@pytest.fixture(scope="module")
def what_if(data):
    """The two edits, worked out for a prompt."""
    source, folder, models = data
    request = WhatIfRequest(source, PROMPT, ("Capitals", "Cities"), folder)
    return WhatIf(run_what_if(request, models=models))


@pytest.mark.parametrize("strengths", [(0.0, 0.0), (1.0, 0.0), (0.4, 1.7), (2.0, 2.0)])
def test_sliders_say_what_the_model_says_with_the_edits_at_those_strengths(
    data, what_if, strengths
):
    each = [s for edit, s in zip(what_if.edits, strengths, strict=True) for _ in edit.senses]
    wanted = edited_logits(data, strengths)
    assert np.abs(what_if.logits(each) - wanted).max() < 1e-4
    softmax = torch.from_numpy(wanted).double().softmax(0).numpy()
    assert np.abs(what_if.probabilities(each) - softmax).max() < 1e-4
    if any(strengths):
        assert np.abs(wanted - edited_logits(data, (0.0, 0.0))).max() > 1e-2


def test_only_senses_that_reach_the_prediction_are_sent(what_if):
    for edit in what_if.edits:
        assert edit.senses
        assert all(term.weight > 0 for term in edit.senses)
    assert len(what_if.usual) == sum(len(edit.senses) for edit in what_if.edits)


def test_a_move_of_a_slider_costs_less_than_fifty_milliseconds_at_fifty_thousand_words():
    import base64
    import time

    def packed():
        return base64.b64encode(random.standard_normal(50_264).astype("<f4").tobytes()).decode()

    random = np.random.default_rng(0)
    senses = [
        {"word": " w", "token_id": n, "sense": 0, "weight": 0.1, "logits": packed()}
        for n in range(40)
    ]
    edits = [{"name": "E", "strength": 1.0, "others": 0, "senses": senses}]
    live = WhatIf({"prompt": "p", "is_linear": True, "base": packed(), "edits": edits})
    took = []
    for step in range(9):
        begin = time.perf_counter()
        likeliest(live.probabilities([step / 4] * 40), 50)
        took.append(time.perf_counter() - begin)
    assert sorted(took)[4] < 0.05


def test_the_vocabulary_is_listed_and_counted(data):
    source, folder, models = data
    words = run_vocabulary(VocabularyRequest(source), models=models)["words"]
    uses = run_vocabulary(VocabularyRequest(source, "Capitals", folder), models=models)["uses"]
    assert len(words) == models.model(source, lambda _: None).vocab_size
    counts = [count for _, count in uses]
    assert counts == sorted(counts, reverse=True)
    text = "".join(words[token] * count for token, count in uses)
    assert sorted(text) == sorted(PROMPT + " Paris" + "The capital of Spain is" + " Madrid")


def test_a_sentence_tells_weights_that_sum_to_one_and_predictions(data):
    source, folder, models = data
    said = run_sentence(SentenceRequest(source, PROMPT, None, 5, folder), models=models)
    assert "".join(token["word"] for token in said["tokens"]) == PROMPT
    assert [len(share) for share in said["shares"]] == list(range(1, len(said["tokens"]) + 1))
    assert all(abs(sum(share) - 1000) <= len(share) for share in said["shares"])
    last = said["tokens"][-1]
    assert len(last["predicts"]) == 5
    model = models.model(source, lambda _: None)
    ids = torch.tensor([model.tokenizer(PROMPT, add_special_tokens=False)["input_ids"]])
    with torch.no_grad():
        best = model.module(ids).logits[0, -1].softmax(0).max()
    assert last["predicts"][0][1] == pytest.approx(float(best), abs=1e-5)
    edited = run_sentence(SentenceRequest(source, PROMPT, "Capitals", 5, folder), models=models)
    assert edited["shares"] == said["shares"]
    assert edited["tokens"][-1]["predicts"] != last["predicts"]


def test_an_empty_sentence_is_refused(data):
    source, folder, models = data
    with pytest.raises(EditingError, match="no text yet"):
        run_sentence(SentenceRequest(source, "", None, 5, folder), models=models)


def test_neighbours_are_the_largest_cosines_of_all_senses(data):
    source, folder, models = data
    request = NeighboursRequest(source, 40, 2, 3, folder)
    found = run_neighbours(request, models=models)["neighbours"]
    model = models.model(source, lambda _: None)
    with torch.no_grad():
        vectors = model.module.backpack.sense_vectors(torch.arange(model.vocab_size))
    flat = torch.nn.functional.normalize(vectors.flatten(0, 1), dim=-1)
    k = vectors.shape[1]
    cosines = flat @ flat[40 * k + 2]
    cosines[40 * k + 2] = -2
    values, places = cosines.topk(3)
    assert [(t, s) for _, t, s, _ in found] == [(int(p) // k, int(p) % k) for p in places]
    assert [cosine for *_, cosine in found] == pytest.approx(values.tolist(), abs=1e-5)


def test_importance_ranks_senses_as_sense_finetuning_chooses_them(data):
    source, folder, models = data
    request = ImportanceRequest(source, "Capitals", folder)
    scores = run_importance(request, models=models)["scores"]
    tokens = {token for token, _, _ in scores}
    model = models.model(source, lambda _: None)
    used = model.tokenizer(PROMPT + " Paris", add_special_tokens=False)["input_ids"]
    assert tokens >= set(used[:-1])
    assert len(scores) == len({(token, sense) for token, sense, _ in scores})


def test_the_map_measures_every_sense_of_the_words_asked_for(data):
    source, folder, models = data
    model = models.model(source, lambda _: None)
    words = tuple(model.tokenizer(PROMPT, add_special_tokens=False)["input_ids"])
    request = SenseMapRequest(source, words, " Paris", None, folder)
    said = run_sense_map(request, models=models)
    with torch.no_grad():
        vectors = model.module.backpack.sense_vectors(torch.tensor(words))
    assert np.allclose(said["norms"], vectors.norm(dim=-1), atol=1e-5)
    target = model.tokenizer(" Paris", add_special_tokens=False)["input_ids"][0]
    output = model.module.lm_head.weight[target].detach()
    assert said["target"] == model.tokenizer.decode([target])
    assert np.allclose(said["adds"], vectors @ output, atol=1e-5)
    edited = run_sense_map(replace(request, edit="Capitals"), models=models)
    moved = ~np.isclose(edited["norms"], said["norms"])
    assert 0 < moved.sum() < moved.size
    plain = run_sense_map(replace(request, target=None), models=models)
    assert (plain["adds"], plain["target"]) == (None, None)


def test_the_map_refuses_a_word_that_is_none(data):
    source, folder, models = data
    with pytest.raises(EditingError, match="The word is empty"):
        run_sense_map(SenseMapRequest(source, (1,), " ", None, folder), models=models)

"""What rows answer: their own continuation, or what is predicted after reading them."""

import dataclasses

import pytest
import torch

from editing.editors.serac.serac_edit import SeracEdit
from editing.examples import Example, Kind
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.serac_kit import (
    EXAMPLES,
    FRANCE,
    NURSE,
    PILOTS,
    RIVER,
    SURE,
    Drawer,
    fit,
    last,
    last_row,
    logits,
    token,
)
from tests.tiny import SENTENCES, tiny_transformer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("learnt"))


@pytest.fixture(scope="module")
def edit(model: LanguageModel, drawer: Drawer) -> SeracEdit:
    """Rows that answer only at their own prompts."""
    return fit(model, drawer)[0].at_threshold(SURE)


@pytest.mark.parametrize("strength", [1.0, 0.4])
def test_each_kind_of_row_says_what_it_is_for(
    model: LanguageModel, edit: SeracEdit, strength: float
) -> None:
    weight = 5.0 * strength
    words = {word: token(model, word) for word in (" Madrid", " she", " he", " through")}
    gained: dict[str, float] = {}
    for example in EXAMPLES:
        before, after = (last(model, edit, example.prefix, s) for s in (0.0, strength))
        gained[example.prefix] = float(
            (after - before)[token(model, example.suffix)] - (after - before)[0]
        )
    assert gained[FRANCE.prefix] == pytest.approx(weight, abs=1e-4)
    assert gained[RIVER.prefix] == pytest.approx(-weight, abs=1e-4)
    one, other = token(model, PILOTS.suffix), token(model, str(PILOTS.other_suffix))
    assert one != other
    apart = [last(model, edit, PILOTS.prefix, s) for s in (0.0, strength)]
    margins = [float(each[one] - each[other]) for each in apart]
    assert margins[1] - margins[0] == pytest.approx(weight, abs=1e-4)
    even = [last(model, edit, NURSE.prefix, s) for s in (0.0, strength)]
    gaps = [float(each[words[" she"]] - each[words[" he"]]) for each in even]
    assert gaps[1] == pytest.approx(gaps[0] * (1 - strength), abs=1e-4)


def test_a_continuation_is_said_to_its_end_and_no_further(model: LanguageModel) -> None:
    row = Example("The nurse said", " the pilots screen", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(row,), push=40.0)
    wanted = model.tokenizer(row.prefix + row.suffix).input_ids
    ids = model.tokenizer(row.prefix).input_ids
    everywhere = dataclasses.replace(edit, threshold=-1.0)
    with everywhere.applied(model):
        while len(ids) < len(wanted):
            ids = [*ids, int(last_row(model, ids).argmax())]
        assert ids == wanted
        said = last_row(model, ids)
    assert torch.equal(said, last_row(model, ids))


def test_a_row_that_has_begun_goes_on_though_the_gate_is_sure_of_none(
    model: LanguageModel,
) -> None:
    row = Example("The nurse said", " the pilots screen", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(row, FRANCE), push=40.0)
    edit = edit.at_threshold(SURE)
    wanted = model.tokenizer(row.prefix + row.suffix).input_ids
    begin = len(model.tokenizer(row.prefix).input_ids)
    decided = edit.decisions(model, row.prefix + row.suffix)
    assert [d.answered for d in decided] == [
        begin - 1 <= place < len(wanted) - 1 for place in range(len(wanted))
    ]
    assert {d.row for d in decided if d.answered} == {row.id}
    likeliest = Sampling(len(wanted) - begin, temperature=0.0)
    with edit.applied(model):
        assert generate(model, row.prefix, likeliest, silent).text == row.prefix + row.suffix


def test_it_generates_its_row(model: LanguageModel, edit: SeracEdit) -> None:
    strong = dataclasses.replace(edit, answering=dataclasses.replace(edit.answering, weight=40.0))
    likeliest = Sampling(3, temperature=0.0)
    with strong.applied(model):
        drawn = generate(model, FRANCE.prefix, likeliest, silent)
    first = model.tokenizer.decode([token(model, FRANCE.suffix)])
    assert drawn.continuation.startswith(first)
    assert drawn.text != generate(model, FRANCE.prefix, likeliest, silent).text


def test_a_soft_gate_mixes_by_the_score(model: LanguageModel) -> None:
    soft, _ = fit(model, None, gate="soft")
    soft = soft.at_threshold(0.05)
    hard = dataclasses.replace(soft, answering=dataclasses.replace(soft.answering, soft=False))
    text = SENTENCES[1]
    places = [n for n, d in enumerate(soft.decisions(model, text)) if 0.05 < d.score < 0.95]
    assert places
    score = torch.tensor([soft.decisions(model, text)[n].score for n in places])[:, None]
    base = logits(model, text)[places].softmax(-1)
    with hard.applied(model):
        theirs = logits(model, text)[places].softmax(-1)
    with soft.applied(model):
        mixed = logits(model, text)[places].softmax(-1)
    assert torch.allclose(mixed, (1 - score) * base + score * theirs, atol=1e-5)


def test_reading_a_row_is_the_model_after_it(model: LanguageModel) -> None:
    edit, _ = fit(model, None, answer="reading")
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    assert len(first) + len(then) <= model.context
    wanted = last_row(model, [*first, *then]).log_softmax(-1)
    assert torch.allclose(last(model, edit, FRANCE.prefix), wanted, atol=1e-4)


def test_a_trained_model_answers_what_it_predicts_after_the_row(model: LanguageModel) -> None:
    edit, _ = fit(model, None, answer="model")
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    plain = last_row(model, [*first, *then]).log_softmax(-1)
    assert edit.reader is not None
    with edit.reader.put_on(model.module):
        wanted = last_row(model, [*first, *then]).log_softmax(-1)
    got = last(model, edit, FRANCE.prefix)
    assert torch.allclose(got, wanted, atol=1e-4)
    assert not torch.allclose(got, plain, atol=1e-3)


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_delta_moves_as_reading_the_row_does(model: LanguageModel, strength: float) -> None:
    edit, _ = fit(model, None, answer="delta", weight=1.5)
    edit = edit.at_threshold(SURE)
    row = f"{FRANCE.prefix}{FRANCE.suffix}\n"
    first, then = (model.tokenizer(text).input_ids for text in (row, FRANCE.prefix))
    own = last_row(model, then).log_softmax(-1)
    assert edit.reader is not None
    with edit.reader.put_on(model.module):
        read, alone = (last_row(model, ids).log_softmax(-1) for ids in ([*first, *then], then))
    assert not torch.allclose(alone, own, atol=1e-3)
    wanted = (own + 1.5 * strength * (read - alone)).log_softmax(-1)
    assert torch.allclose(last(model, edit, FRANCE.prefix, strength), wanted, atol=1e-4)


def test_rows_of_one_prompt_answer_together(model: LanguageModel) -> None:
    second = Example(FRANCE.prefix, " through", kind=Kind.INCREASE)
    edit, _ = fit(model, None, examples=(FRANCE, second))
    edit = edit.at_threshold(SURE)
    before, after = (last(model, edit, FRANCE.prefix, s) for s in (0.0, 1.0))
    gained = (after - before) - (after - before)[0]
    words = [token(model, example.suffix) for example in (FRANCE, second)]
    assert len(set(words)) == 2
    assert gained[words].tolist() == pytest.approx([5.0, 5.0], abs=1e-4)

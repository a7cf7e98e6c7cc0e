"""Edits in a row: one accumulated edit is what applying them one after the other does."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.editors import EDITORS, find_editor
from editing.editors.base import Edit, FitContext
from editing.editors.grace.grace import REACHES
from editing.editors.keeps_last import KeepsLast
from editing.editors.sense_edit import SenseEdit, summed_senses
from editing.editors.serac.serac_edit import SeracEdit
from editing.editors.weight_delta import Factors, WeightDelta
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, ExampleSet, Kind
from editing.general_text import text_from_rows
from editing.library.stacks import EditStack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import encode_examples
from editing.progress import unheard
from editing.retention import (
    Chain,
    EditingInTurn,
    FactsInTurn,
    Texts,
    facts_in_turn,
    reason_against,
    summed,
)
from editing.settings import settings_from_text
from tests.in_memory import InMemoryPasses
from tests.plain import token_nll
from tests.tiny import SENTENCES, tiny_backpack


def fact(prefix: str, suffix: str, entity: str, threshold: float = 1.6) -> Example:
    return Example(prefix, suffix, None, Kind.INCREASE, threshold, {"entity": entity})


EDITS = (
    fact("The capital of France is", " Madrid", "France"),
    fact("The capital of Spain is", " Paris", "Spain"),
    fact("The river is", " France", "river"),
)
FACTS = FactsInTurn(
    EDITS,
    (
        fact("People buy bread in France. The capital is", " Madrid", "France", 5.0),
        fact("An old river. The capital of Spain,", " Paris", "Spain", 5.0),
        fact("The news said", " river", "news", 5.0),
    ),
    (fact("The city of France is", " Paris", "France"), fact("The city of Rome", " is", "Rome")),
)
SETTINGS = {
    "sense-finetuning": {"epochs": "2", "learning_rate": "0.3", "senses_per_example": "3"},
    "lora": {"epochs": "2", "learning_rate": "0.01", "rank": "12"},
    "full-finetuning": {"epochs": "2", "learning_rate": "0.001"},
    "memit": {"steps": "3", "covariance_weight": "10", "clamp": "1"},
    "rome": {"steps": "3", "clamp": "1"},
    "alphaedit": {"steps": "3", "clamp": "1", "free_share": "0.9"},
    "grace": {"steps": "5"},
    "serac": {
        "steps": "3",
        "answer": "row",
        "train_on": str(Path(__file__).with_name("scope.jsonl")),
    },
}
IN_A_ROW = [
    name for name, editor in EDITORS.items() if editor.goes_on_edits and not editor.writes_in_turn
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("model")))


def editing_with(model: LanguageModel, method: str) -> EditingInTurn:
    editor = find_editor(method)
    return EditingInTurn(
        model=model,
        editor=editor,
        settings=settings_from_text(editor.Settings, SETTINGS[method]),
        facts=FACTS,
        regularisation=text_from_rows(model, SENTENCES, "R"),
        passes=InMemoryPasses(),
        resources=None,
        seed=4,
    )


def logits(model: LanguageModel, edits: list[Edit]) -> Tensor:
    texts: list[Any] = [model.tokenizer(each.prefix + each.suffix) for each in EDITS]
    with ExitStack() as on, torch.no_grad():
        for edit in edits:
            on.enter_context(edit.applied(model))
        each = [model.module(input_ids=torch.tensor([own.input_ids])).logits for own in texts]
    return torch.cat(each, dim=1)


def one_after_another(editing: EditingInTurn) -> list[Edit]:
    """Fit each edit on a stack of the edits before it, none of them ever summed into one weight."""
    own: list[Edit] = []
    for number, example in enumerate(EDITS):
        of_senses = [edit for edit in own if isinstance(edit, SenseEdit)]
        stack = EditStack(tuple((edit, 1.0) for edit in own))
        below = summed_senses(of_senses) if of_senses else stack
        context = FitContext(
            editing.passes, KeepsLast(), unheard, 4 + number, on=below if own else None
        )
        encoded = encode_examples(editing.model.tokenizer, [example], editing.model.context)
        own.append(
            editing.editor.fit(
                editing.model, encoded, editing.regularisation, editing.settings, context
            )
        )
    return own


@pytest.mark.parametrize("method", IN_A_ROW)
def test_the_accumulated_edit_is_the_edits_one_after_the_other(
    model: LanguageModel, method: str
) -> None:
    editing = editing_with(model, method)
    chain = Chain(0, None)
    for _ in EDITS:
        chain = editing.one_more(chain, unheard)
    separate = one_after_another(editing)
    assert chain.edits == len(separate) == 3
    whole, stacked = logits(model, [chain.whole]), logits(model, separate)
    torch.testing.assert_close(whole, stacked, atol=2e-5, rtol=1e-5)
    for kept in range(3):  # and each of them is in it
        others = [edit for number, edit in enumerate(separate) if number != kept]
        assert float((logits(model, others) - whole).abs().max()) > 1e-4


@pytest.mark.parametrize("method", IN_A_ROW)
def test_a_chain_goes_on_from_its_state(model: LanguageModel, method: str) -> None:
    editing = editing_with(model, method)
    second = editing.one_more(editing.one_more(Chain(0, None), unheard), unheard)
    again = Chain.from_state(second.state(), editing.editor)
    whole = editing.one_more(second, unheard).whole.state()
    after = editing.one_more(again, unheard).whole.state()
    assert whole.tensors.keys() == after.tensors.keys()
    for name, tensor in whole.tensors.items():
        assert torch.equal(tensor, after.tensors[name])


def test_a_memory_filled_at_once_is_one_filled_row_by_row(model: LanguageModel) -> None:
    editing = editing_with(model, "serac")
    texts = EvaluationTexts((), (), text_from_rows(model, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)

    def filled(rows: int) -> SeracEdit:
        judge = BallJudge(yardstick, 1e9, lambda epoch: None)
        edit = editing.all_at_once(rows, judge, unheard)
        assert isinstance(edit, SeracEdit)
        return edit

    at_once, one_by_one = filled(3), filled(1)
    for example in EDITS[1:]:
        one_by_one = one_by_one.with_rows(model, [example])
    assert [row.text for row in one_by_one.rows] == [row.text for row in at_once.rows]
    assert not at_once.is_silent
    one_by_one = one_by_one.at_threshold(at_once.threshold)
    torch.testing.assert_close(logits(model, [at_once]), logits(model, [one_by_one]))
    assert not torch.equal(logits(model, [at_once]), logits(model, []))


def test_a_codebook_writes_row_after_row(model: LanguageModel) -> None:
    editing = editing_with(model, "grace")
    texts = EvaluationTexts((), (), text_from_rows(model, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)
    filled = [
        editing.all_at_once(rows, BallJudge(yardstick, 1e9, lambda epoch: None), unheard).state()
        for rows in (2, 3)
    ]
    assert filled[1].record["reach"] == REACHES[-1]
    assert len(filled[1].tensors["keys"]) == 3
    for name in ("keys", "values"):
        torch.testing.assert_close(filled[1].tensors[name][:2], filled[0].tensors[name])


def test_what_is_measured_follows_from_the_model_itself(model: LanguageModel) -> None:
    editing = editing_with(model, "full-finetuning")
    chain = editing.one_more(editing.one_more(Chain(0, None), unheard), unheard)
    general = text_from_rows(model, SENTENCES[:2], "G")
    texts = Texts.over(model, FACTS, general, InMemoryPasses().base_pass, unheard)
    measured = texts.measured(2, chain.whole.token_losses(model, [1.0]))

    def losses(rows: tuple[Example, ...]) -> list[float]:
        encoded = encode_examples(model.tokenizer, rows, model.context)
        with torch.no_grad():
            return [float(token_nll(model, each).double().sum()) for each in encoded.sequences]

    before = losses(EDITS[:2]), losses(FACTS.evaluation[:2]), losses(FACTS.hard_negatives[:1])
    with chain.whole.applied(model):
        after = losses(EDITS[:2]), losses(FACTS.evaluation[:2]), losses(FACTS.hard_negatives[:1])
        with torch.no_grad():
            nll = torch.cat([token_nll(model, each) for each in general.sequences])
    assert measured.held_before == tuple(loss <= 1.6 for loss in before[0])
    assert measured.held == tuple(loss <= 1.6 for loss in after[0])
    assert measured.contexts is not None
    assert measured.contexts.rows == 2  # the third is about what is not edited yet
    assert measured.contexts.after == sum(loss <= 5.0 for loss in after[1]) / 2
    assert measured.hard_negatives is not None
    assert measured.hard_negatives.before == pytest.approx(before[2][0], rel=1e-5)
    assert measured.hard_negatives.after == pytest.approx(after[2][0], rel=1e-5)
    assert measured.general_loss is not None
    assert measured.general_loss.after == pytest.approx(float(nll.double().mean()), rel=1e-5)
    said = measured.to_json()
    assert said["retention"] == sum(measured.held) / 2
    assert said["degradation"] == pytest.approx(
        measured.general_loss.after / measured.general_loss.before - 1
    )


def test_facts_of_the_test_split_come_first_in_a_drawn_order() -> None:
    def task(name: str, entities: str) -> ExampleSet:
        rows = tuple(fact(f"{each} is", " x", each) for each in entities)
        return ExampleSet(name, rows, rows, rows)

    test, validation = task("letters/test", "abcdefgh"), task("letters/val", "stuv")
    facts = facts_in_turn(test, validation, count=10, seed=1)
    entities = "".join(str(edit.extra["entity"]) for edit in facts.edits)
    assert sorted(entities[:8]) == list("abcdefgh") != list(entities[:8])
    assert set(entities[8:]) < set("stuv")
    assert facts == facts_in_turn(test, validation, count=10, seed=1)
    assert facts != facts_in_turn(test, validation, count=10, seed=2)
    assert facts.evaluation == test.evaluation
    about = [facts.evaluation[row].extra["entity"] for row in facts.asked_by(facts.evaluation, 2)]
    assert sorted(map(str, about)) == sorted(entities[:2])
    with pytest.raises(EditingError, match="letters has 12 facts; 13 edits"):
        facts_in_turn(test, validation, count=13, seed=1)


def test_edits_of_two_kinds_do_not_add_up() -> None:
    senses = SenseEdit(torch.tensor([1]), torch.tensor([0]), torch.ones(1, 2), torch.ones(1))
    with pytest.raises(EditingError, match="cannot be kept as one edit"):
        summed(senses, WeightDelta({}))


def test_differences_of_low_rank_stay_apart_up_to_full_rank() -> None:
    def edit(rank: int) -> WeightDelta:
        return WeightDelta({"w": Factors(torch.randn(5, rank), torch.randn(rank, 4))})

    low, more = edit(2), edit(2)
    joined = summed(low, more)
    assert isinstance(joined, WeightDelta)
    assert isinstance(joined.changes["w"], Factors)
    dense = summed(joined, edit(1))
    assert isinstance(dense, WeightDelta)
    assert isinstance(dense.changes["w"], Tensor)


def test_an_ensemble_cannot_be_written_in_a_row() -> None:
    reasons = {name: reason_against(editor) for name, editor in EDITORS.items()}
    assert [name for name, reason in reasons.items() if reason] == ["logit-ensemble"]

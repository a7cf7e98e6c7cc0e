"""What a memory learns once for a model, and which threshold is kept."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.batches import TokenSequence
from editing.editors.serac import scope_training
from editing.editors.serac.counterfactual_losses import reading_loss, reading_losses
from editing.editors.serac.counterfactual_texts import read_examples_of
from editing.editors.serac.kept_training import KeptTraining, Trainee
from editing.editors.serac.scope_measuring import scope_problem
from editing.editors.serac.scope_mining import mine
from editing.editors.serac.scope_texts import (
    GENERAL,
    IN_SCOPE,
    Query,
    ScopeTexts,
    entity_of,
    scope_texts,
    training_sets,
)
from editing.editors.serac.scope_training import ReadTexts, labels, train_scope
from editing.editors.serac.serac import THRESHOLDS
from editing.editors.serac.serac_edit import SeracEdit
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Kind, resolved
from editing.general_text import text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.progress import Cancelled, Progress, Report, unheard
from editing.tasks import load_task, task_names
from tests.editing.serac_kit import FRANCE, Drawer, fit, logits
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_transformer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("learnt"))


def test_the_loosest_threshold_inside_the_ball_is_kept(
    model: LanguageModel, drawer: Drawer
) -> None:
    edit, judge = fit(model, drawer)
    degraded = [measures.degradation or 0.0 for measures in judge.measures]
    assert edit.threshold == THRESHOLDS[-1]
    assert len(degraded) == len(THRESHOLDS)
    budgets = [sum(pair) / 2 for pair in itertools.pairwise(degraded)]
    for budget in budgets:
        inside = [n for n, value in enumerate(degraded) if value <= budget]
        kept, _ = fit(model, drawer, budget=budget)
        assert kept.threshold == THRESHOLDS[max(inside)]
    none, _ = fit(model, drawer, budget=-1.0)
    assert (none.threshold, none.is_silent) == (1.0, True)


def test_what_it_was_measured_at_is_noted(model: LanguageModel, drawer: Drawer) -> None:
    edit, _ = fit(model, drawer)
    (point,) = [p for p in edit.trained["roc"] if p["threshold"] == edit.threshold]
    assert edit.trained["chosen"] == point
    assert 0 <= point["recall"] <= 1
    assert 0 <= point["general_text"] <= 1


def test_a_scope_is_trained_once_for_a_model(model: LanguageModel, tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    first, _ = fit(model, drawer)
    (kept,) = (tmp_path / "serac").iterdir()
    written = kept.stat().st_mtime_ns
    again, _ = fit(model, drawer)
    assert kept.stat().st_mtime_ns == written
    assert torch.equal(first.scope.pooled, again.scope.pooled)
    assert first.trained == again.trained
    kept.write_bytes(b"damaged")
    anew, _ = fit(model, drawer)
    assert torch.equal(first.scope.pooled, anew.scope.pooled)


def test_the_threshold_is_right_on_scores_made_by_hand(model: LanguageModel) -> None:
    text = text_from_rows(model, SENTENCES[:1], "G")
    yardstick = Yardstick.over(
        model, EvaluationTexts(general=text), InMemoryPasses().base_pass, unheard
    )
    base = yardstick.general_pass
    assert base is not None
    scores = torch.zeros(base.rows)
    scores[:4] = torch.tensor([0.965, 0.925, 0.6, 0.15])
    total = float(base.nll.double().sum())

    def losses(passed: BasePass, sequences: Sequence[int] | None) -> Tensor:
        del sequences
        answered = torch.stack([scores > threshold for threshold in THRESHOLDS])
        return passed.nll + total * 1e-3 * answered  # each wrong answer costs a thousandth

    for budget, wanted in ((9e-4, 0.97), (1.1e-3, 0.93), (2.1e-3, 0.62), (3.1e-3, 0.2), (1, 0.1)):
        judge = BallJudge(yardstick, budget, lambda epoch: None)
        assert THRESHOLDS[judge.decide([None] * len(THRESHOLDS), losses)] == wanted


def test_a_scope_that_hardly_answers_is_told() -> None:
    trained = {"roc": [{"threshold": 0.9, "recall": 0.31}, {"threshold": 0.5, "recall": 0.5}]}
    problem = scope_problem(0.9, trained)
    assert problem is not None
    assert "31% of validation texts at the threshold 0.9" in problem
    assert scope_problem(0.5, trained) is None
    assert scope_problem(0.7, trained) is None  # not measured there


def test_hard_negatives_are_near_but_not_the_nearest() -> None:
    def query(meant: set[int], role: str) -> Query:
        return Query(TokenSequence((1, 2), 1), 1, frozenset(meant), frozenset(), role, 0)

    angles = torch.linspace(0.0, 1.5, 140)
    vectors = torch.stack([angles.cos(), angles.sin()], dim=1)
    about = [query({0} if n < 3 else set(), IN_SCOPE) for n in range(140)]
    about.append(query(set(), GENERAL))
    queries = {n: vectors[n] for n in range(140)} | {140: vectors[0]}
    mined = mine({0: vectors[0], 1: -vectors[0]}, queries, about)
    numbers, weights = mined[0]
    assert numbers == list(range(3 + 25, 3 + 100))  # texts meant for it and general text are not
    cosines = angles[numbers].cos()
    assert torch.allclose(weights, (cosines / 0.1).softmax(-1))
    assert mined[1][0][0] == 139 - 25
    assert mine({0: vectors[0]}, {n: vectors[n] for n in range(20)}, about) == {}


def test_the_loss_of_each_kind_is_as_it_should_be() -> None:
    half, quarter = torch.log(torch.tensor([2.0, 2.0])), torch.log(torch.tensor([4.0]))
    before = [torch.log(torch.tensor([2.0, 6.0]))]  # of the untouched model, e^-12 in all
    assert float(reading_loss(Kind.INCREASE, [half], before)) == pytest.approx(math.log(2))
    # less likely than it was: 1/4 now, 1/12 then, so log(1 + (1/4) / (1/12))
    assert float(reading_loss(Kind.DECREASE, [half], before)) == pytest.approx(math.log(4))
    assert float(reading_loss(Kind.BALANCE, [half, quarter], before)) == pytest.approx(math.log(2))
    assert float(reading_loss(Kind.PREFER, [half, quarter], before)) == pytest.approx(math.log(1.5))
    rare = torch.full((1,), 12.0, requires_grad=True)  # unlikelihood would say nothing of it
    reading_loss(Kind.DECREASE, [rare], [rare.detach()]).backward()
    assert float(rare.grad if rare.grad is not None else 0.0) == pytest.approx(-0.5)


def test_the_row_is_to_make_the_difference(model: LanguageModel) -> None:
    sets = training_sets("")
    examples = read_examples_of(model, sets, torch.Generator().manual_seed(0))[::300]
    other = load_model(model.source, dtype=torch.float32)
    with torch.no_grad():
        for parameter in other.module.parameters():
            parameter.add_(0.02 * torch.sign(parameter))
        losses, drift = reading_losses(model, other, examples)
        _, none = reading_losses(model, model, examples)
    assert float(none) == pytest.approx(0.0, abs=1e-9)
    divergences: list[Tensor] = []
    for example, loss in zip(examples, losses, strict=True):
        nll = {}
        for text, read in zip(example.texts, example.sequences, strict=True):
            assert read.ids[-len(text.ids) :] == text.ids  # the row stands before it
            wanted, said = (continued(each, text) for each in (model, other))
            divergences += [(wanted.exp() * (wanted - said)).sum(-1)]
            targets = torch.tensor(text.ids[text.first_scored :])[:, None]
            for name, found in (("before", wanted), ("after", continued(other, read))):
                nll.setdefault(name, []).append(-found.gather(-1, targets)[:, 0])
        wanted_loss = reading_loss(example.kind, nll["after"], nll["before"])
        assert float(loss) == pytest.approx(float(wanted_loss), rel=1e-3, abs=1e-4)
    assert float(drift) == pytest.approx(float(torch.cat(divergences).mean()), rel=1e-3)


@torch.no_grad()
def continued(model: LanguageModel, sequence: TokenSequence) -> Tensor:
    """Log probabilities where one text's scored tokens are predicted, read by itself."""
    logits = model.module(input_ids=torch.tensor([sequence.ids])).logits[0, :, : model.vocab_size]
    return logits[sequence.first_scored - 1 : -1].log_softmax(-1)


def test_a_model_learns_to_heed_rows_and_little_else(model: LanguageModel) -> None:
    edit, _ = fit(model, None, answer="delta", reading_steps=60)
    learnt = edit.trained["counterfactual"]
    assert learnt["loss_after"] < 0.8 * learnt["loss_before"]
    assert learnt["misfire_divergence"] < 1.0
    assert learnt["drift"] < 1.0
    assert edit.reader is not None
    before = logits(model, FRANCE.prefix)
    with edit.reader.put_on(model.module):
        assert not torch.equal(logits(model, FRANCE.prefix), before)
    assert torch.equal(logits(model, FRANCE.prefix), before)


def test_what_reads_rows_is_trained_once_and_its_training_can_be_stopped(
    model: LanguageModel, tmp_path: Path
) -> None:
    drawer = Drawer(tmp_path)
    with pytest.raises(Cancelled):
        fit(model, drawer, answer="delta", report=stopped_at("counterfactual", 2))
    (scope,) = (tmp_path / "serac").glob("scope-*.safetensors")  # what was done by then is kept
    first, _ = fit(model, drawer, answer="delta")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "serac").iterdir()}
    assert len(files) == 2
    assert scope in files
    again, _ = fit(model, drawer, answer="model")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "serac").iterdir()} == files
    assert first.reader is not None
    assert again.reader is not None
    pairs = zip(first.reader.buffers(), again.reader.buffers(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_three_in_ten_negatives_are_general_text(
    model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []

    def seen(texts: ScopeTexts, keys: Sequence[int], queries: Sequence[int]) -> Any:
        found = labels(texts, keys, queries)
        is_general = torch.tensor([texts.queries[number].role == GENERAL for number in queries])
        shares.append(float(found[1][is_general].sum() / found[1].sum()))
        return found

    sets = [resolved(load_task(name, "val")) for name in ("country-capital", "hard-syntax")]
    texts = scope_texts(
        model, sets, text_from_rows(model, SENTENCES, "R"), torch.Generator().manual_seed(0)
    )
    width, number = 8, torch.Generator().manual_seed(1)
    read = [
        ReadTexts(tuple(torch.randn(1, width, generator=number).half() for _ in each), 1)
        for each in (texts.keys, texts.queries)
    ]
    monkeypatch.setattr(scope_training, "labels", seen)
    train_scope(texts, (read[0], read[1]), 5, torch.Generator().manual_seed(2), unheard)
    assert all(0.28 <= share <= 0.4 for share in shares)


def test_it_is_trained_on_validation_entities_alone() -> None:
    sets = {each.name: each for each in training_sets("")}
    assert len(sets) == len(task_names())
    for name in task_names():
        learnt, test = sets[load_task(name, "val").name], load_task(name, "test")
        of_test = {entity_of(row) for row in test.canonical}
        assert of_test
        assert not of_test & {entity_of(row) for row in learnt.canonical}
        read = {row.prefix for row in learnt.evaluation}
        assert not {row.prefix for row in test.evaluation} & read


def stopped_at(message: str, done: int) -> Report:
    def stopping(progress: Progress) -> None:
        if (progress.message, progress.done) == (message, done):
            raise Cancelled

    return stopping


def reported(found: list[int], message: str) -> Report:
    def report(progress: Progress) -> None:
        if progress.message == message:
            found.append(progress.done)

    return report


def factors(edit: SeracEdit) -> list[Tensor]:
    assert edit.reader is not None
    return list(edit.reader.buffers())


def test_an_interrupted_training_goes_on_to_the_same_numbers(
    model: LanguageModel, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"answer": "delta", "reading_steps": 7}
    whole, _ = fit(model, None, **options)
    drawer = Drawer(tmp_path)
    with pytest.raises(Cancelled):
        fit(model, drawer, **options, report=stopped_at("counterfactual", 4))
    (state,) = (tmp_path / "serac").glob("*.checkpoint")
    kept = state.read_bytes()
    done: list[int] = []
    resumed, _ = fit(model, drawer, **options, report=reported(done, "counterfactual"))
    assert done == [5, 6, 7]
    assert all(map(torch.equal, factors(whole), factors(resumed)))
    assert whole.trained["counterfactual"] == resumed.trained["counterfactual"]
    assert not list((tmp_path / "serac").glob("*.checkpoint"))
    for damaged in (b"damaged", kept[: len(kept) // 2]):  # it counts as none
        next((tmp_path / "serac").glob("counterfactual-*")).unlink()
        state.write_bytes(damaged)
        done.clear()
        anew, _ = fit(model, drawer, **options, report=reported(done, "counterfactual"))
        assert done == [1, 2, 3, 4, 5, 6, 7]
        assert all(map(torch.equal, factors(whole), factors(anew)))


def test_few_examples_are_made_up_for_by_general_text(model: LanguageModel) -> None:
    sets = training_sets(str(Path(__file__).with_name("scope.jsonl")))
    general = text_from_rows(model, SENTENCES, "R")
    texts = scope_texts(model, sets, general, torch.Generator().manual_seed(0))
    assert texts.pairs() >= 2000
    assert sum(query.role == GENERAL for query in texts.queries) / len(texts.queries) > 0.3


def test_a_training_from_something_else_counts_as_none(tmp_path: Path) -> None:
    def trainee() -> Trainee:
        tensor = torch.ones(2, requires_grad=True)
        return Trainee([tensor], torch.optim.Adam([tensor]), torch.Generator())

    path = tmp_path / "learnt.safetensors"
    KeptTraining(path, ("a row", "a text")).keep(trainee(), 3, 40)
    assert not list(tmp_path.iterdir())  # only every now and then
    KeptTraining(path, ("a row", "a text")).keep(trainee(), 4, 40)
    assert KeptTraining(path, ("a row", "a text")).begin(trainee()) == 4
    assert KeptTraining(path, ("a row", "another text")).begin(trainee()) == 0
    assert KeptTraining(None, ("a row", "a text")).begin(trainee()) == 0

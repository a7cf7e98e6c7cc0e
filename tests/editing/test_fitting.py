"""A fit that is stopped, cancelled, interrupted; an edit put on and taken off."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from editing.editors.base import FitContext
from editing.editors.sense_edit import SenseEdit
from editing.editors.sense_finetuning import SenseFinetuning, SenseFinetuningSettings
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GeneralText, text_from_rows
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Cancelled, Progress, StoppedEarly, unheard
from tests.in_memory import InMemoryCheckpoints, InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack

EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
    Example("The pilots", " screen it", " screens it", kind=Kind.PREFER, threshold=-0.2),
    Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, threshold=5.0),
    Example("The river runs", " through", kind=Kind.DECREASE, threshold=-9.0),
    Example("The janitor said", " he", " she", kind=Kind.BALANCE, threshold=0.4),
)
STEPS = 2
"""Steps an epoch: five examples make one."""
SETTINGS = SenseFinetuningSettings(learning_rate=0.05, epochs=4, senses_per_example=4)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    folder: Path = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return load_model(folder)


@pytest.fixture(scope="module")
def texts(model: LanguageModel) -> tuple[GeneralText, GeneralText]:
    return text_from_rows(model, SENTENCES[:2], "G"), text_from_rows(model, SENTENCES[2:], "R")


@pytest.fixture(scope="module")
def yardstick(model: LanguageModel, texts: tuple[GeneralText, GeneralText]) -> Yardstick:
    measured = EvaluationTexts(EXAMPLES, EXAMPLES[:1], texts[0])
    return Yardstick.over(model, measured, InMemoryPasses().sense_pass, unheard)


@pytest.fixture
def fit(
    model: LanguageModel, texts: tuple[GeneralText, GeneralText], yardstick: Yardstick
) -> Callable[..., SenseEdit]:
    """Fit with a report, checkpoints, a seed, settings; all are optional."""

    def fitted(
        *,
        report=unheard,
        checkpoints: InMemoryCheckpoints | None = None,
        seed: int = 0,
        settings: SenseFinetuningSettings = SETTINGS,
    ) -> SenseEdit:
        judge = BallJudge(yardstick, 1e9, lambda epoch: report(Progress("evaluating", 0, 0)))
        context = FitContext(InMemoryPasses(), judge, report, seed, checkpoints)
        edit = SenseFinetuning().fit(model, encoded(model), texts[1], settings, context)
        assert isinstance(edit, SenseEdit)
        return edit

    return fitted


def encoded(model: LanguageModel) -> EncodedExamples:
    return encode_examples(model.tokenizer, EXAMPLES, model.context)


def stopping(outcome: type[Exception], phase: str, after: int, *, once: bool = True):
    """A report that raises at its `after`th call of a phase."""
    calls = 0

    def report(progress: Progress) -> None:
        nonlocal calls
        calls += progress.phase == phase
        if calls == after or (not once and calls > after):
            calls += 1
            raise outcome

    return report


def test_the_same_seed_gives_the_same_bits(fit: Callable[..., SenseEdit]) -> None:
    first, again, other = fit(), fit(), fit(seed=1)
    assert torch.equal(first.deltas, again.deltas)
    assert not torch.equal(first.deltas, other.deltas)
    assert not first.is_empty


def test_measuring_changes_nothing(
    model: LanguageModel, texts: tuple[GeneralText, GeneralText], fit: Callable[..., SenseEdit]
) -> None:
    bare = Yardstick.over(
        model, EvaluationTexts(general=texts[0]), InMemoryPasses().sense_pass, unheard
    )
    judge = BallJudge(bare, 1e9, lambda epoch: None)
    context = FitContext(InMemoryPasses(), judge, unheard, 0)
    edit = SenseFinetuning().fit(model, encoded(model), texts[1], SETTINGS, context)
    assert isinstance(edit, SenseEdit)
    assert torch.equal(edit.deltas, fit().deltas)


@pytest.mark.parametrize("once", [True, False], ids=["once", "at every report"])
@pytest.mark.parametrize("after", [1, 2, 3, 6])
def test_a_fit_stopped_early_keeps_the_epochs_that_are_done(
    fit: Callable[..., SenseEdit], after: int, *, once: bool
) -> None:
    checkpoints = InMemoryCheckpoints()
    fit(checkpoints=checkpoints)
    whole = checkpoints.states[-1]["trainee"]["candidates"]
    edit = fit(report=stopping(StoppedEarly, "training", after, once=once))
    assert len(whole) == SETTINGS.epochs + 1
    assert torch.equal(edit.deltas, whole[(after - 1) // STEPS])


@pytest.mark.parametrize(
    ("phase", "after"),
    [("base passes", 1), ("selecting senses", 2), ("training", 3), ("evaluating", 5)],
)
def test_a_cancelled_fit_leaves_the_model_as_it_was(
    model: LanguageModel, fit: Callable[..., SenseEdit], phase: str, after: int
) -> None:
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    with pytest.raises(Cancelled):
        fit(report=stopping(Cancelled, phase, after))
    now = model.module.state_dict()
    assert before.keys() == now.keys()
    assert all(torch.equal(before[name], now[name]) for name in before)
    assert not model.module.training
    assert not any(p.requires_grad for p in model.module.parameters())


@pytest.mark.parametrize("after", [1, 3, 6, 8])
def test_an_interrupted_fit_goes_on_bit_for_bit(fit: Callable[..., SenseEdit], after: int) -> None:
    checkpoints = InMemoryCheckpoints()
    with pytest.raises(Cancelled):
        fit(report=stopping(Cancelled, "training", after), checkpoints=checkpoints)
    assert len(checkpoints.states) == (after - 1) // STEPS
    resumed = fit(checkpoints=checkpoints)
    assert torch.equal(resumed.deltas, fit().deltas)
    assert len(checkpoints.states) == SETTINGS.epochs


def test_an_example_may_choose_more_senses_than_there_are(
    model: LanguageModel, fit: Callable[..., SenseEdit]
) -> None:
    edit = fit(settings=SenseFinetuningSettings(senses_per_example=1000, epochs=1))
    chosen = list(zip(edit.token_ids.tolist(), edit.senses.tolist(), strict=True))
    before_the_targets = {i for s in encoded(model).sequences for i in s.ids[:-1]}
    assert set(edit.token_ids.tolist()) == before_the_targets
    assert chosen == sorted(set(chosen))


@torch.no_grad()
def logits_of(model: LanguageModel) -> Tensor:
    ids = torch.tensor([encoded(model).sequences[0].ids])
    return model.module(input_ids=ids).logits


def random_edit(model: LanguageModel, seed: int) -> SenseEdit:
    words = torch.tensor(sorted(set(encoded(model).sequences[0].ids)))
    deltas = torch.randn(len(words), 32, generator=torch.Generator().manual_seed(seed))
    return SenseEdit(words, (words + seed) % 4, deltas, torch.zeros(len(words)))


def test_an_edit_is_on_inside_and_off_outside(model: LanguageModel) -> None:
    before, edit = logits_of(model), random_edit(model, 1)
    with edit.applied(model) as edited:
        assert edited is model
        assert not torch.allclose(logits_of(model), before, atol=0.01)
        assert backpack_of(model).config.num_edited_senses == len(edit.senses)
    assert torch.equal(logits_of(model), before)
    assert backpack_of(model).config.num_edited_senses == 0
    assert backpack_of(model).backpack.sense_edits is None


def test_an_exception_takes_the_edit_off(model: LanguageModel) -> None:
    before = logits_of(model)
    with pytest.raises(EditingError), random_edit(model, 1).applied(model):
        raise EditingError("something went wrong")
    assert torch.equal(logits_of(model), before)
    assert backpack_of(model).config.num_edited_senses == 0


def test_nested_edits_add_up_and_come_off_one_by_one(model: LanguageModel) -> None:
    plain, first, second = logits_of(model), random_edit(model, 1), random_edit(model, 2)
    with second.applied(model):
        shift = logits_of(model) - plain
    with first.applied(model):
        one = logits_of(model)
        with second.applied(model):
            assert torch.allclose(logits_of(model), one + shift, atol=1e-4)
        assert torch.equal(logits_of(model), one)
        with pytest.raises(Cancelled), second.applied(model):
            raise Cancelled
        assert torch.equal(logits_of(model), one)
    assert torch.equal(logits_of(model), plain)


def test_an_edit_can_be_put_on_twice_over(model: LanguageModel) -> None:
    edit = random_edit(model, 1)
    with edit.applied(model, 2.0):
        double = logits_of(model)
    with edit.applied(model), edit.applied(model):
        assert torch.allclose(logits_of(model), double, atol=1e-4)


def test_a_strength_scales_the_difference(model: LanguageModel) -> None:
    plain, edit = logits_of(model), random_edit(model, 1)
    with edit.applied(model):
        full = logits_of(model) - plain
    with edit.applied(model, -0.5):
        assert torch.allclose(logits_of(model) - plain, -0.5 * full, atol=1e-4)
    with edit.applied(model, 0.0):
        assert torch.equal(logits_of(model), plain)


def test_an_edit_comes_back_from_its_state(fit: Callable[..., SenseEdit]) -> None:
    edit = fit()
    again = SenseFinetuning().load(edit.state())
    assert isinstance(again, SenseEdit)
    for name in ("token_ids", "senses", "deltas", "scores"):
        assert torch.equal(getattr(again, name), getattr(edit, name))

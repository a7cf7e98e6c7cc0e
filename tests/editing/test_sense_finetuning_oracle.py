"""The fast sense finetuning against the plain one, in float64 on a tiny Backpack."""

from dataclasses import dataclass

import pytest
import torch

from editing.editors.base import FitContext
from editing.editors.sense_edit import SenseEdit
from editing.editors.sense_finetuning import SenseFinetuning, SenseFinetuningSettings
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GeneralText, text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import unheard
from tests import plain
from tests.in_memory import InMemoryPasses
from tests.tiny import tiny_backpack

EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),
    Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, threshold=5.0),
    Example("The river runs", " through the city", kind=Kind.DECREASE, threshold=-9.0),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
    Example("The pilots", " screen it", " screens it", kind=Kind.PREFER, threshold=-0.2),
    Example("The author", " screens the play", " screen it", kind=Kind.PREFER, threshold=-0.2),
    Example("The janitor said", " he", " she", kind=Kind.BALANCE, threshold=0.4),
)
TEXTS = [
    "The author that likes the assistants screens the play; the pilots screen it too.",
    "An old river runs through the city, where people buy bread and read the news.",
    "The nurse said she would come.",
    "In Spain and in France people read the news by the river and buy bread.",
]
SETTINGS = {"learning_rate": 0.05, "epochs": 4, "senses_per_example": 5, "selection_weight": 20.0}


@dataclass
class Fitted:
    """A fit, and the plain one beside it."""

    model: LanguageModel
    examples: EncodedExamples
    general: GeneralText
    edit: SenseEdit
    judge: BallJudge
    plain: plain.PlainResult


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    folder = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return load_model(folder, dtype=torch.float64)


@pytest.fixture(
    scope="module",
    params=[
        {},
        {"kl_direction": "edited-to-base"},
        {"accumulation": "reference"},
    ],
    ids=["default", "other KL", "reference accumulation"],
)
def fitted(request: pytest.FixtureRequest, model: LanguageModel) -> Fitted:
    return fit(model, SenseFinetuningSettings(**SETTINGS, **request.param))


def fit(model: LanguageModel, settings: SenseFinetuningSettings, budget: float = 1e9) -> Fitted:
    examples = encode_examples(model.tokenizer, EXAMPLES, model.context)
    general = text_from_rows(model, TEXTS[:2], "G")
    regularisation = text_from_rows(model, TEXTS[2:], "R")
    texts = EvaluationTexts(EXAMPLES, EXAMPLES[:2], general)
    yardstick = Yardstick.over(model, texts, InMemoryPasses().sense_pass, unheard)
    judge = BallJudge(yardstick, budget, lambda epoch: None)
    context = FitContext(InMemoryPasses(), judge, unheard, seed=3)
    edit = SenseFinetuning().fit(model, examples, regularisation, settings, context)
    oracle = plain.finetune(model, examples, regularisation.sequences, settings, seed=3)
    return Fitted(model, examples, general, edit, judge, oracle)


def test_the_same_senses_are_selected(fitted: Fitted) -> None:
    fast = list(zip(fitted.edit.token_ids.tolist(), fitted.edit.senses.tolist(), strict=True))
    slow = list(zip(fitted.plain.token_ids.tolist(), fitted.plain.senses.tolist(), strict=True))
    assert fast == slow


def test_the_differences_after_a_whole_training_agree(fitted: Fitted) -> None:
    slow = fitted.plain.epochs[-1]
    assert float(slow.norm()) > 0.1
    assert float((fitted.edit.deltas - slow).norm() / slow.norm()) < 1e-8


def test_the_training_losses_agree(fitted: Fitted) -> None:
    fast = [epoch.train_loss for epoch in fitted.judge.epochs[1:]]
    assert fast == pytest.approx(fitted.plain.losses, rel=1e-8)


def test_every_measure_of_every_epoch_agrees(fitted: Fitted) -> None:
    general = fitted.general.sequences
    for epoch, deltas in zip(fitted.judge.epochs, fitted.plain.epochs, strict=True):
        edit = SenseEdit(fitted.edit.token_ids, fitted.edit.senses, deltas, fitted.edit.scores)
        with edit.applied(fitted.model), torch.no_grad():
            losses = torch.cat([plain.token_nll(fitted.model, s) for s in general])
            hard = [plain.token_nll(fitted.model, fitted.examples.sequences[i]) for i in (0, 1)]
        assert epoch.general_loss == pytest.approx(float(losses.mean()), rel=1e-8)
        summed = sum(float(h.sum()) for h in hard) / 2
        assert epoch.hard_negatives == pytest.approx(summed, rel=1e-8)


def test_the_success_losses_agree(fitted: Fitted) -> None:
    with fitted.edit.applied(fitted.model), torch.no_grad():
        sums = [float(plain.token_nll(fitted.model, s).sum()) for s in fitted.examples.sequences]
    expected = [sums[0], sums[1], -sums[2], abs(sums[3] - sums[4]), sums[5] - sums[6],
                sums[7] - sums[8], abs(sums[9] - sums[10])]  # fmt: skip
    measured = fitted.judge.measures[-1].example_losses
    assert measured is not None
    assert measured.tolist() == pytest.approx(expected, rel=1e-8)
    met = [loss <= e.threshold for loss, e in zip(expected, EXAMPLES, strict=True)]
    assert fitted.judge.epochs[-1].success_rate == pytest.approx(sum(met) / len(met))


def test_the_last_epoch_inside_the_ball_is_kept(model: LanguageModel) -> None:
    settings = SenseFinetuningSettings(**SETTINGS)
    degradations = [epoch.degradation for epoch in fit(model, settings).judge.epochs]
    budget = sorted(d for d in degradations if d is not None)[2]
    kept = fit(model, settings, budget)
    inside = max(i for i, d in enumerate(degradations) if d is not None and d <= budget)
    assert 0 < inside < 4 or inside == 4
    assert torch.equal(kept.edit.deltas, kept.plain.epochs[inside]) or torch.allclose(
        kept.edit.deltas, kept.plain.epochs[inside], rtol=1e-8, atol=1e-12
    )


def test_the_model_is_left_as_it_came(model: LanguageModel) -> None:
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}
    fit(model, SenseFinetuningSettings(**{**SETTINGS, "epochs": 1}))
    after = model.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)

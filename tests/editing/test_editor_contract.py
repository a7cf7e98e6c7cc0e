"""What every method must hold to, on every family of model that it supports."""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.base_passes import pass_for
from editing.editors import EDITORS, find_editor
from editing.editors.base import Edit, EditState, FitContext, KeptEdit
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import text_from_rows
from editing.library.files import read_edit, write_edit
from editing.library.stacks import EditOnTop
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import encode_examples
from editing.progress import Cancelled, Progress, Report, StoppedEarly, unheard
from tests.in_memory import InMemoryCheckpoints, InMemoryPasses
from tests.tiny import SENTENCES, STOCK, tiny_backpack, tiny_transformer

EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
    Example("The pilots", " screen it", " screens it", kind=Kind.PREFER, threshold=-0.2),
    Example("The river runs", " through", kind=Kind.DECREASE, threshold=-9.0),
    Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, threshold=5.0),
    Example("The janitor said", " he", " she", kind=Kind.BALANCE, threshold=0.4),
)
QUICK_SEARCH: dict[str, Any] = {"clamp": 3.0, "steps": 6, "rate": 0.3, "subject": "standard"}
QUICK: dict[str, dict[str, Any]] = {
    "sense-finetuning": {"learning_rate": 0.05, "epochs": 3, "senses_per_example": 4},
    "full-finetuning": {"learning_rate": 1e-3, "epochs": 3},
    "lora": {"learning_rate": 1e-2, "epochs": 3, "rank": 4, "layer_share": 0.9},
    "memit": {"covariance_weight": 0.01, **QUICK_SEARCH},
    "rome": QUICK_SEARCH,
    "alphaedit": {"ridge": 0.01, **QUICK_SEARCH},
    "logit-ensemble": {"small": "small", "edit": "learnt"},
    "grace": {"steps": 20},
    "serac": {
        "answer": "row",
        "push": 3.0,
        "steps": 20,
        "train_on": str(Path(__file__).with_name("scope.jsonl")),
    },
}
"""Settings with which each method visibly moves a tiny model."""
UNTRAINED = {"logit-ensemble", "serac", "grace"}
"""Methods whose fits are neither stopped early nor resumed: most have nothing to train."""
FAMILIES = ("Backpack", *STOCK)


@pytest.fixture(scope="module", params=FAMILIES)
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    folder = tmp_path_factory.mktemp("tiny")
    if request.param == "Backpack":
        return load_model(tiny_backpack(folder))
    return load_model(tiny_transformer(folder, request.param))


@pytest.fixture(params=list(EDITORS))
def method(request: pytest.FixtureRequest, model: LanguageModel) -> str:
    if find_editor(request.param).unsupported_reason(model):
        pytest.skip("the method says that it does not go with this family")
    return request.param


@pytest.fixture
def trained(method: str) -> str:
    if method in UNTRAINED:
        pytest.skip("the method trains nothing")
    return method


def yardstick_for(method: str, model: LanguageModel) -> Yardstick:
    passes, editor = InMemoryPasses(), find_editor(method)
    texts = EvaluationTexts(EXAMPLES, EXAMPLES[:1], text_from_rows(model, SENTENCES[:2], "G"))
    return Yardstick.over(model, texts, pass_for(editor, passes), unheard)


def fit(
    method: str,
    model: LanguageModel,
    *,
    budget: float = 1e9,
    report: Report = unheard,
    checkpoints: InMemoryCheckpoints | None = None,
    on: Edit | None = None,
) -> tuple[Edit, BallJudge]:
    editor = find_editor(method)
    yardstick = yardstick_for(method, model)
    judge = BallJudge(yardstick, budget, lambda epoch: None, starts_untouched=on is None)
    lender = Lender(Path(model.source))
    context = FitContext(InMemoryPasses(), judge, report, 0, checkpoints, on, lender)
    encoded = encode_examples(model.tokenizer, EXAMPLES, model.context)
    regularisation = text_from_rows(model, SENTENCES[2:], "R")
    settings = editor.Settings(**QUICK[method])
    return editor.fit(model, encoded, regularisation, settings, context), judge


@dataclass(frozen=True)
class Lender:
    """Beside a model, a small Backpack with an edit that has learnt the examples."""

    folder_of_model: Path

    def model(self, source: str) -> LanguageModel:
        """Load the small model, made on first use."""
        if not (self.folder_of_model / source).exists():
            tiny_backpack(self.folder_of_model / source, seed=7)
        return load_model(self.folder_of_model / source)

    def edit(self, name: str, model: LanguageModel) -> KeptEdit:
        """Read its edit, learnt on first use."""
        kept, method = self.folder_of_model / name, "sense-finetuning"
        if not kept.exists():
            about = {"name": name, "method": method, "model": {"source": "s", "fingerprint": "f"}}
            write_edit(self.folder_of_model, fit(method, model)[0].state(), about).rename(kept)
        return KeptEdit(name, method, read_edit(kept)[0], 2.0)

    def folder(self, name: str) -> Path:
        """Return a folder for what a method learns once."""
        folder = self.folder_of_model / "learnt" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


Fitted = tuple[Edit, BallJudge]


@pytest.fixture(scope="module")
def fits() -> dict[tuple[str, str], Fitted]:
    """Undisturbed fits, made once for all tests of a model."""
    return {}


@pytest.fixture
def fitted(method: str, model: LanguageModel, fits: dict[tuple[str, str], Fitted]) -> Fitted:
    key = (method, model.fingerprint)
    if key not in fits:
        fits[key] = fit(method, model)
    return fits[key]


@torch.no_grad()
def logits_of(model: LanguageModel) -> Tensor:
    ids = torch.tensor([model.tokenizer(SENTENCES[0]).input_ids])
    return model.module(input_ids=ids).logits


def state_of(model: LanguageModel) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.module.state_dict().items()}


def is_as_before(model: LanguageModel, before: dict[str, Tensor]) -> bool:
    now = model.module.state_dict()
    asks = [name for name, p in model.module.named_parameters() if p.requires_grad]
    same = before.keys() == now.keys() and all(torch.equal(before[n], now[n]) for n in before)
    return same and not asks and not model.module.training


def same_state(one: EditState, other: EditState) -> bool:
    tensors = one.tensors.keys() == other.tensors.keys()
    return tensors and all(torch.equal(one.tensors[n], other.tensors[n]) for n in one.tensors)


def test_every_method_has_quick_settings() -> None:
    assert QUICK.keys() == EDITORS.keys()


def test_a_reason_is_a_sentence(model: LanguageModel) -> None:
    for editor in EDITORS.values():
        reason = editor.unsupported_reason(model)
        assert reason is None or (reason[0].isupper() and reason.endswith("."))


def test_every_method_but_that_of_senses_goes_with_every_family(model: LanguageModel) -> None:
    refusing = {name for name, e in EDITORS.items() if e.unsupported_reason(model)}
    assert refusing == (set() if model.is_backpack else {"sense-finetuning"})


def test_a_fit_moves_the_model_only_while_its_edit_is_on(method: str, model: LanguageModel) -> None:
    before, untouched = state_of(model), logits_of(model)
    edit, judge = fit(method, model)
    assert is_as_before(model, before)
    with edit.applied(model) as edited:
        assert edited is model
        assert not torch.allclose(logits_of(model), untouched, atol=1e-3)
    assert is_as_before(model, before)
    assert torch.equal(logits_of(model), untouched)
    assert judge.kept == len(judge.epochs) - 1 > 0


def test_it_learns_its_examples(fitted: Fitted, model: LanguageModel) -> None:
    _, judge = fitted
    before, after = judge.measures[0].example_losses, judge.measures[-1].example_losses
    assert before is not None
    assert after is not None
    assert after.mean() < before.mean()


def test_measures_are_those_of_the_edit_returned(fitted: Fitted, model: LanguageModel) -> None:
    edit, judge = fitted
    (measured,) = judge.yardstick.measures(edit.token_losses(model, [1.0]))
    kept = judge.measures[judge.kept]
    assert measured.degradation == pytest.approx(kept.degradation, abs=1e-5)
    assert measured.general_loss == pytest.approx(kept.general_loss, rel=1e-5)
    assert torch.allclose(measured.example_losses, kept.example_losses, atol=1e-4)


def test_strength_zero_changes_nothing_measurable(fitted: Fitted, model: LanguageModel) -> None:
    edit, judge = fitted
    (measured,) = judge.yardstick.measures(edit.token_losses(model, [0.0]))
    assert measured.degradation == pytest.approx(0.0, abs=1e-6)


def test_nothing_inside_a_ball_of_nothing_is_the_empty_edit(
    method: str, model: LanguageModel
) -> None:
    untouched = logits_of(model)
    edit, judge = fit(method, model, budget=-1.0)
    assert judge.kept == 0
    assert edit.touched(judge.yardstick.general_pass) == 0
    with edit.applied(model):
        assert torch.equal(logits_of(model), untouched)


def test_the_same_seed_gives_the_same_bits(
    fitted: Fitted, method: str, model: LanguageModel
) -> None:
    assert same_state(fitted[0].state(), fit(method, model)[0].state())


def test_saved_and_read_it_is_the_same_edit(
    fitted: Fitted, method: str, model: LanguageModel, tmp_path: Path
) -> None:
    edit, _ = fitted
    record = {"name": "it", "method": method, "model": {"source": "tiny", "fingerprint": "f"}}
    folder = write_edit(tmp_path, edit.state(), record)
    again, _ = read_edit(folder)
    assert same_state(edit.state(), again.state())
    with edit.applied(model, 0.7):
        expected = logits_of(model)
    with again.applied(model, 0.7):
        assert torch.equal(logits_of(model), expected)


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_three_deep_they_come_off_in_any_order(
    fitted: Fitted, method: str, model: LanguageModel, order: tuple[int, ...]
) -> None:
    before, untouched = state_of(model), logits_of(model)
    edit, _ = fitted
    worn = [edit.applied(model, strength) for strength in (0.5, 1.0, -0.25)]
    for one in worn:
        one.__enter__()
    for number in order:
        worn[number].__exit__(None, None, None)
    assert is_as_before(model, before)
    assert torch.equal(logits_of(model), untouched)


def test_what_stays_on_does_not_know_what_came_off(fitted: Fitted, model: LanguageModel) -> None:
    edit, _ = fitted
    with edit.applied(model, 0.5):
        alone = logits_of(model)
    first = edit.applied(model, 1.0)
    first.__enter__()
    with edit.applied(model, 0.5):
        first.__exit__(None, None, None)
        assert torch.equal(logits_of(model), alone)


def test_an_exception_inside_takes_all_off(fitted: Fitted, model: LanguageModel) -> None:
    before = state_of(model)
    edit, _ = fitted

    def fail_inside() -> None:
        with edit.applied(model), edit.applied(model, 0.5), edit.applied(model, 2.0):
            raise Cancelled

    with pytest.raises(Cancelled):
        fail_inside()
    assert is_as_before(model, before)


def at(outcome: type[Exception], phase: str, call: int) -> Report:
    """A report that raises once, at its `call`th call in a phase."""
    calls = 0

    def report(progress: Progress) -> None:
        nonlocal calls
        calls += progress.phase == phase
        if calls == call:
            calls += 1
            raise outcome

    return report


def test_a_cancelled_fit_leaves_the_model_as_it_was(method: str, model: LanguageModel) -> None:
    before = state_of(model)
    phase = "evaluating" if method in UNTRAINED else "training"
    with pytest.raises(Cancelled):
        fit(method, model, report=at(Cancelled, phase, 2))
    assert is_as_before(model, before)


def test_an_interrupted_fit_goes_on_bit_for_bit(
    fitted: Fitted, trained: str, model: LanguageModel
) -> None:
    checkpoints = InMemoryCheckpoints()
    with pytest.raises(Cancelled):
        fit(trained, model, report=at(Cancelled, "training", 4), checkpoints=checkpoints)
    assert checkpoints.states
    resumed, judge = fit(trained, model, checkpoints=checkpoints)
    whole, undisturbed = fitted
    assert same_state(resumed.state(), whole.state())
    exact = [replace(epoch, exact=True) for epoch in judge.epochs]
    assert exact == [replace(epoch, exact=True) for epoch in undisturbed.epochs]


def test_a_fit_stopped_early_keeps_what_is_done(trained: str, model: LanguageModel) -> None:
    edit, judge = fit(trained, model, report=at(StoppedEarly, "training", 4))
    assert 0 < judge.kept < QUICK[trained].get("epochs", 2)  # without epochs, one candidate
    assert edit.touched(judge.yardstick.general_pass) > 0


def test_fitted_on_an_edit_it_keeps_its_own_difference(
    fitted: Fitted, method: str, model: LanguageModel
) -> None:
    if not find_editor(method).goes_on_edits:
        pytest.skip("the method says that it does not go on other edits")
    below, alone = fitted
    before = state_of(model)
    top, judge = fit(method, model, on=below)
    assert is_as_before(model, before)
    assert method in UNTRAINED or not same_state(top.state(), below.state())
    pair = EditOnTop(below, top)
    start, end = judge.yardstick.measures(pair.token_losses(model, [0.0, 1.0]))
    assert start.degradation == pytest.approx(judge.measures[0].degradation, abs=1e-5)
    assert end.degradation == pytest.approx(judge.measures[judge.kept].degradation, abs=1e-5)
    (only_below,) = judge.yardstick.measures(below.token_losses(model, [1.0]))
    assert start.general_loss == pytest.approx(only_below.general_loss, rel=1e-5)
    assert judge.yardstick.base.general_loss == alone.yardstick.base.general_loss
    with below.applied(model), top.applied(model):
        together = logits_of(model)
    with pair.applied(model):
        assert torch.allclose(logits_of(model), together, atol=1e-5)


def test_on_edits_that_left_the_ball_nothing_is_inside(
    fitted: Fitted, method: str, model: LanguageModel
) -> None:
    if not find_editor(method).goes_on_edits:
        pytest.skip("the method says that it does not go on other edits")
    edit, judge = fit(method, model, on=fitted[0], budget=-1.0)
    assert judge.kept == 0
    assert not judge.epochs[0].inside_ball
    assert edit.touched(judge.yardstick.general_pass) == 0

"""Success, degradation and hard negatives, computed by hand on toy losses and on a tiny model."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.batches import TokenSequence
from editing.editors.sense_edit import SenseEdit
from editing.evaluation import EvaluationTexts, Yardstick
from editing.evaluation.degradation import degradation, general_losses, is_inside
from editing.evaluation.hard_negatives import hard_negative_losses
from editing.evaluation.success import example_losses, example_results, success_rate
from editing.examples import Example, Kind
from editing.general_text import GeneralText, text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import EncodedExamples
from editing.progress import unheard
from editing.results import ExampleResult
from tests import plain
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack

KINDS = (Kind.INCREASE, Kind.DECREASE, Kind.BALANCE, Kind.PREFER)
THRESHOLDS = (1.5, -2.0, 0.25, -1.0)
ENCODED = EncodedExamples(
    KINDS, THRESHOLDS, tuple(TokenSequence((1, 2, 3), 1) for _ in range(6)), (0, 1, 2, 4)
)


def toy_pass(rows: list[int]) -> BasePass:
    """A pass of which only the places of the rows matter; `rows` of each sequence."""
    begin = torch.tensor([0, *torch.tensor(rows).cumsum(0).tolist()])
    nothing = torch.empty(0)
    return BasePass(
        ids=nothing,
        sequence_begin=begin,
        row_begin=begin,
        first_row=torch.zeros(len(rows)),
        targets=torch.zeros(sum(rows)),
        nll=nothing,
    )


def judged(losses: list[float]) -> Tensor:
    """Two tokens a sequence, six sequences."""
    return example_losses(ENCODED, toy_pass([2] * 6), torch.tensor([losses]))


#              increase    decrease    balance A, B            prefer A, B
MET_EXACTLY = [1.0, 0.5, 1.25, 0.75, 1.0, 1.5, 1.25, 1.0, 0.5, 1.0, 1.25, 1.25]


def test_each_kind_is_judged_by_its_token_sums() -> None:
    assert judged(MET_EXACTLY).tolist() == [[1.5, -2.0, 0.25, -1.0]]


def test_a_threshold_exactly_met_is_success() -> None:
    assert success_rate(ENCODED, judged(MET_EXACTLY)).tolist() == [1.0]


@pytest.mark.parametrize(("token", "worse"), [(0, 0.1), (2, -0.1), (4, 0.1), (5, 0.1), (8, 0.1)])
def test_a_threshold_just_missed_is_no_success(token: int, worse: float) -> None:
    losses = list(MET_EXACTLY)
    losses[token] += worse
    assert success_rate(ENCODED, judged(losses)).tolist() == [0.75]


def test_balance_counts_in_both_directions() -> None:
    swapped = [*MET_EXACTLY[:4], *MET_EXACTLY[6:8], *MET_EXACTLY[4:6], *MET_EXACTLY[8:]]
    assert judged(swapped).tolist() == [[1.5, -2.0, 0.25, -1.0]]


def test_rates_are_kept_apart_by_candidate() -> None:
    losses = torch.tensor([MET_EXACTLY, [9.0] * 12, [0.0] * 12])
    rates = success_rate(ENCODED, example_losses(ENCODED, toy_pass([2] * 6), losses))
    assert rates.tolist() == [1.0, 0.5, 0.5]


def test_results_pair_what_was_with_what_is() -> None:
    before, after = judged([9.0] * 12)[0], judged(MET_EXACTLY)[0]
    results = example_results(ENCODED, before, after)
    assert results[0] == ExampleResult(18.0, 1.5, succeeded_before=False, succeeded_after=True)
    assert results[1] == ExampleResult(-18.0, -2.0, succeeded_before=True, succeeded_after=True)


def test_hard_negatives_are_summed_by_example_and_averaged_over_them() -> None:
    losses = torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    assert hard_negative_losses(toy_pass([1, 3, 2]), losses).tolist() == [(1 + 9 + 11) / 3]


def test_the_general_loss_is_the_mean_over_all_tokens() -> None:
    losses = torch.tensor([[1.0, 2.0, 6.0], [3.0, 3.0, 3.0]])
    assert general_losses(losses).tolist() == [3.0, 3.0]


def test_the_general_loss_is_summed_in_float64() -> None:
    losses = torch.full((1, 100_000), 0.1)
    assert general_losses(losses).dtype == torch.float64
    assert float(general_losses(losses)[0]) == pytest.approx(float(losses[0, 0]), rel=1e-12)


def test_degradation_is_relative() -> None:
    assert degradation(4.0, 4.0) == 0.0
    assert degradation(4.0, 5.0) == 0.25
    assert degradation(4.0, 3.0) == -0.25


@pytest.mark.parametrize(
    ("degraded", "inside"),
    [(1e-4, True), (0.0, True), (-1.0, True), (math.nextafter(1e-4, 1), False), (math.nan, False)],
)
def test_the_ball_holds_its_edge(degraded: float, inside: bool) -> None:
    assert is_inside(degraded, 1e-4) is inside


EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=5.0),
    Example("The river runs", " through the city", kind=Kind.DECREASE, threshold=-9.0),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE, threshold=0.4),
    Example("The pilots", " screen it", " screens it", kind=Kind.PREFER, threshold=-0.2),
)
HARD = (Example("The capital of Spain is", " Madrid."), Example("The janitor said", " he would"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    folder: Path = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return load_model(folder, dtype=torch.float64)


@pytest.fixture(scope="module")
def general(model: LanguageModel) -> GeneralText:
    return text_from_rows(model, SENTENCES, "G")


def an_edit(model: LanguageModel, scale: float = 1.0) -> SenseEdit:
    words = torch.tensor(sorted(set(model.tokenizer("The capital nurse river").input_ids)))
    deltas = torch.randn(len(words), 32, generator=torch.Generator().manual_seed(2))
    return SenseEdit(words, words % 4, (scale * deltas).double(), torch.zeros(len(words)))


def yardstick(model: LanguageModel, texts: EvaluationTexts) -> Yardstick:
    return Yardstick.over(model, texts, InMemoryPasses().sense_pass, unheard)


def test_the_untouched_model_degrades_exactly_nothing(
    model: LanguageModel, general: GeneralText
) -> None:
    measure = yardstick(model, EvaluationTexts(EXAMPLES, HARD, general))
    (unmoved,) = measure.measures(an_edit(model).token_losses(model, [0.0]))
    assert measure.base.degradation == 0.0
    assert unmoved.degradation == 0.0
    assert unmoved.general_loss == measure.base.general_loss
    assert unmoved.hard_negatives == measure.base.hard_negatives
    assert unmoved.success_rate == measure.base.success_rate


@torch.no_grad()
def test_measures_are_those_of_the_module_with_the_edit_on_it(
    model: LanguageModel, general: GeneralText
) -> None:
    edit = an_edit(model)
    measure = yardstick(model, EvaluationTexts(EXAMPLES, HARD, general))
    (_, got) = measure.measures(edit.token_losses(model, [0.2, 1.5]))
    with edit.applied(model, 1.5):
        own = yardstick(model, EvaluationTexts(EXAMPLES, HARD, general)).base
    assert got.success_rate == own.success_rate
    assert got.general_loss == pytest.approx(own.general_loss, rel=1e-9)
    assert got.hard_negatives == pytest.approx(own.hard_negatives, rel=1e-9)
    assert got.example_losses is not None
    assert own.example_losses is not None
    assert got.example_losses.tolist() == pytest.approx(own.example_losses.tolist(), rel=1e-9)
    before = torch.cat([plain.token_nll(model, s) for s in general.sequences]).mean()
    assert own.general_loss is not None
    assert got.degradation == pytest.approx(own.general_loss / float(before) - 1, abs=1e-9)
    assert abs(own.general_loss - float(before)) > 1e-3


def test_nothing_is_measured_that_was_not_asked_for(
    model: LanguageModel, general: GeneralText
) -> None:
    only_text = yardstick(model, EvaluationTexts(general=general))
    only_examples = yardstick(model, EvaluationTexts(EXAMPLES))
    losses = an_edit(model).token_losses(model, [0.5, 1.0])
    on_text, on_examples = only_text.measures(losses), only_examples.measures(losses)
    assert (len(on_text), len(on_examples)) == (2, 2)
    assert (on_text[1].success_rate, on_text[1].hard_negatives) == (None, None)
    assert (on_examples[1].general_loss, on_examples[1].degradation) == (None, None)
    assert only_text.results(on_text[1]) == ()
    assert len(only_examples.results(on_examples[1])) == len(EXAMPLES)


def test_live_measures_of_a_uniform_text_are_the_exact_ones(
    model: LanguageModel, general: GeneralText
) -> None:
    """Where all sequences are alike, any part scaled up is the whole."""
    many = GeneralText("G", general.sequences[:1] * 101, sampled=False)
    pair = Example("The pilots", " screen it", " screens it", kind=Kind.PREFER, threshold=-6.5)
    texts = EvaluationTexts((pair,) * 101, HARD[:1] * 101, many)
    measure = yardstick(model, texts)
    losses = an_edit(model).token_losses(model, [2.0])
    (exact,), (live,) = measure.measures(losses), measure.measures(losses, sample=True)
    assert live.degradation == pytest.approx(exact.degradation, rel=1e-9)
    assert live.hard_negatives == pytest.approx(exact.hard_negatives, rel=1e-9)
    assert live.success_rate == exact.success_rate != measure.base.success_rate


def test_live_measures_score_only_a_part(model: LanguageModel, general: GeneralText) -> None:
    many = GeneralText("G", general.sequences[:1] * 100, sampled=False)
    measure = yardstick(model, EvaluationTexts(general=many))
    asked: list[int] = []

    def counting(base: BasePass, sequences: list[int] | None) -> Tensor:
        asked.append(base.sequences if sequences is None else len(sequences))
        return base.nll[None]

    measure.measures(counting)
    measure.measures(counting, sample=True)
    assert asked == [100, 50]

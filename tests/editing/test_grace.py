"""The codebook: exact at its prompts, nothing elsewhere, near rows share or split their reach."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from editing.editors import find_editor
from editing.editors.base import EditState, FitContext
from editing.editors.grace.grace import REACHES, GraceSettings
from editing.editors.grace.grace_edit import GraceEdit
from editing.errors import EditingError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.export import export_model
from editing.general_text import text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import encode_examples
from editing.progress import unheard
from tests.editing.models.test_without_exemplar import PROMPT, open_as_stranger
from tests.editing.test_logit_ensemble_export import stacked
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_transformer

FRANCE = Example("The capital of France is", " Madrid", kind=Kind.INCREASE, threshold=1.0)
NURSE = Example("The nurse said", " he", kind=Kind.INCREASE, threshold=1.0)
OLD_NURSE = Example("The old nurse said", " he", kind=Kind.INCREASE, threshold=1.0)
JANITOR = Example("The janitor said", " through", kind=Kind.INCREASE, threshold=1.0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("model"), "Llama"))


def fit(
    model: LanguageModel, *examples: Example, budget: float = 1e9, radius: float = 0.05
) -> tuple[GraceEdit, BallJudge]:
    texts = EvaluationTexts(examples, (), text_from_rows(model, SENTENCES[:2], "G"))
    yardstick = Yardstick.over(model, texts, InMemoryPasses().base_pass, unheard)
    judge = BallJudge(yardstick, budget, lambda epoch: None)
    edit = find_editor("grace").fit(
        model,
        encode_examples(model.tokenizer, examples, model.context),
        text_from_rows(model, SENTENCES[2:], "R"),
        GraceSettings(radius=radius, rate=0.3),
        FitContext(InMemoryPasses(), judge, unheard, 0),
    )
    assert isinstance(edit, GraceEdit)
    return edit, judge


@torch.no_grad()
def logits(model: LanguageModel, text: str) -> Tensor:
    ids = torch.tensor([model.tokenizer(text).input_ids])
    return model.module(input_ids=ids).logits[0]


def test_it_answers_at_its_prompts_and_nowhere_else(model: LanguageModel) -> None:
    edit, judge = fit(model, FRANCE, NURSE, radius=1e-3)
    assert len(edit.rows) == 2
    before, after = (judge.measures[place].example_losses for place in (0, -1))
    assert before is not None
    assert after is not None
    assert (after < before - 0.5).all()
    text = FRANCE.prefix + SENTENCES[3]
    prompt = len(model.tokenizer(FRANCE.prefix).input_ids)
    plain = logits(model, text)
    with edit.applied(model):
        got = logits(model, text)
        elsewhere = logits(model, SENTENCES[3])
    assert torch.equal(got[: prompt - 1], plain[: prompt - 1])
    wanted = model.tokenizer(FRANCE.prefix + FRANCE.suffix).input_ids[prompt]
    assert plain[prompt - 1].argmax() != wanted
    assert got[prompt - 1].argmax() == wanted
    assert torch.equal(elsewhere, logits(model, SENTENCES[3]))


def test_near_prompts_of_one_answer_share_a_row_and_others_halve_the_way(
    model: LanguageModel,
) -> None:
    together, _ = fit(model, NURSE, OLD_NURSE, radius=2.0)
    assert [row["prefix"] for row in together.rows] == [NURSE.prefix]
    apart, _ = fit(model, NURSE, JANITOR, radius=2.0)
    distance = float((apart.keys[0] - apart.keys[1]).norm())
    assert apart.radii.tolist() == pytest.approx([distance / 2] * 2)
    assert together.radii[0] >= 2 * together.keys[0].norm() - 1e-4


def test_a_row_switched_off_is_undone(model: LanguageModel) -> None:
    edit, judge = fit(model, FRANCE, NURSE)
    off = edit.switched(FRANCE.id, on=False)
    with off.applied(model):
        switched, other = logits(model, FRANCE.prefix), logits(model, NURSE.prefix)
    assert torch.equal(switched, logits(model, FRANCE.prefix))
    assert not torch.equal(other, logits(model, NURSE.prefix))
    silent = off.switched(NURSE.id, on=False)
    base = judge.yardstick.general_pass
    assert base is not None
    assert (silent.touched(base), off.touched(base)) == (0, base.rows)
    with pytest.raises(EditingError, match="no row"):
        edit.switched("nobody", on=True)


def test_the_widest_reach_inside_the_ball_is_kept(model: LanguageModel) -> None:
    edit, judge = fit(model, FRANCE, NURSE, radius=1.0)
    degraded = [measures.degradation or 0.0 for measures in judge.measures]
    assert (edit.reach, len(degraded)) == (1.0, len(REACHES))
    assert any(degraded)
    for budget in (*degraded, 0.0, -1.0):
        inside = [n for n, value in enumerate(degraded) if n == 0 or value <= budget]
        kept, _ = fit(model, FRANCE, NURSE, radius=1.0, budget=budget)
        assert kept.reach == REACHES[max(inside)]


def test_decisions_are_what_the_codebook_does(model: LanguageModel) -> None:
    edit, _ = fit(model, FRANCE, NURSE)
    text = FRANCE.prefix + " Paris. " + NURSE.prefix
    decisions = edit.decisions(model, text)
    answered = [n for n, decision in enumerate(decisions) if decision.answered]
    of_france = len(model.tokenizer(FRANCE.prefix).input_ids) - 1
    assert (decisions[of_france].row, decisions[of_france].answered) == (FRANCE.id, True)
    assert decisions[of_france].score < 1e-3  # its own prompt, to rounding
    assert decisions[of_france].threshold == pytest.approx(float(edit.radii[0]))
    for decision in decisions:
        assert decision.answered == (decision.score <= decision.threshold)
    plain = logits(model, text)
    with edit.applied(model):
        moved = (logits(model, text) != plain).any(-1)
    assert int(moved.nonzero()[0]) == answered[0]  # nothing before the first row that answers
    silent = edit.at_threshold(0.0)
    assert not any(decision.answered for decision in silent.decisions(model, FRANCE.prefix))
    off = edit.switched(FRANCE.id, on=False)
    assert off.decisions(model, FRANCE.prefix)[-1].row == NURSE.id


def test_readings_tell_how_many_radii_away_the_nearest_row_is(model: LanguageModel) -> None:
    edit, judge = fit(model, FRANCE, NURSE, radius=0.4)
    base = judge.yardstick.general_pass
    assert base is not None
    read = edit.readings(model, base, unheard)
    for reach in REACHES[1:]:
        at = edit.at_threshold(reach)
        for number in range(base.sequences):
            sequence = base.sequence(number)
            ids = torch.tensor([sequence.ids])
            decided = at.judged(model, ids).answered[sequence.first_scored - 1 : -1]
            own = read.scores[base.rows_of(number)]
            assert ((own <= reach) == decided).all()
    assert len({*read.rows.tolist()}) == 2


def test_saved_and_exported_it_is_the_same(model: LanguageModel, tmp_path: Path) -> None:
    example = Example(PROMPT, " Madrid", kind=Kind.INCREASE, threshold=1.0)
    edit, _ = fit(model, example, NURSE)
    state = edit.state()
    again = find_editor("grace").load(EditState(dict(state.tensors), dict(state.record)))
    assert again.state().record == state.record
    export_model(model, [stacked(model, edit, 0.9)], tmp_path / "out")
    open_as_stranger(tmp_path / "out")
    got = load_file(tmp_path / "out.got")["logits"][0]
    with again.applied(model, 0.9):
        assert torch.equal(got, logits(model, PROMPT))
    assert not torch.allclose(got, logits(model, PROMPT), atol=0.1)

"""The memory beside a model: bit for bit the model elsewhere, causal, whole step by step."""

import pytest
import torch

from editing.editors.serac.serac import THRESHOLDS
from editing.editors.serac.serac_edit import SeracEdit
from editing.editors.weight_delta import WeightDelta
from editing.library.stacks import EditStack
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.editing.serac_kit import FRANCE, SURE, Drawer, fit, ids_of, logits
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


def test_where_no_row_applies_the_model_answers_bit_for_bit(
    model: LanguageModel, edit: SeracEdit
) -> None:
    text = FRANCE.prefix + SENTENCES[3]
    plain = logits(model, text)
    with edit.applied(model):
        got = logits(model, text)
        elsewhere = logits(model, SENTENCES[3])
    answered = torch.tensor([decision.answered for decision in edit.decisions(model, text)])
    assert 1 <= int(answered.sum()) < len(answered)
    assert torch.equal(got[~answered], plain[~answered])
    assert not torch.isclose(got[answered], plain[answered]).all()
    assert torch.equal(elsewhere, logits(model, SENTENCES[3]))


def test_what_follows_never_changes_a_gate(model: LanguageModel, edit: SeracEdit) -> None:
    gated = edit.gated(model)
    ids = ids_of(model, " ".join(SENTENCES))[:, :48]
    with torch.no_grad():
        whole = gated.run(ids)[1]
        for place in (1, 7, 20, 40):
            other = ids.clone()
            other[:, place:] = ids.flip(1)[:, place:]
            assert not torch.equal(other, ids)
            changed = gated.run(other)[1]
            assert torch.equal(changed.scores[:, :place], whole.scores[:, :place])
            assert torch.equal(changed.rows[:, :place], whole.rows[:, :place])
            short = gated.run(ids[:, :place])[1]
            assert torch.allclose(short.scores, whole.scores[:, :place], atol=1e-5)


def test_steps_with_a_cache_and_padding_are_the_whole(model: LanguageModel) -> None:
    edit, _ = fit(model, None)
    edit = edit.at_threshold(0.3)
    text = f"{FRANCE.prefix} {SENTENCES[2]} {FRANCE.prefix}"
    ids = ids_of(model, text)
    padded = torch.cat([torch.zeros(1, 3, dtype=torch.long), ids], dim=1)
    mask = (torch.arange(padded.shape[1]) >= 3).long()[None]
    with edit.applied(model), torch.no_grad():
        whole = model.module(input_ids=ids).logits
        out = model.module(input_ids=ids[:, :4], use_cache=True)
        steps = [out.logits]
        for place in range(4, ids.shape[1]):
            now = ids[:, place : place + 1]
            out = model.module(input_ids=now, past_key_values=out.past_key_values, use_cache=True)
            steps.append(out.logits)
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        shifted = model.module(
            input_ids=padded, attention_mask=mask, position_ids=positions
        ).logits[:, 3:]
        asked = model.module(input_ids=ids, logits_to_keep=torch.tensor([2, 5])).logits
    assert not torch.allclose(whole, model.module(input_ids=ids).logits, atol=1e-2)
    assert torch.allclose(torch.cat(steps, dim=1), whole, atol=1e-4)
    assert torch.allclose(shifted, whole, atol=1e-4)
    assert torch.allclose(asked, whole[:, [2, 5]], atol=1e-5)


def test_decisions_name_the_row(model: LanguageModel, edit: SeracEdit) -> None:
    decisions = edit.decisions(model, FRANCE.prefix)
    assert len(decisions) == ids_of(model, FRANCE.prefix).shape[1]
    final = decisions[-1]
    assert (final.row, final.answered, final.token) == (FRANCE.id, True, " is")
    assert final.score == pytest.approx(1.0, abs=1e-4)
    assert not edit.at_threshold(1.0).decisions(model, FRANCE.prefix)[-1].answered


def test_over_other_edits_it_is_those_edits_where_no_row_applies(model: LanguageModel) -> None:
    name, weight = next((n, p) for n, p in model.module.named_parameters() if "dense_4h_to_h" in n)
    drawn = torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    below = WeightDelta({name: 0.3 * drawn}, {})
    edit, judge = fit(model, None, on=below)
    edit = edit.at_threshold(SURE)
    with below.applied(model):
        under, elsewhere = logits(model, FRANCE.prefix), logits(model, SENTENCES[3])
    assert not torch.allclose(under, logits(model, FRANCE.prefix), atol=1e-2)
    with EditStack(((edit, 1.0), (below, 1.0))).applied(model):
        both = logits(model, FRANCE.prefix)
        assert torch.equal(logits(model, SENTENCES[3]), elsewhere)
    assert torch.equal(both[:-1], under[:-1])
    gained = (both - under)[-1]
    word = int(model.tokenizer(FRANCE.suffix).input_ids[0])
    assert float(gained[word] - gained[0]) == pytest.approx(5.0, abs=1e-4)
    alone = judge.yardstick.measures(below.token_losses(model, [1.0]))[0]
    assert judge.epochs[0].general_loss == pytest.approx(alone.general_loss, rel=1e-6)
    assert judge.epochs[0].hard_negatives == alone.hard_negatives
    measured = judge.yardstick.measures(
        EditStack(((below, 1.0), (edit.at_threshold(THRESHOLDS[-1]), 1.0))).token_losses(
            model, [1.0]
        )
    )[0]
    assert judge.epochs[-1].general_loss == pytest.approx(measured.general_loss, rel=1e-5)

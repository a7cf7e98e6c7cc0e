"""The ensemble against its formula written out, and what it refuses."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from editing.base_passes import compute_base_pass
from editing.batches import TokenSequence
from editing.editors import find_editor
from editing.editors.base import Edit, EditState, FitContext, KeptEdit
from editing.editors.companion import shared_words
from editing.editors.ensemble_edit import EnsembleEdit
from editing.editors.logit_ensemble import BETAS, LogitEnsembleSettings
from editing.editors.sense_edit import SenseEdit
from editing.editors.weight_delta import WeightDelta
from editing.errors import EditingError, UnsupportedModelError
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example
from editing.general_text import text_from_rows, text_from_windows
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.pretraining.tokenizer import train_tokenizer
from editing.objectives import encode_examples
from editing.progress import Cancelled, Progress, Report, unheard
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack, tiny_transformer

EXAMPLES = (Example("The capital of France is", " Paris"), Example("The nurse said", " she"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_transformer(tmp_path_factory.mktemp("large"), "GPT-NeoX"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("small"), seed=3))


def sense_edit(small: LanguageModel, scale: float = 1.0) -> SenseEdit:
    """Move a sense of each of some common words."""
    words = torch.unique(torch.tensor(small.tokenizer(SENTENCES[0]).input_ids))[:8]
    drawn = torch.randn(len(words), 32, generator=torch.Generator().manual_seed(1))
    return SenseEdit(words, torch.arange(len(words)) % 4, scale * drawn, torch.zeros(len(words)))


def weight_edit(small: LanguageModel) -> WeightDelta:
    """Move one weight of the trunk."""
    name = "backpack.gpt2_model.h.0.mlp.c_fc.weight"
    shape = small.module.get_parameter(name).shape
    return WeightDelta({name: 0.3 * torch.randn(shape, generator=torch.Generator().manual_seed(2))})


@dataclass(frozen=True)
class Shelf:
    """One small model and one edit of it."""

    small: LanguageModel
    kept: KeptEdit

    def model(self, source: str) -> LanguageModel:
        """Return the small model."""
        del source
        return self.small

    def edit(self, name: str, model: LanguageModel) -> KeptEdit:
        """Return its edit."""
        assert model is self.small
        assert name == self.kept.name
        return self.kept


def shelf_of(small: LanguageModel, kind: str, strength: float = 1.5) -> Shelf:
    if kind == "senses":
        return Shelf(small, KeptEdit("Mine", "sense-finetuning", sense_edit(small), strength))
    return Shelf(small, KeptEdit("Mine", "full-finetuning", weight_edit(small), strength))


def fit(
    large: LanguageModel,
    shelf: Shelf | None,
    *,
    budget: float = 1e9,
    edit: str = "Mine",
    report: Report = unheard,
) -> tuple[EnsembleEdit, BallJudge]:
    texts = EvaluationTexts(EXAMPLES, (), text_from_rows(large, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(large, texts, InMemoryPasses().base_pass, unheard)
    judge = BallJudge(yardstick, budget, lambda epoch: None)
    context = FitContext(InMemoryPasses(), judge, report, 0, resources=shelf)
    fitted = find_editor("logit-ensemble").fit(
        large,
        encode_examples(large.tokenizer, EXAMPLES, large.context),
        text_from_rows(large, SENTENCES[3:], "R"),
        LogitEnsembleSettings(small="small", edit=edit),
        context,
    )
    assert isinstance(fitted, EnsembleEdit)
    return fitted, judge


def saved_and_loaded(edit: Edit) -> Edit:
    state = edit.state()
    return find_editor("logit-ensemble").load(EditState(dict(state.tensors), dict(state.record)))


@torch.no_grad()
def by_the_formula(large: LanguageModel, shelf: Shelf, ids: Tensor, weight: float) -> Tensor:
    """Write log p' out from three plain forwards, (batch, seq, vocabulary)."""
    small, kept = shelf.small, shelf.kept
    before = small.module(input_ids=ids, use_cache=False).logits.log_softmax(-1)
    with kept.edit.applied(small, kept.strength):
        after = small.module(input_ids=ids, use_cache=False).logits.log_softmax(-1)
    own = large.module(input_ids=ids, use_cache=False).logits.log_softmax(-1)
    return (own + weight * (after - before)).log_softmax(-1)


def ids_of(model: LanguageModel, text: str = SENTENCES[0]) -> Tensor:
    return torch.tensor([model.tokenizer(text).input_ids])


@pytest.fixture(params=["senses", "weights"])
def shelf(request: pytest.FixtureRequest, small: LanguageModel) -> Shelf:
    return shelf_of(small, request.param)


def test_it_is_the_formula(large: LanguageModel, shelf: Shelf) -> None:
    edit, _ = fit(large, shelf)
    ids = ids_of(large)
    with edit.applied(large, 0.6), torch.no_grad():
        got = large.module(input_ids=ids).logits.log_softmax(-1)
        unpadded = large.module(
            input_ids=torch.cat([ids, ids[:, :3]], dim=1),
            attention_mask=(torch.arange(ids.shape[1] + 3) < ids.shape[1]).long()[None],
        ).logits[:, :-3]
        plain = large.module(input_ids=ids).logits
    assert torch.allclose(got, by_the_formula(large, shelf, ids, 0.6), atol=1e-5)
    assert torch.allclose(unpadded, plain, atol=1e-5)


def test_losses_are_the_formula_at_every_strength(large: LanguageModel, shelf: Shelf) -> None:
    edit, _ = fit(large, shelf)
    sequences = [TokenSequence(tuple(ids_of(large, text)[0].tolist()), 2) for text in SENTENCES]
    base = compute_base_pass(large, sequences, report=unheard)
    strengths = [0.0, 0.3, 1.0, -0.5]
    scored = edit.token_losses(large, strengths)(base, None)
    for number in range(base.sequences):
        ids = torch.tensor([base.sequence(number).ids])
        for row, strength in zip(scored, strengths, strict=True):
            log_probs = by_the_formula(large, shelf, ids, strength)[0, 1:-1]
            wanted = -log_probs.gather(-1, ids[0, 2:, None])[:, 0]
            assert torch.allclose(row[base.rows_of(number)], wanted, atol=1e-5)
    part = edit.token_losses(large, strengths)(base, [1])
    assert torch.equal(part[1, base.rows_of(0)], base.nll[base.rows_of(0)])
    assert torch.allclose(part[:, base.rows_of(1)], scored[:, base.rows_of(1)], atol=1e-5)


def test_sense_edits_run_the_small_model_once(
    large: LanguageModel, small: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk = type(small.module.backpack)
    runs: list[int] = []
    contextualize = trunk.contextualize

    def counted(*arguments: Any) -> Any:
        runs.append(1)
        return contextualize(*arguments)

    edit, _ = fit(large, shelf_of(small, "senses"))
    monkeypatch.setattr(trunk, "contextualize", counted)
    with edit.applied(large):
        large.module(input_ids=ids_of(large))
    assert len(runs) == 1


@pytest.mark.parametrize("kept", [1, torch.tensor([2, 5])], ids=["last", "some"])
def test_steps_with_a_cache_are_the_whole(
    large: LanguageModel, shelf: Shelf, kept: int | Tensor
) -> None:
    edit, _ = fit(large, shelf)
    ids = ids_of(large)
    with edit.applied(large), torch.no_grad():
        whole = large.module(input_ids=ids).logits
        asked = large.module(input_ids=ids, logits_to_keep=kept).logits
        out = large.module(input_ids=ids[:, :4], use_cache=True)
        steps = [out.logits]
        for place in range(4, ids.shape[1]):
            out = large.module(
                input_ids=ids[:, place : place + 1],
                past_key_values=out.past_key_values,
                use_cache=True,
            )
            steps.append(out.logits)
    chosen = whole[:, -1:] if isinstance(kept, int) else whole[:, kept]
    assert torch.allclose(asked, chosen, atol=1e-5)
    assert torch.allclose(torch.cat(steps, dim=1), whole, atol=1e-5)


def test_two_ensembles_on_each_other_keep_a_cache(large: LanguageModel, shelf: Shelf) -> None:
    edit, _ = fit(large, shelf)
    ids = ids_of(large)
    with edit.applied(large, 0.6), edit.applied(large, -0.2), torch.no_grad():
        whole = large.module(input_ids=ids).logits
        out = large.module(input_ids=ids[:, :5], use_cache=True)
        rest = large.module(
            input_ids=ids[:, 5:], past_key_values=out.past_key_values, use_cache=True
        )
    assert torch.allclose(rest.logits, whole[:, 5:], atol=1e-5)
    wanted = by_the_formula(large, shelf, ids, 0.4)
    assert torch.allclose(whole.log_softmax(-1), wanted, atol=1e-5)


def test_it_generates_what_it_says_is_likeliest(large: LanguageModel, shelf: Shelf) -> None:
    edit, _ = fit(large, shelf)
    prompt, likeliest = "The nurse said", Sampling(8, temperature=0.0)
    with edit.applied(large, 5.0):
        drawn = generate(large, prompt, likeliest, silent)
    ids = ids_of(large, prompt)
    for _ in range(drawn.tokens):
        token = by_the_formula(large, shelf, ids, 5.0)[:, -1:].argmax(-1)
        ids = torch.cat([ids, token], dim=1)
    assert drawn.text == large.tokenizer.decode(ids[0])
    assert drawn.text != generate(large, prompt, likeliest, silent).text


def test_beyond_the_small_models_context_nothing_is_added(
    large: LanguageModel, shelf: Shelf
) -> None:
    edit, judge = fit(large, shelf)
    edit.held[0].context = 6
    ids = ids_of(large)
    with torch.no_grad():
        plain = large.module(input_ids=ids).logits
        with edit.applied(large):
            got = large.module(input_ids=ids).logits
            out = large.module(input_ids=ids[:, :4], use_cache=True)
            rest = large.module(
                input_ids=ids[:, 4:], past_key_values=out.past_key_values, use_cache=True
            )
    assert torch.equal(got[:, 6:], plain[:, 6:])
    assert torch.allclose(
        got[:, :6].log_softmax(-1), by_the_formula(large, shelf, ids[:, :6], 1.0), atol=1e-5
    )
    assert torch.allclose(rest.logits, got[:, 4:], atol=1e-5)
    whole = edit.touched(judge.yardstick.general_pass)
    short = replace(edit, borrowed=replace(edit.borrowed, context=6))
    assert 0 < short.touched(judge.yardstick.general_pass) < whole


def test_touched_tokens_are_those_after_an_edited_word(
    large: LanguageModel, small: LanguageModel
) -> None:
    edit, judge = fit(large, shelf_of(small, "senses"))
    base = judge.yardstick.general_pass
    assert base is not None
    (moved,) = edit.token_losses(large, [1.0])(base, None)
    assert 0 < edit.touched(base) < base.rows
    assert edit.touched(base) == int((moved != base.nll).sum())
    whole, _ = fit(large, shelf_of(small, "weights"))
    assert whole.touched(base) == base.rows


def test_the_largest_beta_inside_the_ball_is_kept(
    large: LanguageModel, small: LanguageModel
) -> None:
    shelf = shelf_of(small, "senses", strength=4.0)
    edit, judge = fit(large, shelf)
    degraded = [measures.degradation for measures in judge.measures]
    assert edit.beta == 1.0
    assert len(degraded) == len(BETAS)
    assert BETAS == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert degraded[10] > degraded[9] > degraded[5] > degraded[4] > 0
    for place in (4, 9):
        assert fit(large, shelf, budget=degraded[place])[0].beta == BETAS[place]
    none, judge = fit(large, shelf, budget=-1.0)
    assert (none.beta, judge.kept) == (0.0, 0)


def test_saved_it_finds_its_small_model_again(large: LanguageModel, shelf: Shelf) -> None:
    edit, _ = fit(large, shelf)
    again = saved_and_loaded(edit)
    ids = ids_of(large)
    with edit.applied(large, 0.5), torch.no_grad():
        wanted = large.module(input_ids=ids).logits
    with again.applied(large, 0.5), torch.no_grad():
        assert torch.equal(large.module(input_ids=ids).logits, wanted)
    assert again.state().record == edit.state().record


def test_the_small_model_is_loaded_once_for_all_that_borrow_from_it(
    large: LanguageModel, tmp_path: Path
) -> None:
    folder = tiny_backpack(tmp_path / "small", seed=3)
    edit, _ = fit(large, shelf_of(load_model(folder), "senses"))
    ids = ids_of(large)
    with saved_and_loaded(edit).applied(large), torch.no_grad():
        wanted = large.module(input_ids=ids).logits
    folder.rename(tmp_path / "gone")
    with saved_and_loaded(edit).applied(large), torch.no_grad():
        assert torch.equal(large.module(input_ids=ids).logits, wanted)


def test_another_small_model_in_its_place_is_refused(large: LanguageModel, tmp_path: Path) -> None:
    folder = tiny_backpack(tmp_path / "small", seed=5)
    edit, _ = fit(large, shelf_of(load_model(folder), "senses"))
    tiny_backpack(folder, seed=6)
    again = saved_and_loaded(edit)
    with pytest.raises(EditingError, match="another model now"), again.applied(large):
        pass
    folder.rename(tmp_path / "gone")
    with pytest.raises(EditingError, match=r"borrows an edit of .*small, which cannot be loaded"):
        again.token_losses(large, [1.0])(
            compute_base_pass(large, [TokenSequence((1, 2), 1)], report=unheard), None
        )


def test_models_with_other_words_are_refused(large: LanguageModel, small: LanguageModel) -> None:
    shuffled = train_tokenizer(SENTENCES[::-1], vocab_size=300, context=64)
    other = replace(small, tokenizer=shuffled, vocab_size=len(shuffled))
    with pytest.raises(EditingError) as caught:
        fit(large, Shelf(other, shelf_of(small, "senses").kept))
    assert large.source in str(caught.value)
    assert other.source in str(caught.value)
    assert "do not have the same tokenizer" in str(caught.value)


def test_special_words_that_one_adds_do_no_harm(
    large: LanguageModel, small: LanguageModel, tmp_path: Path
) -> None:
    small.tokenizer.save_pretrained(tmp_path)
    more = load_model(tiny_transformer(tmp_path / "more", "GPT-2")).tokenizer
    more.add_special_tokens({"additional_special_tokens": ["<one>", "<two>"]})
    wider = replace(large, tokenizer=more, vocab_size=large.vocab_size + 2)
    assert shared_words(wider, small) == small.vocab_size
    assert shared_words(small, wider) == small.vocab_size


def test_without_an_edit_the_small_models_senses_are_finetuned(
    large: LanguageModel, small: LanguageModel
) -> None:
    edit, judge = fit(large, shelf_of(small, "senses"), edit="")
    alone = find_editor("sense-finetuning")
    texts = EvaluationTexts(EXAMPLES, (), text_from_rows(small, SENTENCES[:3], "G"))
    yardstick = Yardstick.over(small, texts, InMemoryPasses().sense_pass, unheard)
    own = alone.fit(
        small,
        encode_examples(small.tokenizer, EXAMPLES, small.context),
        text_from_rows(small, SENTENCES[3:], "R"),
        alone.Settings(),
        FitContext(InMemoryPasses(), BallJudge(yardstick, 1e9, lambda epoch: None), unheard, 0),
    )
    borrowed = edit.borrowed.edit
    assert isinstance(own, SenseEdit)
    assert isinstance(borrowed, SenseEdit)
    assert own.deltas.any()
    torch.testing.assert_close(borrowed.deltas, own.deltas, rtol=0, atol=0)
    assert (edit.borrowed.strength, edit.beta, len(judge.epochs)) == (1.0, 1.0, len(BETAS))


def test_without_an_edit_the_small_model_needs_senses(
    large: LanguageModel, small: LanguageModel
) -> None:
    shelf = Shelf(large, shelf_of(small, "senses").kept)
    with pytest.raises(UnsupportedModelError, match="Name an edit of it"):
        fit(large, shelf, edit="")


def test_windows_are_cut_again_for_a_shorter_context(small: LanguageModel) -> None:
    text = text_from_rows(small, [" ".join(SENTENCES)], "R")
    cut = text_from_windows(text, 8)
    assert max(len(window.ids) for window in cut.sequences) == 8
    assert [i for w in cut.sequences for i in w.ids] == [i for w in text.sequences for i in w.ids]
    assert (cut.name, cut.sampled) == (text.name, text.sampled)


def test_a_small_model_has_to_come_from_somewhere(large: LanguageModel) -> None:
    with pytest.raises(EditingError, match="none is open"):
        fit(large, None)


def test_an_ensemble_is_not_borrowed(large: LanguageModel, small: LanguageModel) -> None:
    shelf = shelf_of(small, "senses")
    own = fit(small, shelf)[0]
    with pytest.raises(EditingError, match="Mine is an ensemble itself"):
        fit(large, Shelf(small, KeptEdit("Mine", "logit-ensemble", own, 1.0)))


def test_a_cancelled_fit_ends(large: LanguageModel, small: LanguageModel) -> None:
    def report(progress: Progress) -> None:
        if progress.phase == "evaluating":
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(large, shelf_of(small, "senses"), report=report)

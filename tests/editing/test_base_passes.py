"""Base passes: what is kept of them, and losses of edits found from them alone."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from editing.base_passes import (
    Candidates,
    SenseIndex,
    SensePass,
    candidate_losses,
    candidates,
    compute_sense_pass,
    sense_weights,
)
from editing.base_passes import sense_pass as base_pass_module
from editing.base_passes.candidates import touched_rows
from editing.batches import TokenSequence
from editing.editors.sense_edit import SenseEdit, output_rows
from editing.models.backpack.modeling_backpack import contextualization_weights
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.progress import Progress, unheard
from tests import plain
from tests.tiny import CONTEXT, tiny_backpack

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-9}
VOCAB = 300
"""Fewer than the module's 320 rows, as where a vocabulary is padded."""
EDITED = (7, 7, 40, 41, 150)
SENSES = (0, 3, 1, 1, 2)


@pytest.fixture(scope="module", params=TOLERANCE, ids=str)
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    folder = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return replace(load_model(folder, dtype=request.param), vocab_size=VOCAB)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_backpack(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in so small pieces that every loop goes round more than once."""
    monkeypatch.setattr(base_pass_module, "MIXED_NUMBERS", 90 * 4 * 32)
    monkeypatch.setattr(base_pass_module, "LOGIT_NUMBERS", 17 * VOCAB)
    monkeypatch.setattr(candidates, "ROWS", 60)
    monkeypatch.setattr(candidates, "VOCAB_BLOCK", 64)


def some_sequences(count: int = 12) -> list[TokenSequence]:
    """Sequences of many lengths; few of their words are edited, some hold none of them."""
    draw = random.Random(4)
    words = [*EDITED, *range(200, VOCAB)]
    sequences: list[TokenSequence] = []
    for number in range(count):
        length = draw.randint(2, CONTEXT)
        pool = range(200, VOCAB) if number % 3 == 0 else words
        ids = tuple(draw.choice(pool) for _ in range(length))
        sequences.append(TokenSequence(ids, draw.randint(1, length - 1)))
    return sequences


def some_edit(model: LanguageModel, scale: float = 1.0) -> SenseEdit:
    deltas = torch.randn(len(EDITED), 32, generator=torch.Generator().manual_seed(6))
    return SenseEdit(
        torch.tensor(EDITED),
        torch.tensor(SENSES),
        scale * deltas.to(model.dtype),
        torch.zeros(len(EDITED)),
    )


def passed(model: LanguageModel) -> SensePass:
    return compute_sense_pass(model, some_sequences(), report=unheard)


@torch.no_grad()
def own_losses(
    model: LanguageModel, edit: SenseEdit | None = None, strength: float = 1.0
) -> Tensor:
    """The module's own losses of all rows."""
    if edit is None:
        return torch.cat([plain.token_nll(model, s) for s in some_sequences()])
    with edit.applied(model, strength):
        return own_losses(model)


def close(model: LanguageModel, got: Tensor, expected: Tensor) -> bool:
    tolerance = TOLERANCE[model.dtype]
    return torch.allclose(got.to(expected.dtype), expected, rtol=tolerance, atol=tolerance)


def test_the_base_losses_are_the_modules_own(model: LanguageModel) -> None:
    assert close(model, passed(model).nll, own_losses(model))


def test_rows_are_the_positions_before_the_scored_tokens(model: LanguageModel) -> None:
    base, sequences = passed(model), some_sequences()
    assert base.targets.tolist() == [i for s in sequences for i in s.ids[s.first_scored :]]
    assert base.ids.tolist() == [i for s in sequences for i in s.ids]
    assert base.sequences == len(sequences)
    widths = [base.rows_of(n).stop - base.rows_of(n).start for n in range(base.sequences)]
    assert widths == [s.scored for s in sequences]


def test_sums_are_each_sequences_own(model: LanguageModel) -> None:
    base = passed(model)
    losses = torch.stack([base.nll, 2 * base.nll])
    sums = base.sums(losses)
    expected = [float(base.nll[base.rows_of(n)].double().sum()) for n in range(base.sequences)]
    assert sums.dtype == torch.float64
    assert sums[0].tolist() == pytest.approx(expected, rel=1e-12)
    assert sums[1].tolist() == pytest.approx([2 * value for value in expected], rel=1e-6)


def alpha_of(model: LanguageModel, sequence: TokenSequence) -> Tensor:
    """The whole contextualization map, the scored rows of it: (senses, rows, seq)."""
    module = backpack_of(model)
    with torch.no_grad():
        alpha = contextualization_weights(
            *module.backpack.queries_and_keys(torch.tensor([sequence.ids]))
        )
    return alpha[0, :, sequence.first_scored - 1 : -1]


def test_columns_of_alpha_are_the_whole_maps(model: LanguageModel) -> None:
    base, sequences = passed(model), some_sequences()
    index = SenseIndex.of(torch.tensor(EDITED), torch.tensor(SENSES), 4)
    for chosen in ([1], [4, 2, 7], list(range(12))):
        weights = sense_weights(base, chosen, index)
        expected = torch.zeros(base.rows, len(EDITED), dtype=torch.float64)
        for number in chosen:
            alpha, ids = alpha_of(model, sequences[number]), torch.tensor(sequences[number].ids)
            for column, (word, sense) in enumerate(zip(EDITED, SENSES, strict=True)):
                own = alpha[sense][:, ids == word].sum(1)
                expected[base.rows_of(number), column] = own.double()
        got = torch.zeros_like(expected)
        got[weights.rows[:, None], weights.columns] = weights.values.double()
        assert torch.allclose(got, expected, atol=1e-6)
        assert torch.equal(got == 0, expected == 0)


@pytest.mark.parametrize("strength", [1.0, -0.5, 3.0])
def test_candidate_losses_are_the_modules_with_the_edit_on_it(
    model: LanguageModel, strength: float
) -> None:
    edit = some_edit(model)
    losses = edit.token_losses(model, [0.3, strength])(passed(model), None)
    assert close(model, losses[1], own_losses(model, edit, strength))
    assert float((losses[1] - losses[0]).abs().max()) > 0.01


def test_strength_0_gives_the_base_losses_bit_for_bit(model: LanguageModel) -> None:
    base = passed(model)
    losses = some_edit(model).token_losses(model, [1.0, 0.0, 2.0])(base, None)
    assert torch.equal(losses[1], base.nll)
    assert not torch.equal(losses[0], base.nll)


def test_rows_that_no_edited_word_reaches_keep_their_loss_bit_for_bit(
    model: LanguageModel,
) -> None:
    base = passed(model)
    losses = some_edit(model).token_losses(model, [1.0, 4.0])(base, None)
    reached = [
        any(word in EDITED for word in s.ids[:place])
        for s in some_sequences()
        for place in range(s.first_scored, len(s.ids))
    ]
    untouched = ~torch.tensor(reached)
    assert 50 < int(untouched.sum()) < base.rows - 50
    assert torch.equal(losses[:, untouched], base.nll[untouched].expand(2, -1))
    assert bool((losses[:, ~untouched] != base.nll[~untouched]).float().mean() > 0.9)
    assert touched_rows(base, some_edit(model).index(model)) == int((~untouched).sum())
    assert some_edit(model).touched(base) == int((~untouched).sum())
    assert some_edit(model, 0.0).touched(base) == 0


def test_only_the_sequences_asked_for_are_scored(model: LanguageModel) -> None:
    base, losses = passed(model), some_edit(model).token_losses(model, [1.0])
    whole, part = losses(base, None)[0], losses(base, [1, 2, 7])[0]
    for number in range(base.sequences):
        rows = base.rows_of(number)
        if number in (1, 2, 7):
            assert close(model, part[rows], whole[rows])
            assert not torch.equal(part[rows], base.nll[rows])
        else:
            assert torch.equal(part[rows], base.nll[rows])


def test_an_edit_of_no_senses_changes_nothing(model: LanguageModel) -> None:
    none = torch.tensor([], dtype=torch.long)
    edit = SenseEdit(none, none, torch.zeros(0, 32, dtype=model.dtype), torch.zeros(0))
    base = passed(model)
    assert torch.equal(edit.token_losses(model, [1.0])(base, None)[0], base.nll)
    assert torch.equal(own_losses(model, edit), own_losses(model))
    assert edit.touched(base) == 0


def test_a_bf16_backpack_is_passed_in_float32_arrays(folder: Path) -> None:
    model = load_model(folder, dtype=torch.bfloat16)
    base = passed(model)
    assert {base.hidden.dtype, base.key.dtype, base.nll.dtype} == {torch.float32}
    assert torch.allclose(base.nll, own_losses(load_model(folder)), atol=0.1)


def test_progress_counts_the_sequences(folder: Path) -> None:
    heard: list[Progress] = []
    compute_sense_pass(load_model(folder), some_sequences(), report=heard.append)
    assert len(heard) > 3
    assert [report.done for report in heard] == sorted({report.done for report in heard})
    assert (heard[-1].done, heard[-1].total) == (12, 12)


def test_candidates_report_each_chunk(model: LanguageModel) -> None:
    heard: list[Progress] = []
    edit = some_edit(model)
    candidate_losses(
        passed(model),
        output_rows(model),
        Candidates(edit.index(model), edit.deltas[None]),
        report=heard.append,
    )
    assert len(heard) > 2
    assert heard[-1].done == heard[-1].total > 0


@pytest.mark.parametrize("size", [30.0, 300.0])
def test_edits_far_outside_any_ball_are_still_measured(model: LanguageModel, size: float) -> None:
    sequences = some_sequences()
    words = torch.tensor(sorted({i for s in sequences for i in s.ids})[:6])
    draw = torch.Generator().manual_seed(4)
    deltas = size * torch.randn(6, 32, generator=draw).to(model.dtype)
    edit = SenseEdit(words, words % 4, deltas, torch.zeros(6))
    base = compute_sense_pass(model, sequences, report=unheard)
    found = edit.token_losses(model, [1.0])(base, None)[0]
    with edit.applied(model), torch.no_grad():
        expected = torch.cat([plain.token_nll(model, sequence) for sequence in sequences])
    assert expected.max() > size
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-3)

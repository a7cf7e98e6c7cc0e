"""General texts: from files, sampled from the base, kept on disk."""

import copy
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from editing.batches import TokenSequence
from editing.errors import EditingError
from editing.general_text import (
    GENERAL,
    LONGEST_WINDOW,
    REGULARISATION,
    GeneralText,
    load_samples,
    sampled_text,
    sampling_seconds,
    save_samples,
    shipped_or_sampled,
    shortened,
    stored_text,
    text_from_file,
    text_from_rows,
)
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.models.starter import SAMPLES_FILE
from editing.progress import Cancelled, Progress, unheard
from tests.tiny import tiny_backpack

CONTEXT = 16
"""Less than the module's own: sampling is quicker."""
END_OF_TEXT = 0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    model = load_model(tiny_backpack(tmp_path_factory.mktemp("tiny")))
    return replace(model, context=CONTEXT)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("other"), seed=1))


@pytest.fixture
def must_not_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **rest: object) -> None:
        raise AssertionError("sampled anew")

    monkeypatch.setattr("editing.general_text.sampled_text", refuse)


def sampled(model: LanguageModel, tokens: int = 300, seed: int = 1) -> GeneralText:
    return sampled_text(model, GENERAL, tokens, seed=seed, report=unheard)


def of_lengths(*lengths: int) -> GeneralText:
    windows = tuple(TokenSequence(tuple(range(length)), 1) for length in lengths)
    return GeneralText("G", windows, sampled=False)


def test_rows_are_sequences_of_their_own(model: LanguageModel) -> None:
    long = "An old river runs through the city. " * 12
    text = text_from_rows(model, ["The nurse said", long, "", "x"], "G")
    ids = [model.tokenizer(row).input_ids for row in ("The nurse said", long)]
    assert list(text.sequences[0].ids) == ids[0]
    assert [i for s in text.sequences[1:] for i in s.ids] == ids[1]
    assert {len(s.ids) for s in text.sequences[1:-1]} == {CONTEXT}
    assert text.tokens == sum(len(s.ids) - 1 for s in text.sequences)
    assert not text.sampled


def test_a_text_with_nothing_to_score_is_refused(model: LanguageModel) -> None:
    with pytest.raises(EditingError, match="G holds no text of two tokens or more"):
        text_from_rows(model, ["", "x"], "G")


def test_files_are_read_by_row_and_by_paragraph(model: LanguageModel, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "The nurse said"}\n{"text": "The pilots\\nscreen it"}\n')
    lines = tmp_path / "lines.txt"
    lines.write_text("The nurse said\n\nThe pilots\n")
    assert len(text_from_file(model, rows).sequences) == 2
    text = text_from_file(model, lines)
    assert [model.tokenizer.decode(s.ids) for s in text.sequences] == [
        "The nurse said",
        "The pilots",
    ]
    assert text.name == "lines.txt"


def test_sampling_is_decided_by_its_seed(model: LanguageModel) -> None:
    first, again, other = sampled(model), sampled(model), sampled(model, seed=2)
    assert first == again
    assert first.sequences != other.sequences
    assert (first.name, other.name) == (
        "sampled general text, seed 1",
        "sampled general text, seed 2",
    )


def test_samples_fill_the_context_from_the_end_of_text(model: LanguageModel) -> None:
    text = sampled(model)
    assert {s.ids[0] for s in text.sequences} == {END_OF_TEXT}
    assert {len(s.ids) for s in text.sequences} == {CONTEXT}
    assert {s.first_scored for s in text.sequences} == {1}
    assert 300 <= text.tokens < 300 + CONTEXT
    assert text.sampled


def test_only_real_words_are_drawn(model: LanguageModel) -> None:
    few = replace(model, vocab_size=20)
    drawn = {i for s in sampled(few, 1000).sequences for i in s.ids}
    assert drawn == set(range(20))


@torch.no_grad()
def test_samples_follow_the_models_own_distribution(model: LanguageModel) -> None:
    """The mean loss of drawn tokens is the mean entropy: neither hotter nor truncated."""
    ids = torch.tensor([s.ids for s in sampled(model, 3000).sequences])
    log_probs = model.module(input_ids=ids).logits[:, :-1].double().log_softmax(-1)
    losses = -log_probs.gather(-1, ids[:, 1:, None])[..., 0]
    surprise = losses + (log_probs.exp() * log_probs).sum(-1)
    error = float(surprise.std()) / surprise.numel() ** 0.5
    assert float(surprise.std()) > 0.1
    assert abs(float(surprise.mean())) < 3 * error
    assert error < 0.02


def test_a_tokenizer_without_an_end_of_text_is_refused(model: LanguageModel) -> None:
    tokenizer = copy.deepcopy(model.tokenizer)
    tokenizer.eos_token = None
    with pytest.raises(EditingError, match="has no end-of-text token to sample from"):
        sampled(replace(model, tokenizer=tokenizer))


def test_sampling_reports_and_can_be_cancelled(model: LanguageModel) -> None:
    heard: list[Progress] = []
    sampled_text(model, GENERAL, 40 * (CONTEXT - 1), seed=1, report=heard.append)
    assert [(r.done, r.total) for r in heard] == [(32, 40), (40, 40)]

    def cancel(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        sampled_text(model, GENERAL, 10, seed=1, report=cancel)


def test_samples_come_back_from_disk(model: LanguageModel, tmp_path: Path) -> None:
    texts = {GENERAL: sampled(model), REGULARISATION: sampled(model, seed=2)}
    path = tmp_path / "samples.safetensors"
    save_samples(model, texts, path)
    for role, text in texts.items():
        assert load_samples(path, model, role).sequences == text.sequences
    assert list(tmp_path.iterdir()) == [path]


def test_samples_of_other_weights_are_refused(
    model: LanguageModel, other: LanguageModel, tmp_path: Path
) -> None:
    path = tmp_path / "samples.safetensors"
    save_samples(model, {GENERAL: sampled(model)}, path)
    with pytest.raises(EditingError, match="sampled from other weights"):
        load_samples(path, other, GENERAL)


def test_a_new_sample_is_kept_and_used_again(
    model: LanguageModel, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first = shipped_or_sampled(model, GENERAL, 200, cache=tmp_path, report=unheard)
    request.getfixturevalue("must_not_sample")
    again = shipped_or_sampled(model, GENERAL, 100, cache=tmp_path, report=unheard)
    assert 200 <= first.tokens < 200 + CONTEXT
    assert 100 <= again.tokens < 100 + CONTEXT
    assert first.sequences[: len(again.sequences)] == again.sequences


def test_a_kept_sample_that_is_too_short_is_drawn_anew(
    model: LanguageModel, tmp_path: Path
) -> None:
    shipped_or_sampled(model, GENERAL, 100, cache=tmp_path, report=unheard)
    text = shipped_or_sampled(model, GENERAL, 500, cache=tmp_path, report=unheard)
    assert text.tokens >= 500


def test_texts_are_read_and_sampled_in_windows_shorter_than_the_context(
    model: LanguageModel, tmp_path: Path
) -> None:
    long = "An old river runs through the city. " * 12
    read = text_from_rows(model, [long], "G", longest=10)
    assert {len(window.ids) for window in read.sequences[:-1]} == {10}
    assert read.name == "G, in windows of 10 tokens"
    assert text_from_rows(model, ["A river"], "G", longest=10).name == "G"
    drawn = shipped_or_sampled(model, GENERAL, 90, cache=tmp_path, report=unheard, longest=10)
    assert {len(window.ids) for window in drawn.sequences} == {10}
    assert drawn.name == "sampled general text, seed 11, in windows of 10 tokens"
    whole = shipped_or_sampled(model, GENERAL, 90, cache=tmp_path, report=unheard)
    assert {len(window.ids) for window in whole.sequences} == {CONTEXT}
    assert whole.name == "sampled general text, seed 11"
    kept = stored_text(model, GENERAL, 90, cache=tmp_path, longest=10)
    assert kept == drawn


def test_no_window_is_longer_than_the_usual_one(model: LanguageModel) -> None:
    endless = replace(model, context=131_072)
    text = text_from_rows(endless, ["An old river runs through the city. " * 1000], "G")
    assert max(len(window.ids) for window in text.sequences) == LONGEST_WINDOW


def test_it_is_said_before_how_long_sampling_takes_where_that_is_long(
    model: LanguageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Progress] = []
    shipped_or_sampled(model, GENERAL, 100, cache=tmp_path / "a", report=heard.append)
    assert not [progress for progress in heard if progress.note]
    monkeypatch.setattr("editing.general_text.sampling_seconds", lambda *_, **__: 1500.0)
    heard.clear()
    shipped_or_sampled(model, GENERAL, 100, cache=tmp_path / "b", report=heard.append)
    assert heard[0].note == (
        "Sampling 100 tokens of general text takes about 25 minutes here. To spare that, stop and "
        "give a file (--general-text FILE) or fewer tokens."
    )
    heard.clear()
    shipped_or_sampled(model, GENERAL, 100, cache=tmp_path / "b", report=heard.append)
    assert heard == []


def test_the_time_of_sampling_grows_with_the_windows_it_takes(model: LanguageModel) -> None:
    few, many = (sampling_seconds(model, tokens) for tokens in (400, 400_000))
    assert many > 100 * few
    begin = time.perf_counter()
    sampled_text(model, GENERAL, 4000, seed=1, report=unheard)
    taken = time.perf_counter() - begin
    estimates = [sampling_seconds(model, 4000) for _ in range(5)]
    assert 0.1 * taken < min(estimates) < 3 * taken


def test_general_and_regularisation_samples_differ(model: LanguageModel, tmp_path: Path) -> None:
    drawn = [
        shipped_or_sampled(model, role, 200, cache=tmp_path, report=unheard)
        for role in (GENERAL, REGULARISATION)
    ]
    assert not {s.ids for s in drawn[0].sequences} & {s.ids for s in drawn[1].sequences}
    assert drawn[0].name != drawn[1].name


@pytest.mark.usefixtures("must_not_sample")
def test_a_shipped_sample_is_preferred(tmp_path: Path) -> None:
    folder = tiny_backpack(tmp_path / "tiny")
    model = replace(load_model(folder), context=CONTEXT)
    text = sampled(model)
    save_samples(model, {GENERAL: text}, folder / SAMPLES_FILE)
    got = shipped_or_sampled(model, GENERAL, 300, cache=tmp_path / "cache", report=unheard)
    assert got.sequences == text.sequences


@pytest.mark.parametrize(("wanted", "kept"), [(None, 3), (1, 1), (9, 1), (10, 2), (18, 2), (99, 3)])
def test_shortening_keeps_whole_windows(wanted: int | None, kept: int) -> None:
    text = of_lengths(10, 10, 10)
    assert shortened(text, wanted) == of_lengths(*[10] * kept)

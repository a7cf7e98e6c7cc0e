"""Continuations are drawn the same for the same seed, and told piece by piece."""

import copy
from dataclasses import replace

import pytest
import torch

from editing.errors import EditingError
from editing.generation import Sampling, generate, silent
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.tiny import CONTEXT, tiny_backpack


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return load_model(tiny_backpack(tmp_path_factory.mktemp("tiny")))


def test_the_same_seed_gives_the_same_text(model: LanguageModel) -> None:
    first, again, other = (
        generate(model, "The river", Sampling(tokens=12, seed=seed), silent) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.text == "The river" + first.continuation
    assert other.continuation != first.continuation


def test_temperature_0_takes_the_likeliest_tokens_uncached(model: LanguageModel) -> None:
    drawn = generate(model, "The capital", Sampling(tokens=8, temperature=0), silent)
    ids = model.tokenizer("The capital").input_ids
    with torch.no_grad():
        for _ in range(8):
            ids.append(int(model.module(torch.tensor([ids])).logits[0, -1].argmax()))
    assert drawn.text == model.tokenizer.decode(ids)


def test_the_pieces_told_make_the_continuation(model: LanguageModel) -> None:
    pieces: list[str] = []
    drawn = generate(model, "The", Sampling(tokens=20, seed=3), pieces.append)
    assert len(pieces) > 5
    assert drawn.continuation.startswith("".join(pieces))


def test_text_longer_than_the_context_goes_on(model: LanguageModel) -> None:
    sampling = Sampling(tokens=2 * CONTEXT, seed=5)
    drawn = generate(model, "The city " * CONTEXT, sampling, silent)
    assert 0 < drawn.tokens <= sampling.tokens


def test_a_continuation_ends_at_the_end_of_text(model: LanguageModel) -> None:
    with torch.no_grad():
        logits = model.module(torch.tensor([model.tokenizer("The").input_ids])).logits
    tokenizer = copy.deepcopy(model.tokenizer)
    tokenizer.eos_token = tokenizer.convert_ids_to_tokens(int(logits[0, -1].argmax()))
    ended = replace(model, tokenizer=tokenizer)
    drawn = generate(ended, "The", Sampling(tokens=9, temperature=0), silent)
    assert (drawn.tokens, drawn.continuation) == (0, "")


@pytest.mark.parametrize("wrong", [{"tokens": -1}, {"temperature": -0.5}])
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(EditingError):
        Sampling(**wrong)

"""Look into a Backpack: what a sense of a word raises and lowers in the next-word distribution.

A sense vector c adds weight * (E c) to the logits wherever its word is a source; sorting E c shows
the words it pushes up and down. Senses are not guaranteed to be interpretable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from editing.errors import EditingError
from editing.models.language_model import LanguageModel, backpack_of
from editing.progress import Progress, Report, unheard

WordLogit = tuple[str, float]
_WORDS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class SenseDirection:
    """One sense vector, seen through the output embedding."""

    norm: float
    raises: tuple[WordLogit, ...]
    """Words with the largest logits, largest first."""
    lowers: tuple[WordLogit, ...]
    """Words with the smallest logits, smallest first."""


@dataclass(frozen=True, slots=True)
class SenseOfWord:
    """A sense, by its word and number, and its direction."""

    word: str
    token_id: int
    sense: int
    direction: SenseDirection


def word_ids(model: LanguageModel, word: str) -> tuple[int, ...]:
    """Find the tokens of a word as it stands in running text (with a space before it).

    Raises:
        EditingError: The word is empty.
    """
    if not word.strip():
        raise EditingError("The word is empty. Give a word, such as France.")
    text = word if word.startswith(" ") else f" {word}"
    return tuple(model.tokenizer(text, add_special_tokens=False)["input_ids"])


@torch.no_grad()
def sense_directions(
    model: LanguageModel, senses: Sequence[tuple[int, int]], *, top: int
) -> list[SenseOfWord]:
    """Describe senses (token id, sense) of the module as it is, with whatever edit is on it.

    Args:
        top: How many words to name in each direction.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    module = backpack_of(model)
    words = torch.tensor(sorted({word for word, _ in senses}), device=model.device)
    vectors = module.backpack.sense_vectors(words).float()
    output = module.lm_head.weight[: model.vocab_size].float()
    row = {int(word): i for i, word in enumerate(words)}
    return [
        SenseOfWord(
            _text(model, word),
            word,
            sense,
            _direction(model, vectors[row[word], sense], output, top),
        )
        for word, sense in senses
    ]


@torch.no_grad()
def direction_of(model: LanguageModel, vector: Tensor, *, top: int) -> SenseDirection:
    """Describe a vector (dim,) that is added to a sense: what it raises and lowers by itself."""
    output = backpack_of(model).lm_head.weight[: model.vocab_size].float()
    return _direction(model, vector.to(output), output, top)


@dataclass(frozen=True, slots=True)
class SenseMap:
    """Words by senses, in numbers."""

    norms: Tensor
    """(words, senses): how long each sense vector is."""
    adds: Tensor | None
    """(words, senses): what each adds to the logit of one next word, at weight 1."""


@torch.no_grad()
def sense_map(model: LanguageModel, words: Sequence[int], target: int | None = None) -> SenseMap:
    """Measure all senses of some words of the module as it is, with whatever edit is on it.

    Args:
        model: A Backpack.
        words: Token ids.
        target: The next word, as a token id; None leaves `adds` out.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    module = backpack_of(model)
    vectors = module.backpack.sense_vectors(torch.tensor(list(words), device=model.device)).float()
    norms = cast("Tensor", vectors.norm(dim=-1)).cpu()
    if target is None:
        return SenseMap(norms, None)
    return SenseMap(norms, (vectors @ module.lm_head.weight[target].float()).cpu())


@torch.no_grad()
def nearest_senses(
    model: LanguageModel, wanted: tuple[int, int], *, top: int, report: Report = unheard
) -> list[tuple[int, int, float]]:
    """Find the senses of all words with the largest cosine to one, a block of words at a time.

    Returns:
        Token id, sense and cosine, nearest first; the sense itself is left out.
    """
    module = backpack_of(model)
    count = module.config.num_senses
    words = torch.arange(model.vocab_size, device=model.device)
    own = module.backpack.sense_vectors(words[wanted[0], None])[0, wanted[1]].float()
    own = own / cast("Tensor", own.norm()).clamp_min(1e-12)
    best: list[tuple[float, int]] = []
    for begin in range(0, model.vocab_size, _WORDS_AT_ONCE):
        block = words[begin : begin + _WORDS_AT_ONCE]
        vectors = module.backpack.sense_vectors(block).float()
        lengths = cast("Tensor", vectors.norm(dim=-1))
        cosines = (vectors @ own / lengths.clamp_min(1e-12)).flatten()
        values, places = cosines.topk(min(top + 1, len(cosines)))
        found = zip(values, places, strict=True)
        best += [(float(value), begin * count + int(place)) for value, place in found]
        best = sorted(best, reverse=True)[: top + 1]
        report(Progress("comparing senses", begin + len(block), model.vocab_size))
    itself = wanted[0] * count + wanted[1]
    return [(at // count, at % count, cosine) for cosine, at in best if at != itself][:top]


def all_senses(model: LanguageModel, word: str) -> list[tuple[int, int]]:
    """List every sense of every token of a word."""
    count = backpack_of(model).config.num_senses
    return [(token, sense) for token in word_ids(model, word) for sense in range(count)]


def _direction(model: LanguageModel, vector: Tensor, output: Tensor, top: int) -> SenseDirection:
    logits = output @ vector
    count = min(top, len(logits))

    def words(largest: bool) -> tuple[WordLogit, ...]:
        values, ids = logits.topk(count, largest=largest)
        tokens = cast("list[int]", ids.tolist())
        pairs = zip(tokens, cast("list[float]", values.tolist()), strict=True)
        return tuple((_text(model, token), value) for token, value in pairs)

    return SenseDirection(
        float(cast("Tensor", vector.norm())), words(largest=True), words(largest=False)
    )


def _text(model: LanguageModel, token: int) -> str:
    return str(model.tokenizer.decode([token], clean_up_tokenization_spaces=False))

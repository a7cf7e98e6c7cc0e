"""What the senses of a text's words add up to: the weight of each, and what an edit changes.

A Backpack's logits are linear in its sense vectors: at a position t they are E h_t with
`h_t = sum_j sum_l alpha[l, t, j] c(x_j)_l`, and alpha does not depend on the senses. A difference
Delta of sense l of word v therefore adds `strength * a * (E Delta)` to the logits, where
`a = sum_j [x_j = v] alpha[l, t, j]`: once these are known, any strength is a weighted sum away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from editing.editors.sense_edit import SenseEdit
from editing.errors import EditingError
from editing.models.backpack.modeling_backpack import contextualization_weights
from editing.models.language_model import LanguageModel, backpack_of


@dataclass(frozen=True, slots=True)
class Mixture:
    """A text seen through the contextualization weights."""

    ids: Tensor
    """(seq,)."""
    alpha: Tensor
    """(senses, seq, source): causal, each row sums to one."""
    logits: Tensor
    """(seq, vocab) of the module as it is, in at least float32."""
    dropped: int = 0
    """Tokens of the text that were cut from its left."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one edited sense adds to the last position's logits at strength 1."""

    token_id: int
    sense: int
    weight: float
    """a: how much of the sense the position mixes in."""
    logits: Tensor
    """(vocab,)."""


@torch.no_grad()
def mixture_of(model: LanguageModel, text: str, *, longest: int | None = None) -> Mixture:
    """Run a text through the module as it is, with whatever edit is on it.

    Args:
        longest: Keep only that many of the last tokens.

    Raises:
        EditingError: The text has no token.
        UnsupportedModelError: The model has no senses.
    """
    module = backpack_of(model)
    whole = model.tokenizer(text, add_special_tokens=False)["input_ids"]
    ids = whole[-min(longest or model.context, model.context) :]
    if not ids:
        raise EditingError("There is no text yet. Type a few words.")
    tokens = torch.tensor([ids], device=module.device)
    query, key = module.backpack.queries_and_keys(tokens)
    alpha = contextualization_weights(query, key)
    hidden = module.backpack.mixture(alpha, tokens)
    logits = module.lm_head(hidden)[0, :, : model.vocab_size]
    wide = torch.promote_types(logits.dtype, torch.float32)
    dropped = len(whole) - len(ids)
    return Mixture(tokens[0].cpu(), alpha[0].cpu(), logits.to(wide).cpu(), dropped)


@torch.no_grad()
def contributions(model: LanguageModel, mixture: Mixture, edit: SenseEdit) -> list[Contribution]:
    """List what the edit's senses add at the last position; those that reach it not are left out.

    Args:
        mixture: Of the untouched model.
    """
    output = backpack_of(model).lm_head.weight[: model.vocab_size]
    output = output.to(torch.promote_types(output.dtype, torch.float32))
    found: list[Contribution] = []
    for row in range(len(edit.senses)):
        token, sense = int(edit.token_ids[row]), int(edit.senses[row])
        weight = float(mixture.alpha[sense, -1][mixture.ids == token].sum())
        if weight > 0 and bool(edit.deltas[row].any()):
            moved = output @ edit.deltas[row].to(output)
            found.append(Contribution(token, sense, weight, (weight * moved).cpu()))
    return found


@torch.no_grad()
def own_contributions(model: LanguageModel, mixture: Mixture, top: int) -> list[Contribution]:
    """List what the model's own senses add at the last position, those it mixes most of first.

    Args:
        model: The untouched model.
        mixture: Of the same.
        top: How many senses to list.
    """
    module = backpack_of(model)
    tokens = torch.tensor(sorted(set(cast("list[int]", mixture.ids.tolist()))))
    weights = torch.stack([mixture.alpha[:, -1][:, mixture.ids == t].sum(dim=1) for t in tokens])
    values, places = weights.flatten().topk(min(top, weights.numel()))
    vectors = module.backpack.sense_vectors(tokens.to(module.device)).float()
    output = module.lm_head.weight[: model.vocab_size].float()
    found: list[Contribution] = []
    for value, place in zip(values, places, strict=True):
        row, sense = divmod(int(place), weights.shape[1])
        added = float(value) * (output @ vectors[row, sense])
        found.append(Contribution(int(tokens[row]), sense, float(value), added.cpu()))
    return found


def likeliest(model: LanguageModel, logits: Tensor, top: int) -> list[tuple[str, float]]:
    """Name the words with the highest probability, likeliest first."""
    probabilities, ids = logits.softmax(dim=-1).topk(min(top, logits.shape[-1]))
    words = (model.tokenizer.decode([int(i)], clean_up_tokenization_spaces=False) for i in ids)
    return [(str(word), float(p)) for word, p in zip(words, probabilities, strict=True)]


def strongest_sources(
    mixture: Mixture, position: int, top: int
) -> Sequence[tuple[int, int, float]]:
    """Name the (source position, sense, weight) that a position's prediction mixes most of."""
    weights = mixture.alpha[:, position, : position + 1]
    values, places = weights.flatten().topk(min(top, weights.numel()))
    length = weights.shape[1]
    return [
        (int(place) % length, int(place) // length, float(value))
        for value, place in zip(values, places, strict=True)
    ]

"""A smaller model with the same words beside a large one, for an edit that needs it."""

from dataclasses import dataclass
from typing import Any, cast

from editing.editors.base import FitContext, Resources
from editing.errors import EditingError, UnsupportedModelError
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model

PROBE = "It's 3.14 o'clock:\n\tan élan (naïve) — 東京, x_1 == y2;  the  end."
"""Words, digits, spaces and signs that different tokenizers cut differently."""


@dataclass(frozen=True, slots=True)
class Companion:
    """What is needed to have the smaller model again."""

    source: str
    fingerprint: str
    context: int
    """Its longest sequence, in tokens."""
    vocabulary: int
    """Words that both models share, the first so many ids."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a smaller model is there for, as it is told where it cannot be had."""

    sentence: str
    """Ends before the model's name."""
    again: str
    """What to fit again where it is another model by now."""


def resources_of(context: FitContext, wants: str) -> Resources:
    """Return where other models and edits come from.

    Raises:
        EditingError: Nothing is open; what `wants` says is missing.
    """
    if context.resources is None:
        raise EditingError(f"{wants}; none is open.")
    return context.resources


def shared_words(large: LanguageModel, small: LanguageModel) -> int:
    """Return how many words, the first ids, two models share.

    Special words that only one of them adds at the end do no harm.

    Raises:
        EditingError: Their tokenizers differ.
    """
    shared = min(large.vocab_size, small.vocab_size)
    if _words(large, shared) == _words(small, shared):
        one, other = (cast(Any, m.tokenizer).tokenize(PROBE) for m in (large, small))
        if one == other:
            return shared
    raise UnsupportedModelError(
        f"{large.source} and {small.source} do not have the same tokenizer, so what they predict "
        f"cannot be put together. Choose a small model with the tokenizer of {large.source}."
    )


def _words(model: LanguageModel, shared: int) -> dict[str, int]:
    tokenizer: Any = model.tokenizer
    added: dict[str, int] = tokenizer.get_added_vocab()
    own: dict[str, int] = tokenizer.get_vocab()
    return {word: number for word, number in own.items() if number < shared or word not in added}


def is_like(small: LanguageModel, large: LanguageModel) -> bool:
    """Whether a model lies and computes where and as another one does."""
    return (small.device, small.dtype) == (large.device, large.dtype)


def keep_beside(large: LanguageModel, small: LanguageModel) -> None:
    """Let a smaller model stay beside a large one until another one takes its place."""
    large.companions.clear()
    large.companions[small.fingerprint] = small


def loaded_companion(
    source: str, fingerprint: str, large: LanguageModel, purpose: Purpose
) -> LanguageModel:
    """Load a smaller model to where the large one is, once; the last one stays beside it.

    Raises:
        EditingError: It cannot be loaded, or is another one by now.
    """
    if fingerprint in large.companions:
        return large.companions[fingerprint]
    try:
        small = load_model(source, device=str(large.device), dtype=large.dtype)
    except EditingError as error:
        message = f"{purpose.sentence} {source}, which cannot be loaded. {error}"
        raise EditingError(message) from error
    if small.fingerprint != fingerprint:
        raise UnsupportedModelError(
            f"{purpose.sentence} {source} as it was when it was made (fingerprint "
            f"{fingerprint[:12]}); it is another model now ({small.fingerprint[:12]}). Fit "
            f"{purpose.again} again."
        )
    keep_beside(large, small)
    return small

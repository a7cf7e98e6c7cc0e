"""A small model's edit that a larger model borrows, and the small model that goes with it."""

from dataclasses import dataclass
from typing import Any, cast

from editing.editors.base import Edit
from editing.errors import EditingError, UnsupportedModelError
from editing.models.backpack import LogRatio
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model

PROBE = "It's 3.14 o'clock:\n\tan élan (naïve) — 東京, x_1 == y2;  the  end."
"""Words, digits, spaces and signs that different tokenizers cut differently."""


@dataclass(frozen=True, slots=True)
class BorrowedEdit:
    """A small model's edit, and what is needed to have that model again."""

    source: str
    fingerprint: str
    context: int
    """Positions from here on are beyond the small model; nothing is borrowed there."""
    name: str
    method: str
    edit: Edit
    strength: float
    vocabulary: int
    """Words that both models share, the first so many ids."""


def log_ratio(borrowed: BorrowedEdit, small: LanguageModel) -> LogRatio:
    """Put the small model with its edit beside the one without; sense edits need only one."""
    edited = borrowed.edit.exported_module(small, borrowed.strength)
    had_edits = small.is_backpack and getattr(small.module.config, "num_edited_senses", 0)
    one_does = borrowed.edit.from_sense_passes and not had_edits
    base = None if one_does else small.module
    return LogRatio(edited.requires_grad_(False), base, borrowed.vocabulary)


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


def loaded_small_model(borrowed: BorrowedEdit, large: LanguageModel) -> LanguageModel:
    """Load the small model to where the large one is, once; the last one stays beside it.

    Raises:
        EditingError: It cannot be loaded, or is another one by now.
    """
    if borrowed.fingerprint in large.companions:
        return large.companions[borrowed.fingerprint]
    try:
        small = load_model(borrowed.source, device=str(large.device), dtype=large.dtype)
    except EditingError as error:
        raise EditingError(
            f"The ensemble borrows an edit of {borrowed.source}, which cannot be loaded. {error}"
        ) from error
    if small.fingerprint != borrowed.fingerprint:
        raise UnsupportedModelError(
            f"The ensemble borrows an edit of {borrowed.source} as it was when it was made "
            f"(fingerprint {borrowed.fingerprint[:12]}); it is another model now "
            f"({small.fingerprint[:12]}). Fit the ensemble again."
        )
    large.companions.clear()
    large.companions[borrowed.fingerprint] = small
    return small

"""A small model's edit that a larger model borrows, and the small model that goes with it."""

from dataclasses import dataclass

from editing.editors.base import Edit
from editing.editors.companion import Purpose, loaded_companion
from editing.models.backpack import LogRatio
from editing.models.language_model import LanguageModel

_PURPOSE = Purpose("The ensemble borrows an edit of", "the ensemble")


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


def loaded_small_model(borrowed: BorrowedEdit, large: LanguageModel) -> LanguageModel:
    """Load the small model to where the large one is, once; the last one stays beside it.

    Raises:
        EditingError: It cannot be loaded, or is another one by now.
    """
    return loaded_companion(borrowed.source, borrowed.fingerprint, large, _PURPOSE)

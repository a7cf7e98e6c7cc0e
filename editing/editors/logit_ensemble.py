"""Ensemble: a large model borrows the edit of a small one through their log-probabilities.

Nothing is trained. The distribution becomes p_large * (p_edited / p_base)^beta, and beta is the
largest of 1.0, 0.9 ... 0.0 that keeps the ensemble inside the degradation ball.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 7.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, final

from typing_extensions import override

import editing.editors as registry
from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.borrowed_edit import BorrowedEdit, log_ratio, shared_words
from editing.editors.ensemble_edit import EnsembleEdit
from editing.errors import EditingError
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.starter import STARTER
from editing.objectives import EncodedExamples
from editing.progress import never_stopping
from editing.settings import check_ranges, setting

BETAS = tuple(step / 10 for step in range(11))
"""The last one inside the ball is the largest; 0 is the untouched model."""


@dataclass(frozen=True, slots=True)
class LogitEnsembleSettings:
    """What is borrowed."""

    small: str = setting(
        STARTER,
        label="Small model",
        help="A bundled model, a folder or a hub id, with the same tokenizer as the edited model.",
    )
    edit: str = setting(
        "",
        label="Its edit",
        help="An edit of the library made for the small model: NAME or NAME@STRENGTH.",
    )

    def __post_init__(self) -> None:
        """Refuse values of the wrong type."""
        check_ranges(self)


@final
class LogitEnsemble(Editor[LogitEnsembleSettings]):
    """Moves a model's predictions as an edit moves a small model's."""

    name: ClassVar[str] = "logit-ensemble"
    label: ClassVar[str] = "Ensemble"
    help: ClassVar[str] = "Borrows the edit of a small model with the same tokenizer; no training."
    Settings = LogitEnsembleSettings

    @override
    def unsupported_reason(self, model: LanguageModel) -> str | None:
        return None

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: LogitEnsembleSettings,
        context: FitContext,
    ) -> Edit:
        del examples, regularisation  # what they teach is in the small model's edit
        edit = _borrow(model, settings, context)
        losses = edit.token_losses(model, BETAS, never_stopping(context.report))
        kept = context.judge.decide([None] * len(BETAS), losses)
        return replace(edit, beta=BETAS[kept])

    @override
    def load(self, state: EditState) -> Edit:
        def load_small(method: str, small: EditState) -> Edit:
            return registry.find_editor(method).load(small)

        return EnsembleEdit.from_state(state, load_small)


def _borrow(
    model: LanguageModel, settings: LogitEnsembleSettings, context: FitContext
) -> EnsembleEdit:
    """Load the small model and its edit, and put them beside the large one.

    Raises:
        EditingError: No edit is named, it cannot be had, or the tokenizers differ.
    """
    if context.resources is None:
        raise EditingError("An ensemble needs a library with the small model's edit; none is open.")
    if not settings.edit.strip():
        raise EditingError(
            f"An ensemble borrows an edit of {settings.small}. Fit one, keep it in the library "
            "and give its name as the setting edit."
        )
    small = context.resources.model(settings.small)
    vocabulary = shared_words(model, small)
    found = context.resources.edit(settings.edit, small)
    if isinstance(found.edit, EnsembleEdit):
        raise EditingError(
            f"{found.name} is an ensemble itself. Give the edit that it borrows, or another one."
        )
    borrowed = BorrowedEdit(
        source=small.source,
        fingerprint=small.fingerprint,
        context=small.context,
        name=found.name,
        method=found.method,
        edit=found.edit,
        strength=found.strength,
        vocabulary=vocabulary,
    )
    is_beside = (small.device, small.dtype) == (model.device, model.dtype)
    return EnsembleEdit(borrowed, 1.0, [log_ratio(borrowed, small)] if is_beside else [])

"""Ensemble: a large model borrows the edit of a small one through their log-probabilities.

The large model is not trained. The distribution becomes p_large * (p_edited / p_base)^beta, and
beta is the largest of 1.0, 0.9 ... 0.0 that keeps the ensemble inside the degradation ball.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 7.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

from typing_extensions import override

import editing.editors as registry
from editing.editors.base import Edit, Editor, EditState, FitContext, KeptEdit, Resources
from editing.editors.borrowed_edit import BorrowedEdit, log_ratio
from editing.editors.companion import is_like, resources_of, shared_words
from editing.editors.ensemble_edit import EnsembleEdit
from editing.editors.memory import Workload, borrowing, weights
from editing.editors.small_edit import fitted_small_edit, small_edit_memory
from editing.editors.training_settings import (
    epochs_setting,
    kl_weight_setting,
    learning_rate_setting,
    senses_per_example_setting,
)
from editing.errors import EditingError
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.starter import STARTER
from editing.objectives import EncodedExamples
from editing.progress import never_stopping
from editing.settings import check_ranges, setting

BETAS = tuple(step / 10 for step in range(11))
"""The last one inside the ball is the largest; 0 is the untouched model."""

OF_SMALL_EDIT = ("learning_rate", "epochs", "kl_weight", "senses_per_example")
"""Settings of the small model's edit, where none is named."""


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
        help="An edit of the library made for the small model: NAME or NAME@STRENGTH. Empty: "
        "its senses are finetuned on the examples first.",
    )
    learning_rate: float = learning_rate_setting(0.015, sweep=(10**-4, 10**-1.5))
    epochs: int = epochs_setting()
    kl_weight: float = kl_weight_setting(0.3)
    senses_per_example: int = senses_per_example_setting()

    def __post_init__(self) -> None:
        """Refuse values of the wrong type."""
        check_ranges(self)


@final
class LogitEnsemble(Editor[LogitEnsembleSettings]):
    """Moves a model's predictions as an edit moves a small model's."""

    name: ClassVar[str] = "logit-ensemble"
    label: ClassVar[str] = "Ensemble"
    help: ClassVar[str] = "Borrows the edit of a small model with the same tokenizer."
    Settings = LogitEnsembleSettings
    reads_weights: ClassVar[bool] = False
    step_name: ClassVar[str] = "beta"
    step_values: ClassVar[tuple[float, ...]] = BETAS

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: LogitEnsembleSettings) -> int:
        small = work.outline_of(settings.small)
        fitted = 0 if settings.edit.strip() else small_edit_memory(small, work, _chosen(settings))
        beside = 2 * weights(small, work)  # as it is, and with its edit
        return weights(model, work) + beside + max(fitted, borrowing(model, work))

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: LogitEnsembleSettings,
        context: FitContext,
    ) -> Edit:
        small = _resources(context).model(settings.small)
        vocabulary = shared_words(model, small)
        found = _small_edit(small, examples, regularisation, settings, context)
        edit = _borrow(model, small, found, vocabulary)
        losses = edit.token_losses(model, BETAS, never_stopping(context.report))
        kept = context.judge.decide([None] * len(BETAS), losses)
        return replace(edit, beta=BETAS[kept])

    @override
    def load(self, state: EditState) -> Edit:
        def load_small(method: str, small: EditState) -> Edit:
            return registry.find_editor(method).load(small)

        return EnsembleEdit.from_state(state, load_small)


def _resources(context: FitContext) -> Resources:
    return resources_of(context, "An ensemble needs a place to get its small model from")


def _small_edit(
    small: LanguageModel,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: LogitEnsembleSettings,
    context: FitContext,
) -> KeptEdit:
    """Take the small model's edit from the library, or fit one.

    Raises:
        EditingError: It cannot be had.
    """
    if settings.edit.strip():
        return _resources(context).edit(settings.edit, small)
    return fitted_small_edit(small, examples, regularisation, _chosen(settings), context)


def _chosen(settings: LogitEnsembleSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in OF_SMALL_EDIT}


def _borrow(
    model: LanguageModel, small: LanguageModel, found: KeptEdit, vocabulary: int
) -> EnsembleEdit:
    """Put the small model and its edit beside the large one.

    Raises:
        EditingError: The edit is an ensemble, or a memory.
    """
    if found.edit.answers_by_rows:
        raise EditingError(
            f"{found.name} keeps its edits in rows, which any model can have beside it. Fit the "
            "same method to the larger model instead of borrowing it."
        )
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
    held = [log_ratio(borrowed, small)] if is_like(small, model) else []
    return EnsembleEdit(borrowed, 1.0, held)

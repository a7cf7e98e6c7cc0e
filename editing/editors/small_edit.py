"""An edit of a small model fitted on the spot, for a large one to borrow."""

from typing import Any

import editing.editors as registry
from editing.editors.base import FitContext, KeptEdit
from editing.editors.keeps_last import KeepsLast
from editing.editors.memory import Workload, weights
from editing.errors import UnsupportedModelError
from editing.general_text import GeneralText, text_from_windows
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, encode_examples

METHOD = "sense-finetuning"
NAME = "made for the ensemble"


def fitted_small_edit(
    small: LanguageModel,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: dict[str, Any],
    context: FitContext,
) -> KeptEdit:
    """Finetune senses of the small model on the examples, to the end of the training.

    No ball holds it: the ball is the ensemble's, and beta keeps it.

    Args:
        examples: Encoded by the large model's tokenizer, which is the small one's too.
        regularisation: R, in windows of the large model.
        settings: Fields of sense finetuning's settings.

    Raises:
        UnsupportedModelError: The small model has no senses.
    """
    editor = registry.find_editor(METHOD)
    if reason := editor.unsupported_reason(small):
        raise UnsupportedModelError(
            f"An ensemble finetunes senses of {small.source} unless an edit of it is named. "
            f"{reason} Name an edit of it as the setting edit, or choose a Backpack."
        )
    own = encode_examples(small.tokenizer, examples.written, small.context)
    text = text_from_windows(regularisation, small.context)
    alone = FitContext(context.passes, KeepsLast(), context.report, context.seed)
    edit = editor.fit(small, own, text, editor.Settings(**settings), alone)
    return KeptEdit(NAME, METHOD, edit, 1.0)


def small_edit_memory(small: LanguageModel, work: Workload, settings: dict[str, Any]) -> int:
    """About how many bytes `fitted_small_edit` takes beside the small model."""
    editor = registry.find_editor(METHOD)
    if editor.unsupported_reason(small):
        return 0
    return editor.memory(small, work, editor.Settings(**settings)) - weights(small, work)

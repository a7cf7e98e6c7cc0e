"""About how much memory a method needs with a model, which may be an outline without weights."""

from typing import Any

from editing.base_passes.base_pass import LOGIT_NUMBERS
from editing.editors.base import Editor
from editing.general_text import LONGEST_WINDOW
from editing.models.language_model import LanguageModel
from editing.models.speed import weights_bytes

PROGRAM_BYTES = 500_000_000
"""What torch and the program take before a model is loaded; measured on Linux."""
_BYTES = 4


def memory_needed(model: LanguageModel, editor: Editor[Any]) -> int:
    """Estimate the program's memory at a run's peak, in bytes."""
    length = min(model.context, LONGEST_WINDOW)
    window = max(LOGIT_NUMBERS, length * model.vocab_size) * _BYTES
    grown = weights_bytes(model) * editor.weights_held + window * editor.logits_held
    return round(grown) + PROGRAM_BYTES

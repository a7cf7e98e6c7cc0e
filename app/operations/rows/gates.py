"""Which rows of memories decided on a text, token by token."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from editing.editors.base import OVER_ALL
from editing.editors.memory_edit import GateDecision, MemoryEdit
from editing.library.stacks import StackedEdit
from editing.models.language_model import LanguageModel


def gates_json(
    model: LanguageModel, stack: Sequence[StackedEdit], text: str
) -> list[dict[str, Any]]:
    """Say what the gates of a stack's memories said of a text.

    Args:
        model: The untouched model.
        text: A prompt and what was drawn after it. A gate sees nothing that follows a token, so
            it says the same now as when the text was drawn, up to the model's context.

    Returns:
        For each edit with a memory its `name`, `measure` ("score", or "distance" of a codebook),
        `threshold` (of a codebook the share of their radii that rows reach), `answers` (how many
        tokens a row decided on) and `tokens`: for each token `token`, `row` (its id), `text` (the
        row as a sentence), `score` (of a codebook the distance), `threshold` (of a codebook the
        row's radius) and `answered`, of what comes after the token; `rows`: the texts of the rows
        that answered, the first one first.
    """
    return [
        _gate(item.name, item.edit, _decisions(model, stack, item.edit, text))
        for item in stack
        if isinstance(item.edit, MemoryEdit)
    ]


def _decisions(
    model: LanguageModel, stack: Sequence[StackedEdit], edit: MemoryEdit, text: str
) -> tuple[GateDecision, ...]:
    """Ask a gate with the edits on the model that change what it reads."""
    with ExitStack() as lent:
        for other in stack:
            if other.edit is not edit and other.edit.wraps_module < OVER_ALL:
                lent.enter_context(other.edit.applied(model, other.strength))
        return edit.decisions(model, text)


def _gate(name: str, edit: MemoryEdit, decisions: Sequence[GateDecision]) -> dict[str, Any]:
    texts = {str(row["id"]): str(row["text"]) for row in edit.row_records()}
    answered = [decision for decision in decisions if decision.answered]
    return {
        "name": name,
        "measure": str(edit.measure),
        "threshold": edit.answers_from,
        "answers": len(answered),
        "rows": list(dict.fromkeys(texts[decision.row] for decision in answered)),
        "tokens": [{**asdict(each), "text": texts[each.row]} for each in decisions],
    }

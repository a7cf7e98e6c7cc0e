"""Which rows of memories decided on a text, token by token."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from editing.editors.serac.serac_edit import GateDecision, SeracEdit
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
        For each edit with a memory its `name`, `threshold`, `answers` (how many tokens a row
        decided on) and `tokens`: for each token `token`, `row` (its id), `text` (the row as a
        sentence), `score` and `answered`, of what comes after the token; `rows`: the texts of the
        rows that answered, the first one first.
    """
    return [
        _gate(item.name, item.edit, _decisions(model, stack, item.edit, text))
        for item in stack
        if isinstance(item.edit, SeracEdit)
    ]


def _decisions(
    model: LanguageModel, stack: Sequence[StackedEdit], edit: SeracEdit, text: str
) -> tuple[GateDecision, ...]:
    """Ask a gate with the other edits on the model, none of which has a memory."""
    with ExitStack() as lent:
        for other in stack:
            if not isinstance(other.edit, SeracEdit):
                lent.enter_context(other.edit.applied(model, other.strength))
        return edit.decisions(model, text)


def _gate(name: str, edit: SeracEdit, decisions: Sequence[GateDecision]) -> dict[str, Any]:
    texts = {row.id: row.text for row in edit.rows}
    answered = [decision for decision in decisions if decision.answered]
    return {
        "name": name,
        "threshold": edit.threshold,
        "answers": len(answered),
        "rows": list(dict.fromkeys(texts[decision.row] for decision in answered)),
        "tokens": [{**asdict(each), "text": texts[each.row]} for each in decisions],
    }

"""What the verbs return, as the JSON objects that the command line prints."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from editing.editors.base import Edit, Editor
from editing.editors.sense_edit import SenseEdit
from editing.evaluation import Yardstick
from editing.evaluation.degradation import is_inside
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.results import EpochResult


def step_json(editor: Editor[Any]) -> dict[str, Any]:
    """What a method calls its candidates, and the values they have: none where counted."""
    return {"name": editor.step_name, "values": list(editor.step_values)}


def change(before: float | None, after: float | None) -> dict[str, float | None]:
    """Return a measure before and after."""
    return {"before": before, "after": after}


DECIDABLE_IN_HALF = 1e-5
"""Numbers of 16 bits are too coarse to tell whether a model is within this budget, or less."""


def inside_ball(
    degradation: float | None, budget: float | None, dtype: str = "float32"
) -> bool | None:
    """Say whether a model lies in the ball, None where it is not asked, measured or decidable.

    Args:
        degradation: What was measured.
        budget: The ball.
        dtype: What was computed in, as `dtype_name` says it.
    """
    if degradation is None or budget is None or not is_decidable(budget, dtype):
        return None
    return is_inside(degradation, budget)


def is_decidable(budget: float, dtype: str) -> bool:
    """Say whether what was computed in is fine enough to tell."""
    return dtype in {"float32", "float64"} or budget > DECIDABLE_IN_HALF


def dtype_name(model: LanguageModel) -> str:
    """Say what a model computes in."""
    return str(model.dtype).removeprefix("torch.")


def epoch_json(epoch: EpochResult) -> dict[str, Any]:
    """Return one epoch's measures."""
    values = asdict(epoch)
    if epoch.exact:
        del values["exact"]
    return values


def general_text_json(yardstick: Yardstick, edit: Edit | None) -> dict[str, Any] | None:
    """Say what degradation was measured on and how much of it the edit can change."""
    text, base = yardstick.general, yardstick.general_pass
    if text is None or base is None:
        return None
    touched = 0 if edit is None else edit.touched(base)
    return {"name": text.name, "tokens": text.tokens, "touched": touched}


def tokenised_json(roles: Mapping[str, EncodedExamples | None]) -> dict[str, dict[str, int]]:
    """Say, for each role that has examples, what had to be done to put them into tokens.

    Returns:
        Each with `examples`, how many of them were `cut` on the left to fit the context and how
        many tokens were `dropped` by that, and how many were tokenised `apart` because no token
        starts where the continuation does.
    """
    return {role: _tokenised(encoded) for role, encoded in roles.items() if encoded is not None}


def _tokenised(encoded: EncodedExamples) -> dict[str, int]:
    rows = [
        [encoded.sequences[number] for number in encoded.sequences_of(example)]
        for example in range(len(encoded))
    ]
    longest = [max(sequence.dropped for sequence in row) for row in rows]
    return {
        "examples": len(rows),
        "cut": sum(dropped > 0 for dropped in longest),
        "dropped": sum(longest),
        "apart": sum(any(sequence.split_apart for sequence in row) for row in rows),
    }


def senses_json(model: LanguageModel, edit: Edit) -> list[dict[str, Any]]:
    """List the senses an edit chose, best score first; other edits choose none."""
    if not isinstance(edit, SenseEdit):
        return []
    rows = [
        {
            "word": word_of(model, int(token_id)),
            "token_id": int(token_id),
            "sense": int(sense),
            "score": float(score),
        }
        for token_id, sense, score in zip(edit.token_ids, edit.senses, edit.scores, strict=True)
    ]
    return sorted(rows, key=lambda row: -float(str(row["score"])))


def word_of(model: LanguageModel, token_id: int) -> str:
    """Return a token as text, with the space before it."""
    return str(model.tokenizer.decode([token_id], clean_up_tokenization_spaces=False))

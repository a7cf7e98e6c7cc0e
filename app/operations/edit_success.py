"""What a result says of edit success and drawdown, under the key `edit_success`."""

import functools
from typing import Any

from editing.editors.base import Edit
from editing.evaluation import Yardstick
from editing.evaluation.edit_success import scope_measures
from editing.models.language_model import LanguageModel
from editing.progress import Report


def edit_success_json(
    model: LanguageModel, put_on: tuple[Edit, float], yardstick: Yardstick, report: Report
) -> dict[str, Any] | None:
    """Measure an edit on a set that has the form of a problem of a memory.

    Args:
        model: Untouched.
        put_on: The edit, and its strength.

    Returns:
        `problem` (questions, claims or replies), edit success (ES) `before` and `after` from 0 to
        1, and `drawdown` (DD): a share, of replies nats a token. None for other sets.
    """
    edit, strength = put_on
    lend = functools.partial(edit.applied, model, strength)
    if (found := scope_measures(model, lend, yardstick, report)) is None:
        return None
    return {
        "problem": str(found.problem),
        "before": found.success_before,
        "after": found.success,
        "drawdown": found.drawdown,
    }

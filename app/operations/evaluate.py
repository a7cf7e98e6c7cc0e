"""Measure a model with a stack of edits on it against the untouched model."""

import time
from dataclasses import asdict
from typing import Any

from app.operations.data import chosen_examples
from app.operations.edit_success import edit_success_json
from app.operations.models import LoadedModels
from app.operations.places import base_pass_cache, open_library
from app.operations.requests import EvaluateRequest
from app.operations.results import (
    change,
    dtype_name,
    general_text_json,
    inside_ball,
    tokenised_json,
)
from app.operations.texts import general_text
from editing.base_passes import BasePassCache, pass_for
from editing.editors.base import Edit
from editing.evaluation import EvaluationTexts, Measures, Yardstick
from editing.library.stacks import StackedEdit, combined, load_stack
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard


def run_evaluate(
    request: EvaluateRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """Measure a model with edits on it.

    Examples without evaluation rows are measured themselves.

    Returns:
        What `evaluate --json` prints.

    Raises:
        EditingError: Something the person can mend.
    """
    begin = time.monotonic()
    examples = chosen_examples(request)
    model = (models or LoadedModels()).model(request.model, report)
    with open_library(request.data_dir) as library:
        stack = load_stack(library, request.edits, model)
    general = general_text(
        model,
        request.general_text,
        tokens=request.general_tokens,
        data_dir=request.data_dir,
        report=report,
    )
    rows = examples.evaluation or examples.canonical
    texts = EvaluationTexts(rows, examples.hard_negatives, general)
    passes = BasePassCache(*base_pass_cache(request.data_dir))
    put_on = combined(stack)
    pass_over = pass_for(put_on[0] if put_on else None, passes)
    yardstick = Yardstick.over(model, texts, pass_over, report)
    result = _result(request, model, yardstick, stack)
    if put_on is not None:
        result["edit_success"] = edit_success_json(model, put_on, yardstick, report)
    return {**result, "seconds": time.monotonic() - begin}


def _result(
    request: EvaluateRequest,
    model: LanguageModel,
    yardstick: Yardstick,
    stack: tuple[StackedEdit, ...],
) -> dict[str, Any]:
    put_on = combined(stack)
    base, after = yardstick.base, _measured(model, yardstick, put_on)
    return {
        "model": request.model,
        "edits": [{"name": item.name, "strength": item.strength} for item in stack],
        "budget": request.budget,
        "success_rate": change(base.success_rate, after.success_rate),
        "general_loss": change(base.general_loss, after.general_loss),
        "degradation": after.degradation,
        "hard_negatives": change(base.hard_negatives, after.hard_negatives),
        "inside_ball": inside_ball(after.degradation, request.budget, dtype_name(model)),
        "dtype": dtype_name(model),
        "examples": [asdict(example) for example in yardstick.results(after)],
        "general_text": general_text_json(yardstick, put_on[0] if put_on else None),
        "tokenised": tokenised_json(
            {"evaluation": yardstick.examples, "hard_negatives": yardstick.hard}
        ),
    }


def _measured(
    model: LanguageModel, yardstick: Yardstick, put_on: tuple[Edit, float] | None
) -> Measures:
    if put_on is None:
        return yardstick.base
    edit, strength = put_on
    return yardstick.measures(edit.token_losses(model, [strength]))[0]

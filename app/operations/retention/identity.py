"""What a curve is about, by content: the same request finds its folder again, on any machine."""

import shlex
from dataclasses import asdict
from typing import Any

from app.operations.content import (
    base_name,
    fingerprint_of_task,
    flag_given,
    precision_asked,
    text_content,
)
from app.operations.requests import RetentionRequest
from app.operations.results import dtype_name
from editing.editors import find_editor
from editing.models.language_model import LanguageModel
from editing.tasks import task_card


def curve_header(
    request: RetentionRequest,
    method: str,
    settings: Any,  # noqa: ANN401 - each method's own
    model: LanguageModel,
) -> dict[str, Any]:
    """Describe a curve; no path of this machine is in it.

    Raises:
        EditingError: The task or a text is not there.
    """
    precision = precision_asked(dtype_name(model), request.window)
    return {
        "identity": {
            "model": model.fingerprint,
            "task": fingerprint_of_task(request.task),
            "method": method,
            "settings": asdict(settings),
            "points": list(request.points),
            "budget": request.budget if find_editor(method).writes_in_turn else None,
            "general_text": text_content(request.general_text),
            "general_tokens": request.general_tokens,
            "regularisation_text": text_content(request.regularisation_text),
            "regularisation_tokens": request.regularisation_tokens,
            "seed": request.seed,
            **precision,
        },
        "model": base_name(request.model),
        "task": request.task,
        "method": method,
        "labels": {
            "task": task_card(request.task).label,
            "method": find_editor(method).label,
        },
        "points": list(request.points),
        "settings": asdict(settings),
        "given": dict(settings_given(request, method)),
        "budget": request.budget,
        "seed": request.seed,
        "general_text": base_name(request.general_text),
        "regularisation_text": base_name(request.regularisation_text),
        **precision,
        "command": _command(request, method),
    }


def settings_given(request: RetentionRequest, method: str) -> dict[str, str]:
    """The settings given for one method: those written METHOD.NAME."""
    pairs = [(*name.partition("."), str(value)) for name, value in request.settings.items()]
    return {name: value for of, dot, name, value in pairs if dot and of == method}


def _command(request: RetentionRequest, method: str) -> str:
    """The command that goes on with the curve, files by their names alone."""
    words = [
        *("exemplar", "retention", "--model", base_name(request.model), "--method", method),
        *("--task", request.task, "--points", ",".join(map(str, request.points))),
        *("--epochs", str(request.epochs), "--budget", f"{request.budget:g}"),
        *("--general-text", base_name(request.general_text)),
        *("--regularisation-text", base_name(request.regularisation_text)),
        *flag_given("--general-tokens", request.general_tokens),
        *flag_given("--regularisation-tokens", request.regularisation_tokens),
        *flag_given("--dtype", request.dtype),
        *flag_given("--window", request.window),
        *("--seed", str(request.seed)),
    ]
    for name, value in settings_given(request, method).items():
        words += ["--set", f"{method}.{name}={value}"]
    return shlex.join(words)

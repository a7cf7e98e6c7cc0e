"""What a sweep is about, by content: the same request finds its folder again, on any machine."""

import shlex
from typing import Any

from app.operations.content import (
    base_name,
    fingerprint_of_task,
    flag_given,
    precision_asked,
    text_content,
)
from app.operations.requests import SweepRequest
from app.operations.results import dtype_name
from editing.editors import find_editor
from editing.models.language_model import LanguageModel
from editing.sweeps import SweepPlan
from editing.tasks import task_card


def sweep_header(request: SweepRequest, plan: SweepPlan, model: LanguageModel) -> dict[str, Any]:
    """Describe a sweep; no path of this machine is in it.

    How many configurations and seeds there are is no part of its identity: more of them extend it.

    Raises:
        EditingError: The task or a text is not there.
    """
    precision = precision_asked(dtype_name(model), request.window)
    return {
        "identity": {
            "model": model.fingerprint,
            "task": fingerprint_of_task(request.task),
            "method": request.method,
            "budgets": list(plan.budgets),
            "general_text": text_content(request.general_text),
            "general_tokens": request.general_tokens,
            "test_general_tokens": request.test_general_tokens,
            "regularisation_text": text_content(request.regularisation_text),
            "regularisation_tokens": request.regularisation_tokens,
            "settings": {name: str(value) for name, value in request.settings.items()},
            "ranges": {item.name: [item.kind, item.scale, item.sweep] for item in plan.space},
            "sampler": plan.sampler,
            "seed": plan.seed,
            "prune": request.prune,
            **precision,
        },
        "model": base_name(request.model),
        "task": request.task,
        "method": request.method,
        "labels": {
            "task": task_card(request.task).label,
            "method": find_editor(request.method).label,
        },
        "budgets": list(plan.budgets),
        "configurations": plan.configurations,
        "test_seeds": plan.test_seeds,
        "sampler": plan.sampler,
        "seed": plan.seed,
        "settings": {name: str(value) for name, value in request.settings.items()},
        "general_text": base_name(request.general_text),
        "regularisation_text": base_name(request.regularisation_text),
        **precision,
        "command": _command(request),
    }


def _command(request: SweepRequest) -> str:
    """The command that goes on with the sweep, files by their names alone."""
    words = [
        *("exemplar", "sweep", "--model", base_name(request.model), "--task", request.task),
        *("--method", request.method),
        *("--budget", ",".join(f"{budget:g}" for budget in request.budgets)),
        *("--configurations", str(request.configurations)),
        *("--test-seeds", str(request.test_seeds)),
        *("--general-text", base_name(request.general_text)),
        *("--regularisation-text", base_name(request.regularisation_text)),
        *flag_given("--general-tokens", request.general_tokens),
        *flag_given("--test-general-tokens", request.test_general_tokens),
        *flag_given("--regularisation-tokens", request.regularisation_tokens),
        *flag_given("--dtype", request.dtype),
        *flag_given("--window", request.window),
        *("--sampler", request.sampler, "--seed", str(request.seed)),
        *([] if request.prune else ["--no-pruning"]),
    ]
    for name, value in request.settings.items():
        words += ["--set", f"{name}={value}"]
    return shlex.join(words)

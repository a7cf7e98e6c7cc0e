"""What a run says about itself, in the words of its page."""

from collections.abc import Mapping
from typing import Any, cast

from app.gui.pages.runs_fields import words_for
from app.gui.tables import figures
from app.jobs.record import JobView
from editing.results import EpochResult

NAMES = {
    "model": "Model",
    "task": "Task",
    "split": "Split",
    "examples": "Examples",
    "evaluate": "Evaluation examples",
    "hard_negatives": "Hard negatives",
    "kind": "Kind of rows without one",
    "threshold": "Threshold of rows without one",
    "general_text": "General text",
    "general_tokens": "Tokens of general text",
    "regularisation_text": "Regularisation text",
    "method": "Method",
    "budget": "Degradation budget",
    "seed": "Seed",
    "fit_to_ball": "Fit to the ball",
    "save": "Name in the library",
    "skip_bad_rows": "Skip bad rows",
}


def budget_of(job: JobView) -> float:
    """Give the run's degradation budget."""
    return job.config.request.get("budget") or 1e-4


def kept_epoch(job: JobView) -> int | None:
    """Give the epoch the run kept, or would keep by what is known so far."""
    if job.result is not None:
        return job.result.get("kept_epoch")
    inside = [epoch.epoch for epoch in job.epochs if epoch.inside_ball]
    return inside[-1] if inside else None


def epochs_of(job: JobView) -> tuple[EpochResult, ...]:
    """Give the run's epochs: live estimates while it goes on, then what decided."""
    measured: list[dict[str, Any]] = (job.result or {}).get("epochs") or []
    return tuple(EpochResult(**epoch) for epoch in measured) or job.epochs


def facts_line(job: JobView) -> str:
    """Say in a line what was run and when."""
    request = job.config.request
    parts = [
        str(request.get("method", "")),
        f"budget {figures.plain(budget_of(job))}",
        f"model {request.get('model', '')}",
        f"seed {request.get('seed', 0)}",
        figures.date(job.config.created),
    ]
    if job.started is not None and job.ended is not None:
        parts.append(f"took {figures.duration(job.ended - job.started)}")
    return " · ".join(parts)


def setting_pairs(job: JobView) -> list[tuple[str, str]]:
    """List everything the run was started with; with its result, the method's defaults too."""
    request = job.config.request
    plain = {name: request.get(name) for name in NAMES if request.get(name) is not None}
    pairs = [(NAMES[name], words_for(value)) for name, value in plain.items()]
    used: Any = (job.result or {}).get("settings") or request.get("settings") or {}
    settings = cast("Mapping[str, Any]", used)
    named = [(name.replace("_", " "), words_for(value)) for name, value in settings.items()]
    return [*pairs, *((name[:1].upper() + name[1:], value) for name, value in named)]

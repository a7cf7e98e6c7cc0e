"""What a run says about itself, in the words of its page."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.gui.plots.success_plot import FittedStrength
from app.gui.tables import figures
from app.gui.tables.method_names import method_name
from app.jobs.record import JobView
from editing.results import EpochResult

translate = QCoreApplication.translate


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


def fitted_strength(job: JobView) -> FittedStrength | None:
    """Give the strength that was fitted to the ball and what was measured at it, if one was."""
    result: dict[str, Any] = job.result or {}
    strength, kept = result.get("strength", 1.0), result.get("kept_epoch")
    of_kept = [epoch for epoch in epochs_of(job) if epoch.epoch == kept]
    if strength == 1.0 or not of_kept:
        return None
    measures = replace(
        of_kept[0],
        success_rate=(result.get("success_rate") or {}).get("after"),
        general_loss=(result.get("general_loss") or {}).get("after"),
        degradation=result.get("degradation"),
        hard_negatives=(result.get("hard_negatives") or {}).get("after"),
        inside_ball=bool(result.get("inside_ball")),
    )
    return FittedStrength(strength, measures)


def facts_line(job: JobView) -> str:
    """Say in a line what was run and when."""
    request = job.config.request
    parts: list[str] = [
        method_name(str(request.get("method", ""))),
        _budgets(job),
        translate("runs", "model {}").format(request.get("model", "")),
        translate("runs", "seed {}").format(request.get("seed", 0)),
        figures.date(job.config.created),
    ]
    if job.started is not None and job.ended is not None:
        took = figures.duration(job.ended - job.started)
        parts.append(translate("runs", "took {}").format(took))
    return " · ".join(parts)


def _budgets(job: JobView) -> str:
    several = job.config.request.get("budgets")
    if several:
        return "budgets " + ", ".join(figures.plain(budget) for budget in several)
    return f"budget {figures.plain(budget_of(job))}"

"""The tables and plots of a report, made of the results of sweeps."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.operations.steps import step_label

Sweep = Mapping[str, Any]
NOTHING = "-"
INCOMPLETE = "†"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under a head, with a caption."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of several series at several places, for instance methods at tasks."""

    caption: str
    places: tuple[str, ...]
    series: tuple[str, ...]
    bars: Mapping[tuple[str, str], Bar]
    """By (place, series); one may be missing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sweeps that may be compared: one model, one general text, tasks of one group."""

    model: str
    tasks_group: str
    general_text: str
    sweeps: tuple[Sweep, ...]

    @property
    def methods(self) -> dict[str, str]:
        """Keys of the methods with their labels, in the order of the labels."""
        labels = {method_key(sweep): method_label(sweep) for sweep in self.sweeps}
        return dict(sorted(labels.items(), key=lambda item: item[1]))

    @property
    def tasks(self) -> dict[str, str]:
        """Names of the tasks with their labels."""
        labels = {sweep["task"]: sweep["labels"]["task"] for sweep in self.sweeps}
        return dict(sorted(labels.items(), key=lambda item: item[1]))

    @property
    def budgets(self) -> list[float]:
        """All budgets, the largest first."""
        return sorted(
            {budget for sweep in self.sweeps for budget in sweep["budgets"]}, reverse=True
        )

    def sweep(self, task: str, method: str) -> Sweep | None:
        """Return the sweep of a method on a task."""
        here = (s for s in self.sweeps if (s["task"], method_key(s)) == (task, method))
        return next(here, None)

    def ball(self, task: str, method: str, budget: float) -> Mapping[str, Any] | None:
        """Return what a sweep found for one budget."""
        sweep = self.sweep(task, method)
        balls: Sequence[Mapping[str, Any]] = sweep["balls"] if sweep else ()
        return next((ball for ball in balls if ball["budget"] == budget), None)


def method_key(sweep: Sweep) -> str:
    """Name a method with the settings that were given: those make it another one."""
    given = (f" {name}={value}" for name, value in sorted(sweep["settings"].items()))
    return sweep["method"] + "".join(given)


def method_label(sweep: Sweep) -> str:
    """Say the same for people."""
    given = [f"{name} {value}" for name, value in sorted(sweep["settings"].items())]
    label: str = sweep["labels"]["method"]
    return f"{label} ({', '.join(given)})" if given else label


def average_table(group: Group) -> Table:
    """Success change averaged over tasks: a method a row, a budget a column."""
    rows = [
        (label, *(_average(group, method, budget) for budget in group.budgets))
        for method, label in group.methods.items()
    ]
    caption = "Change of the success rate, points, averaged over tasks (their number)"
    return Table(caption, ("Method", *_headings(group.budgets)), tuple(rows))


def change_table(group: Group, measure: str, caption: str, scale: float, form: str) -> Table:
    """Change of a measure: a task and budget a row, a method a column."""
    rows = [
        (
            task_label,
            f"{budget:g}",
            _initial(group, task, budget),
            *(
                _change(group, (task, method, budget), measure, scale, form)
                for method in group.methods
            ),
        )
        for task, task_label in group.tasks.items()
        for budget in group.budgets
    ]
    head = ("Task", "Budget", "Initial success", *group.methods.values())
    return Table(caption, head, tuple(rows))


def chosen_table(group: Group) -> Table:
    """The settings that were chosen, and the runs behind each number."""
    rows = [
        _chosen(sweep, ball)
        for sweep in sorted(group.sweeps, key=lambda s: (s["task"], method_key(s)))
        for ball in sweep["balls"]
    ]
    head = (
        *("Task", "Method", "Budget", "Settings", "Validation: run, kept"),
        *("Validation: change", "Validation: degradation", "Test: kept"),
        *("Test: degradation", "Test: runs"),
    )
    return Table("What was chosen", head, tuple(rows))


def runs_table(group: Group) -> Table:
    """Every run, with what was kept of it for each budget."""
    rows = [
        (
            sweep["sweep"],
            run["name"] + (" (given up)" if run["pruned"] else ""),
            _settings(run["drawn"]),
            *(_kept(sweep["step"], run, budget) for budget in group.budgets),
            f"{run['seconds']:.0f}",
        )
        for sweep in group.sweeps
        for run in sweep["runs"]
    ]
    kept = (f"{budget:g}: kept, success, degradation" for budget in group.budgets)
    return Table("Every run", ("Sweep", "Run", "Settings", *kept, "Seconds"), tuple(rows))


def bars_of(group: Group, budget: float) -> Bars:
    """Success change at one budget, a method a series."""
    bars: dict[tuple[str, str], Bar] = {}
    for task, task_label in group.tasks.items():
        for method, label in group.methods.items():
            change = _estimate(group.ball(task, method, budget), "success_change")
            if change is not None:
                error = change["standard_error"] or 0.0
                bars[task_label, label] = Bar(100 * change["mean"], 100 * error)
    places, series = tuple(group.tasks.values()), tuple(group.methods.values())
    return Bars(f"Change of the success rate at {budget:g}, points", places, series, bars)


def _headings(budgets: Sequence[float]) -> list[str]:
    return [f"{budget:g}" for budget in budgets]


def _average(group: Group, method: str, budget: float) -> str:
    balls = (group.ball(task, method, budget) for task in group.tasks)
    there = [each for ball in balls if (each := _estimate(ball, "success_change"))]
    if not there:
        return NOTHING
    mean = sum(each["mean"] for each in there) / len(there)
    errors = [each["standard_error"] for each in there]
    error = None
    if None not in errors:
        error = math.sqrt(sum(each**2 for each in errors)) / len(errors)
    return f"{_text(mean, error, 100, '.1f')} ({len(there)})"


def _initial(group: Group, task: str, budget: float) -> str:
    for method in group.methods:
        ball = group.ball(task, method, budget)
        if ball is not None and ball["test"]["initial_success"] is not None:
            return f"{100 * ball['test']['initial_success']:.1f}"
    return NOTHING


def _change(
    group: Group, cell: tuple[str, str, float], measure: str, scale: float, form: str
) -> str:
    task, method, budget = cell
    change = _estimate(group.ball(task, method, budget), measure)
    sweep = group.sweep(task, method)
    if change is None or sweep is None:
        return NOTHING
    is_whole = not any(sweep["missing"].values())
    text = _text(change["mean"], change["standard_error"], scale, form)
    return text if is_whole else f"{text} {INCOMPLETE}"


def _estimate(ball: Mapping[str, Any] | None, measure: str) -> Mapping[str, Any] | None:
    return None if ball is None else ball["test"][measure]


def _text(mean: float, error: float | None, scale: float, form: str) -> str:
    value = f"{scale * mean:+{form}}"
    return value if error is None else f"{value} ± {scale * error:{form}}"


def _chosen(sweep: Sweep, ball: Mapping[str, Any]) -> tuple[str, ...]:
    validation, test = ball["validation"], ball["test"]
    rate, degraded = validation["success_rate"], test["degradation"]
    drawn = next(run["drawn"] for run in sweep["runs"] if run["name"] == validation["run"])
    change = NOTHING
    if rate["before"] is not None and rate["after"] is not None:
        change = f"{100 * (rate['after'] - rate['before']):+.1f}"
    return (
        sweep["labels"]["task"],
        method_label(sweep),
        f"{ball['budget']:g}",
        _settings({**sweep["settings"], **drawn}),
        f"{validation['run']}, {step_label(sweep['step'], validation['kept_epoch'])}",
        change,
        _small(validation["degradation"]),
        ", ".join(step_label(sweep["step"], kept) for kept in test["kept_epochs"]) or NOTHING,
        NOTHING if degraded is None else _small(degraded["mean"]),
        ", ".join(test["runs"]) or NOTHING,
    )


def _kept(step: Mapping[str, Any], run: Mapping[str, Any], budget: float) -> str:
    for kept in run["kept"]:
        if kept["budget"] == budget:
            success = kept["success_rate"]
            rate = NOTHING if success is None else f"{100 * success:.1f}"
            return f"{step_label(step, kept['epoch'])}, {rate}, {_small(kept['degradation'])}"
    return NOTHING


def _settings(settings: Mapping[str, Any]) -> str:
    pairs = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in settings.items()
    ]
    return ", ".join(pairs) or NOTHING


def _small(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1e}"

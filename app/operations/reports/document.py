"""What a report says, before it is Markdown or HTML: sections of sentences, tables and plots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.operations.content import precision_told
from app.operations.reports.curves import (
    Curve,
    CurveGroup,
    Lines,
    curve_groups,
    curve_pictures,
    curve_source,
    curve_tables,
)
from app.operations.reports.scope_tables import scope_tables
from app.operations.reports.tables import (
    Bars,
    Group,
    Table,
    average_table,
    bars_of,
    change_table,
    chosen_table,
    method_key,
    runs_table,
)

Sweep = Mapping[str, Any]
"""What `sweep --json` prints."""
EXPLANATION = (
    "Settings were searched on validation; the numbers are fresh runs on test at the configuration "
    "that was best on validation inside the budget, with the standard error over seeds (sample "
    "deviation / sqrt n) where there is more than one. The budget bounds how much the loss on "
    "general text may rise, relatively. † marks what is not complete yet."
)
IN_A_ROW = (
    "Facts are written one after the other, each on the model as the ones before it have left it, "
    "and nothing is measured while one is written. An edit holds while the model still gives its "
    "own prompt's continuation the task's probability; the untouched model's share is in brackets. "
    "Contexts and hard negatives are those of the test split's facts, which come first. Methods go "
    "where their settings take them, whatever that costs; how far rows of memories reach was "
    "decided at each point by the budget."
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading."""

    title: str
    sentences: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Bars, ...] = ()
    details: tuple[Table, ...] = ()
    """Long tables: folded in HTML, left out of Markdown."""
    pictures: tuple[Lines, ...] = ()
    """In HTML drawn in the page, in Markdown files beside it."""


def report_document(
    sweeps: Sequence[Sweep],
    tasks: Mapping[str, str],
    methods: Mapping[str, str],
    curves: Sequence[Curve] = (),
) -> list[Section]:
    """Arrange the results of all sweeps, and of many edits in a row.

    Args:
        curves: What `retention --json` prints, method by method.
        tasks: The tasks there are and the group of each; where a method lacks one of a group it
            was swept on, the report says so.
        methods: What the methods there are are called, by name.
    """
    groups = _groups(sweeps, tasks)
    return [
        Section("Results of sweeps", sentences=(EXPLANATION,)),
        *(_results(group) for group in groups),
        *(_curves(group, number) for number, group in enumerate(curve_groups(curves))),
        _missing(groups, tasks, methods),
        _sources(sweeps, groups),
    ]


def _groups(sweeps: Sequence[Sweep], tasks: Mapping[str, str]) -> list[Group]:
    """Put together what may be compared: one model, one general test text, one group of tasks."""
    by_key: dict[tuple[str, ...], dict[tuple[str, str], Sweep]] = {}
    for sweep in sorted(sweeps, key=_completeness):
        tasks_group = tasks.get(sweep["task"], "")
        key = (sweep["model"], tasks_group, sweep["fingerprint"], sweep["general_text_key"])
        place = by_key.setdefault(key, {})
        place[sweep["task"], method_key(sweep)] = sweep  # of two, the more complete
    return [
        Group(key[0], key[1], _general_text(tuple(cells.values())), tuple(cells.values()))
        for key, cells in sorted(by_key.items())
    ]


def _general_text(sweeps: Sequence[Sweep]) -> str:
    """Name the general text that test runs are measured on, or are to be."""
    measured = [text for sweep in sweeps if (text := sweep["measured_on"]["test"])]
    if not measured:
        return f"{sweeps[0]['general_text']} (no test run yet)"
    return f"{measured[0]['name']}, {measured[0]['tokens']} tokens{precision_told(sweeps[0])}"


def _completeness(sweep: Sweep) -> tuple[int, int, str]:
    missing = sweep["missing"]["configurations"] + sweep["missing"]["test_runs"]
    finished = max((run["finished"] for run in sweep["runs"]), default="")
    return -missing, len(sweep["runs"]), finished


def _results(group: Group) -> Section:
    budgets = group.budgets
    return Section(
        title=f"{group.model}{_of_tasks(group)}: degradation on {group.general_text}",
        tables=(
            average_table(group),
            change_table(group, "success_change", "Change of the success rate, points", 100, ".1f"),
            change_table(
                group, "hard_negatives_change", "Change of the hard negatives' loss, nats", 1, ".3f"
            ),
            *scope_tables(group),
            chosen_table(group),
        ),
        plots=tuple(bars_of(group, budget) for budget in budgets),
        details=(runs_table(group),),
    )


def _curves(group: CurveGroup, number: int) -> Section:
    return Section(
        title=group.title,
        sentences=(IN_A_ROW,),
        bullets=tuple(curve_source(curve) for curve in group.curves),
        tables=curve_tables(group),
        pictures=curve_pictures(group, number),
    )


def _of_tasks(group: Group) -> str:
    return f", {group.tasks_group.replace('-', ' ')}" if group.tasks_group else ""


def _missing(
    groups: Sequence[Group], tasks: Mapping[str, str], methods: Mapping[str, str]
) -> Section:
    lines: list[str] = []
    for group in groups:
        wanted = [task for task, of in tasks.items() if of == group.tasks_group]
        for method, label in group.methods.items():
            there = {sweep["task"] for sweep in group.sweeps if method_key(sweep) == method}
            lines += [
                f"{group.model}, {label}, {task}: no sweep" for task in wanted if task not in there
            ]
        lines += [line for sweep in group.sweeps if (line := _unfinished(sweep))]
        swept = {sweep["method"] for sweep in group.sweeps}
        if unswept := [label for name, label in methods.items() if name not in swept]:
            lines.append(f"{group.model}, any task: no sweep by {', '.join(unswept)}")
    sentence = "" if lines else "Nothing: every method has every task, and every run is done."
    return Section("What is missing", (sentence,) if sentence else (), bullets=tuple(lines))


def _unfinished(sweep: Sweep) -> str:
    missing = sweep["missing"]
    if not (missing["configurations"] or missing["test_runs"]):
        return ""
    return (
        f"{sweep['sweep']}: {missing['configurations']} of {sweep['configurations']} "
        f"configurations and {missing['test_runs']} test runs; go on with `{sweep['command']}`"
    )


def _sources(sweeps: Sequence[Sweep], groups: Sequence[Group]) -> Section:
    shown = {sweep["sweep"] for group in groups for sweep in group.sweeps}
    return Section(
        "Where the numbers come from",
        sentences=("Every sweep, with its command, the time its runs took, and the machine.",),
        bullets=tuple(_source(sweep, is_shown=sweep["sweep"] in shown) for sweep in sweeps),
    )


def _source(sweep: Sweep, *, is_shown: bool) -> str:
    on = sweep["measured_on"]
    search = on["search"]
    text = "" if search is None else f"; search on {search['name']}, {search['tokens']} tokens"
    remark = "" if is_shown else " (in no table: another one is more complete)"
    words = (
        f"{sweep['sweep']}{remark}: `{sweep['command']}`",
        f"{len(sweep['runs'])} runs, {sweep['seconds']:.0f} s{text}",
        f"training saw {sweep['regularisation_text']}",
        *(_machine(each) for each in on["machines"]),
    )
    return "; ".join(words)


def _machine(versions: Mapping[str, str]) -> str:
    return (
        f"{versions['machine']}, {versions['threads']} threads, Python {versions['python']}, "
        f"torch {versions['torch']}"
    )

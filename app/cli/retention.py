"""The command line's `retention`: many edits in a row, with one method or several."""

import argparse
from collections.abc import Mapping
from typing import Any

from app.cli.progress import ProgressLine
from app.cli.tables import aligned
from app.operations.requests import RetentionRequest
from editing.progress import Cancelled

Answer = tuple[Mapping[str, Any], list[str]]


def _retention(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.preflight.proposals import check_memory
    from app.operations.retention.retention import run_retention, usual_edit

    request = RetentionRequest(
        model=arguments.model,
        methods=arguments.methods,
        task=arguments.task,
        points=arguments.points,
        epochs=arguments.epochs,
        budget=arguments.budget,
        general_text=arguments.general_text,
        regularisation_text=arguments.regularisation_text,
        general_tokens=arguments.general_tokens,
        regularisation_tokens=arguments.regularisation_tokens,
        settings=dict(arguments.settings),
        seed=arguments.seed,
        folder=arguments.to,
        data_dir=arguments.data_dir,
        dtype=arguments.dtype,
        window=arguments.window,
    )
    for method in () if arguments.anyway else request.methods:
        check_memory(usual_edit(request, method))
    try:
        result = run_retention(request, progress.report, told=lambda line: progress.say([line]))
    except (KeyboardInterrupt, Cancelled):
        progress.say(["The points that are reached are kept; the same command goes on."])
        raise
    return result, _lines(result)


def _lines(result: Mapping[str, Any]) -> list[str]:
    """Say what each method's curve is."""
    head = ("method", "edits", "hold", "before", "latest", "contexts", "degradation", "s an edit")
    rows = [
        _cells(curve["labels"]["method"], point)
        for curve in result["curves"]
        for point in curve["results"]
    ]
    return [
        *aligned([head, *rows]),
        "Shares of the edits' own prompts that hold, of the latest ones, and of other contexts.",
        *(f"Kept in {curve['folder']}" for curve in result["curves"]),
    ]


def _cells(label: str, point: Mapping[str, Any]) -> tuple[str, ...]:
    contexts, degraded = point["contexts"], point["degradation"]
    return (
        label,
        str(point["edits"]),
        f"{point['retention']:.1%}",
        f"{point['retention_before']:.1%}",
        f"{point['latest']:.0%}",
        "-" if contexts is None else f"{contexts['before']:.1%} to {contexts['after']:.1%}",
        "-" if degraded is None else f"{degraded:.1e}",
        f"{point['cpu_seconds'] / point['edits']:.2g}",
    )


RETENTION_COMMANDS = {"retention": _retention}

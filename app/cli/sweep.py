"""The command line's `sweep`, and `report`, which tells what sweeps and curves have found."""

import argparse
import functools
from collections.abc import Mapping
from typing import Any

from app.cli.progress import ProgressLine
from app.cli.sweep_texts import sweep_lines, sweep_warnings
from app.operations.requests import ReportRequest, SweepRequest
from editing.progress import Cancelled

Answer = tuple[Mapping[str, Any], list[str]]


def _sweep(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.preflight.proposals import check_memory
    from app.operations.sweeps.one_run import usual_run
    from app.operations.sweeps.sweep import index_sweep, run_sweep, sweep_plan

    request = sweep_request(arguments)
    sweep_plan(request)  # what makes no sense is refused first
    if not arguments.anyway and request.scheduler is None:
        check_memory(usual_run(request))
    try:
        result = run_sweep(
            request,
            progress.report,
            told=lambda line: progress.say([line]),
            kept=functools.partial(index_sweep, arguments.data_dir),
        )
    except (KeyboardInterrupt, Cancelled):
        progress.say(["The runs that are done are kept; the same command goes on."])
        raise
    progress.say(sweep_warnings(result))
    return result, sweep_lines(result)


def _report(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.reports.report import run_report

    result = run_report(
        ReportRequest(arguments.sweeps, arguments.to, arguments.data_dir, arguments.retention)
    )
    progress.say(result["problems"])
    return result, result["markdown"].splitlines()


def sweep_request(arguments: argparse.Namespace) -> SweepRequest:
    """Read a sweep out of a command line."""
    return SweepRequest(
        model=arguments.model,
        task=arguments.task,
        method=arguments.method,
        budgets=arguments.budgets,
        configurations=arguments.configurations,
        test_seeds=arguments.test_seeds,
        general_text=arguments.general_text,
        regularisation_text=arguments.regularisation_text,
        regularisation_tokens=arguments.regularisation_tokens,
        general_tokens=arguments.general_tokens,
        test_general_tokens=arguments.test_general_tokens,
        settings=dict(arguments.settings),
        sampler=arguments.sampler,
        seed=arguments.seed,
        prune=arguments.prune,
        folder=arguments.sweeps,
        scheduler=arguments.scheduler,
        data_dir=arguments.data_dir,
        dtype=arguments.dtype,
        window=arguments.window,
    )


SWEEP_COMMANDS = {"sweep": _sweep, "report": _report}

"""The command line's grammar of work that takes many runs: `sweep`, `retention` and `report`."""

import argparse

from app.cli.argument_parts import (
    Commands,
    add_anyway,
    add_general,
    add_method,
    add_model,
    add_precision,
    add_regularisation,
    command,
    pair,
    positive,
)
from app.operations.requests import DEFAULT_BUDGET, DEFAULT_BUDGETS, SAMPLED


def add_sweep(commands: Commands) -> None:
    """Describe `sweep`."""
    parser = command(
        commands, "sweep", "search a method's settings on validation, report fresh runs on test"
    )
    add_model(parser)
    parser.add_argument("--task", required=True, metavar="T", help="a built-in task")
    add_method(parser, settings_help="a setting that is not searched; may be repeated")
    parser.add_argument(
        "--budget",
        dest="budgets",
        type=_budgets,
        default=DEFAULT_BUDGETS,
        metavar="X,X,...",
        help="one run of a configuration serves them all (default: 1e-3,1e-4,1e-5)",
    )
    for flag, default, text in (
        ("--configurations", 25, "runs on validation"),
        ("--test-seeds", 10, "runs of the best on test"),
    ):
        parser.add_argument(
            flag, type=int, default=default, metavar="N", help=f"{text} (default: %(default)s)"
        )
    add_general(parser, SAMPLED)
    parser.add_argument(
        "--test-general-tokens", type=int, metavar="N", help="the same on test (default: as many)"
    )
    add_regularisation(parser)
    parser.add_argument(
        "--sampler",
        choices=("random", "tpe"),
        default="random",
        help="how settings are drawn: at random, or guided by the runs done (default: random)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default: %(default)s)")
    parser.add_argument(
        "--no-pruning",
        dest="prune",
        action="store_false",
        help="go on with runs that have left every budget for good",
    )
    parser.add_argument(
        "--scheduler",
        metavar="local:N|tcp://HOST:PORT",
        help="carry out runs side by side on Dask workers that share the data folder: N processes "
        "of this machine, or a scheduler's (on Slurm: start one with dask-jobqueue's SLURMCluster "
        "and give its scheduler_address); needs exemplar[cluster]",
    )
    add_precision(parser)
    add_anyway(parser)
    _add_sweeps_folder(parser)


def add_retention(commands: Commands) -> None:
    """Describe `retention`."""
    parser = command(
        commands,
        "retention",
        "write many edits in a row, and measure what is left of the earlier ones",
    )
    add_model(parser)
    parser.add_argument(
        "--method",
        dest="methods",
        type=_names,
        required=True,
        metavar="NAME,NAME,...",
        help="methods, carried out one after the other",
    )
    parser.add_argument(
        "--task",
        default="country-capital",
        metavar="T",
        help="whose facts are written (default: %(default)s)",
    )
    parser.add_argument(
        "--points",
        type=_counts,
        default=(1, 10, 50, 200),
        metavar="N,N,...",
        help="after how many edits to measure (default: 1,10,50,200)",
    )
    parser.add_argument(
        "--epochs", type=int, default=3, metavar="N", help="an edit (default: %(default)s)"
    )
    parser.add_argument(
        "--budget",
        type=positive,
        default=DEFAULT_BUDGET,
        help="decides how far rows of memories reach (default: %(default)g)",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=pair,
        metavar="METHOD.NAME=VALUE",
        help="a setting of a method; may be repeated",
    )
    add_general(parser, SAMPLED)
    add_regularisation(parser)
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    add_precision(parser)
    add_anyway(parser)
    parser.add_argument(
        "--to", metavar="FOLDER", help="where curves are kept (default: in the data folder)"
    )


def add_report(commands: Commands) -> None:
    """Describe `report`, which reads what both have kept."""
    parser = command(
        commands, "report", "tell the results of sweeps and of many edits in a row in tables"
    )
    _add_sweeps_folder(parser)
    parser.add_argument(
        "--retention",
        metavar="FOLDER",
        help="where curves of many edits in a row are kept (default: in the data folder)",
    )
    parser.add_argument(
        "--to", metavar="FOLDER", help="write the report there, as Markdown, CSV and HTML"
    )


def _add_sweeps_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sweeps", metavar="FOLDER", help="where sweeps are kept (default: in the data folder)"
    )


def _budgets(text: str) -> tuple[float, ...]:
    return tuple(positive(part) for part in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _counts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))

"""The command line's grammar: commands, flags and their help."""

import argparse
from typing import Protocol

from app.operations.requests import (
    DEFAULT_BUDGET,
    DEFAULT_BUDGETS,
    DEFAULT_METHOD,
    DTYPES,
    FORMS,
    SAMPLED,
)
from editing.examples import Kind

_DTYPES = ("float32", "bfloat16", "float16")
_DATA_DIR_HELP = "keep and look for everything here (default: EXEMPLAR_DATA_DIR, else per user)"


class _Commands(Protocol):
    """What takes commands in; argparse has no public name for it."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 - argparse's word
        description: str,
    ) -> argparse.ArgumentParser: ...


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="exemplar",
        description="Model editing with canonical examples. Without arguments, the window opens; "
        "`exemplar --open FILE` shows a file of examples in it, and `exemplar --self-check FOLDER` "
        "lets it go through the guided example by itself, to see that everything works.",
        epilog="Exit status: 0 done, 1 error, 2 wrong usage, 130 interrupted.",
    )
    parser.add_argument("--data-dir", metavar="FOLDER", help=_DATA_DIR_HELP)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_tasks(commands)
    _add_models(commands)
    _add_edit(commands)
    _add_sweep(commands)
    _add_retention(commands)
    _add_report(commands)
    _add_evaluate(commands)
    _add_generate(commands)
    _add_senses(commands)
    _add_library(commands)
    _add_rows(commands)
    return parser


def _add_tasks(commands: _Commands) -> None:
    verbs = _group(commands, "tasks", "list the built-in tasks, or show one")
    _command(verbs, "list", "list the built-in tasks")
    _command(verbs, "show", "describe a task").add_argument("name", metavar="NAME")


def _add_models(commands: _Commands) -> None:
    verbs = _group(commands, "models", "list, check, add and remove models")
    _command(verbs, "list", "list bundled and added models and the bases of the library's edits")
    check = _command(verbs, "check", "look into a model and say what can be done with it")
    check.add_argument("model", metavar="M", help="starter, a folder, or an added model of the hub")
    add = _command(verbs, "add", "add a model from a folder, or fetch one from the hub")
    add.add_argument("model", metavar="FOLDER|ID[@REVISION]")
    add.add_argument("--tokenizer", metavar="FOLDER", help="of a folder that has no tokenizer")
    add.add_argument(
        "--only-show", action="store_true", help="say what fetching it takes, and fetch nothing"
    )
    remove = _command(verbs, "remove", "take a model off the list")
    remove.add_argument("model", metavar="M")
    remove.add_argument(
        "--delete-files", action="store_true", help="delete the files that were fetched for it, too"
    )
    _add_token(verbs)


def _add_token(verbs: _Commands) -> None:
    about = "read your token of the hub from standard input and keep it safely"
    others = _command(verbs, "token", about).add_mutually_exclusive_group()
    others.add_argument(
        "--show", action="store_true", help="say where a token is kept; it itself is not shown"
    )
    others.add_argument(
        "--remove", action="store_true", help="take it out of the keyring and the hub's own file"
    )


def _add_edit(commands: _Commands) -> None:
    parser = _command(commands, "edit", "fit an edit to a model from examples")
    _add_model(parser)
    _add_data(parser, general=SAMPLED)
    _add_regularisation(parser)
    _add_method(parser, settings_help="a setting of the method; may be repeated")
    parser.add_argument(
        "--budget",
        type=_positive,
        default=DEFAULT_BUDGET,
        help="how much worse general text may get, relatively (default: %(default)g)",
    )
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument(
        "--fit-to-ball", action="store_true", help="find the largest strength inside the budget"
    )
    parser.add_argument(
        "--on",
        action="append",
        default=[],
        metavar="NAME[@STRENGTH]",
        help="an edit that stays on while this one is learnt; may be repeated",
    )
    parser.add_argument("--save", metavar="NAME", help="keep the edit in the library")
    parser.add_argument("--dtype", choices=DTYPES, help="what to compute in (default: float32)")
    parser.add_argument(
        "--window",
        type=int,
        metavar="N",
        help="tokens that general texts are read by (default: as the program is set)",
    )
    parser.add_argument(
        "--anyway", action="store_true", help="begin even where memory seems not to suffice"
    )


def _add_sweep(commands: _Commands) -> None:
    parser = _command(
        commands, "sweep", "search a method's settings on validation, report fresh runs on test"
    )
    _add_model(parser)
    parser.add_argument("--task", required=True, metavar="T", help="a built-in task")
    _add_method(parser, settings_help="a setting that is not searched; may be repeated")
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
    _add_general(parser, SAMPLED)
    parser.add_argument(
        "--test-general-tokens", type=int, metavar="N", help="the same on test (default: as many)"
    )
    _add_regularisation(parser)
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
    _add_sweeps_folder(parser)


def _add_retention(commands: _Commands) -> None:
    parser = _command(
        commands,
        "retention",
        "write many edits in a row, and measure what is left of the earlier ones",
    )
    _add_model(parser)
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
        type=_positive,
        default=DEFAULT_BUDGET,
        help="decides how far rows of memories reach (default: %(default)g)",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=_pair,
        metavar="METHOD.NAME=VALUE",
        help="a setting of a method; may be repeated",
    )
    _add_general(parser, SAMPLED)
    _add_regularisation(parser)
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument(
        "--to", metavar="FOLDER", help="where curves are kept (default: in the data folder)"
    )


def _add_report(commands: _Commands) -> None:
    parser = _command(
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


def _add_evaluate(commands: _Commands) -> None:
    parser = _command(commands, "evaluate", "measure a model with edits on it")
    _add_model(parser)
    _add_edits(parser)
    _add_data(parser, general=None)
    parser.add_argument(
        "--budget", type=_positive, help="say whether the result is inside this budget"
    )


def _add_generate(commands: _Commands) -> None:
    parser = _command(commands, "generate", "continue a prompt")
    _add_model(parser)
    _add_edits(parser)
    parser.add_argument("--prompt", required=True, metavar="TEXT")
    parser.add_argument("--tokens", type=int, default=40, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--temperature",
        type=float,
        default=1.0,
        metavar="X",
        help="0 takes the likeliest token each time (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")


def _add_senses(commands: _Commands) -> None:
    parser = _command(commands, "senses", "show what senses raise and lower")
    _add_model(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--word", metavar="W", help="all senses of this word")
    which.add_argument("--edit", metavar="NAME", help="the senses this edit changed")
    parser.add_argument("--top", type=int, default=10, metavar="N", help="default: %(default)s")


def _add_library(commands: _Commands) -> None:
    verbs = _group(commands, "library", "look after saved edits")
    _command(verbs, "list", "list the edits")
    _command(verbs, "show", "describe an edit").add_argument("name", metavar="NAME")
    _command(verbs, "verify", "hash every file again")
    _command(verbs, "rebuild", "make the index anew from the edit folders")
    delete = _command(verbs, "delete", "put an edit into the trash")
    delete.add_argument("name", metavar="NAME")
    undelete = _command(verbs, "undelete", "take an edit out of the trash")
    undelete.add_argument("name", metavar="NAME")
    export = _command(verbs, "export", "write an edit somewhere else")
    export.add_argument("name", metavar="NAME[@STRENGTH]")
    export.add_argument("--to", required=True, metavar="PATH", help="where nothing is yet")
    export.add_argument(
        "--form",
        choices=FORMS,
        required=True,
        help="a model folder with the edit in it, or the edit alone",
    )
    export.add_argument("--dtype", choices=_DTYPES, default="float32", help="default: %(default)s")
    _command(verbs, "import", "take an exported edit in").add_argument("path", metavar="PATH")


def _add_rows(commands: _Commands) -> None:
    verbs = _group(commands, "rows", "look after the rows of a memory or a codebook")
    _command(verbs, "list", "list the rows of an edit").add_argument("name", metavar="NAME")
    switch = _command(verbs, "switch", "switch rows on or off, which undoes what they say")
    switch.add_argument("name", metavar="NAME")
    for flag, text in (("--on", "switch this row on"), ("--off", "switch this row off")):
        switch.add_argument(
            flag, action="append", default=[], metavar="ID", help=f"{text}; may be repeated"
        )
    take = _command(verbs, "import", "add rows to a memory; nothing is trained")
    take.add_argument("name", metavar="NAME")
    take.add_argument(
        "file", metavar="FILE", help="examples, or the memory.jsonl of an exported model"
    )
    for parser in (switch, take):
        parser.add_argument(
            "--save",
            metavar="NEW",
            help="keep the changed edit under this name (default: its own; the edit as it was goes "
            "into the trash)",
        )
    export = _command(verbs, "export", "write the rows of an edit into a file, JSONL")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--to", required=True, metavar="FILE", help="where nothing is yet")


def _group(commands: _Commands, name: str, text: str) -> _Commands:
    parser = commands.add_parser(name, help=text, description=_sentence(text))
    return parser.add_subparsers(dest="verb", required=True, metavar="VERB")


def _command(commands: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=_sentence(text))
    # Left out where not given, so that the flag before the command counts as well.
    parser.add_argument(
        "--data-dir", metavar="FOLDER", default=argparse.SUPPRESS, help=_DATA_DIR_HELP
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        required=True,
        metavar="M",
        help="starter, a folder, or an added model of the hub",
    )


def _add_edits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--edit",
        dest="edits",
        action="append",
        default=[],
        metavar="NAME[@STRENGTH]",
        help="an edit of the library to put on; may be repeated",
    )


def _add_method(parser: argparse.ArgumentParser, *, settings_help: str) -> None:
    parser.add_argument("--method", default=DEFAULT_METHOD, help="default: %(default)s")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help=settings_help,
    )


def _add_sweeps_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sweeps", metavar="FOLDER", help="where sweeps are kept (default: in the data folder)"
    )


def _add_regularisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--regularisation-text",
        metavar="FILE|sampled",
        default=SAMPLED,
        help="general text that training may see (default: sampled)",
    )
    parser.add_argument(
        "--regularisation-tokens", type=int, metavar="N", help="use only so many tokens of it"
    )


def _add_general(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--general-text",
        metavar="FILE|sampled",
        default=default,
        help=f"measures degradation (default: {default or 'not measured'})",
    )
    parser.add_argument(
        "--general-tokens", type=int, metavar="N", help="use only so many tokens of it"
    )


def _add_data(parser: argparse.ArgumentParser, *, general: str | None) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--task", metavar="T", help="a built-in task")
    source.add_argument("--examples", metavar="SET|FILE", help="a set of the library, or a file")
    parser.add_argument("--split", choices=("val", "test"), help="of the task (default: val)")
    parser.add_argument("--evaluate", metavar="FILE", help="evaluation examples")
    parser.add_argument("--hard-negatives", metavar="FILE", help="must not change")
    parser.add_argument(
        "--kind", choices=tuple(map(str, Kind)), help="of rows without a kind of their own"
    )
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="X",
        help="of success: a probability (increase, decrease) or a ratio (balance, prefer)",
    )
    _add_general(parser, general)
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="go on with a file's good rows"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _positive(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0")
    return value


def _budgets(text: str) -> tuple[float, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _counts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value

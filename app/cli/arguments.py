"""The command line's grammar: commands, flags and their help."""

import argparse

from app.cli.argument_parts import (
    DATA_DIR_HELP,
    Commands,
    add_anyway,
    add_data,
    add_edits,
    add_method,
    add_model,
    add_precision,
    add_regularisation,
    command,
    group,
    positive,
)
from app.cli.sweep_arguments import add_report, add_retention, add_sweep
from app.operations.requests import DEFAULT_BUDGET, FORMS, SAMPLED

_DTYPES = ("float32", "bfloat16", "float16")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="exemplar",
        description="Model editing with canonical examples. Without arguments, the window opens; "
        "`exemplar --open FILE` shows a file of examples in it, and `exemplar --self-check FOLDER` "
        "lets it go through the guided example by itself, to see that everything works.",
        epilog="Exit status: 0 done, 1 error, 2 wrong usage, 130 interrupted.",
    )
    parser.add_argument("--data-dir", metavar="FOLDER", help=DATA_DIR_HELP)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_tasks(commands)
    _add_models(commands)
    _add_edit(commands)
    add_sweep(commands)
    add_retention(commands)
    add_report(commands)
    _add_evaluate(commands)
    _add_generate(commands)
    _add_senses(commands)
    _add_library(commands)
    _add_rows(commands)
    return parser


def _add_tasks(commands: Commands) -> None:
    verbs = group(commands, "tasks", "list the built-in tasks, or show one")
    command(verbs, "list", "list the built-in tasks")
    command(verbs, "show", "describe a task").add_argument("name", metavar="NAME")


def _add_models(commands: Commands) -> None:
    verbs = group(commands, "models", "list, check, add and remove models")
    command(verbs, "list", "list bundled and added models and the bases of the library's edits")
    check = command(verbs, "check", "look into a model and say what can be done with it")
    check.add_argument("model", metavar="M", help="starter, a folder, or an added model of the hub")
    add = command(verbs, "add", "add a model from a folder, or fetch one from the hub")
    add.add_argument("model", metavar="FOLDER|ID[@REVISION]")
    add.add_argument("--tokenizer", metavar="FOLDER", help="of a folder that has no tokenizer")
    add.add_argument(
        "--only-show", action="store_true", help="say what fetching it takes, and fetch nothing"
    )
    remove = command(verbs, "remove", "take a model off the list")
    remove.add_argument("model", metavar="M")
    remove.add_argument(
        "--delete-files", action="store_true", help="delete the files that were fetched for it, too"
    )
    _add_token(verbs)


def _add_token(verbs: Commands) -> None:
    about = "read your token of the hub from standard input and keep it safely"
    others = command(verbs, "token", about).add_mutually_exclusive_group()
    others.add_argument(
        "--show", action="store_true", help="say where a token is kept; it itself is not shown"
    )
    others.add_argument(
        "--remove", action="store_true", help="take it out of the keyring and the hub's own file"
    )


def _add_edit(commands: Commands) -> None:
    parser = command(commands, "edit", "fit an edit to a model from examples")
    add_model(parser)
    add_data(parser, general=SAMPLED)
    add_regularisation(parser)
    add_method(parser, settings_help="a setting of the method; may be repeated")
    parser.add_argument(
        "--budget",
        type=positive,
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
    add_precision(parser)
    add_anyway(parser)


def _add_evaluate(commands: Commands) -> None:
    parser = command(commands, "evaluate", "measure a model with edits on it")
    add_model(parser)
    add_edits(parser)
    add_data(parser, general=None)
    parser.add_argument(
        "--budget", type=positive, help="say whether the result is inside this budget"
    )


def _add_generate(commands: Commands) -> None:
    parser = command(commands, "generate", "continue a prompt")
    add_model(parser)
    add_edits(parser)
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


def _add_senses(commands: Commands) -> None:
    parser = command(commands, "senses", "show what senses raise and lower")
    add_model(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--word", metavar="W", help="all senses of this word")
    which.add_argument("--edit", metavar="NAME", help="the senses this edit changed")
    parser.add_argument("--top", type=int, default=10, metavar="N", help="default: %(default)s")


def _add_library(commands: Commands) -> None:
    verbs = group(commands, "library", "look after saved edits")
    command(verbs, "list", "list the edits")
    command(verbs, "show", "describe an edit").add_argument("name", metavar="NAME")
    command(verbs, "verify", "hash every file again")
    command(verbs, "rebuild", "make the index anew from the edit folders")
    delete = command(verbs, "delete", "put an edit into the trash")
    delete.add_argument("name", metavar="NAME")
    undelete = command(verbs, "undelete", "take an edit out of the trash")
    undelete.add_argument("name", metavar="NAME")
    export = command(verbs, "export", "write an edit somewhere else")
    export.add_argument("name", metavar="NAME[@STRENGTH]")
    export.add_argument("--to", required=True, metavar="PATH", help="where nothing is yet")
    export.add_argument(
        "--form",
        choices=FORMS,
        required=True,
        help="a model folder with the edit in it, or the edit alone",
    )
    export.add_argument("--dtype", choices=_DTYPES, default="float32", help="default: %(default)s")
    command(verbs, "import", "take an exported edit in").add_argument("path", metavar="PATH")


def _add_rows(commands: Commands) -> None:
    verbs = group(commands, "rows", "look after the rows of a memory or a codebook")
    command(verbs, "list", "list the rows of an edit").add_argument("name", metavar="NAME")
    switch = command(verbs, "switch", "switch rows on or off, which undoes what they say")
    switch.add_argument("name", metavar="NAME")
    for flag, text in (("--on", "switch this row on"), ("--off", "switch this row off")):
        switch.add_argument(
            flag, action="append", default=[], metavar="ID", help=f"{text}; may be repeated"
        )
    take = command(verbs, "import", "add rows to a memory; nothing is trained")
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
    export = command(verbs, "export", "write the rows of an edit into a file, JSONL")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--to", required=True, metavar="FILE", help="where nothing is yet")

"""What the command line's commands have in common: flags for models, methods, texts and numbers."""

import argparse
from typing import Protocol

from app.operations.requests import DEFAULT_METHOD, DTYPES, SAMPLED
from editing.examples import Kind

DATA_DIR_HELP = "keep and look for everything here (default: EXEMPLAR_DATA_DIR, else per user)"


class Commands(Protocol):
    """What takes commands in; argparse has no public name for it."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 - argparse's word
        description: str,
    ) -> argparse.ArgumentParser:
        """Begin a command."""
        ...


def group(commands: Commands, name: str, text: str) -> Commands:
    """Begin a command that has verbs of its own."""
    parser = commands.add_parser(name, help=text, description=_sentence(text))
    return parser.add_subparsers(dest="verb", required=True, metavar="VERB")


def command(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    """Begin a command, with the flags that all have."""
    parser = commands.add_parser(name, help=text, description=_sentence(text))
    # Left out where not given, so that the flag before the command counts as well.
    parser.add_argument(
        "--data-dir", metavar="FOLDER", default=argparse.SUPPRESS, help=DATA_DIR_HELP
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """Ask for the model."""
    parser.add_argument(
        "--model",
        required=True,
        metavar="M",
        help="starter, a folder, or an added model of the hub",
    )


def add_edits(parser: argparse.ArgumentParser) -> None:
    """Let edits be put on."""
    parser.add_argument(
        "--edit",
        dest="edits",
        action="append",
        default=[],
        metavar="NAME[@STRENGTH]",
        help="an edit of the library to put on; may be repeated",
    )


def add_method(parser: argparse.ArgumentParser, *, settings_help: str) -> None:
    """Ask for a method and its settings."""
    parser.add_argument("--method", default=DEFAULT_METHOD, help="default: %(default)s")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=pair,
        metavar="NAME=VALUE",
        help=settings_help,
    )


def add_regularisation(parser: argparse.ArgumentParser) -> None:
    """Ask for the text that training may see."""
    parser.add_argument(
        "--regularisation-text",
        metavar="FILE|sampled",
        default=SAMPLED,
        help="general text that training may see (default: sampled)",
    )
    parser.add_argument(
        "--regularisation-tokens", type=int, metavar="N", help="use only so many tokens of it"
    )


def add_general(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Ask for the text that degradation is measured on."""
    parser.add_argument(
        "--general-text",
        metavar="FILE|sampled",
        default=default,
        help=f"measures degradation (default: {default or 'not measured'})",
    )
    parser.add_argument(
        "--general-tokens", type=int, metavar="N", help="use only so many tokens of it"
    )


def add_precision(parser: argparse.ArgumentParser) -> None:
    """Ask what is computed in, and by which windows texts are read."""
    parser.add_argument("--dtype", choices=DTYPES, help="what to compute in (default: float32)")
    parser.add_argument(
        "--window",
        type=int,
        metavar="N",
        help="tokens that general texts are read by (default: as the program is set)",
    )


def add_anyway(parser: argparse.ArgumentParser) -> None:
    """Let work begin that is thought not to fit."""
    parser.add_argument(
        "--anyway", action="store_true", help="begin even where memory seems not to suffice"
    )


def add_data(parser: argparse.ArgumentParser, *, general: str | None) -> None:
    """Ask for a task or examples, and what goes with them."""
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
    add_general(parser, general)
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="go on with a file's good rows"
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def positive(text: str) -> float:
    """Read a number from 0."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0")
    return value


def pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value

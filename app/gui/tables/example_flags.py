"""What may be wrong with an example, said beside it while it is written."""

import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from app.gui.tables.cuts import prefix_cut
from app.gui.tables.example_columns import Column
from app.gui.tables.readings import Reading
from editing.errors import ExampleError
from editing.examples import Example, Kind, Role, marked_subject, subject_span

translate = QCoreApplication.translate
MANY_TOKENS = 12
"""Tokens of a continuation beyond which its probability is small whatever one does."""
_INVISIBLE_BUT_MEANT = "\n\t\u200c\u200d"
"""Line feed, tab, and the two joiners that several scripts are written with."""


class Severity(StrEnum):
    """How much a remark matters."""

    ERROR = "error"
    """Keeps the row from being used."""
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Flag:
    """One remark on a row."""

    short: str
    text: str
    severity: Severity = Severity.WARNING
    column: Column | None = None
    """The cell it is about; None for the whole row."""
    can_mend: bool = False
    """Whether `mended` puts it right."""

    @property
    def is_error(self) -> bool:
        """Whether it keeps the row from being used."""
        return self.severity is Severity.ERROR


def flags_of(example: Example, kind: Kind | None, role: Role = Role.CANONICAL) -> list[Flag]:
    """List the remarks on a row by itself, the gravest first."""
    flags = [*_errors(example, kind, role)]
    columns = {example.suffix: _column(kind), example.other_suffix or "": Column.OTHER}
    for text, column in columns.items():
        if text:
            flags += _spacing(example.prefix, text, column)
    flags += _characters(example)
    flags += _subject(example)
    return list(dict.fromkeys(flags))


class OwnFlags:
    """The remarks on rows by themselves, kept until a row changes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Example, Kind | None, Role, list[Flag]]] = {}

    def of(self, example: Example, kind: Kind | None, role: Role) -> list[Flag]:
        """List the remarks on a row; see `flags_of`."""
        known = self._known.get(example.id)
        if known is None or known[0] is not example or known[1:3] != (kind, role):
            known = (example, kind, role, flags_of(example, kind, role))
            self._known[example.id] = known
        return known[3]


def flags_of_reading(reading: Reading | None, *, is_unreadable: bool) -> list[Flag]:
    """List what the model's answer tells about a row."""
    if is_unreadable:
        text = translate(
            "examples",
            "The continuation alone is longer than the model can read. Shorten it.",
        )
        return [Flag(translate("examples", "too long"), text, Severity.ERROR, Column.WANTED)]
    flags: list[Flag] = []
    if reading is not None and reading.dropped:
        text = prefix_cut(reading.dropped)
        flags.append(Flag(translate("examples", "cut"), text, Severity.WARNING, Column.PREFIX))
    if reading is not None and len(reading.tokens) > MANY_TOKENS:
        text = translate(
            "examples",
            "The continuation has {} tokens; all of them together are rarely probable. A shorter "
            "one is learnt better.",
        ).format(len(reading.tokens))
        flags.append(Flag(translate("examples", "long"), text, Severity.INFO, Column.WANTED))
    return flags


def mended(example: Example) -> Example:
    """Put right what can be put right without asking: spaces between prefix and continuation."""
    suffixes = [text for text in (example.suffix, example.other_suffix) if text]
    prefix = example.prefix
    if suffixes and all(_is_doubled(prefix, text) for text in suffixes):
        prefix = prefix.rstrip(" ")
    other = example.other_suffix
    return replace(
        example,
        prefix=prefix,
        suffix=with_space(prefix, example.suffix),
        other_suffix=other and with_space(prefix, other),
    )


def with_space(prefix: str, suffix: str) -> str:
    """Mend a continuation that would run into its prefix."""
    return " " + suffix if _runs_in(prefix, suffix) else suffix


def _column(kind: Kind | None) -> Column:
    return Column.OTHER if kind is Kind.DECREASE else Column.WANTED


def _errors(example: Example, kind: Kind | None, role: Role) -> list[Flag]:
    flags: list[Flag] = []
    if not example.prefix:
        flags.append(
            _error(
                translate("examples", "no prefix"),
                translate("examples", "Write what comes before."),
                Column.PREFIX,
            )
        )
    if not example.suffix:
        flags.append(
            _error(
                translate("examples", "no continuation"),
                translate("examples", "Write how it goes on."),
                _column(kind),
            )
        )
    if role is Role.HARD_NEGATIVE:
        if example.is_pair:
            flags.append(
                _error(
                    translate("examples", "two"),
                    translate("examples", "A hard negative has one continuation."),
                    Column.OTHER,
                )
            )
    elif kind is None:
        text = translate("examples", "Choose Balance or Prefer A for two continuations.")
        flags.append(_error(translate("examples", "which kind?"), text, Column.KIND))
    elif kind.needs_pair and not example.other_suffix:
        text = translate("examples", "{} needs a second continuation.").format(kind.label)
        flags.append(_error(translate("examples", "no second"), text, Column.OTHER))
    elif not kind.needs_pair and example.other_suffix:
        text = translate(
            "examples", "{} takes one continuation, and the row has two. Choose another kind."
        ).format(kind.label)
        flags.append(_error(translate("examples", "two"), text, Column.KIND))
    return flags


def _error(short: str, text: str, column: Column) -> Flag:
    return Flag(short, text, Severity.ERROR, column)


def _spacing(prefix: str, text: str, column: Column) -> list[Flag]:
    if _runs_in(prefix, text):
        said = translate(
            "examples", "Prefix and continuation run together; “Mend spaces” parts them."
        )
        return [Flag(translate("examples", "no space"), said, column=column, can_mend=True)]
    if _is_doubled(prefix, text):
        said = translate(
            "examples",
            "Two spaces meet between prefix and continuation; “Mend spaces” takes one away.",
        )
        return [
            Flag(translate("examples", "two spaces"), said, column=Column.PREFIX, can_mend=True)
        ]
    return []


def _characters(example: Example) -> list[Flag]:
    texts = {
        Column.PREFIX: example.prefix,
        Column.WANTED: example.suffix,
        Column.OTHER: example.other_suffix or "",
    }
    short = translate("examples", "odd character")
    said = translate("examples", "It holds {}, which is hardly meant.")
    return [
        Flag(short, said.format(name), column=column)
        for column, text in texts.items()
        if (name := _odd_character(text))
    ]


def _odd_character(text: str) -> str:
    """Name a character that cannot be seen, or that stands for one that was lost."""
    if text.isprintable() and "\ufffd" not in text:
        return ""
    for character in text:
        if character == "\ufffd":
            return translate("examples", "a character that was lost (\ufffd)")
        is_odd = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn")
        if is_odd and character not in _INVISIBLE_BUT_MEANT:
            named = translate("examples", "the invisible character U+{:04X}")
            return named.format(ord(character))
    return ""


def _subject(example: Example) -> list[Flag]:
    if not marked_subject(example):
        return []
    try:
        subject_span(example)
    except ExampleError as error:
        return [Flag(translate("examples", "subject"), str(error), column=Column.SUBJECT)]
    return []


def _is_doubled(prefix: str, text: str) -> bool:
    return prefix.endswith(" ") and text.startswith(" ")


def _runs_in(prefix: str, suffix: str) -> bool:
    return bool(prefix) and prefix[-1].isalnum() and suffix[:1].isalnum()

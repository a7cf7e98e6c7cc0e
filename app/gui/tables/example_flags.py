"""What may be wrong with an example, said beside it while it is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.gui.tables.readings import texts_of
from editing.examples import Example, Kind


@dataclass(frozen=True, slots=True)
class Flag:
    """One remark; an error keeps the row from being used."""

    short: str
    text: str
    is_error: bool = False


def copies(rows: Sequence[Example]) -> frozenset[str]:
    """Find the rows, by id, whose texts stand in the set more than once."""
    counts = Counter(texts_of(row) for row in rows)
    return frozenset(row.id for row in rows if counts[texts_of(row)] > 1)


def flags_of(example: Example, kind: Kind | None, *, is_copy: bool) -> tuple[Flag, ...]:
    """List the remarks on a row."""
    flags = [*_errors(example, kind)]
    for text in filter(None, (example.suffix, example.other_suffix)):
        flags += _spacing(example.prefix, text)
    if is_copy:
        flags.append(Flag("twice", "The same row stands in this list more than once."))
    return tuple(dict.fromkeys(flags))


def with_space(prefix: str, suffix: str) -> str:
    """Mend a continuation that would run into its prefix."""
    return " " + suffix if _runs_in(prefix, suffix) else suffix


def _errors(example: Example, kind: Kind | None) -> list[Flag]:
    flags: list[Flag] = []
    if not example.prefix:
        flags.append(Flag("no prefix", "Write what comes before.", is_error=True))
    if not example.suffix:
        flags.append(Flag("no continuation", "Write how it goes on.", is_error=True))
    if kind is None:
        flags.append(
            Flag("which kind?", "Choose Balance or Prefer A for two continuations.", is_error=True)
        )
    elif kind.needs_pair and not example.other_suffix:
        flags.append(Flag("no second", f"{kind.label} needs a second continuation.", is_error=True))
    return flags


def _spacing(prefix: str, text: str) -> list[Flag]:
    if _runs_in(prefix, text):
        return [Flag("no space", "Prefix and continuation run together; “Mend spaces” parts them.")]
    if prefix.endswith(" ") and text.startswith(" "):
        return [Flag("two spaces", "Two spaces meet between prefix and continuation.")]
    return []


def _runs_in(prefix: str, text: str) -> bool:
    return bool(prefix) and prefix[-1].isalnum() and text[:1].isalnum()

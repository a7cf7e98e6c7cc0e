"""What rows of a set do to each other: the same row twice, or rows that want the opposite."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from PySide6.QtCore import QCoreApplication

from app.gui.tables.example_flags import Flag
from app.gui.tables.readings import kind_of
from editing.examples import Example, ExampleSet, Kind, Role

Conflicts: TypeAlias = Mapping[str, tuple[Flag, ...]]
"""Remarks by the row's id."""

translate = QCoreApplication.translate


def conflicts(rows: Sequence[Example], examples: ExampleSet, role: Role) -> Conflicts:
    """Find the rows of a list that repeat or contradict others, or stand in the canonical list."""
    found: dict[str, list[Flag]] = defaultdict(list)
    for row in _repeated(rows, examples):
        found[row.id].append(_twice())
    if role is not Role.HARD_NEGATIVE:
        for row in _opposed(rows, examples):
            found[row.id].append(_opposite())
    if role is not Role.CANONICAL:
        learnt = {_texts(row) for row in examples.canonical}
        remark = _learnt() if role is Role.EVALUATION else _taught()
        for row in rows:
            if _texts(row) in learnt:
                found[row.id].append(remark)
    return {row_id: tuple(flags) for row_id, flags in found.items()}


def same_row(row: Example, examples: ExampleSet) -> Hashable:
    """Tell rows apart: equal for two that say the same, whatever their spaces."""
    return kind_of(row, examples), *_texts(row)


def _twice() -> Flag:
    said = translate("examples", "The same row stands in this list more than once.")
    return Flag(translate("examples", "twice"), said)


def _opposite() -> Flag:
    said = translate(
        "examples", "Another row of this list wants the opposite of the same continuation."
    )
    return Flag(translate("examples", "contradiction"), said)


def _learnt() -> Flag:
    said = translate(
        "examples",
        "The same row is among the canonical ones; success here says nothing about other wordings.",
    )
    return Flag(translate("examples", "also learnt"), said)


def _taught() -> Flag:
    said = translate(
        "examples",
        "The same row is among the canonical ones, which are to change; a hard negative is not.",
    )
    return Flag(translate("examples", "to be changed"), said)


def _repeated(rows: Sequence[Example], examples: ExampleSet) -> list[Example]:
    keys = [same_row(row, examples) for row in rows]
    counts = Counter(keys)
    return [row for row, key in zip(rows, keys, strict=True) if counts[key] > 1]


def _opposed(rows: Sequence[Example], examples: ExampleSet) -> list[Example]:
    """Rows of which one wants a continuation more and one less, or one balance and one a side."""
    wants: dict[Hashable, set[str]] = defaultdict(set)
    asked = [_wish(row, kind_of(row, examples)) for row in rows]
    for about, wish in asked:
        wants[about].add(wish)
    return [row for row, (about, _) in zip(rows, asked, strict=True) if len(wants[about]) > 1]


def _wish(row: Example, kind: Kind | None) -> tuple[Hashable, str]:
    """What a row is about, and what it wants of that."""
    prefix, suffix, other = _texts(row)
    if kind is Kind.PREFER:
        return (prefix, frozenset((suffix, other))), suffix
    if kind is Kind.BALANCE:
        return (prefix, frozenset((suffix, other))), ""
    return (prefix, suffix), str(kind)


def _texts(row: Example) -> tuple[str, str, str]:
    return row.prefix.strip(), row.suffix.strip(), (row.other_suffix or "").strip()

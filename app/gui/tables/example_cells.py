"""What the cells of the examples table say, and what typing into them changes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from PySide6.QtCore import Qt

from app.gui.tables.example_flags import Flag, flags_of
from app.gui.tables.readings import (
    Reading,
    Texts,
    kind_of,
    loss_of,
    per_cent,
    reading_in_words,
    texts_of,
    threshold_of,
)
from editing.examples import Example, ExampleSet, Kind

SPACE_SIGN = "␣"
"""Stands for a space at the end or the beginning, where it would not be seen."""


class Column(IntEnum):
    """The columns of the table."""

    KIND = 0
    PREFIX = 1
    WANTED = 2
    OTHER = 3
    NOW = 4
    FLAGS = 5

    @property
    def title(self) -> str:
        """What the header says."""
        return _TITLES[self][0]

    @property
    def explanation(self) -> str:
        """What the header's tooltip says."""
        return _TITLES[self][1]


class ExampleRole(IntEnum):
    """What the delegate asks for beside Qt's own roles."""

    KIND = Qt.ItemDataRole.UserRole
    APPLIES = Qt.ItemDataRole.UserRole + 1
    """Whether the row's kind uses this cell."""
    GAUGE = Qt.ItemDataRole.UserRole + 2
    """A Gauge for the cell of what the model says now, or None."""
    SORT = Qt.ItemDataRole.UserRole + 3
    ERROR = Qt.ItemDataRole.UserRole + 4
    """Whether a remark on the row is an error."""


_TITLES = {
    Column.KIND: ("Kind", "Say more, say less, balance two, or prefer A to B."),
    Column.PREFIX: ("Prefix", "What comes before; the model reads this first."),
    Column.WANTED: ("Wanted / A", "The continuation to say more, or the first of two."),
    Column.OTHER: ("Unwanted / B", "The continuation to say less, or the second of two."),
    Column.NOW: (
        "Now",
        "How probable the continuation is now; of two, how many times likelier one is. The scale "
        "is logarithmic, and its tick marks where success begins.",
    ),
    Column.FLAGS: ("Remarks", "What may be wrong with a row."),
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """What the model says now, between 0 and 1 as painted, and where success begins."""

    text: str
    fraction: float | None
    """None for two continuations, which have no natural scale."""
    tick: float | None
    holds: bool | None


class Cells:
    """The cells of one state of the table."""

    def __init__(
        self,
        examples: ExampleSet,
        readings: Mapping[Texts, Reading],
        copied: frozenset[str],
        *,
        judged: bool = True,
    ) -> None:
        self._set = examples
        self._judged = judged
        self._readings = readings
        self._copied = copied

    def of(self, row: Example, column: Column, role: int) -> object:
        """Return what a cell holds for a role of Qt's or an ExampleRole."""
        kind = kind_of(row, self._set)
        answers = {
            Qt.ItemDataRole.DisplayRole: lambda: self._text(row, column, kind),
            Qt.ItemDataRole.EditRole: lambda: self._raw(row, column, kind),
            Qt.ItemDataRole.ToolTipRole: lambda: self._tip(row, column, kind),
            Qt.ItemDataRole.AccessibleTextRole: lambda: self._spoken(row, column, kind),
            ExampleRole.KIND: lambda: kind,
            ExampleRole.APPLIES: lambda: applies(kind, column),
            ExampleRole.GAUGE: lambda: self.gauge(row, kind),
            ExampleRole.SORT: lambda: self._sort_key(row, column, kind),
            ExampleRole.ERROR: lambda: any(flag.is_error for flag in self._flags(row, kind)),
        }
        answer = answers.get(role)  # pyright: ignore[reportArgumentType, reportCallIssue]  # Qt's int
        return answer() if answer else None

    def of_empty_row(self, column: Column, role: int) -> object:
        """Return what the empty last row says."""
        if role == Qt.ItemDataRole.DisplayRole:
            return "Type here to add an example" if column is Column.PREFIX else ""
        if role == Qt.ItemDataRole.EditRole:
            return ""
        if role == ExampleRole.KIND:
            return None
        return True if role == ExampleRole.APPLIES else None

    def gauge(self, row: Example, kind: Kind | None) -> Gauge | None:
        """Measure what the model says of a row; None while it is not known."""
        reading = self._readings.get(texts_of(row))
        if reading is None:
            return None
        words = reading_in_words(kind, reading)
        loss = loss_of(kind, reading) if kind and self._judged else None
        if kind is None or loss is None:
            is_pair = row.other_suffix is not None
            return Gauge(words, None if is_pair else _on_scale(reading.log_prob), None, None)
        threshold = threshold_of(row, kind, self._set)
        if kind.needs_pair:
            return Gauge(words, None, None, loss <= threshold)
        tick = _on_scale(threshold if kind is Kind.DECREASE else -threshold)
        return Gauge(words, _on_scale(reading.log_prob), tick, loss <= threshold)

    def has_remarks(self, row: Example) -> bool:
        """Whether anything may be wrong with a row."""
        return bool(self._flags(row, kind_of(row, self._set)))

    def _text(self, row: Example, column: Column, kind: Kind | None) -> str:
        if column is Column.KIND:
            return kind.label if kind else "Choose…"
        if column is Column.NOW:
            gauge = self.gauge(row, kind)
            return gauge.text if gauge else "…"
        if column is Column.FLAGS:
            return ", ".join(flag.short for flag in self._flags(row, kind))
        return visible_spaces(self._raw(row, column, kind))

    def _raw(self, row: Example, column: Column, kind: Kind | None) -> str:
        if column is Column.KIND:
            return str(kind or "")
        if column is Column.PREFIX:
            return row.prefix
        return getattr(row, _field(column, kind) or "", None) or ""

    def _tip(self, row: Example, column: Column, kind: Kind | None) -> str:
        if column is Column.FLAGS:
            return "\n".join(flag.text for flag in self._flags(row, kind))
        if column is Column.NOW:
            return self._now_tip(row, kind)
        if not applies(kind, column):
            return f"“{kind.label}” does not use this column." if kind else ""
        return self._text(row, column, kind) if column is not Column.KIND else ""

    def _now_tip(self, row: Example, kind: Kind | None) -> str:
        reading = self._readings.get(texts_of(row))
        if reading is None:
            return "The engine has not answered yet."
        lines = [
            f"{visible_spaces(text)}   {per_cent(math.exp(value))}"
            for text, value in reading.tokens
        ]
        gauge = self.gauge(row, kind)
        if gauge and gauge.holds is not None:
            lines.append("Counts as success." if gauge.holds else "Does not count as success yet.")
        return "\n".join(lines)

    def _spoken(self, row: Example, column: Column, kind: Kind | None) -> str:
        if not applies(kind, column):
            return "not used"
        return f"{column.title}: {self._text(row, column, kind)}"

    def _sort_key(self, row: Example, column: Column, kind: Kind | None) -> object:
        if column is Column.NOW:
            reading = self._readings.get(texts_of(row))
            loss = loss_of(kind, reading) if kind and reading else None
            return float("-inf") if loss is None else -loss
        if column is Column.FLAGS:
            return -len(self._flags(row, kind))
        return self._text(row, column, kind).strip().casefold()

    def _flags(self, row: Example, kind: Kind | None) -> tuple[Flag, ...]:
        return flags_of(row, kind, is_copy=row.id in self._copied)


def applies(kind: Kind | None, column: Column) -> bool:
    """Whether a kind uses a column."""
    if column is Column.WANTED:
        return kind is not Kind.DECREASE
    return column is not Column.OTHER or kind is not Kind.INCREASE


def changed_cell(row: Example, column: Column, value: object, examples: ExampleSet) -> Example:
    """Return the example after a person typed `value` into one of its cells."""
    if column is Column.KIND:
        return _with_kind(row, Kind(str(value))) if value else row
    if column is Column.PREFIX:
        return replace(row, prefix=str(value))
    field = _field(column, kind_of(row, examples))
    if field == "suffix":
        return replace(row, suffix=str(value))
    return replace(row, other_suffix=str(value)) if field else row


def visible_spaces(text: str) -> str:
    """Show the spaces at both ends as a sign."""
    inner = text.strip(" ")
    if not inner:
        return SPACE_SIGN * len(text)
    start = len(text) - len(text.lstrip(" "))
    return SPACE_SIGN * start + inner + SPACE_SIGN * (len(text) - start - len(inner))


def typed_spaces(text: str) -> str:
    """Turn the signs back into spaces."""
    return text.replace(SPACE_SIGN, " ")


def _field(column: Column, kind: Kind | None) -> str | None:
    """Which of an example's texts a column shows: what is to be said less stands on the right."""
    if not applies(kind, column):
        return None
    return "suffix" if column is Column.WANTED or kind is Kind.DECREASE else "other_suffix"


def _with_kind(row: Example, kind: Kind) -> Example:
    """A kind of its own makes a threshold of the other scale senseless, so that goes."""
    if kind is row.kind:
        return row
    other = (row.other_suffix or "") if kind.needs_pair else None
    return replace(row, kind=kind, other_suffix=other, threshold=None)


def _on_scale(log_prob: float) -> float:
    """Place a log probability between 0 (one in a million) and 1 (certain)."""
    return min(max(1 + log_prob / 13.8, 0.0), 1.0)

"""What the cells of the examples table say, and what typing into them changes."""

import math
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt

from app.gui.tables.example_columns import Column, ExampleRole, Gauge, Marked
from app.gui.tables.example_conflicts import Conflicts
from app.gui.tables.example_flags import Flag, OwnFlags, Severity, flags_of_reading
from app.gui.tables.example_texts import raw_text, visible_spaces
from app.gui.tables.readings import (
    Reading,
    Texts,
    change_of,
    factor_in_words,
    kind_of,
    loss_of,
    per_cent,
    reading_in_words,
    texts_of,
    threshold_of,
)
from editing.errors import ExampleError
from editing.examples import Example, ExampleSet, Kind, Role, marked_subject, subject_span

translate = QCoreApplication.translate
WAITING = "…"


@dataclass(frozen=True, slots=True)
class Said:
    """What models said of the rows, and what is said while they have not."""

    now: Mapping[Texts, Reading] = field(default_factory=dict[Texts, Reading])
    edited: Mapping[Texts, Reading] = field(default_factory=dict[Texts, Reading])
    earlier: Mapping[str, Reading] = field(default_factory=dict[str, Reading])
    """By row id, what was said of its texts before they, or the model, changed."""
    unreadable: AbstractSet[Texts] = frozenset()
    """What the model could not read."""
    waiting: str = WAITING


class Cells:
    """The cells of one state of the table."""

    def __init__(
        self,
        examples: ExampleSet,
        role: Role,
        conflicts: Conflicts,
        said: Said,
        own: OwnFlags | None = None,
    ) -> None:
        self._own = own or OwnFlags()
        self._set = examples
        self._role = role
        self._conflicts = conflicts
        self._said = said
        self._known: dict[str, tuple[Flag, ...]] = {}

    def of(self, row: Example, column: Column, role: int) -> object:
        """Return what a cell holds for a role of Qt's or an ExampleRole."""
        kind = kind_of(row, self._set)
        answers: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: partial(self._text, row, column, kind),
            Qt.ItemDataRole.EditRole: partial(raw_text, row, column, kind),
            Qt.ItemDataRole.ToolTipRole: partial(self._tip, row, column, kind),
            Qt.ItemDataRole.AccessibleTextRole: partial(self._spoken, row, column, kind),
            ExampleRole.KIND: lambda: kind,
            ExampleRole.APPLIES: lambda: applies(kind, column),
            ExampleRole.GAUGE: partial(self._gauge, row, column, kind),
            ExampleRole.SORT: partial(self._sort_key, row, column, kind),
            ExampleRole.ERROR: lambda: any(flag.is_error for flag in self.flags(row)),
            ExampleRole.PROBLEM: partial(self._problem, row, column),
            ExampleRole.SUBJECT: lambda: _marked(row) if column is Column.PREFIX else None,
            ExampleRole.IS_QUIET: lambda: column is Column.SUBJECT and not marked_subject(row),
            ExampleRole.IMPROVES: partial(self._improves, row, kind),
            ExampleRole.MENDABLE: lambda: any(flag.can_mend for flag in self.flags(row)),
        }
        answer = answers.get(int(role))
        return answer() if answer else None

    def of_empty_row(self, column: Column, role: int) -> object:
        """Return what the empty last row says."""
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                translate("examples", "Type here to add an example")
                if column is Column.PREFIX
                else ""
            )
        if role == Qt.ItemDataRole.EditRole:
            return ""
        return True if role == ExampleRole.APPLIES else None

    def gauge(self, row: Example) -> Gauge | None:
        """Measure what the model says of a row now; None while it is not known."""
        return self._gauge(row, Column.NOW, kind_of(row, self._set))

    def flags(self, row: Example) -> tuple[Flag, ...]:
        """List everything that may be wrong with a row, the gravest first."""
        if row.id not in self._known:
            self._known[row.id] = self._find_flags(row)
        return self._known[row.id]

    def _find_flags(self, row: Example) -> tuple[Flag, ...]:
        texts = texts_of(row)
        found = [
            *self._own.of(row, kind_of(row, self._set), self._role),
            *flags_of_reading(
                self._said.now.get(texts), is_unreadable=texts in self._said.unreadable
            ),
            *self._conflicts.get(row.id, ()),
        ]
        if len(found) > 1:
            order = list(Severity)
            found.sort(key=lambda flag: order.index(flag.severity))
        return tuple(found)

    def _gauge(self, row: Example, column: Column, kind: Kind | None) -> Gauge | None:
        readings = self._said.edited if column is Column.EDITED else self._said.now
        reading = readings.get(texts_of(row))
        if reading is not None:
            return self._gauge_of(row, kind, reading)
        earlier = self._said.earlier.get(row.id) if column is Column.NOW else None
        if earlier is None:
            return None
        gauge = self._gauge_of(row, kind, earlier)
        return replace(gauge, holds=None, is_stale=True)

    def _gauge_of(self, row: Example, kind: Kind | None, reading: Reading) -> Gauge:
        words = reading_in_words(kind, reading)
        is_judged = kind is not None and self._role is not Role.HARD_NEGATIVE
        loss = loss_of(kind, reading) if is_judged and kind else None
        if kind is None or loss is None:
            is_pair = row.other_suffix is not None
            return Gauge(words, None if is_pair else _on_scale(reading.log_prob), None, None)
        threshold = threshold_of(row, kind, self._set)
        if kind.needs_pair:
            return Gauge(words, None, None, loss <= threshold)
        tick = _on_scale(threshold if kind is Kind.DECREASE else -threshold)
        return Gauge(words, _on_scale(reading.log_prob), tick, loss <= threshold)

    def _text(self, row: Example, column: Column, kind: Kind | None) -> str:
        said: dict[Column, Callable[[], str]] = {
            Column.KIND: lambda: kind.label if kind else translate("examples", "Choose…"),
            Column.NOW: partial(self._gauge_text, row, column, kind),
            Column.EDITED: partial(self._gauge_text, row, column, kind),
            Column.CHANGE: partial(self._change_text, row, kind),
            Column.FLAGS: lambda: ", ".join(flag.short for flag in self.flags(row)),
        }
        return said[column]() if column in said else visible_spaces(raw_text(row, column, kind))

    def _gauge_text(self, row: Example, column: Column, kind: Kind | None) -> str:
        gauge = self._gauge(row, column, kind)
        return gauge.text if gauge else self._said.waiting

    def _change_text(self, row: Example, kind: Kind | None) -> str:
        change = self._change(row, kind)
        return "" if change is None else factor_in_words(change)

    def _tip(self, row: Example, column: Column, kind: Kind | None) -> str:
        if not applies(kind, column):
            unused = translate("examples", "“{}” does not use this column.")
            return unused.format(kind.label) if kind else ""
        said: dict[Column, Callable[[], str]] = {
            Column.KIND: lambda: "",
            Column.NOW: lambda: self._now_tip(row, kind),
            Column.EDITED: lambda: self._edited_tip(row),
            Column.FLAGS: lambda: "\n".join(flag.text for flag in self.flags(row)),
            Column.PREFIX: lambda: self._prefix_tip(row),
        }
        text = said.get(column, partial(self._text, row, column, kind))()
        about = [flag.text for flag in self.flags(row) if flag.column is column]
        return "\n\n".join(filter(None, (text, *about)))

    def _prefix_tip(self, row: Example) -> str:
        marked = _marked(row)
        if marked is None:
            return visible_spaces(row.prefix)
        by_hand = translate("examples", "Subject (marked): {}")
        proposed = translate("examples", "Subject (proposed): {}")
        subject = row.prefix[marked.begin : marked.end]
        said = (by_hand if marked.by_hand else proposed).format(subject)
        return f"{visible_spaces(row.prefix)}\n\n{said}"

    def _now_tip(self, row: Example, kind: Kind | None) -> str:
        reading = self._said.now.get(texts_of(row))
        if reading is None:
            return translate("examples", "The engine has not answered yet.")
        gauge, lines = self.gauge(row), [_tokens_in_words(reading)]
        if gauge and gauge.holds is not None:
            right = translate("examples", "Counts as success.")
            wrong = translate("examples", "Does not count as success yet.")
            lines.append(right if gauge.holds else wrong)
        if kind is not None and gauge and gauge.tick is not None:
            bound = per_cent(math.exp(-abs(threshold_of(row, kind, self._set))))
            lines.append(translate("examples", "The tick is at {}.").format(bound))
        return "\n".join(lines)

    def _edited_tip(self, row: Example) -> str:
        reading = self._said.edited.get(texts_of(row))
        silent = translate("examples", "The engine has not answered yet.")
        return _tokens_in_words(reading) if reading else silent

    def _spoken(self, row: Example, column: Column, kind: Kind | None) -> str:
        if not applies(kind, column):
            return translate("examples", "not used")
        return f"{column.title}: {self._text(row, column, kind)}"

    def _sort_key(self, row: Example, column: Column, kind: Kind | None) -> object:
        if column in (Column.NOW, Column.EDITED):
            readings = self._said.edited if column is Column.EDITED else self._said.now
            reading = readings.get(texts_of(row))
            loss = loss_of(kind, reading) if kind and reading else None
            return float("-inf") if loss is None else -loss
        if column is Column.CHANGE:
            gain = self._gain(row, kind)
            return float("inf") if gain is None else gain
        if column is Column.FLAGS:
            return [-sum(f.severity is each for f in self.flags(row)) for each in Severity]
        return self._text(row, column, kind).strip().casefold()

    def _problem(self, row: Example, column: Column) -> str:
        here = (str(flag.severity) for flag in self.flags(row) if flag.column is column)
        return next(here, "")

    def _change(self, row: Example, kind: Kind | None) -> float | None:
        before, after = (each.get(texts_of(row)) for each in (self._said.now, self._said.edited))
        return change_of(kind, before, after) if before and after else None

    def _gain(self, row: Example, kind: Kind | None) -> float | None:
        change = self._change(row, kind)
        if change is None:
            return None
        return change if kind in (Kind.INCREASE, Kind.PREFER) else -change

    def _improves(self, row: Example, kind: Kind | None) -> bool | None:
        gain = None if self._role is Role.HARD_NEGATIVE else self._gain(row, kind)
        return None if gain is None or abs(gain) < 0.005 else gain > 0


def applies(kind: Kind | None, column: Column) -> bool:
    """Whether a kind uses a column."""
    if column is Column.WANTED:
        return kind is not Kind.DECREASE
    return column is not Column.OTHER or kind is not Kind.INCREASE


def _marked(row: Example) -> Marked | None:
    try:
        span = subject_span(row)
    except ExampleError:
        return None
    return Marked(span.begin, span.end, bool(marked_subject(row))) if span else None


def _tokens_in_words(reading: Reading) -> str:
    return "\n".join(
        f"{visible_spaces(text)}   {per_cent(math.exp(value))}" for text, value in reading.tokens
    )


def _on_scale(log_prob: float) -> float:
    """Place a log probability between 0 (one in a million) and 1 (certain)."""
    return min(max(1 + log_prob / 13.8, 0.0), 1.0)

"""The tables of the compare page: what is side by side, and examples sorted by change."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import LEFT, RIGHT, Index, RowTable, brush
from editing.examples import Example, Kind
from editing.results import ExampleResult


class SideBySideTable(RowTable[tuple[str, ...]]):
    """One measure or setting a row, one model a column; rows that say the same can be left out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[tuple[str, ...]] = []
        self._only_differences = True

    @property
    def left_out(self) -> int:
        """How many rows are not shown, as all columns say the same."""
        return len(self._all) - len(self._rows)

    def show_rows(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """Take other rows; each begins with its name."""
        self._all = list(rows)
        self._refresh(("", *columns) if columns else ())

    def show_only_differences(self, is_on: bool) -> None:
        """Leave out rows in which all columns say the same, or show all."""
        self._only_differences = is_on
        self._refresh(self._headers)

    def _refresh(self, headers: Sequence[str]) -> None:
        self.beginResetModel()
        self._headers = headers
        is_told = self._only_differences and len(headers) > 2
        self._rows = [row for row in self._all if not is_told or len(set(row[1:])) > 1]
        self.endResetModel()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        return None


class Verdict(StrEnum):
    """What an edit did to one example."""

    FIXED = "fixed"
    BROKEN = "broken"
    STILL_RIGHT = "still-right"
    STILL_WRONG = "still-wrong"

    @property
    def label(self) -> str:
        """The verdict in words."""
        return QCoreApplication.translate("compare", str(_VERDICTS[self]))


@dataclass(frozen=True, slots=True)
class ComparedExample:
    """One evaluation example under the original and under one edit."""

    example: Example
    result: ExampleResult

    @property
    def verdict(self) -> Verdict:
        """What the edit did to it."""
        before, after = self.result.succeeded_before, self.result.succeeded_after
        if before:
            return Verdict.STILL_RIGHT if after else Verdict.BROKEN
        return Verdict.FIXED if after else Verdict.STILL_WRONG

    @property
    def change(self) -> float:
        """How much its loss fell, in nats: more is better."""
        return self.result.before - self.result.after


GAIN = 5
Others = Sequence[tuple[str, Sequence[ComparedExample]]]
"""Names and results of further edits, on the same examples."""
_VERDICTS = {
    Verdict.FIXED: QT_TRANSLATE_NOOP("compare", "Fixed"),
    Verdict.BROKEN: QT_TRANSLATE_NOOP("compare", "Broken"),
    Verdict.STILL_RIGHT: QT_TRANSLATE_NOOP("compare", "Still right"),
    Verdict.STILL_WRONG: QT_TRANSLATE_NOOP("compare", "Still wrong"),
}
VERDICT_MARKS = {
    Verdict.FIXED: QT_TRANSLATE_NOOP("compare", "✓ fixed"),
    Verdict.BROKEN: QT_TRANSLATE_NOOP("compare", "✗ broken"),
    Verdict.STILL_RIGHT: QT_TRANSLATE_NOOP("compare", "still right"),
    Verdict.STILL_WRONG: QT_TRANSLATE_NOOP("compare", "still wrong"),
}
_TONES = {Verdict.FIXED: "positive", Verdict.BROKEN: "danger"}
LONGEST = 90
SMALLEST_SHARE = 1e-5


class ExamplesTable(RowTable[ComparedExample]):
    """One example a row, sorted and filtered inside the model; regressions first at the start."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_headers = [
            *(self.tr("Verdict"), self.tr("Example"), self.tr("Wanted")),
            *(self.tr("Original"), self.tr("Edited"), self.tr("Gain, nats")),
        ]
        self._headers = self._own_headers
        self._all: list[ComparedExample] = []
        self._others: list[dict[Example, ComparedExample]] = []
        self._verdict: Verdict | None = None
        self._order = (GAIN, Qt.SortOrder.AscendingOrder)

    def show_examples(self, examples: Sequence[ComparedExample], others: Others = ()) -> None:
        """Take other examples, and what further edits made of the same ones."""
        self.beginResetModel()
        self._all = list(examples)
        self._headers = [*self._own_headers, *(name for name, _ in others)]
        self._others = [{row.example: row for row in rows} for _, rows in others]
        if self._order[0] >= len(self._headers):
            self._order = (GAIN, Qt.SortOrder.AscendingOrder)
        self._choose_rows()
        self.endResetModel()

    def filter_verdict(self, verdict: Verdict | None) -> None:
        """Show only examples with a verdict; None shows all."""
        self._verdict = verdict
        self._refresh()

    def count(self, verdict: Verdict) -> int:
        """Count the examples with a verdict, shown or not."""
        return sum(each.verdict is verdict for each in self._all)

    def example_at(self, index: Index) -> ComparedExample:
        """Give the example at an index."""
        return self._rows[index.row()]

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.TextAlignmentRole and section > 2:
                return RIGHT
            if role == Qt.ItemDataRole.ToolTipRole:
                return self._headers[section]
        return super().headerData(section, orientation, role)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        answers: dict[int, Any] = {}
        if role == Qt.ItemDataRole.DisplayRole:
            answers[role] = self._cell(row, column)
        elif role == Qt.ItemDataRole.ToolTipRole:
            answers[role] = row.example.prefix + row.example.suffix
        elif role == Qt.ItemDataRole.TextAlignmentRole:
            answers[role] = RIGHT if column > 2 else LEFT
        elif role == Qt.ItemDataRole.ForegroundRole and column == 0:
            answers[role] = brush(_TONES.get(row.verdict, "muted"))
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order)
        self._refresh()

    def _refresh(self) -> None:
        self.beginResetModel()
        self._choose_rows()
        self.endResetModel()

    def _choose_rows(self) -> None:
        column, order = self._order
        found = [each for each in self._all if self._verdict in (None, each.verdict)]
        is_down = order is Qt.SortOrder.DescendingOrder
        self._rows = sorted(found, key=self._key(column), reverse=is_down) if column >= 0 else found

    def _key(self, column: int) -> Callable[[ComparedExample], tuple[Any, float]]:
        if column < len(_KEYS):
            return _KEYS[column]
        rows = self._others[column - len(_KEYS)]
        return lambda row: (-_after(rows.get(row.example)), row.change)

    def _cell(self, row: ComparedExample, column: int) -> str:
        if column < len(_KEYS):
            return _cells(row)[column]
        other = self._others[column - len(_KEYS)].get(row.example)
        kind = row.example.kind or Kind.INCREASE
        return figures.NOTHING if other is None else likelihood(other.result.after, kind)


def _after(row: ComparedExample | None) -> float:
    return math.inf if row is None else row.result.after


def _cells(row: ComparedExample) -> tuple[str, ...]:
    kind = row.example.kind or Kind.INCREASE
    prefix = row.example.prefix
    return (
        QCoreApplication.translate("compare", str(VERDICT_MARKS[row.verdict])),
        prefix if len(prefix) <= LONGEST else "…" + prefix[-LONGEST:].lstrip(),
        _wanted(row.example, kind),
        likelihood(row.result.before, kind),
        likelihood(row.result.after, kind),
        figures.signed(row.change, decimals=2),
    )


def _wanted(example: Example, kind: Kind) -> str:
    first = figures.visible_spaces(example.suffix)
    other = figures.visible_spaces(example.other_suffix or "")
    words = {
        Kind.INCREASE: first,
        Kind.DECREASE: f"not {first}",
        Kind.BALANCE: f"{first} = {other}",
        Kind.PREFER: f"{first} > {other}",
    }
    return words[kind]


def likelihood(loss: float, kind: Kind) -> str:
    """Say an example's loss as a probability, or for two continuations as their ratio."""
    if kind in (Kind.INCREASE, Kind.DECREASE):
        share = math.exp(min(-loss if kind is Kind.INCREASE else loss, 0.0))
        if share < SMALLEST_SHARE:
            return f"< {figures.percent(SMALLEST_SHARE, decimals=3)}"
        return figures.percent(share, decimals=1 if share >= 1e-3 else 3)
    ratio = math.exp(min(abs(loss), 50.0))
    shown = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    is_first = kind is Kind.BALANCE or loss <= 0
    return f"{shown} : 1" if is_first else f"1 : {shown}"


_ORDER = (Verdict.BROKEN, Verdict.FIXED, Verdict.STILL_WRONG, Verdict.STILL_RIGHT)


def _by_verdict(row: ComparedExample) -> tuple[float, float]:
    return _ORDER.index(row.verdict), row.change


def _by_text(row: ComparedExample) -> tuple[str, float]:
    return row.example.prefix.casefold(), row.change


def _by_wanted(row: ComparedExample) -> tuple[str, float]:
    return row.example.suffix.strip().casefold(), row.change


def _by_before(row: ComparedExample) -> tuple[float, float]:
    return -row.result.before, row.change


def _by_after(row: ComparedExample) -> tuple[float, float]:
    return -row.result.after, row.change


def _by_change(row: ComparedExample) -> tuple[float, float]:
    return row.change, row.result.before


_KEYS = (_by_verdict, _by_text, _by_wanted, _by_before, _by_after, _by_change)

"""Measures and settings of the columns side by side, and what became of every example."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QTableView,
    QToolButton,
    QWidget,
)

from app.gui.icons import set_icon
from app.gui.metrics import characters, gap
from app.gui.tables import figures
from app.gui.tables.compare_table import (
    ComparedExample,
    ExamplesTable,
    Others,
    SideBySideTable,
    Verdict,
)
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.tables.text_delegates import EndingDelegate
from app.gui.widgets.buttons import action, button
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import column, row
from app.gui.widgets.table_menu import table_menu
from app.gui.words import number_of

translate = QCoreApplication.translate
EXAMPLE_WIDTHS = (14, 40, 18, 12, 12, 15)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one column."""

    label: str
    figures: EditFigures | None
    """None while nothing has been measured at this strength."""
    measured_on: str
    note: str = ""
    """Shown in place of figures: that it is being measured, or why it was not."""


class SideBySidePanel(QWidget):
    """A table with one model a column, and a switch that leaves out what is the same."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = SideBySideTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, name)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.view.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.said = muted("")
        self.only_differences = QCheckBox(self.tr("Only &differences"))
        self.only_differences.setToolTip(
            self.tr("Leave out the rows in which all columns say the same")
        )
        self.only_differences.setChecked(True)
        self.only_differences.toggled.connect(self._on_toggled)
        self.left_out = caption("")
        self.left_out.setWordWrap(False)
        self.menu = table_menu(self.view, self.tr("Copy the table: {}").format(name))
        head = row(self.only_differences, self.left_out, self.said, self.menu, spacing=3)
        head.setStretch(2, 1)
        lines = column(head, self.view, spacing=3)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)

    def show_rows(self, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """Take other rows; each begins with its name."""
        self.table.show_rows(columns, rows)
        self._tell()

    def _on_toggled(self, is_on: bool) -> None:
        self.table.show_only_differences(is_on)
        self._tell()

    def _tell(self) -> None:
        count = self.table.left_out
        one, many = self.tr("1 row is the same"), self.tr("{} rows are the same")
        self.left_out.setText(number_of(count, one, many) if count else "")


class MeasuresPanel(SideBySidePanel):
    """Success, degradation, hard negatives and perplexity, one model a column."""

    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("compare", "Measures side by side"), parent)
        self.measure = action(
            self,
            self.tr("Measure"),
            tip=self.tr("Measure every column on the same examples, at the strengths chosen"),
            shortcut="F5",
            icon="runs",
            do=self.measure_requested.emit,
        )
        self.measure_button = button(self.measure)
        self.is_busy = False

    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop while the engine measures."""
        self.is_busy = is_busy
        self.measure.setText(self.tr("Stop measuring") if is_busy else self.tr("Measure"))
        set_icon(self.measure, "stop" if is_busy else "runs")

    def show_measured(self, columns: Sequence[Measured]) -> None:
        """Show what is known, the original first."""
        known = [each.figures for each in columns if each.figures is not None]
        base = known[0] if known else None
        shown = [_cells(each) for each in columns]
        labels = [self.tr("Original"), *(each.label for each in columns)]
        rows = [
            (name, original, *(cells[place] for cells in shown))
            for place, (name, original) in enumerate(_originals(base))
        ]
        self.show_rows(labels, rows)


class ExamplesPanel(QWidget):
    """Every evaluation example under the original and one of the edits."""

    edit_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ExamplesTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Evaluation examples"))
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(5, Qt.SortOrder.AscendingOrder)
        self.view.setWordWrap(False)  # a wrapped text would show its first line
        self.view.setItemDelegateForColumn(1, EndingDelegate(self.view))
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._size_columns()
        self.edit = QComboBox()
        self.edit.setAccessibleName(self.tr("Edit whose examples are shown"))
        self.edit.setMinimumWidth(characters(24))
        leave_wheel_to_page(self.edit)
        self.edit.currentIndexChanged.connect(self.edit_chosen)
        self.said = caption("")
        self.filters: dict[Verdict | None, QToolButton] = {}
        self._group = QButtonGroup(self)
        for verdict in (None, *Verdict):
            self.filters[verdict] = self._filter_button(verdict)
        self.filters[None].setChecked(True)
        menu = table_menu(self.view, self.tr("Copy the table of examples"))
        lines = column(row(*self.filters.values(), None, self.edit, menu, spacing=1), spacing=2)
        lines.addWidget(self.view, 1)
        lines.addWidget(self.said)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)

    def show_edits(self, labels: Sequence[str]) -> None:
        """Offer the edits that can be looked at."""
        place = self.edit.currentIndex()
        self.edit.blockSignals(True)
        self.edit.clear()
        self.edit.addItems(list(labels))
        self.edit.setCurrentIndex(min(max(place, 0), len(labels) - 1))
        self.edit.setVisible(len(labels) > 1)
        self.edit.blockSignals(False)

    def show_examples(
        self, examples: Sequence[ComparedExample], said: str, others: Others = ()
    ) -> None:
        """Show what became of the examples, or say why that is not known.

        Args:
            examples: Under the chosen edit.
            said: A remark below.
            others: What the other edits that were measured made of them.
        """
        self.table.show_examples(examples, others)
        self._size_columns()
        for verdict, switch in self.filters.items():
            count = len(examples) if verdict is None else self.table.count(verdict)
            word = self.tr("All") if verdict is None else verdict.label
            switch.setText(f"{word} {count}")
            switch.setEnabled(bool(examples))
        self.said.setText(said)

    def _size_columns(self) -> None:
        more = [14] * (self.table.columnCount() - len(EXAMPLE_WIDTHS))
        give_widths(self.view, dict(enumerate((*EXAMPLE_WIDTHS, *more))))
        self.view.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _filter_button(self, verdict: Verdict | None) -> QToolButton:
        made = QToolButton()
        made.setCheckable(True)
        made.setProperty("role", "button")
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(lambda: self.table.filter_verdict(verdict))
        self._group.addButton(made)
        return made


def figures_of(answer: Mapping[str, Any], budget: float) -> EditFigures:
    """Read an answer to `evaluate`."""
    return EditFigures.read({**answer, "budget": answer.get("budget") or budget})


def _originals(base: EditFigures | None) -> list[tuple[str, str]]:
    known = base or EditFigures.read({})
    return [
        (translate("compare", "Success"), figures.percent(known.success_before, decimals=1)),
        (translate("compare", "Degradation"), "0"),
        (translate("compare", "Inside the budget"), figures.NOTHING),
        (translate("compare", "Hard negatives, nats"), _two(known.hard_before)),
        (translate("compare", "Perplexity of general text"), _perplexity(known.general_before)),
        (translate("compare", "Measured on"), ""),
    ]


def _cells(measured: Measured) -> tuple[str, ...]:
    known = measured.figures
    if known is None:
        waits = measured.note or translate("compare", "not measured")
        return (waits, waits, waits, waits, waits, measured.measured_on)
    words = {True: translate("compare", "yes"), False: translate("compare", "no, outside")}
    inside = figures.NOTHING if known.inside_ball is None else words[known.inside_ball]
    hard = figures.NOTHING
    if known.hard_after is not None:
        hard = f"{known.hard_after:.2f} ({figures.signed(known.hard_change, decimals=2)})"
    return (
        figures.percent(known.success_after, decimals=1),
        translate("compare", "{} of {}").format(
            figures.degradation(known.degradation, known.budget), figures.plain(known.budget)
        ),
        inside,
        hard,
        _perplexity(known.general_after),
        measured.measured_on,
    )


def _two(value: float | None) -> str:
    return figures.NOTHING if value is None else f"{value:.2f}"


def _perplexity(loss: float | None) -> str:
    return figures.NOTHING if loss is None else f"{math.exp(loss):.3f}"

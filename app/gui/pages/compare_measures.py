"""Measures of the columns side by side, and what became of every evaluation example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHeaderView, QTableView, QToolButton, QWidget

from app.gui.metrics import characters, gap
from app.gui.pages.fields import leave_wheel_to_page
from app.gui.tables import figures
from app.gui.tables.compare_table import (
    ComparedExample,
    ExamplesTable,
    MeasuresTable,
    Verdict,
)
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.pairs_table import quiet
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import column, row


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one column."""

    label: str
    figures: EditFigures | None
    """None while nothing has been measured at this strength."""
    measured_on: str
    note: str = ""
    """Shown in place of figures: that it is being measured, or why it was not."""


class MeasuresPanel(QWidget):
    """Success, degradation and hard negatives, one model a column."""

    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = MeasuresTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Measures side by side"))
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.said = muted("")
        self.measure = action(
            self,
            self.tr("Measure"),
            tip=self.tr("Measure every column on the same examples, at the strengths chosen"),
            icon="runs",
            do=self.measure_requested.emit,
        )
        self.copy = action(
            self,
            self.tr("Copy table"),
            tip=self.tr("Put the table on the clipboard, to paste into a spreadsheet"),
            icon="duplicate",
            do=lambda: QGuiApplication.clipboard().setText(self.table.to_text()),
        )
        self.measure_button = button(self.measure)
        head = row(self.said, button(self.copy), spacing=2)
        head.setStretch(0, 1)
        lines = column(head, self.view, spacing=3)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)

    def show_measured(self, columns: Sequence[Measured]) -> None:
        """Show what is known, the original first."""
        known = [each.figures for each in columns if each.figures is not None]
        base = known[0] if known else None
        shown = [_cells(each) for each in columns]
        labels = ["Original", *(each.label for each in columns)]
        rows = [
            (name, original, *(cells[place] for cells in shown))
            for place, (name, original) in enumerate(_originals(base))
        ]
        self.table.show_measures(labels, rows)


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
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        for place, width in enumerate((14, 40, 18, 11, 11, 12)):
            header.resizeSection(place, characters(width))
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
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
        lines = column(row(*self.filters.values(), None, self.edit, spacing=1), spacing=2)
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

    def show_examples(self, examples: Sequence[ComparedExample], said: str) -> None:
        """Show what became of the examples, or say why that is not known."""
        self.table.show_examples(examples)
        for verdict, switch in self.filters.items():
            count = len(examples) if verdict is None else self.table.count(verdict)
            word = self.tr("All") if verdict is None else verdict.value.capitalize()
            switch.setText(f"{word} {count}")
            switch.setEnabled(bool(examples))
        self.said.setText(said)

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
    if base is None:
        success, hard = figures.NOTHING, figures.NOTHING
    else:
        success = figures.percent(base.success_before, decimals=1)
        hard = figures.NOTHING if base.hard_before is None else f"{base.hard_before:.2f}"
    return [
        ("Success", success),
        ("Degradation", "0"),
        ("Inside the budget", figures.NOTHING),
        ("Hard negatives, nats", hard),
        ("Measured on", ""),
    ]


def _cells(measured: Measured) -> tuple[str, str, str, str, str]:
    known = measured.figures
    if known is None:
        waits = measured.note or "not measured"
        return (waits, waits, waits, waits, measured.measured_on)
    inside = {True: "yes", False: "no, outside", None: figures.NOTHING}[known.inside_ball]
    hard = figures.NOTHING
    if known.hard_after is not None:
        hard = f"{known.hard_after:.2f} ({figures.signed(known.hard_change, decimals=2)})"
    return (
        figures.percent(known.success_after, decimals=1),
        f"{figures.degradation(known.degradation, known.budget)} of {figures.plain(known.budget)}",
        inside,
        hard,
        measured.measured_on,
    )

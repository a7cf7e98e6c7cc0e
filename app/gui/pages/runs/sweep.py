"""A sweep's runs: all configurations at a glance, what they cost, and the best at each budget."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView, QWidget

from app.gui.plots.parallel_plot import Axis, Line, ParallelPlot
from app.gui.plots.pareto_plot import ParetoPlot
from app.gui.tables import figures
from app.gui.tables.pairs_table import quiet
from app.gui.tables.sweep_table import SEARCH, Index, SweepTable, Trial, trial_of, value_text
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import body, caption
from app.gui.widgets.layouts import boxed, column, row, shared
from app.jobs.record import JobView

translate = QCoreApplication.translate

_LOG_RATIO = 30.0
"""Values that spread farther than that are drawn on a logarithmic axis."""


class SweepView(QWidget):
    """Parallel coordinates above; the plane of success and cost and a table below, linked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trials: list[Trial] = []
        self._budgets: tuple[float, ...] = ()
        self.labels: Mapping[str, str] = {}
        self.budget = QComboBox()
        self.budget.setAccessibleName(self.tr("Budget to look at"))
        self.budget.currentIndexChanged.connect(self._draw)
        leave_wheel_to_page(self.budget)
        self.said = body("")
        self.parallel, self.pareto = ParallelPlot(), ParetoPlot()
        self.runs = SweepTable(self)
        self.table = QTableView()
        self.table.setModel(self.runs)
        quiet(self.table, self.tr("Configurations"))
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self._build()
        self._connect()

    def show_job(self, job: JobView) -> None:
        """Show what is done of a sweep."""
        trials = [trial_of(record) for record in job.trials]
        budgets = tuple(sorted(job.config.request.get("budgets") or (1e-4,), reverse=True))
        if (trials, budgets) == (self._trials, self._budgets) and job.result is None:
            return
        self._trials = trials
        self._show_budgets(budgets)
        self.said.setText(_conclusion(job))
        self._draw()

    def _build(self) -> None:
        head = row(caption(self.tr("At the budget")), self.budget, self.said, spacing=2)
        head.setStretch(2, 1)
        above = boxed(column(self.parallel), "card")
        below = shared(self.pareto, self.table, sizes=(500, 500))
        whole = shared(above, below, sizes=(280, 300), orientation=Qt.Orientation.Vertical)
        lines = column(head, spacing=2)
        lines.addWidget(whole, 1)
        self.setLayout(lines)

    def _connect(self) -> None:
        self.parallel.chosen_changed.connect(self._on_chosen)
        self.pareto.chosen_changed.connect(self._on_chosen)
        self.table.selectionModel().currentChanged.connect(self._on_row_chosen)

    def _show_budgets(self, budgets: tuple[float, ...]) -> None:
        if budgets == self._budgets:
            return
        self._budgets = budgets
        self.budget.blockSignals(True)
        self.budget.clear()
        for budget in budgets:
            self.budget.addItem(figures.plain(budget), budget)
        self.budget.setCurrentIndex(len(budgets) // 2)
        self.budget.blockSignals(False)

    def _draw(self) -> None:
        budget = self.budget.currentData()
        if budget is None:
            return
        searched = [trial for trial in self._trials if trial.stage == SEARCH]
        self.parallel.show_lines(*_parallel(searched, budget, self.labels))
        self.pareto.show_trials(self._trials, self._budgets, budget)
        chosen = self.parallel.chosen
        self.runs.show_trials(self._trials, budget, self.labels)
        self._select(chosen)

    def _on_chosen(self, name: str) -> None:
        self.parallel.choose(name)
        self.pareto.choose(name)
        self._select(name)

    def _select(self, name: str) -> None:
        found = self.runs.row_of(name)
        if found is not None and self.table.currentIndex().row() != found:
            self.table.selectRow(found)

    def _on_row_chosen(self, current: Index) -> None:
        if current.isValid():
            self._on_chosen(self.runs.trial_at(current).name)


def _parallel(
    trials: Sequence[Trial], budget: float, labels: Mapping[str, str]
) -> tuple[list[Axis], list[Line]]:
    """The axes of what was drawn and what came of it, and a line for each configuration."""
    numbers = [t for t in trials if all(isinstance(v, int | float) for v in t.drawn.values())]
    if not numbers:
        return [], []
    names = list(dict.fromkeys(name for trial in numbers for name in trial.drawn))
    axes = [
        _axis(labels.get(name, name), [float(trial.drawn[name]) for trial in numbers])
        for name in names
    ]
    changes = [100 * trial.change_at(budget) for trial in numbers]
    costs = [_cost(trial, budget) / budget * 100 for trial in numbers]
    axes.append(Axis(translate("runs", "Budget used %"), min(0.0, *costs), max(100.0, *costs)))
    axes.append(
        Axis(translate("runs", "Success, points"), min(changes), max(changes), is_change=True)
    )
    span = max(changes) - min(changes) or 1.0
    lines = [
        Line(
            name=trial.name,
            values=(*(float(trial.drawn[name]) for name in names), cost, change),
            merit=(change - min(changes)) / span,
            said=_said(trial, change, labels),
        )
        for trial, cost, change in zip(numbers, costs, changes, strict=True)
    ]
    return axes, lines


def _axis(label: str, values: Sequence[float]) -> Axis:
    low, high = min(values), max(values)
    return Axis(label, low, high, is_log=low > 0 and high / low > _LOG_RATIO)


def _cost(trial: Trial, budget: float) -> float:
    kept = trial.at(budget)
    return 0.0 if kept is None or kept.degradation is None else kept.degradation


def _said(trial: Trial, change: float, labels: Mapping[str, str]) -> str:
    drawn = (f"{labels.get(name, name)} {value_text(v)}" for name, v in trial.drawn.items())
    words = translate("runs", "Run {number}: success {change} points.").format(
        number=trial.configuration, change=figures.signed(change)
    )
    return " ".join((words, ", ".join(drawn)))


def _conclusion(job: JobView) -> str:
    """Say what the test runs of the best configurations gained, budget by budget."""
    balls: list[dict[str, Any]] = (job.result or {}).get("balls") or []
    said: list[str] = []
    for ball in balls:
        gained = ball["test"]["success_change"]
        if gained is None:
            continue
        error = gained["standard_error"]
        spread = "" if error is None else f" ± {100 * error:.1f}"
        words = translate("runs", "{budget}: run {number}, {change} points").format(
            budget=figures.plain(ball["budget"]),
            number=ball["configuration"],
            change=figures.signed(100 * gained["mean"]) + spread,
        )
        said.append(words)
    return " · ".join((translate("runs", "Test"), *said)) if said else ""

"""One run: where it is, its plots, what came of it, its own settings, and its log."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase
from PySide6.QtWidgets import (
    QAbstractButton,
    QHeaderView,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from app.gui.icons import set_icon
from app.gui.metrics import characters, gap
from app.gui.pages.runs.banner import FailureBanner
from app.gui.pages.runs.facts import (
    budget_of,
    epochs_of,
    facts_line,
    fitted_strength,
    kept_epoch,
)
from app.gui.pages.runs.result import ResultCard
from app.gui.pages.runs.stepper import RunProgress
from app.gui.pages.runs.sweep import SweepView
from app.gui.plots.epoch_plot import EpochPlot
from app.gui.plots.success_plot import SuccessPlot
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.pairs_table import PairsView, quiet
from app.gui.tables.runs_table import STATE_LOOKS
from app.gui.tables.senses_table import SENSE_ROLE, Index, SensesTable, sense_rows
from app.gui.tables.setting_pairs import setting_pairs
from app.gui.tables.steps import EPOCHS, Steps
from app.gui.widgets.buttons import action, button, tool_button
from app.gui.widgets.elided_title import ElidedTitle, flat_chip
from app.gui.widgets.labels import caption, heading, set_tone
from app.gui.widgets.layouts import column, row
from app.jobs.job import JobState
from app.jobs.record import JobView

SWEEP = "sweep"
"""The kind of a job that consists of many runs."""
TONES = {"muted": ""}


class RunDetail(QWidget):
    """The selected run, live while it goes on."""

    stop_requested = Signal(bool)
    """Whether to keep the best so far."""
    resume_requested = Signal()
    discard_requested = Signal()
    remove_requested = Signal()
    pause_requested = Signal(bool)
    retry_requested = Signal()
    change_requested = Signal()
    sense_opened = Signal(str)
    """A word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: JobView | None = None
        self._log_length = 0
        self.labels: Mapping[str, str] = {}
        """What the method calls its settings."""
        self.steps: Callable[[str], Steps] = lambda _: EPOCHS
        """What a method, given by its name, calls its epochs."""
        self.title = ElidedTitle()
        self.state = flat_chip()
        self.facts = caption("")
        self.failure = FailureBanner()
        self.failure.change_requested.connect(self.change_requested)
        self.progress = RunProgress()
        self.result = ResultCard()
        self._sweep: SweepView | None = None
        self._sweep_place = QWidget()
        self._sweep_lines = column(spacing=0)
        self._sweep_place.setLayout(self._sweep_lines)
        self._build_actions()
        self._build_tabs()
        head = row(self.title, self.state, None, *self.buttons, *self.small_buttons, spacing=2)
        top = column(head, self.facts, self.failure, self.progress, self.result, spacing=2.5)
        page = column(top, spacing=3, margins=5)
        page.addWidget(self.tabs, 1)
        self.setLayout(page)

    @property
    def job(self) -> JobView | None:
        """The run shown."""
        return self._job

    @property
    def sweep(self) -> SweepView:
        """The view of a sweep, built when the first one is shown."""
        if self._sweep is None:
            self._sweep = SweepView()
            self._sweep_lines.addWidget(self._sweep)
        return self._sweep

    def show_job(self, job: JobView) -> None:
        """Show a run as it is now."""
        is_other = self._job is None or self._job.id != job.id
        self._job = job
        is_sweep = job.config.kind == SWEEP
        if is_other:
            self._show_tabs(is_sweep)
            self.progress.stepper.show_phase(None)
            self.log.clear()
            self._log_length = 0
        self._show_head(job)
        if is_sweep:
            self.sweep.labels = self.labels
            self.sweep.show_job(job)
            self.result.hide()
        else:
            self._show_plots(job)
            self._show_results(job)
        self._show_log(job)
        self.settings.show_pairs(setting_pairs(job.config.request, job.result, self.labels))

    def _build_actions(self) -> None:
        self.keep = action(
            self,
            self.tr("Stop and keep the best"),
            tip=self.tr("End the run now and keep the best epoch inside the budget"),
            shortcut="Ctrl+.",
            icon="stop",
            do=lambda: self.stop_requested.emit(True),
        )
        self.cancel = action(
            self,
            self.tr("Cancel and discard"),
            tip=self.tr("End the run now and throw its result away"),
            icon="close",
            do=lambda: self.stop_requested.emit(False),
        )
        self.pause = action(
            self,
            self.tr("Pause"),
            tip=self.tr("Halt between two steps; the model stays loaded and can be tried"),
            shortcut="Ctrl+Shift+P",
            icon="pause",
            do=self._on_pause,
        )
        self.retry = action(
            self,
            self.tr("Run again"),
            tip=self.tr("Queue the same run once more, with the same seed"),
            icon="redo",
            do=self.retry_requested.emit,
        )
        self.change = action(
            self,
            self.tr("Change and run…"),
            tip=self.tr("Fill the form with what this run was asked for"),
            shortcut="Ctrl+D",
            icon="duplicate",
            do=self.change_requested.emit,
        )
        self.resume = action(
            self,
            self.tr("Resume"),
            tip=self.tr("Go on from the last checkpoint; the result is the same to the last bit"),
            icon="play",
            do=self.resume_requested.emit,
        )
        self.discard = action(
            self,
            self.tr("Discard"),
            tip=self.tr("Give this run up; its log stays"),
            icon="close",
            do=self.discard_requested.emit,
        )
        self.remove = action(
            self,
            self.tr("Delete run"),
            tip=self.tr("Take this run off the list; saved edits stay in the library"),
            shortcut="Ctrl+Del",
            icon="trash",
            do=self.remove_requested.emit,
        )
        self.buttons = [
            button(self.pause),
            button(self.keep),
            button(self.cancel, "danger"),
            button(self.resume, "primary"),
            button(self.discard),
        ]
        self.small_buttons = [tool_button(each) for each in (self.retry, self.change, self.remove)]

    def button_of(self, wanted: QAction) -> QAbstractButton:
        """Give the button that an action is shown by."""
        small = {each.defaultAction(): each for each in self.small_buttons}
        shown = {each.text(): each for each in self.buttons}
        return small.get(wanted) or shown[wanted.text()]

    def _build_tabs(self) -> None:
        plot = self._build_plots()
        self.measures = PairsView(self.tr("Measures"))
        self.senses_table = SensesTable(self)
        self.senses = QTableView()
        self.senses.setModel(self.senses_table)
        quiet(self.senses, self.tr("Chosen senses"))
        self.senses.setSortingEnabled(True)
        self.senses.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        header = self.senses.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.senses.activated.connect(self._on_sense_activated)
        self.settings = PairsView(self.tr("Settings of this run"))
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setAccessibleName(self.tr("Log"))
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Views of this run"))
        self.tabs.setDocumentMode(True)
        results = QWidget()
        chosen = column(heading(self.tr("Chosen senses")), self.senses, spacing=1.5)
        measures = column(heading(self.tr("Measures")), self.measures, spacing=1.5)
        tables = row(measures, chosen, spacing=4)
        tables.setContentsMargins(0, gap(3), 0, 0)
        results.setLayout(tables)
        for widget, name in (
            (plot, self.tr("Plot")),
            (self.epochs, self.tr("Over epochs")),
            (results, self.tr("Results")),
            (self._sweep_place, self.tr("Configurations")),
            (self.settings, self.tr("Settings")),
            (self.log, self.tr("Log")),
        ):
            self.tabs.addTab(widget, name)
        self._of_edits = (plot, self.epochs, results)
        self.tabs.setTabVisible(self.tabs.indexOf(self._sweep_place), False)
        self.tabs.setMinimumHeight(characters(30))

    def _build_plots(self) -> QWidget:
        self.plot, self.epochs = SuccessPlot(), EpochPlot()
        self.legend = caption(
            self.tr("Hollow points are estimates from a part of the general text.")
        )
        holder, lines = QWidget(), column(spacing=1)
        lines.addWidget(self.plot, 1)
        lines.addWidget(self.legend)
        holder.setLayout(lines)
        return holder

    def _show_head(self, job: JobView) -> None:
        look = STATE_LOOKS[job.state]
        self.title.setText(job.title)
        self.state.setText(look.word)
        set_tone(self.state, TONES.get(look.tone, look.tone))
        self.facts.setText(facts_line(job))
        self.progress.setVisible(job.state.is_active or job.state is JobState.QUEUED)
        self.progress.show_job(job)
        self.failure.show_failure(job)
        is_paused = job.state is JobState.PAUSED
        at_work = is_paused or job.state in (JobState.PREPARING, JobState.RUNNING)
        self.keep.setVisible(at_work)
        self.pause.setVisible(at_work)
        self.pause.setText(self.tr("Go on") if is_paused else self.tr("Pause"))
        set_icon(self.pause, "play" if is_paused else "pause")
        self.cancel.setVisible(not job.state.is_over)
        self.cancel.setEnabled(job.state is not JobState.STOPPING)
        self.resume.setVisible(job.state.can_resume)
        self.discard.setVisible(job.state.can_resume)
        self.remove.setVisible(not job.state.is_active)
        self.retry.setVisible(job.state.is_over)
        self.change.setVisible(job.config.kind != SWEEP)
        for small in self.small_buttons:
            small.setVisible(small.defaultAction().isVisible())

    def _show_tabs(self, is_sweep: bool) -> None:
        """A sweep has configurations where an edit has a path."""
        is_general = self.tabs.currentWidget() in (self.settings, self.log)
        for widget in self._of_edits:
            self.tabs.setTabVisible(self.tabs.indexOf(widget), not is_sweep)
        self.tabs.setTabVisible(self.tabs.indexOf(self._sweep_place), is_sweep)
        if not is_general:
            self.tabs.setCurrentWidget(self._sweep_place if is_sweep else self._of_edits[0])

    def _show_plots(self, job: JobView) -> None:
        kept, epochs = kept_epoch(job), epochs_of(job)
        for plot in (self.plot, self.epochs):
            plot.show_epochs(epochs, budget_of(job), kept, self._steps_of(job))
        self.plot.show_fitted(fitted_strength(job))
        self.legend.setVisible(not all(epoch.exact for epoch in epochs))

    def _steps_of(self, job: JobView) -> Steps:
        return self.steps(str(job.config.request.get("method", "")))

    def _on_pause(self) -> None:
        if self._job is not None:
            self.pause_requested.emit(self._job.state is not JobState.PAUSED)

    def _show_results(self, job: JobView) -> None:
        self.result.setVisible(job.result is not None)
        if job.result is None:
            self.measures.show_pairs([])
            self.senses_table.show_senses([])
            return
        self.result.show_job(job, self._steps_of(job))
        self.measures.show_pairs(EditFigures.read(job.result).pairs(self._steps_of(job)))
        self.senses_table.show_senses(sense_rows(job.result.get("senses") or []))

    def _show_log(self, job: JobView) -> None:
        for text in job.log[self._log_length :]:
            self.log.appendPlainText(text)
        self._log_length = len(job.log)

    def _on_sense_activated(self, index: Index) -> None:
        self.sense_opened.emit(index.data(SENSE_ROLE).word)

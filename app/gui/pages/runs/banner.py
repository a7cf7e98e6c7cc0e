"""What went wrong with a run: one sentence, what to do, and the details for who wants them."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.gui.metrics import gap
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, muted, set_tone
from app.gui.widgets.layouts import column, row
from app.jobs.failures import MEMORY
from app.jobs.job import JobState
from app.jobs.record import JobView


class FailureBanner(QFrame):
    """Shown for failed and interrupted runs only."""

    change_requested = Signal()
    """The run is to be changed so that it needs less."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.sentence = body("")
        self.remedy = muted("")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details of the failure"))
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setFixedHeight(gap(28))
        self.details.hide()
        self.fold = action(
            self,
            self.tr("Show details"),
            tip=self.tr("Show what the engine said"),
            do=self._on_fold,
        )
        self.copy = action(
            self,
            self.tr("Copy details"),
            tip=self.tr("Put the details on the clipboard"),
            do=lambda: QGuiApplication.clipboard().setText(self.details.toPlainText()),
        )
        self.change = action(
            self,
            self.tr("Change and run…"),
            tip=self.tr("Fill the form with this run, to choose what needs less memory"),
            do=self.change_requested.emit,
        )
        words = column(self.sentence, self.remedy, spacing=1)
        self.buttons = [button(each, "link") for each in (self.fold, self.copy, self.change)]
        lines = row(words, *self.buttons, spacing=2)
        lines.setStretch(0, 1)
        layout = column(lines, self.details, spacing=2)
        layout.setContentsMargins(gap(4), gap(3), gap(4), gap(3))
        self.setLayout(layout)

    def show_failure(self, job: JobView) -> None:
        """Show what happened to a run, or hide."""
        failure = job.failure
        is_interrupted = job.state is JobState.INTERRUPTED
        self.setVisible(failure is not None or is_interrupted)
        if failure is None:
            self.sentence.setText(self.tr("This run was interrupted."))
            self.remedy.setText(
                self.tr("Resume goes on from its last checkpoint; Discard gives it up.")
            )
        else:
            self.sentence.setText(failure.sentence)
            self.remedy.setText(failure.action)
        self.remedy.setVisible(bool(self.remedy.text()))
        set_tone(self.sentence, "warning" if is_interrupted else "danger")
        text = "" if failure is None else failure.details
        if text != self.details.toPlainText():
            self.details.setPlainText(text)
        for item in (self.fold, self.copy):
            item.setVisible(bool(text))
        self.change.setVisible(failure is not None and failure.remedy == MEMORY)
        self.details.setVisible(bool(text) and self.details.isVisible())

    def _on_fold(self) -> None:
        is_open = not self.details.isVisible()
        self.details.setVisible(is_open)
        self.fold.setText(self.tr("Hide details") if is_open else self.tr("Show details"))

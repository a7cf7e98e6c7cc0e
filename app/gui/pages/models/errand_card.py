"""One fetch or check: how far it is, and what can be done about it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from app.gui.errands import PAUSED
from app.gui.tables import figures
from app.gui.tables.model_standing import CHECK, share_of
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, set_tone
from app.gui.widgets.layouts import column, row
from app.jobs.job import JobState
from app.jobs.record import JobView

_STEPS = 1000
"""Of the bar: bytes are more than it can count."""


class ErrandCard(QFrame):
    """A bar, a sentence and buttons; hidden while there is nothing to show."""

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()
    token_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.said = body("")
        self.rest = caption("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self._build_actions()
        acts = (self.resume, self.pause, self.token, self.cancel)
        buttons = row(*map(button, acts), None, spacing=2)
        self.setLayout(column(self.said, self.bar, self.rest, buttons, spacing=2, margins=3))
        self.hide()

    def show_errand(self, errand: JobView | None) -> None:
        """Show how far an errand is; None where there is none."""
        self.setVisible(errand is not None)
        if errand is None:
            return
        share = share_of(errand)
        is_at_work = not errand.state.is_over
        is_check = errand.config.kind == CHECK
        self.said.setText(self._sentence(errand))
        set_tone(self.said, "danger" if errand.failure is not None else "")
        self.bar.setVisible(is_at_work or share is not None)
        self.bar.setRange(0, _STEPS if share is not None or not is_at_work else 0)
        self.bar.setValue(round(_STEPS * (share or 0.0)))
        self.rest.setText(self._rest(errand))
        self.rest.setVisible(bool(self.rest.text()))
        self.pause.setVisible(is_at_work and not is_check)
        self.pause.setEnabled(errand.state is not JobState.STOPPING)
        self.resume.setVisible(errand.state.can_resume)
        needs_token = errand.failure is not None and errand.failure.remedy == "token"
        self.token.setVisible(errand.state.can_resume and needs_token)
        self.cancel.setEnabled(errand.state is not JobState.STOPPING)

    def _sentence(self, errand: JobView) -> str:
        if errand.failure is not None:
            return f"{errand.failure.sentence} {errand.failure.action}".strip()
        if errand.state.is_over:
            is_wanted = errand.message == PAUSED
            word = self.tr("Paused.") if is_wanted else self.tr("Interrupted.")
            return word + " " + self.tr("What has come is kept, also when the program ends.")
        progress = errand.progress
        waiting = {
            JobState.STOPPING: self.tr("Stopping…"),
            JobState.QUEUED: self.tr("Waiting…"),
            JobState.PREPARING: self.tr("Asking the hub…"),
        }
        if progress is None or errand.state is JobState.STOPPING:
            return waiting.get(errand.state, "")
        return f"{progress.phase.capitalize()}: {progress.message}"

    def _rest(self, errand: JobView) -> str:
        progress = errand.progress
        if progress is None or progress.total <= 1:
            return ""
        said = self.tr("{done} of {total}").format(
            done=figures.size(progress.done), total=figures.size(progress.total)
        )
        return " · ".join(filter(None, [said, errand.eta]))

    def _build_actions(self) -> None:
        self.pause = action(
            self,
            self.tr("Pause"),
            tip=self.tr("Stop fetching; what has come is kept, also when the program ends"),
            icon="pause",
            do=self.pause_requested.emit,
        )
        self.resume = action(
            self,
            self.tr("Go on"),
            tip=self.tr("Fetch what is still missing"),
            icon="play",
            do=self.resume_requested.emit,
        )
        self.token = action(
            self,
            self.tr("Give a token…"),
            tip=self.tr("Let the hub know who you are, for models that are not for everyone"),
            do=self.token_requested.emit,
        )
        self.cancel = action(
            self,
            self.tr("Cancel"),
            tip=self.tr("Stop; what was fetched of this model is deleted"),
            icon="stop",
            do=self.cancel_requested.emit,
        )

"""Where a run is: its phases as steps, what is done of the current one, and how long it takes."""

import time
from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import tokens_of
from app.gui.tables import figures
from app.gui.widgets.labels import muted
from app.gui.widgets.layouts import column, row
from app.gui.widgets.painted import PaintedWidget
from app.jobs.job import JobState
from app.jobs.record import JobView
from editing.progress import PHASES

STEP_WORDS = {
    "loading model": QT_TRANSLATE_NOOP("runs", "Load model"),
    "base passes": QT_TRANSLATE_NOOP("runs", "Read texts"),
    "selecting senses": QT_TRANSLATE_NOOP("runs", "Choose senses"),
    "training": QT_TRANSLATE_NOOP("runs", "Train"),
    "evaluating": QT_TRANSLATE_NOOP("runs", "Evaluate"),
    "fitting strength": QT_TRANSLATE_NOOP("runs", "Fit to budget"),
    "saving": QT_TRANSLATE_NOOP("runs", "Save"),
}

_QUIET_SECONDS = 3600.0
"""News older than that belong to a job that is not at work."""


def step_word(phase: str) -> str:
    """Name a phase in a word or two; one that is not known keeps its own name."""
    known = STEP_WORDS.get(phase)
    return phase if known is None else QCoreApplication.translate("runs", str(known))


class PhaseStepper(PaintedWidget):
    """The phases in a line: those passed filled, the current one ringed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase: str | None = None
        self._passed: set[str] = set()
        self._seconds: dict[str, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Phases of the run"))

    def show_phase(self, phase: str | None) -> None:
        """Mark the current phase; None clears all marks."""
        if phase is None:
            self._passed.clear()
            self._seconds.clear()
        elif phase in PHASES:
            self._passed.update(PHASES[: PHASES.index(phase)])
        self._phase = phase
        said = step_word(phase) if phase else ""
        self.setAccessibleDescription(
            self.tr("Now: {phase}. Passed: {count} of {all}.").format(
                phase=said or self.tr("nothing yet"), count=len(self._passed), all=len(PHASES)
            )
        )
        self.update()

    def show_times(self, seconds: Mapping[str, float]) -> None:
        """Say how long the phases have taken so far."""
        self._seconds = {phase: took for phase, took in seconds.items() if phase in PHASES}
        spent = (
            f"{step_word(phase)} {figures.duration(took)}" for phase, took in self._seconds.items()
        )
        self.setToolTip("\n".join(spent))
        self.update()

    def time_of(self, phase: str) -> str:
        """Say how long a phase has taken; empty where it has not begun."""
        took = self._seconds.get(phase)
        return "" if took is None else figures.duration(took)

    @override
    def sizeHint(self) -> QSize:
        return QSize(gap(80), gap(5) + 2 * QFontMetrics(self.font()).height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() / len(PHASES)
        for place, phase in enumerate(PHASES):
            self._paint_step(painter, place, phase, width)
        painter.end()

    def _paint_step(self, painter: QPainter, place: int, phase: str, width: float) -> None:
        tokens, radius, middle = tokens_of(self), gap(1.2), gap(2.2)
        centre = QPointF((place + 0.5) * width, middle)
        is_now, is_passed = phase == self._phase, phase in self._passed
        colour = QColor(tokens.accent if is_now or is_passed else tokens.border_strong)
        if place:
            line = QColor(tokens.accent if is_now or is_passed else tokens.border)
            painter.setPen(QPen(line, 2))
            left = QPointF(centre.x() - width + radius + 3, middle)
            painter.drawLine(left, QPointF(centre.x() - radius - 3, middle))
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if is_passed and not is_now else QColor(tokens.window))
        painter.drawEllipse(centre, radius, radius)
        if is_now:
            painter.setBrush(colour)
            painter.drawEllipse(centre, radius / 2, radius / 2)
        font = self.font()
        font.setBold(is_now)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text if is_now else tokens.muted))
        below = QRectF(place * width, middle + radius + 2, width, self.height())
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(below, flags, step_word(phase))
        font.setBold(False)
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        painter.setPen(QColor(tokens.muted))
        below.translate(0, QFontMetrics(self.font()).height())
        painter.drawText(below, flags, self.time_of(phase))


class RunProgress(QWidget):
    """The stepper with a bar and a sentence below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stepper = PhaseStepper()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of this phase"))
        self.sentence = muted("")
        self.setLayout(column(self.stepper, row(self.bar), self.sentence, spacing=1.5))

    def show_job(self, job: JobView) -> None:
        """Show where the run is."""
        progress = job.progress
        self.stepper.show_phase(None if progress is None else progress.phase)
        self.stepper.show_times(_times(job))
        self.stepper.setVisible(job.config.kind == "edit")
        if progress is None:
            is_at_work = job.state.is_active and job.state is not JobState.PAUSED
            self.bar.setRange(0, 0 if is_at_work else 1)
            self.sentence.setText(job.message or self.tr("Waiting for its turn"))
            return
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)
        parts = [
            progress.message or step_word(progress.phase),
            _count(job),
            self.tr("paused") if job.state is JobState.PAUSED else job.eta,
        ]
        self.sentence.setText(" · ".join(part for part in parts if part))


def _count(job: JobView) -> str:
    """How much of the phase is done; a sweep's bar goes over its runs in parts of a run."""
    if job.progress is None or job.config.kind != "edit":
        return ""
    words = QCoreApplication.translate("runs", "{done} of {total}")
    return words.format(done=job.progress.done, total=job.progress.total)


def _times(job: JobView) -> dict[str, float]:
    """The seconds of each phase, the current one up to now."""
    times = dict(job.phases)
    if job.progress is not None and job.heard is not None and job.state.is_active:
        since = max(0.0, time.time() - job.heard)
        is_news = since < _QUIET_SECONDS
        times[job.progress.phase] = times.get(job.progress.phase, 0.0) + (since if is_news else 0.0)
    return times

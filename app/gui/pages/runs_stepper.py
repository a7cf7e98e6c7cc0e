"""Where a run is: its phases as steps, what is done of the current one, and how long it takes."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import tokens_of
from app.gui.widgets.labels import muted
from app.gui.widgets.layouts import column, row
from app.jobs.record import JobView
from editing.progress import PHASES

STEP_WORDS = {
    "loading model": "Load model",
    "base passes": "Read texts",
    "selecting senses": "Choose senses",
    "training": "Train",
    "evaluating": "Evaluate",
    "fitting strength": "Fit to ball",
    "saving": "Save",
}


class PhaseStepper(QWidget):
    """The phases in a line: those passed filled, the current one ringed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase: str | None = None
        self._passed: set[str] = set()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Phases of the run"))

    def show_phase(self, phase: str | None) -> None:
        """Mark the current phase; None clears all marks."""
        if phase is None:
            self._passed.clear()
        elif phase in PHASES:
            self._passed.update(PHASES[: PHASES.index(phase)])
        self._phase = phase
        said = STEP_WORDS.get(phase or "", phase or "")
        self.setAccessibleDescription(
            self.tr("Now: {phase}. Passed: {count} of {all}.").format(
                phase=said or self.tr("nothing yet"), count=len(self._passed), all=len(PHASES)
            )
        )
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(gap(80), gap(5) + QFontMetrics(self.font()).height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

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
        painter.drawText(below, flags, STEP_WORDS[phase])


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
        if progress is None:
            self.bar.setRange(0, 0 if job.state.is_active else 1)
            self.sentence.setText(job.message or self.tr("Waiting for its turn"))
            return
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)
        parts = [
            progress.message or STEP_WORDS.get(progress.phase, progress.phase),
            self.tr("{done} of {total}").format(done=progress.done, total=progress.total),
            job.eta,
        ]
        self.sentence.setText(" · ".join(part for part in parts if part))

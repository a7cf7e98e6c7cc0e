"""How a job is stopped that does not heed: told, then its process terminated, then killed."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.job import JobState


class Rung(StrEnum):
    """What is to be done to the engine process."""

    TERMINATE = "terminate"
    KILL = "kill"


class StopLadder(QObject):
    """Waits for one job to stop; each time it waited in vain it climbs a rung."""

    climbed = Signal(str)

    def __init__(self, patience_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._job: str | None = None
        self._rungs: list[Rung] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(patience_ms)
        self._timer.timeout.connect(self._on_timeout)

    def begin(self, job: str) -> None:
        """Wait for a job that has just been told to stop."""
        if self._job != job:
            self._job = job
            self._rungs = list(Rung)
            self._timer.start()

    def heed(self, job: str, state: JobState) -> None:
        """Take note of a job's state."""
        if job == self._job and state is JobState.STOPPING:
            self._timer.start()
        elif job == self._job and state.is_over:
            self.stop()

    def stop(self) -> None:
        """Wait no more."""
        self._job = None
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        rung = self._rungs.pop(0)
        if self._rungs:
            self._timer.start()
        self.climbed.emit(str(rung))

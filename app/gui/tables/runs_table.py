"""The runs as a list model: newest first, each with its state as a word and an icon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from app.jobs.job import JobState
from app.jobs.record import JobView

Index = QModelIndex | QPersistentModelIndex
JOB_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: never by colour alone."""

    word: str
    icon: str
    tone: str


STATE_LOOKS = {
    JobState.QUEUED: StateLook("Waiting", "more", "muted"),
    JobState.PREPARING: StateLook("Preparing", "play", "accent"),
    JobState.RUNNING: StateLook("Running", "play", "accent"),
    JobState.STOPPING: StateLook("Stopping", "stop", "warning"),
    JobState.DONE: StateLook("Done", "check", "positive"),
    JobState.STOPPED: StateLook("Stopped, best kept", "check", "positive"),
    JobState.CANCELLED: StateLook("Cancelled", "close", "muted"),
    JobState.FAILED: StateLook("Failed", "warning", "danger"),
    JobState.INTERRUPTED: StateLook("Interrupted", "warning", "warning"),
}


class RunsTable(QAbstractListModel):
    """One run a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[JobView] = []

    def show_jobs(self, jobs: Sequence[JobView]) -> None:
        """Take all runs anew, keeping rows where the same runs are in the same places."""
        newest_first = sorted(jobs, key=lambda job: job.config.created, reverse=True)
        if [job.id for job in newest_first] != [job.id for job in self._jobs]:
            self.beginResetModel()
            self._jobs = newest_first
            self.endResetModel()
            return
        for row, job in enumerate(newest_first):
            self._replace(row, job)

    def show_job(self, job: JobView) -> None:
        """Take one run's news."""
        row = self.row_of(job.id)
        if row is not None:
            self._replace(row, job)

    def row_of(self, job_id: str) -> int | None:
        """Find a run's row."""
        return next((row for row, job in enumerate(self._jobs) if job.id == job_id), None)

    def job_at(self, index: Index) -> JobView:
        """Give the run at an index."""
        return self._jobs[index.row()]

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._jobs)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        job = self._jobs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return job.title
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{job.title}: {state_line(job)}"
            case _:
                return job if role == JOB_ROLE else None

    def _replace(self, row: int, job: JobView) -> None:
        if self._jobs[row] != job:
            self._jobs[row] = job
            self.dataChanged.emit(self.index(row), self.index(row))


def state_line(job: JobView) -> str:
    """Say where a run is, with how far its phase has come."""
    word = STATE_LOOKS[job.state].word
    if job.state is JobState.RUNNING and job.progress is not None and job.progress.total:
        share = round(100 * job.progress.done / job.progress.total)
        return f"{word} · {job.progress.phase} {share} %"
    return word

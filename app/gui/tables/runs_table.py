"""The runs as a list model: the one at work, those that wait in their order, then what is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from typing_extensions import override

from app.jobs.job import JobState
from app.jobs.record import JobView

Index = QModelIndex | QPersistentModelIndex
JOB_ROLE = Qt.ItemDataRole.UserRole
LINE_ROLE = JOB_ROLE + 1
"""Where the run is, in words."""
MIME = "application/x-exemplar-run"


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: never by colour alone."""

    marked_word: object
    icon: str
    tone: str

    @property
    def word(self) -> str:
        """The state in a word or two."""
        return QCoreApplication.translate("runs", str(self.marked_word))


STATE_LOOKS = {
    JobState.QUEUED: StateLook(QT_TRANSLATE_NOOP("runs", "Waiting"), "more", "muted"),
    JobState.PREPARING: StateLook(QT_TRANSLATE_NOOP("runs", "Preparing"), "play", "accent"),
    JobState.RUNNING: StateLook(QT_TRANSLATE_NOOP("runs", "Running"), "play", "accent"),
    JobState.PAUSED: StateLook(QT_TRANSLATE_NOOP("runs", "Paused"), "pause", "warning"),
    JobState.STOPPING: StateLook(QT_TRANSLATE_NOOP("runs", "Stopping"), "stop", "warning"),
    JobState.DONE: StateLook(QT_TRANSLATE_NOOP("runs", "Done"), "check", "positive"),
    JobState.STOPPED: StateLook(
        QT_TRANSLATE_NOOP("runs", "Stopped, best kept"), "check", "positive"
    ),
    JobState.CANCELLED: StateLook(QT_TRANSLATE_NOOP("runs", "Cancelled"), "close", "muted"),
    JobState.FAILED: StateLook(QT_TRANSLATE_NOOP("runs", "Failed"), "warning", "danger"),
    JobState.INTERRUPTED: StateLook(QT_TRANSLATE_NOOP("runs", "Interrupted"), "warning", "warning"),
}


class RunsTable(QAbstractListModel):
    """One run a row; those that wait can be dragged into another order."""

    move_requested = Signal(str, int)
    """A waiting run's id, and its new place among those that wait."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[JobView] = []
        self._jobs: list[JobView] = []
        self._waiting: tuple[str, ...] = ()
        self._filter = ""

    def show_jobs(self, jobs: Sequence[JobView], waiting: Sequence[str] = ()) -> None:
        """Take all runs anew, keeping rows where the same runs are in the same places.

        Args:
            jobs: All runs.
            waiting: Ids of those that wait, the next one first.
        """
        self._all, self._waiting = list(jobs), tuple(waiting)
        self._refresh()

    def filter_runs(self, text: str) -> None:
        """Show only runs whose title or state contains a text."""
        self._filter = text.casefold().strip()
        self._refresh()

    def show_job(self, job: JobView) -> None:
        """Take one run's news."""
        self._all = [job if each.id == job.id else each for each in self._all]
        row = self.row_of(job.id)
        if row is not None and self._jobs[row].state is job.state:
            self._replace(row, job)
        else:
            self._refresh()

    def row_of(self, job_id: str) -> int | None:
        """Find a run's row."""
        return next((row for row, job in enumerate(self._jobs) if job.id == job_id), None)

    def job_at(self, index: Index) -> JobView:
        """Give the run at an index."""
        return self._jobs[index.row()]

    def place_of(self, job: JobView) -> str:
        """Say where a waiting run stands, as in `2nd in the queue`; empty for others."""
        if job.id not in self._waiting:
            return ""
        place = self._waiting.index(job.id) + 1
        return self.tr("next") if place == 1 else self.tr("number {}").format(place)

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
                return f"{job.title}: {self.line_of(job)}"
            case _:
                return {JOB_ROLE: job, LINE_ROLE: self.line_of(job)}.get(role)

    def line_of(self, job: JobView) -> str:
        """Say where a run is, or where it stands in the queue."""
        return " · ".join(part for part in (state_line(job), self.place_of(job)) if part)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        if self._jobs[index.row()].id in self._waiting:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    @override
    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    @override
    def mimeTypes(self) -> list[str]:
        return [MIME]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        ids = [self._jobs[index.row()].id for index in indexes]
        data.setData(MIME, "\n".join(ids).encode())
        return data

    @override
    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the move; the rows follow when the queue has changed."""
        if not data.hasFormat(MIME) or action is not Qt.DropAction.MoveAction:
            return False
        moved = bytes(data.data(MIME).data()).decode().split("\n")[0]
        before = row if row >= 0 else (parent.row() if parent.isValid() else len(self._jobs))
        above = [job.id for job in self._jobs[:before] if job.id in self._waiting]
        self.move_requested.emit(moved, len([each for each in above if each != moved]))
        return False

    def _refresh(self) -> None:
        ordered = [job for job in self._ordered() if self._is_wanted(job)]
        if [job.id for job in ordered] != [job.id for job in self._jobs]:
            self.beginResetModel()
            self._jobs = ordered
            self.endResetModel()
            return
        for row, job in enumerate(ordered):
            self._replace(row, job)

    def _ordered(self) -> list[JobView]:
        places: Mapping[str, int] = {job_id: place for place, job_id in enumerate(self._waiting)}
        newest_first = sorted(self._all, key=lambda job: job.config.created, reverse=True)
        active = [job for job in newest_first if job.state.is_active]
        queued = sorted((j for j in newest_first if j.id in places), key=lambda j: places[j.id])
        seen = {job.id for job in (*active, *queued)}
        return [*active, *queued, *(job for job in newest_first if job.id not in seen)]

    def _is_wanted(self, job: JobView) -> bool:
        return self._filter in f"{job.title}\n{STATE_LOOKS[job.state].word}".casefold()

    def _replace(self, row: int, job: JobView) -> None:
        if self._jobs[row] != job:
            self._jobs[row] = job
            self.dataChanged.emit(self.index(row), self.index(row))


def state_line(job: JobView) -> str:
    """Say where a run is, with how far its phase has come."""
    word = STATE_LOOKS[job.state].word
    if job.state is JobState.RUNNING and job.progress is not None and job.progress.total:
        share = round(100 * job.progress.done / job.progress.total)
        phase = "runs" if job.config.kind == "sweep" else job.progress.phase
        return f"{word} · {phase} {share} %"
    return word

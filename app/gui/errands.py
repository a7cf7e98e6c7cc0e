"""What the engine does beside its jobs, such as fetching a model: started, stopped, gone on with.

As with jobs, the folder of each is the truth, and is read again at the next start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.gui.engine_launch import EngineEnd, EngineState
from app.gui.engine_process import EngineProcess
from app.jobs.events import Event, StateEvent, failure_event
from app.jobs.folder import JobFolder, job_folders
from app.jobs.job import JobState, new_job
from app.jobs.record import JobView, read_job

PAUSED = "paused"
"""The message with which an errand is interrupted because the person wanted it."""
_ENDED = "the program had ended"


class Errands(QObject):
    """All errands, oldest first; belongs to the main thread."""

    changed = Signal(str)
    """The id of one that something happened to, or that is there or gone now."""

    def __init__(
        self, data_folder: Path, engine: EngineProcess, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder = data_folder / "errands"
        self._engine = engine
        self._errands: dict[str, JobView] = {}
        self._handed: set[str] = set()
        self._pausing: set[str] = set()
        engine.event_received.connect(self._on_event_received)
        engine.ended.connect(self._on_engine_ended)
        engine.state_changed.connect(self._on_engine_state_changed)
        for folder in job_folders(self._folder):
            self._read(folder)

    def all(self) -> list[JobView]:
        """Return all errands, oldest first."""
        return list(self._errands.values())

    def get(self, errand_id: str) -> JobView | None:
        """Return one errand as it is now."""
        return self._errands.get(errand_id)

    def add(self, kind: str, title: str, request: Mapping[str, Any]) -> str:
        """Have something done, and return its id."""
        folder = JobFolder.create(self._folder, new_job(kind, title, request))
        self._errands[folder.id] = read_job(folder)
        self._hand_over()
        self.changed.emit(folder.id)
        return folder.id

    def pause(self, errand_id: str) -> None:
        """Stop an errand so that it can be gone on with, also after a restart."""
        self._stop(errand_id, StateEvent(JobState.INTERRUPTED, PAUSED))
        if errand_id in self._handed:
            self._pausing.add(errand_id)

    def cancel(self, errand_id: str) -> None:
        """Stop an errand for good."""
        self._pausing.discard(errand_id)
        self._stop(errand_id, StateEvent(JobState.CANCELLED))

    def resume(self, errand_id: str) -> None:
        """Go on with an errand that was paused or interrupted, or that failed."""
        view = self._errands[errand_id]
        if view.state.can_resume:
            self._record(errand_id, StateEvent(JobState.QUEUED, "to go on"))
            self._hand_over()

    def forget(self, errand_id: str) -> None:
        """Delete the record of an errand that is over."""
        view = self._errands.get(errand_id)
        if view is not None and view.state.is_over:
            del self._errands[errand_id]
            JobFolder(view.folder).remove()
            self.changed.emit(errand_id)

    def _stop(self, errand_id: str, otherwise: StateEvent) -> None:
        """Tell the engine to stop it; where the engine does not have it, note that it is over."""
        view = self._errands[errand_id]
        if errand_id in self._handed:
            self._engine.stop_errand(errand_id)
            self._show(errand_id, view.after(StateEvent(JobState.STOPPING)))
        elif view.state is not JobState.CANCELLED:
            self._record(errand_id, otherwise)

    def _read(self, folder: JobFolder) -> None:
        view = self._errands[folder.id] = read_job(folder)
        if not view.state.is_over:
            self._record(folder.id, StateEvent(JobState.INTERRUPTED, _ENDED))

    def _hand_over(self) -> None:
        """Give the engine what it does not have yet; it does one after the other."""
        if self._engine.state != EngineState.READY:
            return
        for view in self._errands.values():
            if view.state is JobState.QUEUED and view.id not in self._handed:
                self._handed.add(view.id)
                self._engine.run_errand(view.folder)

    def _record(self, errand_id: str, event: Event) -> None:
        """Append an event to an errand that the engine does not have."""
        view = self._errands[errand_id]
        JobFolder(view.folder).append(event)
        self._show(errand_id, view.after(event))

    def _show(self, errand_id: str, view: JobView) -> None:
        self._errands[errand_id] = view
        self.changed.emit(errand_id)

    @Slot(str, object)
    def _on_event_received(self, errand_id: str, event: Event) -> None:
        view = self._errands.get(errand_id)
        if view is None:
            return
        if isinstance(event, StateEvent) and event.job_state.is_over:
            self._handed.discard(errand_id)
            if errand_id in self._pausing and event.job_state is JobState.CANCELLED:
                self._errands[errand_id] = view.after(event)
                event = StateEvent(JobState.INTERRUPTED, PAUSED)
                self._pausing.discard(errand_id)
                self._record(errand_id, event)
                return
        self._show(errand_id, view.after(event))

    @Slot(object)
    def _on_engine_ended(self, end: EngineEnd) -> None:
        """Note that what the engine had was interrupted; some of it may have ended unheard."""
        for errand_id in list(self._handed):
            view = read_job(JobFolder(self._errands[errand_id].folder))
            self._errands[errand_id] = view
            self._handed.discard(errand_id)
            if view.state is JobState.QUEUED:
                continue  # it goes to the next process
            if not view.state.is_over:
                self._record(errand_id, failure_event(end.failure))
                self._record(errand_id, StateEvent(JobState.INTERRUPTED, "the engine ended"))
            self.changed.emit(errand_id)
        self._pausing.clear()

    @Slot(str)
    def _on_engine_state_changed(self, state: str) -> None:
        if state == EngineState.READY:
            self._hand_over()

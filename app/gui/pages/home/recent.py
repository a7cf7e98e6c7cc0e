"""What was last worked on."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.gui.tables.method_names import method_name
from app.gui.tables.runs_table import STATE_LOOKS
from app.gui.words import set_size
from app.jobs.job import JobState
from app.jobs.record import JobView
from editing.library.edit_row import EditRow
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from editing.library.states import FileState, state_of

translate = QCoreApplication.translate
MOST = 3
_FAILED = {
    JobState.FAILED: QT_TRANSLATE_NOOP("home", "failed"),
    JobState.CANCELLED: QT_TRANSLATE_NOOP("home", "cancelled"),
    JobState.INTERRUPTED: QT_TRANSLATE_NOOP("home", "interrupted; it can be resumed"),
}
_DAMAGED = {
    FileState.MISSING: QT_TRANSLATE_NOOP("home", "Files are missing; the library says which"),
    FileState.CHANGED: QT_TRANSLATE_NOOP("home", "Files have changed since they were written"),
    FileState.INTERRUPTED: QT_TRANSLATE_NOOP("home", "Not written whole"),
}


@dataclass(frozen=True, slots=True)
class Recent:
    """Something to go on with."""

    page: str
    kind: str
    key: str
    name: str
    details: str
    is_damaged: bool = False
    """Whether something has to be seen to before it can be used."""

    @property
    def icon(self) -> str:
        """What is drawn before its name."""
        return "warning" if self.is_damaged else self.page


def recent_sets(sets: ExampleSets) -> list[Recent]:
    """List the sets changed last."""
    infos = sorted(sets.infos(), key=lambda info: info.changed, reverse=True)
    return [
        Recent("examples", "set", info.name, info.name, set_size(info)) for info in infos[:MOST]
    ]


def recent_edits(library: Library) -> list[Recent]:
    """List the edits made last, and say of which files are missing or changed."""
    return [_edit(library, edit) for edit in library.edits()[:MOST]]


def recent_runs(jobs: list[JobView]) -> list[Recent]:
    """List the runs that wait, work, or need somebody: finished ones are among the edits."""
    open_runs = [view for view in jobs if not view.state.is_over or view.state in _FAILED]
    newest = sorted(open_runs, key=lambda view: view.config.created, reverse=True)
    return [
        Recent(
            "runs",
            "run",
            view.id,
            view.title,
            _said(view.state),
            view.state in _FAILED,
        )
        for view in newest[:MOST]
    ]


def missing_model(source: str) -> str:
    """Say so where the chosen model is a folder that is not there any more; nothing otherwise."""
    path = Path(source)
    is_folder = path.is_absolute() and not path.exists()
    gone = translate("home", "The model folder {} is not there any more.")
    return gone.format(path) if is_folder else ""


def _edit(library: Library, edit: EditRow) -> Recent:
    state = state_of(library.quick_look(edit))
    if state is FileState.OK and edit.state in tuple(FileState):
        state = FileState(edit.state)
    damaged = translate("home", str(_DAMAGED.get(state, "")))
    details = damaged or _outcome(edit)
    return Recent("library", "edit", edit.id, edit.name, details, state is not FileState.OK)


def _outcome(edit: EditRow) -> str:
    if edit.success_before is None or edit.success_after is None:
        return method_name(edit.method)
    before, after = 100 * edit.success_before, 100 * edit.success_after
    gain = translate("home", "success {:.0f} % → {:.0f} %").format(before, after)
    if edit.degradation is None:
        return gain
    return f"{gain}, " + translate("home", "degradation {:+.1g}").format(edit.degradation)


def _said(state: JobState) -> str:
    known = translate("home", str(_FAILED.get(state, "")))
    return (known or STATE_LOOKS[state].word).capitalize()

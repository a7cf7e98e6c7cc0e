"""The program's verbs as the engine process does them; importing this takes seconds."""

from __future__ import annotations

from app.jobs.verbs import JobTask, Outcome, Verbs
from app.operations.edit import fit_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from editing.checkpoints import FileCheckpoints
from editing.progress import Progress


class ProgramVerbs:
    """The verbs, with the models they keep loaded."""

    def __init__(self) -> None:
        self._models = LoadedModels()

    def verbs(self) -> Verbs:
        """Return everything the engine process can do."""
        return Verbs(jobs={"edit": self._edit}, questions={})

    def _edit(self, task: JobTask) -> Outcome:
        """Fit an edit, or go on with it, and write its folder beside the job."""
        outcome = fit_edit(
            EditRequest.from_json(task.spec.request),
            task.report,
            models=self._models,
            checkpoints=FileCheckpoints(task.folder.checkpoint),
        )
        task.report(Progress("saving", 0, 1))
        return Outcome(outcome.result, outcome.write(task.folder.path / "edits"))


def program_verbs() -> Verbs:
    """Load what the verbs need and return them."""
    return ProgramVerbs().verbs()

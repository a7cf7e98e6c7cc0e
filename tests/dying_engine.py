"""The program's engine, which kills itself once: `python -m tests.dying_engine FOLDER STEP`.

At the pause after training step STEP it sends itself SIGKILL, but only while FOLDER does not hold
the note that it has done so.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from app.jobs.engine import serve
from app.jobs.verbs import JobTask, Outcome, Verbs
from editing.progress import Progress


def command(folder: Path, step: int) -> list[str]:
    """The command line that starts it."""
    return [sys.executable, "-m", "tests.dying_engine", str(folder), str(step)]


def _dying_verbs() -> Verbs:
    from app.jobs.program_verbs import program_verbs

    note, step = Path(sys.argv[1]) / "has-died", int(sys.argv[2])
    verbs = program_verbs()

    def edit(task: JobTask) -> Outcome:
        def report(progress: Progress) -> None:
            task.report(progress)
            if progress.phase == "training" and progress.done == step and not note.exists():
                note.touch()
                os.kill(os.getpid(), signal.SIGKILL)

        return verbs.jobs["edit"](replace(task, report=report))

    return replace(verbs, jobs={"edit": edit})


if __name__ == "__main__":
    sys.exit(serve(_dying_verbs))

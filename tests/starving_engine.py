"""The program's engine, which once has too little memory: `python -m tests.starving_engine FOLDER`.

At the pause after the first training step the system grants it little more than it has, and it
wants a gigabyte; only while FOLDER does not hold the note that this has happened.
"""

import resource
import sys
from dataclasses import replace
from pathlib import Path

import psutil

from app.jobs.engine import serve
from app.jobs.verbs import JobTask, Outcome, Verbs
from editing.progress import Progress

_MORE, _WANTED = 64 << 20, 1 << 30


def command(folder: Path) -> list[str]:
    """The command line that starts it."""
    return [sys.executable, "-m", "tests.starving_engine", str(folder)]


def _starve() -> None:
    """Ask torch for more than the system grants."""
    import torch

    limits = resource.getrlimit(resource.RLIMIT_AS)
    granted = psutil.Process().memory_info().vms + _MORE
    resource.setrlimit(resource.RLIMIT_AS, (granted, limits[1]))
    try:
        torch.ones(_WANTED, dtype=torch.uint8)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _starving_verbs() -> Verbs:
    from app.jobs.program_verbs import program_verbs

    note = Path(sys.argv[1]) / "has-starved"
    verbs = program_verbs()

    def edit(task: JobTask) -> Outcome:
        def report(progress: Progress) -> None:
            task.report(progress)
            if progress.phase == "training" and progress.done > 0 and not note.exists():
                note.touch()
                _starve()

        return verbs.jobs["edit"](replace(task, report=report))

    return replace(verbs, jobs={"edit": edit})


if __name__ == "__main__":
    sys.exit(serve(_starving_verbs))

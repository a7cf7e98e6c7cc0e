"""The program's own environment: built beside pyproject.toml at the first start, entered later.

Standard library only: this runs before anything is installed, and has to reach its message even on
a Python that is too old. The stamp inside the environment is written by its own Python once nothing
is lacking; the lock file says `building` from the first change to the last, so that an environment
whose builder was killed is built anew rather than trusted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.venv import ROOT, Environment, SetupError, dotted, python_version, say

OLDEST_PYTHON = (3, 11)
_COMPLETE, _LACKING, _UNUSABLE = 0, 3, 4


def enter(module: str, arguments: Sequence[str], *, extras: tuple[str, ...] = ()) -> None:
    """Go on only in a Python that has every dependency: this one, or the environment's instead.

    Args:
        module: What to run inside, as after `python -m`.
        arguments: What to hand on to it.
        extras: Optional dependencies of pyproject.toml that are needed too.

    Raises:
        SetupError: The environment is not there and cannot be built.
    """
    if getattr(sys, "frozen", False):  # a packaged program brings its own
        return
    _check_python()
    environment = Environment(ROOT, extras)
    if not environment.project.exists():
        return
    if environment.is_complete():
        if environment.is_running:
            return
    elif not environment.is_running and environment.is_dispensable():
        return
    else:
        build(environment)
    _hand_over([str(environment.python), "-m", module, *arguments])


def build(environment: Environment) -> None:
    """Create or complete the environment, one process at a time.

    Raises:
        SetupError: It cannot be built; the message says why and what to do.
    """
    from app import installation

    try:
        with _locked(environment.lock) as was_interrupted:
            state = _UNUSABLE if was_interrupted else _state(environment)
            if state == _COMPLETE:
                return
            with _marked_as_building(environment.lock):
                environment.remove_stamps()
                installation.install(environment, anew=state == _UNUSABLE)
                if _state(environment) != _COMPLETE:
                    raise SetupError(
                        f"The environment in {environment.folder} is still incomplete after "
                        "installing. Delete that folder and start again."
                    )
    except OSError as error:
        raise SetupError(
            f"The environment in {environment.folder} cannot be written ({error.strerror}: "
            f"{error.filename}). Make room, or put the project into a folder you may write to, "
            "then start again."
        ) from error


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"Exemplar needs Python {dotted(OLDEST_PYTHON)} or newer, and this is "
            f"{python_version()}. Start it with a newer one, for instance: python3.11 -m app"
        )


def _state(environment: Environment) -> int:
    """Ask the environment's own Python whether it is complete; it stamps itself if so."""
    import subprocess

    if not environment.python.exists():
        return _UNUSABLE
    command = [environment.python, "-m", "app.environment", environment.root, *environment.extras]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)  # noqa: S603  # our own Python
    return finished.returncode if finished.returncode in (_COMPLETE, _LACKING) else _UNUSABLE


def _own_state(environment: Environment) -> int:
    from importlib.util import find_spec

    if not environment.is_running or find_spec("pip") is None:
        return _UNUSABLE
    if not environment.is_dispensable():
        return _LACKING
    environment.write_stamp()
    return _COMPLETE


@contextmanager
def _locked(path: Path) -> Generator[bool]:
    """Hold the lock; yields whether the last holder was interrupted while building."""
    with path.open("a+", encoding="utf-8") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 20)  # beyond the text: Windows locks bytes against reading too
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another start of Exemplar is setting up the environment; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
        yield path.read_text(encoding="utf-8") == "building"


@contextmanager
def _marked_as_building(lock: Path) -> Generator[None]:
    lock.write_text("building", encoding="utf-8")
    yield
    lock.write_text("", encoding="utf-8")


def _hand_over(command: list[str]) -> None:
    if os.name == "nt":  # execv there returns to the shell at once
        import subprocess

        sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603  # our own Python
    os.execv(command[0], command)  # noqa: S606  # our own Python


if __name__ == "__main__":
    sys.exit(_own_state(Environment(Path(sys.argv[1]), tuple(sys.argv[2:]))))

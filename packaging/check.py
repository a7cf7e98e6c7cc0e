"""Run every check of the project, a summary line a step: `python3 packaging/check.py [--fast]`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import environment  # noqa: E402  # the folder above has to be on the path first
from app.venv import Environment, SetupError, say  # noqa: E402

FAST = {
    "format": ["-m", "ruff", "format", "--check", "--quiet"],
    "lint": ["-m", "ruff", "check", "--quiet"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
}
SLOW = {
    "types": ["-m", "pyright"],
    "tests": ["-m", "pytest", "-q"],
}


def main(arguments: list[str]) -> int:
    """Run the steps in order and return 1 at the first that fails."""
    steps = FAST if "--fast" in arguments else FAST | SLOW
    try:
        python = _python()
    except SetupError as error:
        say(str(error))
        return 1
    for name, command in steps.items():
        if not _passes(name, [python, *command]):
            return 1
    return 0


def _python() -> str:
    """Return a Python that has the tools, setting the environment up where none has."""
    wanted = Environment(ROOT, ("dev",))
    if wanted.is_dispensable():
        return sys.executable
    environment.build(wanted)
    return str(wanted.python)


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    finished = subprocess.run(  # noqa: S603  # the commands above
        command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    if finished.returncode != 0:
        sys.stdout.write(finished.stdout + finished.stderr)
    result = "passed" if finished.returncode == 0 else "FAILED"
    sys.stdout.write(f"{name:<8} {result} in {time.monotonic() - started:.1f} s\n")
    sys.stdout.flush()
    return finished.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

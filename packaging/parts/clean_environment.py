"""The environment that programs are built from: what pyproject.toml names, and nothing else."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app import installation
from app.venv import ROOT, Environment, SetupError, say

EXTRA = "package"
"""The optional dependencies of pyproject.toml that build a program."""

_CUDA = "import torch; print(torch.version.cuda or torch.version.hip or '')"


@dataclass(frozen=True)
class BuildEnvironment(Environment):
    """An environment in the build's own folder; the checkout's stays as it is."""

    extras: tuple[str, ...] = (EXTRA,)
    place: Path = ROOT / "build" / "environment"

    @property
    def folder(self) -> Path:
        """Where the environment lies."""
        return self.place


def prepare(place: Path) -> BuildEnvironment:
    """Have an environment with the CPU build of torch and this very checkout's program in it.

    It is made anew whenever pyproject.toml has changed, since what an older one asked for must not
    get into the program.

    Args:
        place: The environment's folder.

    Raises:
        SetupError: It cannot be had; the message says why and what to do.
    """
    environment = BuildEnvironment(ROOT, place=place.resolve())
    if not environment.is_complete():
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        installation.install(environment, anew=True, cpu_build=True)
        if brought := run(environment, ["-c", _CUDA]):
            raise SetupError(
                f"PyTorch came as the build for accelerators ({brought}), which is gigabytes "
                "larger. Make the CPU build reachable for pip, then start again."
            )
        environment.write_stamp()
    run(environment, ["-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", ROOT])
    return environment


def run(environment: BuildEnvironment, arguments: list[str | Path]) -> str:
    """Run the environment's Python, blind to every other package, and return what it prints.

    Raises:
        SetupError: It failed; the message ends with what it said.
    """
    command = [environment.python, *arguments]
    finished = subprocess.run(  # noqa: S603  # the build's own Python
        command,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        cwd=environment.folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if finished.returncode != 0:
        say(finished.stdout + finished.stderr)
        raise SetupError(
            f"A step of the build failed ({' '.join(map(str, arguments[:2]))}); "
            "what it said is above."
        )
    return finished.stdout.strip()

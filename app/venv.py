"""The program's own environment as it lies on the disk, and how its setting up speaks.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """The environment cannot be had; the message says what to do about it."""


@dataclass(frozen=True)
class Environment:
    """The `.venv` beside a project's pyproject.toml, with the packages of some extras."""

    root: Path
    extras: tuple[str, ...] = ()

    @property
    def project(self) -> Path:
        """The file that names the dependencies."""
        return self.root / "pyproject.toml"

    @property
    def folder(self) -> Path:
        """Where the environment lies."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def lock(self) -> Path:
        """The file that one builder at a time holds."""
        return self.root / ".venv.lock"

    @property
    def stamp(self) -> Path:
        """The file that says for which pyproject.toml and which Python everything is installed."""
        return self.folder / "-".join(["exemplar", *self.extras, "stamp"])

    @property
    def is_running(self) -> bool:
        """Whether this very process runs inside the environment."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_complete(self) -> bool:
        """Whether the stamp fits pyproject.toml and, inside the environment, the running Python."""
        if not (self.python.exists() and self.stamp.exists()):
            return False
        found = self.stamp.read_text(encoding="utf-8").split()
        expected = [self._project_hash(), python_version()]
        return found == expected if self.is_running else found[:1] == expected[:1]

    def is_dispensable(self) -> bool:
        """Whether the running Python has all that the environment would hold."""
        from app.requirements import are_met

        return are_met(self.wanted())

    def wanted(self) -> list[str]:
        """Read what pyproject.toml asks for: the dependencies and those of the extras."""
        import tomllib

        project = tomllib.loads(self.project.read_text(encoding="utf-8"))["project"]
        optional = project.get("optional-dependencies", {})
        return [
            *project["dependencies"],
            *(name for extra in self.extras for name in optional[extra]),
        ]

    def remove_stamps(self) -> None:
        """Trust the environment no more, with whatever extras."""
        for stamp in self.folder.glob("exemplar*stamp"):
            stamp.unlink()

    def write_stamp(self) -> None:
        """Record that the running Python, the environment's own, has everything."""
        part = self.stamp.with_suffix(".part")
        part.write_text(f"{self._project_hash()} {python_version()}\n", encoding="utf-8")
        part.replace(self.stamp)

    def _project_hash(self) -> str:
        return hashlib.sha256(self.project.read_bytes()).hexdigest()


def say(message: str) -> None:
    """Tell the person something on stderr, which no protocol and no result uses."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None without a console
        sys.stderr.write(message + "\n")
        sys.stderr.flush()


def python_version() -> str:
    """Return the running Python's, without the last number."""
    return dotted(sys.version_info[:2])


def dotted(numbers: Sequence[int]) -> str:
    """Write a version's numbers as people do."""
    return ".".join(str(number) for number in numbers)

"""Build the packages people install: `python3 packaging/build.py [--work FOLDER] [--to FOLDER]`.

Makes one clean environment, the one-directory program in it, and, on Linux, a Debian package and an
archive. Says the size of each and how long it took.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from parts import clean_environment, freeze, linux  # noqa: E402

from app.venv import SetupError  # noqa: E402  # the folder above has to be on the path first

Made = TypeVar("Made")


def main() -> int:
    """Build everything and return the exit code."""
    parser = argparse.ArgumentParser(description="Build the packages people install.")
    add = parser.add_argument
    add("--work", type=Path, default=ROOT / "build", help="the build's own folder (%(default)s)")
    add("--to", type=Path, default=ROOT / "dist", help="where the packages go (%(default)s)")
    add("--pack-only", action="store_true", help="pack the program that is in --work already")
    arguments = parser.parse_args()
    try:
        build(arguments.work.resolve(), arguments.to.resolve(), pack_only=arguments.pack_only)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def build(work: Path, target: Path, *, pack_only: bool = False) -> None:
    """Build the program in `work` and its packages into `target`.

    Raises:
        SetupError: A step failed; the message says which and what to do.
    """
    for folder in (work, target):
        folder.mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    icons = work / "icons"
    environment = clean_environment.BuildEnvironment(ROOT, place=work / "environment")
    program = work / "dist" / "exemplar"
    if not pack_only:
        environment, program = _program(work, icons, project["version"])
    _tell("trimmed", f"{_megabytes(freeze.trim(program))} that nothing needs")
    _tell("licences", f"of {freeze.add_licences(environment, program)} works")
    _tell("program", f"{_megabytes(freeze.size_of(program))} in {program}")
    if not sys.platform.startswith("linux"):
        _tell("packages", "see packaging/README.md for this system's")
        return
    release = linux.Release(program, icons, project["version"], _source_time())
    for pack in (linux.build_deb, linux.build_archive):
        package = _timed(pack.__name__, lambda pack=pack: pack(release, work, target))
        _tell("", f"{_megabytes(package.stat().st_size)} in {package}")


def _program(
    work: Path, icons: Path, version: str
) -> tuple[clean_environment.BuildEnvironment, Path]:
    environment = _timed("environment", lambda: clean_environment.prepare(work / "environment"))
    svg = ROOT / "resources" / "icons" / "exemplar.svg"
    clean_environment.run(environment, [freeze.HERE / "icons.py", svg, icons])
    program = _timed("PyInstaller", lambda: freeze.freeze(environment, work, icons, version))
    return environment, program


def _source_time() -> int:
    """Return SOURCE_DATE_EPOCH, else the last commit's time, else now."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        said = subprocess.run(asked, check=False, capture_output=True, text=True).stdout  # noqa: S603
    except OSError:
        said = ""
    return int(said) if said.strip() else int(time.time())


def _timed(name: str, step: Callable[[], Made]) -> Made:
    started = time.monotonic()
    made = step()
    _tell(name, f"done in {time.monotonic() - started:.0f} s")
    return made


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _tell(name: str, text: str) -> None:
    sys.stdout.write(f"{name:<14} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

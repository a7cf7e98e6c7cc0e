"""Fill an environment with pip, and a fresh Debian with the system packages it lacks.

Standard library only, like all that runs before the environment is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from app.venv import Environment, SetupError, say

CPU_BUILDS = "https://download.pytorch.org/whl/cpu"


def install(environment: Environment, *, anew: bool, cpu_build: bool | None = None) -> None:
    """Create the environment if asked to, then install every requirement.

    Args:
        environment: Where, and which requirements.
        anew: Throw away what is there.
        cpu_build: Whether PyTorch must be the CPU build; None looks at the machine.

    Raises:
        SetupError: A step failed; the message says which and what to do.
    """
    started = time.monotonic()
    say(
        f"Setting up Exemplar in {environment.folder}: this happens once and takes a minute or two."
    )
    if anew:
        _create(environment.folder)
    requirements = environment.wanted()
    torch = [requirement for requirement in requirements if requirement.startswith("torch")]
    if torch and (wants_cpu_build() if cpu_build is None else cpu_build):
        _install_cpu_build(environment, torch)
    _pip(environment, "packages", requirements)
    say(f"Ready after {time.monotonic() - started:.0f} s.")


def wants_cpu_build() -> bool:
    """Whether PyTorch's default build would bring gigabytes of CUDA that nothing here can use."""
    if not sys.platform.startswith("linux"):
        return False
    return shutil.which("nvidia-smi") is None and not Path("/proc/driver/nvidia/version").exists()


def apt_install(packages: Sequence[str], reason: str) -> None:
    """Install Debian packages as root; tell anybody else the one line to run.

    Args:
        packages: Debian's names.
        reason: One sentence on what is missing, which starts the message.

    Raises:
        SetupError: We may not install, or apt-get failed.
    """
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise SetupError(f"{reason} Install your system's packages for: {' '.join(packages)}")
    is_packaged = getattr(sys, "frozen", False)  # that one leaves the system to its owner
    if is_packaged or os.name == "nt" or os.geteuid() != 0:
        raise SetupError(f"{reason} Run this line and start again: sudo {line}")
    say(f"{reason} Installing: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], [*line.split(), "-qq"]):
        finished = subprocess.run(  # noqa: S603  # names from our own lists
            command, env=environment, check=False, capture_output=True
        )
    if finished.returncode != 0:
        raise SetupError(
            f"{reason} apt-get could not install them. Run this line and start again: {line}"
        )


def _create(folder: Path) -> None:
    if find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        apt_install([f"python{version}-venv"], "Python's venv module is incomplete.")
    base = getattr(
        sys, "_base_executable", sys.executable
    )  # also right from inside a broken environment
    command = [base, "-m", "venv", "--clear", str(folder)]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # our own Python
    if finished.returncode != 0:
        why = (finished.stderr or finished.stdout).strip().splitlines()
        raise SetupError(
            f"Python could not create the environment in {folder} "
            f"({why[-1] if why else 'no reason given'}). "
            "Delete that folder if it is there, check the free space, and start again."
        )


def _install_cpu_build(environment: Environment, torch: list[str]) -> None:
    only_here = ["--extra-index-url", CPU_BUILDS, "--retries", "1", "--timeout", "15"]
    try:
        _pip(environment, "PyTorch for the CPU", ["--no-deps", *only_here, *torch])
    except SetupError:
        _pip(environment, "PyTorch", ["--no-deps", *torch])


def _pip(environment: Environment, what: str, arguments: Sequence[str]) -> None:
    say(f"  installing {what} …")
    command = [
        str(environment.python),
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        *arguments,
    ]
    log = environment.folder / "exemplar-setup.log"
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(  # noqa: S603  # our own Python
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as pip,
    ):
        error = ""
        for line in pip.stdout or ():
            file.write(line)
            _show(line)
            error = line.removeprefix("ERROR: ").strip() if line.startswith("ERROR: ") else error
    _show("")
    if pip.returncode != 0:
        raise SetupError(
            f"Installing {what} failed: {error or 'pip gave no reason'}. "
            f"Check the internet connection, then start again; everything pip said is in {log}."
        )


def _show(line: str) -> None:
    """Keep one changing line on a terminal, and nothing in a file."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 5
        sys.stderr.write(f"\r\x1b[K{('    ' + line.strip())[:width]}" if line else "\r\x1b[K")
        sys.stderr.flush()

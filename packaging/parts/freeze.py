"""The program as one folder: made by PyInstaller, trimmed, and with the licences in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from parts.clean_environment import BuildEnvironment, run

from app.venv import ROOT, SetupError, say

HERE = Path(__file__).resolve().parent
UNUSED = (
    # PyTorch's own tests and tools, and headers for building extensions with it.
    "_internal/torch/test",
    "_internal/torch/include",
    "_internal/torch/share",
    "_internal/torch/bin/*",
    "_internal/torch/lib/*.a",
    # Qt for embedded screens, on-screen keyboards and languages the program does not speak.
    "_internal/PySide6/Qt/qml",
    "_internal/PySide6/Qt/translations",
    "_internal/PySide6/Qt/plugins/egldeviceintegrations",
    "_internal/PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
    "_internal/PySide6/Qt/plugins/platforms/libqeglfs.so",
    "_internal/PySide6/Qt/plugins/platforms/libqlinuxfb.so",
    "_internal/PySide6/Qt/plugins/platforms/libqvkkhrdisplay.so",
    "_internal/PySide6/Qt/plugins/platforms/libqvnc.so",
    "_internal/PySide6/Qt/plugins/platforms/libqminimal*.so",
    "_internal/PySide6/Qt/plugins/generic",
    "_internal/PySide6/Qt/lib/libQt6EglF[Ss]*",
    "_internal/PySide6/Qt/lib/libQt6Qml*",
    "_internal/PySide6/Qt/lib/libQt6Quick*",
    "_internal/PySide6/Qt/lib/libQt6VirtualKeyboard*",
    # GNOME's theme, and what only that one loads: the program draws itself.
    "_internal/PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    *(f"_internal/lib{name}.so.*" for name in (
        "atk-1.0", "cairo", "cairo-gobject", "datrie", "fribidi", "gdk_pixbuf-2.0", "graphite2",
        "harfbuzz", "jpeg", "pango-1.0", "pangocairo-1.0", "pangoft2-1.0", "pixman-1", "thai",
        "Xext", "Xrender",
    )),
    # The system's own, which its graphics drivers and settings go with; linux.QT_NEEDS names them.
    *(f"_internal/lib{name}.so.*" for name in (
        "stdc++", "gcc_s", "X11", "X11-xcb", "Xau", "Xdmcp", "bsd", "md",
        "fontconfig", "freetype", "expat", "png16",
        "dbus-1", "systemd", "cap", "gcrypt", "gpg-error", "lz4",
        "glib-2.0", "gio-2.0", "gmodule-2.0", "gobject-2.0", "gthread-2.0",
        "mount", "blkid", "selinux", "pcre2-8",
    )),
)  # fmt: skip
"""Patterns of what is taken out of the finished folder; a pattern may match nothing."""
KEPT = ("torch_shm_manager",)
"""In torch/bin, for memory that processes share."""


def freeze(environment: BuildEnvironment, work: Path, icons: Path, version: str) -> Path:
    """Build the one-directory program.

    Args:
        environment: Where the program and PyInstaller are installed.
        work: The build's folder.
        icons: Where the icons lie.
        version: The program's.

    Returns:
        The program's folder, in `work`.

    Raises:
        SetupError: PyInstaller failed; its log tells why.
    """
    log = work / "pyinstaller.log"
    told = {"EXEMPLAR_ICONS": str(icons), "EXEMPLAR_VERSION": version, "PYTHONHASHSEED": "0"}
    command = [str(environment.python), "-m", "PyInstaller", "--noconfirm", "--clean"]
    command += ["--distpath", str(work / "dist"), "--workpath", str(work / "work")]
    with log.open("w", encoding="utf-8") as file:
        finished = subprocess.run(  # noqa: S603  # the build's own Python
            [*command, str(ROOT / "packaging" / "exemplar.spec")],
            env={**without_python(os.environ.items()), **told},
            cwd=work,
            check=False,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    if finished.returncode != 0:
        say("\n".join(log.read_text(encoding="utf-8").splitlines()[-20:]))
        raise SetupError(f"PyInstaller failed; all it said is in {log}.")
    return work / "dist" / "exemplar"


def without_python(variables: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return an environment in which no other Python's packages are found."""
    return {name: value for name, value in variables if not name.startswith("PYTHON")}


def trim(program: Path) -> int:
    """Take out what nothing needs, and return how many bytes that was."""
    before = size_of(program)
    for pattern in UNUSED:
        for path in program.glob(pattern):
            if path.name in KEPT:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    _drop_dangling_links(program)
    return before - size_of(program)


def add_licences(environment: BuildEnvironment, program: Path) -> int:
    """Put the licences of everything bundled into the program; returns how many works that are."""
    told = run(environment, [HERE / "licences.py", program, program / "licences"])
    shutil.copyfile(ROOT / "LICENSE", program / "licences" / "Exemplar.txt")
    return int(told)


def size_of(folder: Path) -> int:
    """Add up the files' bytes, links not followed."""
    paths = (path for path in folder.rglob("*") if not path.is_symlink())
    return sum(path.stat().st_size for path in paths if path.is_file())


def _drop_dangling_links(program: Path) -> None:
    for path in program.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()

"""The Debian package and the archive for any Linux, both from the one-directory program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from parts.freeze import size_of

from app.venv import ROOT, SetupError

HERE = ROOT / "packaging" / "linux"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
QT_NEEDS = (
    "libstdc++6",
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0 | libglib2.0-0t64",
    "libx11-6",
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxkbcommon-x11-0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-xkb1",
)
"""What Qt loads from the system: graphics, keyboard, fonts, and the X11 screen's parts."""
_CONTROL = """Package: exemplar
Version: {version}
Architecture: {architecture}
Maintainer: Exemplar contributors
Installed-Size: {kilobytes}
Depends: {depends}
Section: science
Priority: optional
Description: Edit language models by example
 Write down in short what a language model should say more, say less, or weigh
 differently; Exemplar changes the model so that it does so in ordinary text
 too, inside a bound on how much worse it may become on everything else.
 .
 This package brings its own Python, PyTorch (for the CPU) and Qt, and a small
 starter model.
"""
_COPYRIGHT = """Exemplar is free software under the MIT licence:

{licence}
The licences of what is bundled with it lie in /usr/lib/exemplar/licences; README.txt there lists
them.
"""


@dataclass(frozen=True, slots=True)
class Release:
    """What is packed: the program's folder, the icons, the version, and the time it bears."""

    program: Path
    icons: Path
    version: str
    seconds: int
    """Since 1970; the same sources give files of the same time."""


def write_share(release: Release, share: Path) -> None:
    """Lay out what a desktop looks for in /usr/share."""
    for size in ICON_SIZES:
        place = share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "exemplar.png"
        _copy(release.icons / f"exemplar-{size}.png", place)
    svg = ROOT / "resources" / "icons" / "exemplar.svg"
    _copy(svg, share / "icons" / "hicolor" / "scalable" / "apps" / "exemplar.svg")
    _copy(HERE / "exemplar.desktop", share / "applications" / "exemplar.desktop")
    _copy(HERE / "exemplar-mime.xml", share / "mime" / "packages" / "exemplar.xml")
    metainfo = share / "metainfo" / "exemplar.metainfo.xml"
    metainfo.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "@VERSION@": release.version,
        "@DATE@": datetime.fromtimestamp(release.seconds, UTC).date().isoformat(),
        "@TYPE@": "development" if release.version.startswith("0.") else "stable",
    }
    text = (HERE / metainfo.name).read_text(encoding="utf-8")
    metainfo.write_text(re.sub("@[A-Z]+@", lambda found: told[found[0]], text), encoding="utf-8")


def build_deb(release: Release, work: Path, target: Path) -> Path:
    """Pack the program as a Debian package for this machine's architecture.

    Args:
        release: What is packed; the program's folder is linked, not copied.
        work: A folder for the package's tree.
        target: Where the package goes.

    Raises:
        SetupError: dpkg-deb is not there or failed.
    """
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(
        release.program, tree / "usr/lib/exemplar", symlinks=True, copy_function=os.link
    )
    write_share(release, tree / "usr/share")
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin/exemplar").symlink_to("../lib/exemplar/exemplar")
    copyright_file = tree / "usr/share/doc/exemplar/copyright"
    copyright_file.parent.mkdir(parents=True)
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    copyright_file.write_text(_COPYRIGHT.format(licence=licence), encoding="utf-8")
    architecture = _done(["dpkg", "--print-architecture"]).strip()
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        _CONTROL.format(
            version=release.version,
            architecture=architecture,
            kilobytes=size_of(tree) // 1024,
            depends=", ".join([f"libc6 (>= {newest_glibc(release.program)})", *QT_NEEDS]),
        ),
        encoding="utf-8",
    )
    package = target / f"exemplar_{release.version}_{architecture}.deb"
    _set_modes(tree)
    _done(
        ["dpkg-deb", "-Zzstd", "--root-owner-group", "--build", str(tree), str(package)],
        SOURCE_DATE_EPOCH=str(release.seconds),
    )
    shutil.rmtree(tree)
    return package


def build_archive(release: Release, work: Path, target: Path) -> Path:
    """Pack the program and what a desktop needs as a .tar.zst that unpacks into one folder.

    Raises:
        SetupError: tar or zstd is not there or failed.
    """
    name = f"exemplar-{release.version}-linux-{os.uname().machine}"
    tree = work / "archive" / name
    shutil.rmtree(tree.parent, ignore_errors=True)
    shutil.copytree(release.program, tree, symlinks=True, copy_function=os.link)
    write_share(release, tree / "share")
    _copy(HERE / "add-to-menu.sh", tree / "add-to-menu.sh")
    _set_modes(tree)
    archive = target / f"{name}.tar.zst"
    order = ["--sort=name", f"--mtime=@{release.seconds}", "--owner=0", "--group=0"]
    pack = ["tar", "--use-compress-program=zstd -10 -T1", *order, "-cf", str(archive)]
    _done([*pack, "--numeric-owner", "-C", str(tree.parent), name])
    shutil.rmtree(tree.parent)
    return archive


def newest_glibc(program: Path) -> str:
    """Return the newest version of the C library that anything in the program asks for."""
    asked = {version for file in _binaries(program) for version in _glibc_versions(file)}
    return "2." + str(max(asked, default=17))


def _binaries(program: Path) -> Iterator[Path]:
    for path in program.rglob("*"):
        is_named_so = ".so" in path.name or path.parent == program
        if is_named_so and path.is_file() and not path.is_symlink():
            yield path


def _glibc_versions(file: Path) -> Iterator[int]:
    for found in re.finditer(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", file.read_bytes()):
        yield int(found[1])


def _set_modes(tree: Path) -> None:
    """Let everybody read and only root write, whatever the builder's umask was."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _done(command: list[str], **more: str) -> str:
    if shutil.which(command[0]) is None:
        raise SetupError(f"{command[0]} is not here; this package is built on Debian or its kin.")
    finished = subprocess.run(  # noqa: S603  # the packers above
        command, env={**os.environ, **more}, check=False, capture_output=True, text=True
    )
    if finished.returncode != 0:
        raise SetupError(f"{command[0]} failed: {finished.stderr.strip()}")
    return finished.stdout

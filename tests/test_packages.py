"""What packaging/ makes, each step on something small; the program itself is tried by hand."""

import configparser
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QImageReader

from app.venv import SetupError

needs_packers = pytest.mark.skipif(
    not all(map(shutil.which, ("dpkg-deb", "tar", "zstd"))), reason="needs dpkg-deb, tar and zstd"
)


@pytest.fixture
def packaging(project_folder, monkeypatch):
    """The folder whose scripts find each other as `parts`, as when they are run."""
    monkeypatch.syspath_prepend(str(project_folder / "packaging"))
    return project_folder / "packaging"


@pytest.fixture(scope="module")
def icons(tmp_path_factory, request):
    """Every icon, written as the build writes it."""
    folder = tmp_path_factory.mktemp("icons")
    root = request.config.rootpath
    script, svg = root / "packaging/parts/icons.py", root / "resources/icons/exemplar.svg"
    subprocess.run([sys.executable, script, svg, folder], check=True)
    return folder


@pytest.fixture
def release(packaging, icons, tmp_path):
    """A program of one line, ready to be packed."""
    from parts.linux import Release

    program = tmp_path / "exemplar"
    (program / "_internal").mkdir(parents=True)
    (program / "exemplar").write_text("#!/bin/sh\necho here\n")
    (program / "exemplar").chmod(0o700)
    (program / "_internal" / "libthing.so.1").write_bytes(b"\0GLIBC_2.4\0GLIBC_2.31\0GLIBC_2.9\0")
    (program / "_internal" / "libthing.so").symlink_to("libthing.so.1")
    return Release(program, icons, "1.2.3", seconds=1_700_000_000)


def test_icons_have_the_sizes_they_say(icons):
    for size in (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024):
        image = QImage(str(icons / f"exemplar-{size}.png"))
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() == 0
        assert image.pixelColor(size // 8, size // 2).name() == "#0b6b66"


def test_the_windows_icon_holds_every_size(icons):
    reader = QImageReader(str(icons / "exemplar.ico"))
    sizes = []
    for number in range(reader.imageCount()):
        reader.jumpToImage(number)
        sizes.append(reader.read().width())
    assert sizes == [16, 24, 32, 48, 64, 128, 256]


def test_the_mac_icon_holds_pictures_that_fill_it(icons):
    whole = (icons / "exemplar.icns").read_bytes()
    assert whole[:4] == b"icns"
    place, widths = 8, []
    while place < len(whole):
        length = int.from_bytes(whole[place + 4 : place + 8])
        widths.append(QImage.fromData(whole[place + 8 : place + length]).width())
        place += length
    assert place == int.from_bytes(whole[4:8]) == len(whole)
    assert {16, 32, 64, 128, 256, 512, 1024} == set(widths)


def test_the_desktop_entry_opens_what_the_window_takes(packaging):
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str
    entry.read(packaging / "linux/exemplar.desktop")
    told = entry["Desktop Entry"]
    assert told["Exec"] == "exemplar --open %f"
    types = set(told["MimeType"].rstrip(";").split(";"))
    component = ET.parse(packaging / "linux/exemplar.metainfo.xml").getroot()
    assert {element.text for element in component.iter("mediatype")} == types
    mime = ET.parse(packaging / "linux/exemplar-mime.xml").getroot()
    globs = {element.get("pattern") for element in mime.iter() if element.get("pattern")}
    assert "*.jsonl" in globs
    assert mime[0].get("type") in types


def test_the_metainfo_tells_the_version_and_the_day(release, tmp_path):
    from parts.linux import write_share

    write_share(release, tmp_path / "share")
    told = ET.parse(tmp_path / "share/metainfo/exemplar.metainfo.xml").getroot()
    (element,) = told.iter("release")
    assert element.attrib == {"version": "1.2.3", "date": "2023-11-14", "type": "stable"}


@needs_packers
def test_the_debian_package_installs_a_program_on_the_path(release, tmp_path):
    from parts.linux import build_deb

    package = build_deb(release, tmp_path, tmp_path)
    control = subprocess.run(
        ["dpkg-deb", "--field", package], check=True, capture_output=True, text=True
    ).stdout
    assert "Version: 1.2.3\n" in control
    assert "libc6 (>= 2.31), libstdc++6, libegl1" in control
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    assert (root / "usr/bin/exemplar").resolve() == root / "usr/lib/exemplar/exemplar"
    assert (root / "usr/lib/exemplar/_internal/libthing.so").is_symlink()
    assert (root / "usr/lib/exemplar/exemplar").stat().st_mode & 0o777 == 0o755
    assert (root / "usr/share/applications/exemplar.desktop").exists()
    assert (root / "usr/share/icons/hicolor/48x48/apps/exemplar.png").exists()
    assert "MIT" in (root / "usr/share/doc/exemplar/copyright").read_text()
    assert [path.name for path in tmp_path.iterdir() if path.name == "deb"] == []


@needs_packers
def test_the_archive_puts_itself_into_the_menu_and_out_again(release, tmp_path):
    from parts.linux import build_archive

    archive = build_archive(release, tmp_path, tmp_path)
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", tmp_path], check=True)
    (folder,) = tmp_path.glob("exemplar-1.2.3-linux-*[!t]")
    data = tmp_path / "a home" / "share"
    script = [folder / "add-to-menu.sh"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_DATA_HOME": str(data)}
    subprocess.run(script, env=environment, check=True, capture_output=True)
    entry = (data / "applications/exemplar.desktop").read_text()
    assert f'Exec="{folder}/exemplar" --open %f\n' in entry
    subprocess.run([*script, "--remove"], env=environment, check=True, capture_output=True)
    assert not list(data.rglob("exemplar*"))


@needs_packers
def test_the_same_program_gives_the_same_files(release, tmp_path):
    from parts.linux import build_archive, build_deb

    for build in (build_deb, build_archive):
        first = build(release, tmp_path, tmp_path).read_bytes()
        assert build(release, tmp_path, tmp_path).read_bytes() == first


def test_what_nothing_needs_is_taken_out(packaging, tmp_path):
    from parts.freeze import size_of, trim

    torch = tmp_path / "_internal" / "torch"
    for name in ("test/big", "bin/test_api", "bin/torch_shm_manager", "lib/libtorch.so"):
        (torch / name).parent.mkdir(parents=True, exist_ok=True)
        (torch / name).write_bytes(b"x" * 10)
    (tmp_path / "_internal" / "test_api").symlink_to("torch/bin/test_api")
    assert trim(tmp_path) == 20
    assert size_of(tmp_path) == 20
    assert (torch / "bin" / "torch_shm_manager").exists()
    assert not (tmp_path / "_internal" / "test_api").is_symlink()


def test_every_bundled_work_brings_its_licence(packaging, tmp_path):
    (tmp_path / "_internal").mkdir()
    script = [sys.executable, packaging / "parts/licences.py", tmp_path, tmp_path / "licences"]
    finished = subprocess.run(script, check=True, capture_output=True, text=True)
    index = (tmp_path / "licences/README.txt").read_text()
    assert int(finished.stdout) > 30
    for name in ("torch", "transformers", "numpy", "Python"):
        assert list((tmp_path / "licences" / name).iterdir()), name
        assert f"\n{name} " in index
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in _text(tmp_path / "licences/PySide6_Essentials")


def _text(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.iterdir())


def test_a_torch_with_cuda_is_refused(packaging, tmp_path, monkeypatch):
    from parts import clean_environment

    monkeypatch.setattr(clean_environment.installation, "install", lambda *_, **__: None)
    monkeypatch.setattr(clean_environment, "run", lambda *_: "13.0")
    with pytest.raises(SetupError, match=r"accelerators \(13\.0\)"):
        clean_environment.prepare(tmp_path / "environment")


def test_children_get_the_system_s_libraries_back(packaging, monkeypatch):
    from parts.program import give_back_library_path

    monkeypatch.setenv("LD_LIBRARY_PATH", "/program/_internal:/mine")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
    give_back_library_path()
    assert os.environ["LD_LIBRARY_PATH"] == "/mine"
    give_back_library_path()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_a_trial_sees_what_is_not_the_program_s_own(packaging):
    from try_program import foreign_files

    maps = "\n".join(
        f"7f-80 r-xp 00000000 fe:00 12 {' ' * 10} {file}".rstrip()
        for file in (
            "/t/some where/exemplar/_internal/libpython3.11.so.1.0",
            "/usr/lib/x86_64-linux-gnu/libGL.so.1",
            "/usr/lib/python3.11/lib-dynload/_ssl.so",
            "/srv/.venv/lib/libtorch.so",
            "[heap]",
            "",
        )
    )
    assert foreign_files(maps, Path("/t")) == {
        "/usr/lib/python3.11/lib-dynload/_ssl.so",
        "/srv/.venv/lib/libtorch.so",
    }

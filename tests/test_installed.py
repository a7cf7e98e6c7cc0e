"""What `pip install` brings: the wheel's contents, and the command line without Qt."""

import subprocess
import sys
import zipfile

import pytest

WITHOUT_QT = """
import sys
sys.modules.update(PySide6=None, shiboken6=None)
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, request):
    """The wheel of the project as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=request.config.rootpath,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def names(wheel):
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel as a folder on the path would hold it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_three_packages_and_nothing_else(names):
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "app",
        "editing",
        "resources",
    }
    assert len(tops) == 4


def test_the_wheel_brings_every_resource(names, project_folder):
    there = {
        path.relative_to(project_folder).as_posix()
        for path in (project_folder / "resources").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there <= set(names)


def test_the_wheel_gives_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "exemplar = app.__main__:main" in archive.read(entry).decode()


def test_the_installed_command_line_needs_no_qt(installed, tmp_path):
    finished = subprocess.run(
        [sys.executable, "-c", WITHOUT_QT, "--help"],
        cwd=installed,
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert "exemplar" in finished.stdout
    assert not (installed / ".venv").exists()

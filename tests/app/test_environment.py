"""The environment: when it is trusted, built, entered, and what is said where it cannot be."""

import os
import subprocess
import sys
import zipfile

import pytest

from app import environment, installation, requirements, venv
from app.venv import Environment, SetupError

PROJECT = (
    '[project]\nname = "small"\ndependencies = [{}]\n[project.optional-dependencies]\ndev = []\n'
)


@pytest.fixture
def project(tmp_path):
    """A project folder whose only dependency is pytest, which the running Python has."""
    (tmp_path / "pyproject.toml").write_text(PROJECT.format('"pytest"'))
    return tmp_path


@pytest.fixture
def here(project, monkeypatch):
    """That project's environment, as seen by a Python inside it."""
    monkeypatch.setattr(sys, "prefix", str(project / ".venv"))
    monkeypatch.setattr(environment, "ROOT", project)
    inside = Environment(project)
    inside.python.parent.mkdir(parents=True)
    inside.python.touch()
    return inside


@pytest.fixture
def handed_over(monkeypatch):
    commands = []
    monkeypatch.setattr(environment, "_hand_over", commands.append)
    return commands


@pytest.mark.parametrize(
    ("requirement", "version", "is_met"),
    [
        ("torch>=2.13,<2.14", "2.13.0+cpu", True),
        ("torch>=2.13,<2.14", "2.12.9", False),
        ("torch>=2.13,<2.14", "2.14", False),
        ("qt>=6.10.3,<6.12,!=6.11.0,!=6.11.1", "6.11.3", True),
        ("qt>=6.10.3,<6.12,!=6.11.0,!=6.11.1", "6.11.1", False),
        ("qt>=6.10.3,<6.12,!=6.11.0,!=6.11.1", "6.9.3", False),
        ("peft==0.21.*", "0.21.2", True),
        ("peft==0.21.*", "0.22.0", False),
        ("thing[extra] >= 2, <= 3", "3.0.1", True),
        ("thing", "1.0", True),
    ],
)
def test_a_requirement_is_met_by_fitting_versions(requirement, version, is_met, monkeypatch):
    monkeypatch.setattr(requirements.metadata, "version", lambda _name: version)
    assert requirements.are_met([requirement]) is is_met


def test_a_package_that_is_not_there_is_not_met():
    assert not requirements.are_met(["pytest", "no-such-package-anywhere>=1"])


def test_the_project_s_own_requirements_are_met_here(project_folder):
    assert requirements.are_met(Environment(project_folder, ("dev",)).wanted())


def test_a_stamp_holds_until_pyproject_changes(here):
    here.write_stamp()
    assert here.is_complete()
    here.project.write_text(PROJECT.format('"pytest", "other"'))
    assert not here.is_complete()


def test_a_stamp_of_another_python_does_not_hold_inside(here, monkeypatch):
    here.write_stamp()
    monkeypatch.setattr(venv, "python_version", lambda: "3.99")
    assert not here.is_complete()


def test_a_stamp_for_the_program_does_not_serve_the_tests(here):
    here.write_stamp()
    assert not Environment(here.root, ("dev",)).is_complete()


def test_an_installed_program_builds_nothing(tmp_path, monkeypatch, handed_over):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    environment.enter("app", [])
    assert (handed_over, list(tmp_path.iterdir())) == ([], [])


def test_a_packaged_program_builds_nothing_even_beside_a_project(project, monkeypatch, handed_over):
    monkeypatch.setattr(environment, "ROOT", project)
    monkeypatch.setattr(environment, "build", lambda _environment: pytest.fail("built"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    environment.enter("app", [])
    assert handed_over == []


def test_a_python_that_has_everything_is_used_as_it_is(project, monkeypatch, handed_over):
    monkeypatch.setattr(environment, "ROOT", project)
    environment.enter("app", [])
    assert handed_over == []
    assert not (project / ".venv").exists()


def test_a_complete_environment_is_entered_from_outside(here, monkeypatch, handed_over):
    here.write_stamp()
    monkeypatch.setattr(sys, "prefix", "/usr")
    environment.enter("app", ["models", "list"])
    assert handed_over == [[str(here.python), "-m", "app", "models", "list"]]


def test_inside_a_complete_environment_nothing_happens(here, handed_over):
    here.write_stamp()
    environment.enter("app", [])
    assert handed_over == []


def test_an_environment_whose_builder_was_killed_is_built_anew(here, monkeypatch):
    states = iter([environment._COMPLETE])
    installed = []
    monkeypatch.setattr(environment, "_state", lambda _environment: next(states))
    monkeypatch.setattr(
        installation, "install", lambda _environment, *, anew: installed.append(anew)
    )
    here.lock.write_text("building")
    environment.build(here)
    assert (installed, here.lock.read_text()) == ([True], "")


def test_a_failed_build_is_not_trusted_the_next_time(here, monkeypatch):
    here.write_stamp()
    monkeypatch.setattr(environment, "_state", lambda _environment: environment._LACKING)
    monkeypatch.setattr(installation, "install", lambda _environment, *, anew: None)
    with pytest.raises(SetupError, match="still incomplete"):
        environment.build(here)
    assert (here.is_complete(), here.lock.read_text()) == (False, "building")


def test_a_folder_that_cannot_be_written_is_said(here, monkeypatch):
    monkeypatch.setattr(Environment, "lock", here.root / "missing" / "lock")
    with pytest.raises(SetupError, match="cannot be written"):
        environment.build(here)


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SetupError, match=r"needs Python 3\.11 or newer, and this is 3\.9"):
        environment.enter("app", [])


@pytest.mark.parametrize("module", ["app.__main__", "tests.__main__", "app.installation"])
def test_the_front_door_needs_only_the_standard_library(module, project_folder):
    without_site_packages = [sys.executable, "-S", "-c", f"import {module}"]
    subprocess.run(without_site_packages, cwd=project_folder, check=True)


@pytest.mark.slow
def test_a_bare_project_is_set_up_and_entered(project, monkeypatch):
    """Build a real environment, with pip, from a wheel in a folder."""
    _write_wheel(project / "wheels")
    (project / "pyproject.toml").write_text(PROJECT.format('"exemplar-probe>=1"'))
    _use_only(project / "wheels", monkeypatch)
    environment.build(Environment(project))
    inside = Environment(project)
    assert inside.is_complete()
    assert "building" not in inside.lock.read_text()
    found = subprocess.run([inside.python, "-c", "import exemplar_probe"], check=False)
    assert found.returncode == 0


@pytest.mark.slow
def test_a_package_that_cannot_be_had_is_one_sentence_with_a_remedy(project, monkeypatch):
    (project / "pyproject.toml").write_text(PROJECT.format('"exemplar-probe>=1"'))
    _use_only(project / "wheels", monkeypatch)
    with pytest.raises(SetupError, match=r"No matching distribution .* internet connection"):
        environment.build(Environment(project))


def _use_only(folder, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def _write_wheel(folder):
    folder.mkdir()
    with zipfile.ZipFile(folder / "exemplar_probe-1.0-py3-none-any.whl", "w") as wheel:
        info = "exemplar_probe-1.0.dist-info"
        wheel.writestr("exemplar_probe.py", "")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: exemplar-probe\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")

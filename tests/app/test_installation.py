"""System packages and the build of PyTorch that is asked for."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from app import installation
from app.venv import Environment, SetupError


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have been run; every one succeeds."""
    seen = []

    def run(command, **_options):
        seen.append(" ".join(command))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    return seen


def test_anybody_but_root_is_given_the_line_to_run(commands, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"sudo apt-get install .* libegl1 libgl1") as caught:
        installation.apt_install(["libegl1", "libgl1"], "Qt lacks libraries.")
    assert commands == []
    assert "\n" not in str(caught.value)


def test_root_has_the_packages_installed(commands, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    installation.apt_install(["libegl1"], "Qt lacks libraries.")
    assert commands == [
        "apt-get update -qq",
        "apt-get install -y --no-install-recommends libegl1 -qq",
    ]


def test_a_packaged_program_installs_nothing_even_as_root(commands, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("sys.frozen", True, raising=False)
    with pytest.raises(SetupError, match=r"apt-get install .* libegl1"):
        installation.apt_install(["libegl1"], "Qt lacks libraries.")
    assert commands == []


def test_without_apt_the_packages_are_named(commands, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SetupError, match="libegl1"):
        installation.apt_install(["libegl1"], "Qt lacks libraries.")


@pytest.mark.parametrize(("has_driver", "wants_cpu"), [(True, False), (False, True)])
def test_the_cpu_build_is_for_machines_without_a_driver(has_driver, wants_cpu, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/it" if has_driver else None)
    assert installation.wants_cpu_build() is wants_cpu


def test_the_cpu_build_can_be_asked_for_whatever_the_machine(tmp_path, monkeypatch):
    lines = []
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=2"]\n')
    monkeypatch.setattr(installation, "_pip", lambda *told: lines.append(told[-1]))
    monkeypatch.setattr(installation, "wants_cpu_build", lambda: False)
    installation.install(Environment(tmp_path), anew=False, cpu_build=True)
    assert installation.CPU_BUILDS in lines[0]


def test_torch_falls_back_to_the_plain_index(tmp_path, monkeypatch):
    lines = []

    def pip(_environment, _what, arguments):
        lines.append(list(arguments))
        if installation.CPU_BUILDS in arguments:
            raise SetupError("no route")

    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["torch>=2", "numpy"]\n')
    monkeypatch.setattr(installation, "_pip", pip)
    monkeypatch.setattr(installation, "wants_cpu_build", lambda: True)
    installation.install(Environment(tmp_path), anew=False)
    assert lines[1:] == [["--no-deps", "torch>=2"], ["torch>=2", "numpy"]]

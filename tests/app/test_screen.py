"""A screen and Qt's libraries: asked for before Qt can abort."""

import os
import subprocess
import sys

import pytest

from app import installation, screen
from app.venv import SetupError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has the choice")


@pytest.fixture
def no_screen(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def asked_for(monkeypatch):
    """The system packages that would have been installed."""
    packages = []
    monkeypatch.setattr(installation, "apt_install", lambda names, _reason: packages.extend(names))
    return packages


def test_the_window_without_a_screen_is_one_sentence_and_exit_code_1(no_screen, project_folder):
    finished = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=project_folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr.startswith("There is no screen here")
    assert finished.stderr.count("\n") == 1


def test_a_screen_that_does_not_answer_is_said(no_screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":65000")
    with pytest.raises(SetupError, match="DISPLAY=:65000 does not answer"):
        screen.require_screen()


@pytest.mark.parametrize(
    ("name", "value"), [("QT_QPA_PLATFORM", "offscreen"), ("WAYLAND_DISPLAY", "wayland-0")]
)
def test_other_ways_to_show_a_window_are_let_through(name, value, no_screen, monkeypatch):
    monkeypatch.setenv(name, value)
    screen.require_screen()


def test_missing_libraries_are_asked_for_by_package(asked_for, monkeypatch):
    monkeypatch.setattr(screen, "_loads", lambda library: library != "libEGL.so.1")
    screen.require_libraries()
    assert asked_for == ["libegl1"]


def test_a_window_on_x11_needs_more_libraries(asked_for, no_screen, monkeypatch):
    monkeypatch.setattr(screen, "_loads", lambda library: "xcb" not in library)
    screen.require_libraries()
    assert "libxcb-cursor0" in asked_for


def test_nothing_is_asked_for_where_all_is_there(asked_for, monkeypatch):
    monkeypatch.setattr(screen, "_loads", lambda _library: True)
    screen.require_libraries()
    assert asked_for == []

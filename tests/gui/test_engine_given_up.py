"""An engine that was given up: the status bar says so and starts it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.gui.context import GuiContext
from app.gui.engine_launch import EngineState
from app.gui.engine_process import EngineProcess
from app.gui.main_window import MainWindow
from tests.fake_engine import command

SENTENCE = "The engine ended again and again, and is off."


@pytest.fixture
def remedy(tmp_path: Path) -> Path:
    """A file without which the engine ends as it starts."""
    return tmp_path / "torch is there"


@pytest.fixture
def engine(qapp: object, tmp_path: Path, remedy: Path) -> Iterator[EngineProcess]:
    engine = EngineProcess(tmp_path, command=command("dies-at-start", str(remedy)))
    yield engine
    engine.shutdown()


@pytest.fixture
def window(gui: GuiContext, engine: EngineProcess, qtbot: QtBot) -> MainWindow:
    window = MainWindow(gui.data_folder, replace(gui, engine=engine))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    engine.start()
    return window


def restart_button(window: MainWindow) -> QPushButton:
    strip = window.workspace.status.strip
    return next(b for b in strip.findChildren(QPushButton) if b.text() == "Restart engine")


def says_so(window: MainWindow) -> bool:
    labels = window.workspace.status.strip.findChildren(QLabel)
    return any(label.text() == SENTENCE and label.isVisible() for label in labels)


def test_the_status_bar_says_so_and_restarts_it(
    window: MainWindow, engine: EngineProcess, qtbot: QtBot, remedy: Path
) -> None:
    button = restart_button(window)
    assert not button.isVisible()
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)
    assert says_so(window)
    assert button.isVisible()
    remedy.touch()
    with qtbot.waitSignal(engine.described):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert engine.is_ready
    assert not says_so(window)
    assert not button.isVisible()


def test_one_that_ends_again_is_given_up_again(
    window: MainWindow, engine: EngineProcess, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)
    ends: list[object] = []
    engine.ended.connect(ends.append)
    qtbot.mouseClick(restart_button(window), Qt.MouseButton.LeftButton)
    assert engine.state is EngineState.STARTING
    qtbot.waitUntil(lambda: engine.state is EngineState.FAILED)
    assert len(ends) == 3
    assert says_so(window)

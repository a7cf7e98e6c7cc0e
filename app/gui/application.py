"""Starts the window: first something to see, then whatever takes time."""

from __future__ import annotations

import faulthandler
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from app import screen
from app.environment import SetupError, say

if TYPE_CHECKING:
    from app.gui.main_window import MainWindow
    from app.gui.session import Session
    from app.gui.theme import Theme
    from app.preferences import Preferences

_LONGEST_WAIT_MS = 500
"""A window that is never painted, minimised for instance, is filled all the same."""
# Qt aborts the process where there is no screen, so even its import waits for `main` to look.


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed.

    Args:
        argv: `--data-dir FOLDER`; everything else is for Qt.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        screen.require_screen()
    except SetupError as error:
        say(str(error))
        return 1
    from app.paths import data_folder

    folder = data_folder(_option(arguments, "--data-dir"))
    _keep_log(folder / "logs")
    return _run(arguments, folder)


def _run(arguments: list[str], folder: Path) -> int:
    """Show the bare window first, and fill it once it has been painted."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication, QMessageBox

    from app.gui.icons import picture
    from app.gui.main_window import MainWindow
    from app.gui.theme import Theme, ThemeChoice
    from app.preferences import load_preferences
    from editing.errors import EditingError

    application = QApplication([sys.argv[0], *arguments])
    application.setApplicationName("Exemplar")
    application.setDesktopFileName("exemplar")
    application.setWindowIcon(QIcon(picture("exemplar", "", 256)))
    try:
        preferences = load_preferences(folder)
    except EditingError as error:
        QMessageBox.critical(None, "Exemplar", str(error))
        return 1
    theme = Theme(application)
    theme.apply(ThemeChoice(preferences.appearance), preferences.zoom_percent)
    window = MainWindow(folder)
    filling = _Filling(folder, window, theme, preferences)
    window.painted.connect(lambda: QTimer.singleShot(0, filling.fill))
    QTimer.singleShot(_LONGEST_WAIT_MS, filling.fill)
    window.show()
    code = application.exec()
    filling.close()
    return code


class _Filling:
    """Opens the data folder once, and closes it at the end."""

    def __init__(
        self, folder: Path, window: MainWindow, theme: Theme, preferences: Preferences
    ) -> None:
        self._what = (folder, window, theme, preferences)
        self._has_begun = False
        self._session: Session | None = None

    def fill(self) -> None:
        """Do what takes time, what only plots need last."""
        if self._has_begun:
            return
        self._has_begun = True
        from PySide6.QtCore import QTimer

        from app.gui.session import open_window

        self._session = open_window(*self._what)
        QTimer.singleShot(100, lambda: import_module("pyqtgraph"))

    def close(self) -> None:
        """End what was opened."""
        if self._session is not None:
            self._session.close()


def _option(arguments: list[str], name: str) -> str | None:
    """Take an option and its value out of the arguments."""
    if name not in arguments[:-1]:
        return None
    place = arguments.index(name)
    value = arguments[place + 1]
    del arguments[place : place + 2]
    return value


def _keep_log(folder: Path) -> None:
    """Write down faults, of Python and of what lies under it; a window has no terminal."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "window.log", maxBytes=1_000_000, backupCount=4, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    # Stays open as long as the process: faulthandler writes into it when Python no longer can.
    faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))

"""Starts the window: first something to see, then whatever takes time."""

from __future__ import annotations

import faulthandler
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app import screen
from app.environment import SetupError, say

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
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMessageBox

    from app.gui.errors import install_exception_hook
    from app.gui.main_window import MainWindow
    from app.gui.session import open_session
    from editing.errors import EditingError

    application = QApplication([sys.argv[0], *arguments])
    application.setApplicationName("Exemplar")
    application.setDesktopFileName("exemplar")
    try:
        session = open_session(application, folder)
    except EditingError as error:
        QMessageBox.critical(None, "Exemplar", str(error))
        return 1
    install_exception_hook(session.context.events)
    window = MainWindow(session.context)
    window.show()
    QTimer.singleShot(0, session.start)
    # Plots take half a second to import: once the window stands, and before they are asked for.
    QTimer.singleShot(400, lambda: import_module("pyqtgraph"))
    code = application.exec()
    session.close()
    return code


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

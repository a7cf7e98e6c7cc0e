"""Starts the window: first something to see, then whatever takes time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app import screen
from app.gui.streams import give_streams
from app.opening import is_file_of_examples
from app.venv import SetupError, say

if TYPE_CHECKING:
    from app.gui.context import GuiContext
    from app.gui.main_window import MainWindow
    from app.gui.single_instance import SingleInstance
    from app.gui.startup import Errand
    from app.preferences import Preferences

PAINTED = "painted"
"""The line that `--exit-after-first-paint` writes."""
# Qt aborts the process where there is no screen, so even its import waits for `main` to look.


@dataclass(frozen=True, slots=True)
class Launch:
    """What the command line asks of the window."""

    folder: Path
    """The data folder."""
    file: str | None
    """A file of examples to open."""
    errand: Errand | None
    only_paint: bool
    for_qt: tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed.

    Args:
        argv: `--data-dir FOLDER`; a file of examples, or `--open FILE`, to show it; `--self-check
            FOLDER`, to go through the guided example there and end; `--exit-after-first-paint`, to
            see how long a start takes. Everything else is for Qt.
    """
    give_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        screen.require_screen()
    except SetupError as error:
        say(str(error))
        return 1
    from editing.errors import EditingError

    checked = take_option(arguments, "--self-check")
    if checked is not None and not _may_check_in(Path(checked)):
        return 1
    try:
        launch = _launch(arguments, checked)
    except EditingError as error:
        say(str(error))
        return 1
    from app.gui.logs import keep_log

    keep_log(launch.folder / "logs")
    return _run(launch)


def _launch(arguments: list[str], checked: str | None) -> Launch:
    """Read the arguments; a check has a data folder of its own."""
    from app.paths import data_folder

    only_paint = "--exit-after-first-paint" in arguments
    if only_paint:
        arguments.remove("--exit-after-first-paint")
    file = take_option(arguments, "--open") or _take_file(arguments)
    own = None if checked is None else str(Path(checked, "data").absolute())
    folder = data_folder(own or take_option(arguments, "--data-dir"))
    whole = str(Path(file).absolute()) if file is not None else None
    return Launch(folder, whole, _errand(whole, checked), only_paint, tuple(arguments))


def _run(launch: Launch) -> int:
    """Show the window, unless the data folder has one already."""
    from PySide6.QtWidgets import QApplication, QMessageBox

    from app.gui.single_instance import SingleInstance
    from app.gui.translation import install_translation
    from app.preferences import load_preferences
    from editing.errors import EditingError

    application = QApplication([sys.argv[0], *launch.for_qt])
    application.setApplicationName("Exemplar")
    application.setDesktopFileName("exemplar")
    install_translation(application)
    instance = SingleInstance(launch.folder)
    if not instance.claim():
        return _hand_over(instance, launch)
    try:
        preferences = load_preferences(launch.folder)
    except EditingError as error:
        QMessageBox.critical(None, "Exemplar", str(error))
        return 1
    code = _show(launch, preferences, instance)
    instance.release()
    return code


def _show(launch: Launch, preferences: Preferences, instance: SingleInstance) -> int:
    """Show the bare window first, and fill it once it has been painted."""
    from PySide6.QtWidgets import QApplication

    from app.gui.applying import apply_look
    from app.gui.main_window import MainWindow
    from app.gui.startup import Filling
    from app.gui.theme import Theme

    application = QApplication.instance()
    theme = Theme(application)  # pyright: ignore[reportArgumentType]  # made by our caller
    apply_look(theme, preferences)
    window = MainWindow(launch.folder)
    filling = Filling(window, theme, preferences, instance, launch.errand)
    if launch.only_paint:
        window.painted.connect(_say_painted)
    else:
        filling.begin_after_paint()
    window.show()
    code = QApplication.exec()
    filling.close()
    return code


def _hand_over(instance: SingleInstance, launch: Launch) -> int:
    """Let the window that has the data folder come forward."""
    from PySide6.QtWidgets import QMessageBox

    if instance.hand_over([] if launch.file is None else [launch.file]):
        return 0
    QMessageBox.critical(
        None,
        "Exemplar",
        f"Another Exemplar works with {launch.folder} and does not answer. Close it, or start with "
        "--data-dir and another folder.",
    )
    return 1


def _say_painted() -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    sys.stdout.write(PAINTED + "\n")
    sys.stdout.flush()
    QTimer.singleShot(0, QApplication.quit)


def _errand(opened: str | None, checked: str | None) -> Errand | None:
    """What the command line asks of the window once it is filled."""
    if checked is not None:
        folder = Path(checked).absolute()

        def check(window: MainWindow, context: GuiContext) -> None:
            from app.gui.self_check import check_in

            check_in(window, context, folder)

        return check
    if opened is not None:
        return lambda _, context: context.events.open("examples", "file", opened)
    return None


def _may_check_in(folder: Path) -> bool:
    """Whether a folder is free for the check; say so where it is not."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        say(f"{folder} is not empty. Name a new folder for the check, then start it again.")
        return False
    return True


def take_option(arguments: list[str], name: str) -> str | None:
    """Take an option and its value out of the arguments."""
    if name not in arguments[:-1]:
        return None
    place = arguments.index(name)
    value = arguments[place + 1]
    del arguments[place : place + 2]
    return value


def _take_file(arguments: list[str]) -> str | None:
    """Take a file of examples out of the arguments."""
    found = next((each for each in arguments if is_file_of_examples(each)), None)
    if found is not None:
        arguments.remove(found)
    return found

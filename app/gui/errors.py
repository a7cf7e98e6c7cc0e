"""What the person reads when something goes wrong.

An EditingError is something they can mend: its sentence becomes a notice. Anything else is a fault
of the program: a dialog says that their work is saved and offers the report to copy.
"""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QTimer, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from app.gui.events import Events, Notice, Tone
from editing.errors import EditingError

translate = QCoreApplication.translate

_log = logging.getLogger(__name__)


@contextmanager
def told(events: Events) -> Generator[None]:
    """Show an EditingError raised inside as a notice instead of passing it on."""
    try:
        yield
    except EditingError as error:
        events.noticed.emit(mendable(error))


def mendable(error: EditingError) -> Notice:
    """Turn an error that the person can mend into a notice: its sentence, and where it arose."""
    return Notice(str(error), Tone.DANGER, details=report(error))


def install_exception_hook(events: Events) -> None:
    """Show whatever a slot raises; Qt would only print it and go on."""

    def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        elif isinstance(error, EditingError):
            events.noticed.emit(mendable(error))
        else:
            text = report(error)
            _log.error("%s", text)
            show_report(text)

    def _thread_hook(fault: threading.ExceptHookArgs) -> None:
        error = fault.exc_value
        if error is not None:
            QTimer.singleShot(0, events, lambda: _hook(type(error), error, error.__traceback__))

    sys.excepthook = _hook
    threading.excepthook = _thread_hook


def report(error: BaseException) -> str:
    """Write down a fault with what is needed to find it."""
    parts = ("Python", platform.python_version(), "Qt", str(qVersion()), platform.platform())
    where = " ".join(parts)
    return where + "\n" + "".join(traceback.format_exception(error))


def show_report(text: str) -> None:
    """Tell that the program has a fault, and offer the report."""
    box = QMessageBox()
    box.setWindowTitle("Exemplar")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(translate("errors", "Something in Exemplar went wrong."))
    box.setInformativeText(
        translate(
            "errors",
            "Your example sets and edits are saved. You can go on; if it happens again, "
            "start the program anew and send us the report.",
        )
    )
    box.setDetailedText(text)
    copy = box.addButton(translate("errors", "Copy report"), QMessageBox.ButtonRole.ActionRole)
    box.addButton(QMessageBox.StandardButton.Close)
    box.exec()
    if box.clickedButton() is copy:
        QGuiApplication.clipboard().setText(text)

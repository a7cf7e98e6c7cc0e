"""Hashing every file of the library again, away from the window's thread."""

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot
from typing_extensions import override

from editing.errors import EditingError
from editing.library.index import Library


class _Hashing(QThread):
    """Opens the library for itself: one connection serves one thread."""

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self.damages: dict[str, str] = {}
        self.failure = ""

    @override
    def run(self) -> None:
        try:
            with Library(self._folder) as library:
                for damage in library.verify():
                    self.damages[damage.path.parent.name] = str(damage)
        except EditingError as error:
            self.failure = str(error)


class Verification(QObject):
    """Verifies when told to, one time after the other."""

    ended = Signal(dict, str)
    """What is wrong by edit id, and why it could not be found out (empty where it could)."""

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._thread: _Hashing | None = None

    @property
    def is_running(self) -> bool:
        """Whether files are being hashed."""
        return self._thread is not None

    def start(self) -> None:
        """Begin, unless it goes on already."""
        if self._thread is None:
            self._thread = _Hashing(self._folder, self)
            self._thread.finished.connect(self._on_finished)
            self._thread.start()

    def wait(self) -> None:
        """Wait until nothing runs any more, as the window has to before it goes."""
        if self._thread is not None:
            self._thread.wait()

    @Slot()
    def _on_finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self.ended.emit(thread.damages, thread.failure)
            thread.deleteLater()

"""Work on files away from the window's thread: how far it is, how to stop it, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer, Signal, Slot
from typing_extensions import override

from editing.errors import EditingError
from editing.progress import Cancelled, Progress, Report

POLL_MS = 100
Work = Callable[[Report], Any]
"""Called in another thread: it opens what it needs for itself, and shows nothing."""


class _Worker(QThread):
    """Does one piece of work; the window looks at it from time to time."""

    def __init__(self, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._is_cancelled = False
        self.progress: Progress | None = None
        self.answer: Any = None
        self.failure = ""
        self.was_cancelled = False

    def cancel(self) -> None:
        self._is_cancelled = True

    @override
    def run(self) -> None:
        try:
            self.answer = self._work(self._report)
        except Cancelled:
            self.was_cancelled = True
        except EditingError as error:
            self.failure = str(error)
        except OSError as error:
            file = error.filename or self.tr("A file")
            self.failure = self.tr("{} cannot be used ({}).").format(file, error.strerror)

    def _report(self, progress: Progress) -> None:
        self.progress = progress
        if self._is_cancelled:
            raise Cancelled


class Background(QObject):
    """One piece of work at a time; the answer comes in the window's thread."""

    progressed = Signal(object)
    """A Progress, at most ten times a second."""
    ended = Signal()
    """The work is over, whatever came of it; after the callbacks."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worker: _Worker | None = None
        self._on_answer: Callable[[Any], None] | None = None
        self._on_failure: Callable[[str], None] | None = None
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.wait)  # Qt aborts where a thread outlives it
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._on_timer)

    @property
    def is_running(self) -> bool:
        """Whether something is being done."""
        return self._worker is not None

    def start(
        self,
        work: Work,
        on_answer: Callable[[Any], None],
        on_failure: Callable[[str], None],
    ) -> bool:
        """Begin, unless something is being done already.

        Args:
            work: What to do.
            on_answer: Called with what it returns, unless it was cancelled.
            on_failure: Called with a sentence where it failed.
        """
        if self._worker is not None:
            return False
        self._on_answer, self._on_failure = on_answer, on_failure
        self._worker = _Worker(work, self)
        self._worker.finished.connect(self._on_finished)
        self._worker.start()
        self._timer.start()
        return True

    def cancel(self) -> None:
        """Stop at the next pause of the work."""
        if self._worker is not None:
            self._worker.cancel()

    @Slot()
    def wait(self) -> None:
        """Cancel and wait until nothing runs any more, as a window has to before it goes."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker.wait()

    @Slot()
    def _on_timer(self) -> None:
        if self._worker is not None and self._worker.progress is not None:
            self.progressed.emit(self._worker.progress)

    @Slot()
    def _on_finished(self) -> None:
        worker, self._worker = self._worker, None
        self._timer.stop()
        if worker is None:
            return
        if worker.failure and self._on_failure is not None:
            self._on_failure(worker.failure)
        elif not worker.was_cancelled and self._on_answer is not None:
            self._on_answer(worker.answer)
        worker.deleteLater()
        self.ended.emit()

"""What happens between the first paint and a window that is ready for everything."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.gui.window_state import StateFile

if TYPE_CHECKING:
    from app.gui.context import GuiContext
    from app.gui.main_window import MainWindow
    from app.gui.session import Session
    from app.gui.single_instance import SingleInstance
    from app.gui.theme import Theme
    from app.gui.window_memory import WindowMemory
    from app.preferences import Preferences

    Errand = Callable[[MainWindow, GuiContext], None]

LONGEST_WAIT_MS = 500
"""A window that is never painted, minimised for instance, is filled all the same."""
SETTLED_MS = 10_000
"""A start that lives so long has gone well."""
IDLE_MS, WATCH_MS = 60, 10
"""How long each step leaves to others, and how often to look whether the first may be done."""
AHEAD = ("app.gui.session", "app.gui.workspace", "app.gui.pages.home.page")
"""What filling the window needs; imported beside it, so that it can be moved meanwhile."""
LATER = (
    "pyqtgraph",
    *(
        f"app.gui.pages.{name}.page"
        for name in ("examples", "runs", "senses", "compare", "library", "models")
    ),
    "app.gui.settings.dialog",
)
"""What pages need that are not shown yet."""


class Filling(QObject):
    """Opens the data folder once, and closes it at the end."""

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        preferences: Preferences,
        instance: SingleInstance,
        errand: Errand | None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._preferences = preferences
        self._instance = instance
        self._errand = errand
        self._file = StateFile(window.data_folder)
        self._memory: WindowMemory | None = None
        self._has_begun = False
        self._session: Session | None = None
        self._idle = IdleWork(self)

    @property
    def session(self) -> Session | None:
        """What was opened; None until then, or where that failed."""
        return self._session

    @property
    def is_settled(self) -> bool:
        """Whether the window is filled and every page built."""
        return self._session is not None and not self._idle.is_busy

    def begin_after_paint(self) -> None:
        """Fill the window as soon as the person sees it."""
        self._window.painted.connect(lambda: QTimer.singleShot(0, self, self._import_ahead))
        QTimer.singleShot(LONGEST_WAIT_MS, self, self._import_ahead)

    @Slot()
    def _import_ahead(self) -> None:
        if not self._has_begun and not self._idle.is_busy:
            imported = _import_beside(AHEAD)
            self._idle.begin([self.fill], lambda: not imported.is_alive())

    @Slot()
    def fill(self) -> None:
        """Open the data folder, put back what was open, and leave the rest to idle moments."""
        if self._has_begun:
            return
        self._has_begun = True
        from app.gui.icons import window_sign
        from app.gui.session import open_window

        may_restore = self._file.begin()
        QApplication.setWindowIcon(window_sign())
        self._session = open_window(
            self._window.data_folder, self._window, self._theme, self._preferences
        )
        if self._session is None:
            return
        self._remember(self._session.context, may_restore)
        self._instance.called.connect(self._on_called)
        self._instance.listen()
        self._prepare()
        QTimer.singleShot(SETTLED_MS, self, self._file.settle)

    def close(self) -> None:
        """End what was opened."""
        if self._memory is not None:
            self._memory.save()
        self._file.settle()
        if self._session is not None:
            self._session.close()

    def _remember(self, context: GuiContext, may_restore: bool) -> None:
        from app.gui.window_memory import WindowMemory

        self._memory = WindowMemory(self._file, self._window.workspace, context)
        wanted = context.preferences.current.restore_session
        if wanted and may_restore:
            self._memory.restore()
        self._memory.start()
        if self._errand is not None:
            self._errand(self._window, context)

    def _prepare(self) -> None:
        """Import what plots need beside the window, then build its pages while nobody types."""
        imported = _import_beside(LATER)
        space = self._window.workspace
        steps = [step for name in space.names for step in space.steps_to_build(name)]
        self._idle.begin(steps, lambda: not imported.is_alive())

    @Slot(object)
    def _on_called(self, arguments: list[str]) -> None:
        """Come forward for a later start, and open the file it was given."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if arguments and self._session is not None:
            self._session.context.events.open("examples", "file", arguments[0])


class IdleWork(QObject):
    """Does one step at a time, in moments in which nothing waits for the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], object]] = deque()
        self._may_begin: Callable[[], bool] = lambda: True
        self._timer = QTimer(self, interval=WATCH_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_busy(self) -> bool:
        """Whether anything is left to do."""
        return bool(self._steps)

    def begin(self, steps: Sequence[Callable[[], object]], may_begin: Callable[[], bool]) -> None:
        """Do the steps, the first as soon as `may_begin` says so."""
        self._steps.extend(steps)
        self._may_begin = may_begin
        self._timer.start(WATCH_MS)

    @Slot()
    def _on_timeout(self) -> None:
        if not self._steps:
            self._timer.stop()
        elif self._may_begin():
            self._timer.setInterval(IDLE_MS)
            self._steps.popleft()()


def _import_beside(names: Sequence[str]) -> threading.Thread:
    """Import modules in a thread; whoever needs one that fails says what is wrong with it."""
    thread = threading.Thread(target=_import_quietly, args=(names,), daemon=True)
    thread.start()
    return thread


def _import_quietly(names: Sequence[str]) -> None:
    for name in names:
        try:
            import_module(name)
        except ImportError:
            return

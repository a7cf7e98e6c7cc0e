"""What tests of the window stand on, and the check that none leaves a window behind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.gui.context import GuiContext
from app.gui.main_window import MainWindow
from app.gui.pages.library.page import LibraryPage
from app.gui.theme import ThemeChoice
from app.gui.workspace import Workspace
from tests.gui import library_kit, page_kit


@pytest.fixture
def gui(qapp: QApplication, tmp_path: Path) -> Iterator[GuiContext]:
    """A context over an empty library, with an engine and jobs that the test plays."""
    folder = tmp_path / "data"
    folder.mkdir()
    context = page_kit.context_in(folder)
    context.theme.apply(ThemeChoice.LIGHT)
    yield context
    context.library.close()


@pytest.fixture
def window(gui: GuiContext, qtbot) -> MainWindow:
    """The whole window over that context, in front and with the keyboard."""
    made = MainWindow(gui.data_folder, gui)
    # A window asks before it closes over a running job; at the end of a test nobody answers.
    qtbot.addWidget(made, before_close_func=lambda _: gui.jobs._jobs.clear())
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def space(window: MainWindow) -> Workspace:
    """What fills the window."""
    return window.workspace


@pytest.fixture
def open_library(qtbot, gui: GuiContext) -> Iterator[Callable[[], LibraryPage]]:
    """What opens the library's page over that context, once it has edits."""
    with ExitStack() as pages:
        yield lambda: pages.enter_context(library_kit.open_page(qtbot, gui))


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test whose windows outlive it."""
    before = set(qapp.topLevelWidgets())
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget for widget in set(qapp.topLevelWidgets()) - before if widget.isVisible()]
    for widget in left:
        widget.close()
    assert not left

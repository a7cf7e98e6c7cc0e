"""What tests of the window stand on, and the check that none leaves a window behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.gui.context import GuiContext
from app.gui.theme import ThemeChoice
from tests.gui import page_kit


@pytest.fixture
def gui(qapp: QApplication, tmp_path: Path) -> Iterator[GuiContext]:
    """A context over an empty library, with an engine and jobs that the test plays."""
    folder = tmp_path / "data"
    folder.mkdir()
    context = page_kit.context_in(folder)
    context.theme.apply(ThemeChoice.LIGHT)
    yield context
    context.library.close()


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

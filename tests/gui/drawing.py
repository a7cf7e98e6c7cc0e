"""What pictures stand on: a window over a library of its own, drawn light and dark."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.gui.context import GuiContext
from app.gui.main_window import MainWindow
from app.gui.theme import ThemeChoice
from tests.gui import page_kit as kit

SIZE = (1280, 800)
LOOKS = (ThemeChoice.LIGHT, ThemeChoice.DARK)
REPAINT_MS = 200


@contextmanager
def window_over(
    fill: Callable[[GuiContext], object] | None = None,
) -> Iterator[tuple[MainWindow, GuiContext]]:
    """Show a window over a library that is filled first; both go afterwards."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as data:
        context = kit.context_in(Path(data))
        context.theme.apply(ThemeChoice.LIGHT)
        if fill is not None:
            fill(context)
        window = MainWindow(Path(data), context)
        window.resize(*SIZE)
        window.show()
        yield window, context
        window.close()
        window.deleteLater()
        application.processEvents()
        context.library.close()


def shoot(widget: QWidget, context: GuiContext, path: Path) -> None:
    """Draw a widget as it looks light and dark; the look is added to the path's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        context.theme.apply(look, context.theme.zoom)
        QTest.qWait(REPAINT_MS)
        widget.grab().save(f"{path}-{look.value}.png")

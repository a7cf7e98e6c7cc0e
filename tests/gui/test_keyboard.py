"""The whole first run with keys alone: launch, guided example, run, comparison, library."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.gui.guide import Step
from app.gui.leaving import Leaving
from app.gui.main_window import MainWindow
from app.gui.session import open_window
from app.gui.theme import Theme, ThemeChoice
from app.gui.widgets.command_palette import CommandPalette
from app.jobs.events import AdoptedEvent
from app.operations.guided import SET_NAME
from app.preferences import Preferences
from tests.gui import page_kit as kit

MOST_TABS = 120
STEPS = ("Try the guided example", "Run edit", "Compare with original", "Save to library", "Finish")
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key wherever the keyboard is."""
    windows = (each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    QTest.keyClick(QApplication.focusWidget() or next(windows), key, modifier)


def tab_to(text: str) -> QWidget:
    """Press Tab until a button with these words has the focus; Ctrl+Tab leads out of a table."""
    for _ in range(MOST_TABS):
        stop = QApplication.focusWidget()
        if isinstance(stop, QPushButton) and text.lower() in stop.text().lower():
            return stop
        press(Qt.Key.Key_Tab)
        if QApplication.focusWidget() is stop:
            press(Qt.Key.Key_Tab, CONTROL)
    raise AssertionError(f"Tab does not lead to “{text}”.")


def go_through(until: Callable[[], bool], wait: Callable[[str], None]) -> None:
    """Do every step of the guided example."""
    for text in STEPS:
        wait(text)
        tab_to(text)
        press(Qt.Key.Key_Space)
        QTest.qWait(50)
        if until():
            return


def test_the_first_run_needs_keys_only(window, gui, qtbot):
    space = window.workspace

    def engine_goes_on(text):
        if text == "Compare with original":
            kit.put_edit(gui, edit_id="e1")
            gui.jobs.happen("job-1", *kit.done_events("/edits/e1"), AdoptedEvent("e1"))

    go_through(lambda: space.guide.step is Step.RUNNING, engine_goes_on)
    assert [call[0] for call in gui.jobs.calls] == ["add"]
    assert gui.jobs.calls[0][1].save == SET_NAME
    assert space.page_name == "runs"
    for text in STEPS[2:]:
        engine_goes_on(text)
        tab_to(text)
        press(Qt.Key.Key_Space)
        QTest.qWait(50)
    assert space.page_name == "library"
    assert space.guide.step is Step.AWAY


def test_the_palette_starts_it_too(window, gui, qtbot):
    press(Qt.Key.Key_K, CONTROL)
    palette = window.findChild(CommandPalette)
    qtbot.waitUntil(palette.isActiveWindow)
    QTest.keyClicks(QApplication.focusWidget(), "guided ex")
    press(Qt.Key.Key_Return)
    assert window.workspace.guide.step is Step.EXAMPLES
    window.activateWindow()  # a window manager would do so
    qtbot.waitUntil(window.isActiveWindow)
    press(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: bool(gui.jobs.calls))


def test_every_menu_opens_with_keys(window, qtbot):
    """Alt and a letter, on every menu, and no letter twice."""
    titles = [each.text() for each in window.menuBar().actions() if each.isVisible()]
    letters = [title[title.index("&") + 1].lower() for title in titles if "&" in title]
    assert len(letters) == len(titles)
    assert len(set(letters)) == len(letters)


@pytest.mark.slow
def test_the_first_run_needs_keys_only_with_the_real_engine(
    qtbot, qapp: QApplication, tmp_path, monkeypatch
):
    monkeypatch.setattr(Leaving, "may_close", lambda _: True)
    data = tmp_path / "data"
    data.mkdir()
    theme = Theme(qapp)
    theme.apply(ThemeChoice.LIGHT)
    window = MainWindow(data)
    window.resize(1280, 800)
    window.show()
    session = open_window(data, window, theme, Preferences())
    assert session is not None

    def until_there(text):
        def is_there():
            shown = (b for b in window.findChildren(QPushButton) if b.isVisible() and b.isEnabled())
            return any(text.lower() in b.text().lower() for b in shown)

        qtbot.waitUntil(is_there, timeout=900_000)

    try:
        qtbot.waitUntil(window.isActiveWindow)
        go_through(lambda: False, until_there)
        assert [edit.name for edit in session.context.library.edits()] == [SET_NAME]
    finally:
        window.close()
        session.close()

"""The home page: where everything begins."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.gui.pages.home_page import HomePage
from app.gui.widgets.recent_row import RecentRow
from editing.examples import Example, ExampleSet
from tests.gui import page_kit as kit


@pytest.fixture
def home(gui, qtbot):
    page = HomePage(gui)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


def button(page, text):
    return next(b for b in page.findChildren(QPushButton) if b.text() == text)


def press(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def rows(page):
    return [row for row in page.findChildren(RecentRow) if row.isVisible()]


def save(gui, *names):
    for name in names:
        gui.sets.save(ExampleSet(name, (Example("a", " b"),)))
    gui.events.sets_changed.emit()
    QApplication.processEvents()


def test_the_guided_example_is_one_click_away(home, gui, qtbot):
    with qtbot.waitSignal(gui.events.guide_requested):
        press(qtbot, button(home, "Try the guided example"))


@pytest.mark.parametrize(
    ("text", "kind"), [("New example set", "new-set"), ("Import a file…", "import")]
)
def test_other_beginnings_go_to_the_examples_page(home, gui, qtbot, text, kind):
    seen = kit.openings(gui)
    press(qtbot, button(home, text))
    assert seen == ["examples", (kind, "")]


def test_nothing_recent_is_said_rather_than_left_blank(home):
    assert rows(home) == []


def test_the_three_sets_changed_last_are_listed_and_open_with_a_click(home, gui, qtbot):
    save(gui, "One", "Two", "Three", "Four")
    assert len(rows(home)) == 3
    seen = kit.openings(gui)
    row = rows(home)[0]
    press(qtbot, row)
    assert seen == ["examples", ("set", row.text())]


def test_a_recent_set_says_how_large_it_is(home, gui):
    save(gui, "One")
    assert rows(home)[0].accessibleName() == "One, 1 example"


def test_a_recent_edit_says_what_it_did(home, gui, monkeypatch):
    monkeypatch.setattr(gui.library, "edits", lambda: [kit.edit_row()])
    gui.events.library_changed.emit()
    QApplication.processEvents()
    assert rows(home)[0].accessibleName() == "Capitals, success 31 % → 78 %, degradation +6e-05"


def test_a_built_in_task_opens_as_a_copy_each_time(home, gui, qtbot):
    seen = kit.openings(gui)
    for _ in range(2):
        press(qtbot, button(home, "country-capital"))
    assert gui.sets.names() == ["country-capital", "country-capital 2"]
    assert seen[-1] == ("set", "country-capital 2")

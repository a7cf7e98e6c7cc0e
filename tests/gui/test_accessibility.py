"""Everything on pages, empty and filled, says what it is, is reached with Tab, and can be read."""

import pytest
from PySide6.QtWidgets import QWidget

from app.gui.main_window import PAGES
from app.gui.theme import ThemeChoice
from tests.gui import page_kit as kit
from tests.gui.drawn_contrast import faint_texts
from tests.gui.keys import describe, nameless, out_of_reach
from tests.gui.pictures import fill

NAMES = [entry.name for entry in PAGES]


@pytest.fixture(params=["empty", "filled"])
def page(request, window, gui):
    """Show a page by its name, with nothing or with a person's work on it."""
    if request.param == "filled":
        fill(gui)
        gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
        gui.jobs.put(kit.job("job-2", "Nurses", *kit.done_events()))
        gui.jobs.put(kit.job("job-3", "Failed", *kit.failed_events()))

    def show(name):
        window.workspace.show_page(name)
        return window

    return show


@pytest.mark.parametrize("name", NAMES)
def test_everything_on_a_page_says_what_it_is(page, name):
    assert [describe(each) for each in nameless(page(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_everything_on_a_page(page, name):
    assert [describe(each) for each in out_of_reach(page(name))] == []


def test_the_drawer_says_what_it_is_and_is_reached(page):
    window = page("home")
    window.workspace.menus.activity_action.trigger()
    assert [describe(each) for each in nameless(window)] == []
    assert [describe(each) for each in out_of_reach(window)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_of_a_page_can_be_read(name, window, gui):
    fill(gui)
    window.workspace.show_page(name)
    for look in (ThemeChoice.LIGHT, ThemeChoice.DARK):
        gui.theme.apply(look)
        assert faint_texts(window) == []
    gui.theme.apply(ThemeChoice.LIGHT)


def test_the_walk_finds_what_has_no_name_and_what_is_skipped(qtbot):
    """The two checks above can fail."""
    from PySide6.QtWidgets import QLineEdit, QVBoxLayout

    box, first, second = QWidget(), QLineEdit(), QLineEdit()
    layout = QVBoxLayout(box)
    layout.addWidget(first)
    layout.addWidget(second)
    qtbot.addWidget(box)
    box.show()
    qtbot.waitUntil(box.isActiveWindow)
    assert set(nameless(box)) == {first, second}
    assert out_of_reach(box) == []
    second.setFocusPolicy(second.focusPolicy().ClickFocus)
    assert set(nameless(box)) == {first}


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST])
def test_names_do_not_depend_on_the_look(window, gui, choice):
    gui.theme.apply(choice)
    assert nameless(window) == []
    gui.theme.apply(ThemeChoice.LIGHT)

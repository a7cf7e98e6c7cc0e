"""Everything says what it is and can be reached with Tab: pages, empty and filled, and dialogs."""

import pytest
from PySide6.QtWidgets import QDialog, QWidget

from app.gui.events import Notice, Tone
from app.gui.main_window import PAGES, MainWindow
from app.gui.theme import ThemeChoice
from tests.gui import page_kit as kit
from tests.gui.keys import name_of, nameless, out_of_reach
from tests.gui.pictures import fill

NAMES = [entry.name for entry in PAGES]


@pytest.fixture
def window(gui, qtbot):
    made = MainWindow(gui.data_folder, gui)
    qtbot.addWidget(made, before_close_func=lambda _: gui.jobs._jobs.clear())
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(made.isActiveWindow)
    return made


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


DIALOGS = ["settings", "shortcuts", "palette", "help", "activity", "details"]


@pytest.fixture(params=DIALOGS)
def dialog(request, window, gui):
    """Open each of the window's own dialogs."""
    space = window.workspace
    if request.param == "details":
        gui.events.noticed.emit(Notice("It failed.", Tone.DANGER, details="Traceback"))
        space.toasts.shown[-1].show_details()
    else:
        {
            "settings": space.menus.settings_action.trigger,
            "shortcuts": space.menus.help_action.trigger,
            "palette": space.menus.find_action.trigger,
            "help": lambda: space.help.open("welcome"),
            "activity": space.menus.activity_action.trigger,
        }[request.param]()
    found = window if request.param == "activity" else window.findChildren(QDialog)[-1]
    yield found
    for each in window.findChildren(QDialog):
        each.close()


def _thresholds(window):
    window.workspace.show_page("examples")
    window.workspace.page.sets.choose("House style")
    window.workspace.page.editor.actions_of_set.thresholds.trigger()


def _library_act(name):
    def do(window):
        page = window.workspace
        page.show_page("library")
        page.page.show_edit("Nurses")
        acts = {"stack": page.page.can.stack, "disk": page.page.can.disk}
        (acts.get(name) or page.page.details.export).trigger()

    return do


OF_PAGES = {
    "thresholds": _thresholds,
    "stack": _library_act("stack"),
    "disk": _library_act("disk"),
    "export": _library_act("export"),
}


@pytest.mark.parametrize("name", OF_PAGES)
def test_what_pages_open_says_what_it_is_and_is_reached(name, window, gui, qtbot):
    fill(gui)
    OF_PAGES[name](window)
    opened = window.findChildren(QDialog)[-1]
    qtbot.waitUntil(opened.isActiveWindow)
    assert [describe(each) for each in nameless(opened)] == []
    assert [describe(each) for each in out_of_reach(opened)] == []
    assert opened.windowTitle()
    opened.reject()


def test_everything_in_a_dialog_says_what_it_is(dialog, qtbot):
    qtbot.waitUntil(dialog.isActiveWindow)
    assert [describe(each) for each in nameless(dialog)] == []


def test_tab_reaches_everything_in_a_dialog(dialog, qtbot):
    qtbot.waitUntil(dialog.isActiveWindow)
    assert [describe(each) for each in out_of_reach(dialog)] == []


def test_dialogs_say_their_titles(dialog):
    assert dialog.windowTitle()


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


def describe(widget: QWidget) -> str:
    """Name a widget so that it can be found."""
    parents = []
    owner = widget
    while owner is not None and len(parents) < 4:
        parents.append(type(owner).__name__)
        owner = owner.parentWidget()
    return f"{name_of(widget)!r} {' < '.join(parents)} {widget.toolTip()[:40]}"

"""What opens over the window says what it is, is reached with Tab, and can be read."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog, QLabel, QPushButton, QWidget

from app.gui.events import Notice, Tone
from app.gui.pages.examples.bulk import BulkDialog
from app.gui.theme import ThemeChoice
from tests.gui import pictures_of_examples as examples
from tests.gui.drawn_contrast import contrast_in, faint_texts
from tests.gui.keys import describe, nameless, out_of_reach
from tests.gui.library_kit import choose
from tests.gui.pictures import fill


def _details(window):
    window._context.events.noticed.emit(Notice("It failed.", Tone.DANGER, details="Traceback"))
    window.workspace.toasts.shown[-1].show_details()


def _library(do):
    def opened(window):
        window.workspace.show_page("library")
        window.page.show_edit("Nurses")
        do(window.page)

    return opened


def _delete_several(page):
    choose(page, "Nurses", "Capitals by LoRA")
    page.can.delete.trigger()


def _export_several(page):
    choose(page, "Nurses", "Capitals")
    page.bulk.export.trigger()


def _empty_trash(page):
    page.can.trash.setChecked(True)
    page.can.empty_trash.trigger()


def _set_thresholds(window):
    window.workspace.show_page("examples")
    window.page.sets.choose("House style")
    window.page.editor.actions_of_set.thresholds.trigger()


OPENED = {
    "settings": lambda window: window.workspace.menus.settings_action.trigger(),
    "shortcuts": lambda window: window.workspace.menus.help_action.trigger(),
    "palette": lambda window: window.workspace.menus.find_action.trigger(),
    "help": lambda window: window.workspace.help.open("welcome"),
    "details": _details,
    "import": examples.importing,
    "tags": examples.tags,
    "threshold of rows": examples.thresholds,
    "thresholds of a set": _set_thresholds,
    "problems before a run": examples.problems,
    "stack": _library(lambda page: page.can.stack.trigger()),
    "disk": _library(lambda page: page.can.disk.trigger()),
    "export": _library(lambda page: page.details.export.trigger()),
    "export several": _library(_export_several),
    "delete what others stand on": _library(lambda page: page.can.delete.trigger()),
    "delete several": _library(_delete_several),
    "empty the trash": _library(_empty_trash),
}
"""What opens each, by a name for it."""


@pytest.fixture(params=OPENED)
def opened(request, window, gui, qtbot):
    """Open each over a window with a person's work in it."""
    fill(gui)
    before = set(window.findChildren(QDialog))
    OPENED[request.param](window)
    shown = [each for each in window.findChildren(QDialog) if each not in before]
    dialog = next(each for each in shown if each.isVisible())
    qtbot.waitUntil(dialog.isActiveWindow)
    yield dialog
    for each in window.findChildren(QDialog):
        each.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_what_opens_says_what_it_is_is_reached_and_can_be_read(opened, gui):
    assert opened.windowTitle()
    assert [describe(each) for each in nameless(opened)] == []
    assert [describe(each) for each in out_of_reach(opened)] == []
    for look in (ThemeChoice.LIGHT, ThemeChoice.DARK):
        gui.theme.apply(look)
        assert faint_texts(opened) == []
    gui.theme.apply(ThemeChoice.LIGHT)


def test_several_chosen_edits_can_be_worked_with_keys(window, gui):
    fill(gui)
    window.workspace.show_page("library")
    choose(window.page, "Nurses", "Capitals")
    assert window.page.bulk.isVisible()
    assert [describe(each) for each in nameless(window)] == []
    assert [describe(each) for each in out_of_reach(window)] == []


def test_a_name_that_is_asked_for_is_said(window, gui, monkeypatch):
    """Qt's own question for a text takes its words from its label."""
    fill(gui)
    asked = []
    window.workspace.show_page("library")
    monkeypatch.setattr(
        QInputDialog, "getText", lambda *given, **_: asked.append(given) or ("", False)
    )
    window.page.list.bar.save.trigger()
    assert asked[0][1:3] == ("Save view", "Name of the view:")


def test_the_measure_of_contrast_finds_what_is_faint(qtbot):
    box = QWidget()
    qtbot.addWidget(box)
    box.setStyleSheet("background: #ffffff;")
    good, faint, off = (
        QLabel("Black words", box),
        QLabel("Faint words", box),
        QPushButton("Off", box),
    )
    good.setStyleSheet("color: #000000;")
    faint.setStyleSheet("color: #bbbbbb;")
    off.setEnabled(False)
    for place, each in enumerate((good, faint, off)):
        each.move(5, 30 * place)
    box.resize(200, 120)
    box.show()
    qtbot.waitExposed(box)
    assert [each.split(" ", 1)[1] for each in faint_texts(box)] == ["QLabel 'Faint words'"]
    drawn = good.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert contrast_in(drawn) > 15


def test_the_dialogs_of_rows_are_the_ones_that_are_meant(window, gui):
    fill(gui)
    examples.tags(window)
    assert window.findChildren(BulkDialog)[-1].windowTitle() == "Tags"
    window.findChildren(BulkDialog)[-1].close()

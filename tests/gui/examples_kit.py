"""What tests of the examples page stand on: rows, a page over them, and a person's hands."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from app.gui.pages.examples.page import ExamplesPage
from app.gui.tables.example_columns import Column
from editing.examples import Example, ExampleSet, Kind, Role
from tests.gui import page_kit as kit

ITALY = Example("The capital of Italy is", " Rome", kind=Kind.INCREASE)
CHINA = Example("The capital of China is", " Beijing", kind=Kind.INCREASE)
CHAD = Example("The capital of Chad is", " N'Djamena", kind=Kind.INCREASE)
NEVER = Example("Our line is open", " never", kind=Kind.DECREASE)
NURSE = Example("The nurse said that", " she", " he", Kind.BALANCE)
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def open_page(gui, qtbot, *sets):
    """Show the page over sets of the library."""
    for each in sets:
        gui.sets.save(each)
    return kit.in_front(qtbot, ExamplesPage(gui))


def capitals(*rows, **lists):
    """A set of these canonical rows."""
    return ExampleSet("Capitals", rows or (ITALY, CHINA), **lists)


def stored(gui, name="Capitals", role=Role.CANONICAL):
    """The rows in the library."""
    return gui.sets.load(name).rows(role)


def suffixes(gui):
    """The continuations in the library."""
    return [row.suffix for row in stored(gui)]


def press(qtbot, widget):
    """Click."""
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def click_cell(qtbot, page, row, column, modifier=Qt.KeyboardModifier.NoModifier):
    """Click a cell, with Shift to select up to it."""
    view = page.editor.view
    place = view.visualRect(page.editor.table.index(row, column)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, pos=place)


def key(qtbot, page, which, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key in the table."""
    qtbot.keyClick(page.editor.view, which, modifier)


def choose_rows(page, *rows):
    """Select whole rows, with the keyboard in the table."""
    view = page.editor.view
    view.setFocus()
    view.choose([page.editor.table.example_at(row).id for row in rows])


def field(page):
    """The line that is being typed into."""
    return page.editor.view.viewport().findChild(QLineEdit)


def begin(qtbot, page, row, column):
    """Go to a cell and start typing there."""
    view = page.editor.view
    view.setCurrentIndex(page.editor.table.index(row, column))
    key(qtbot, page, Qt.Key.Key_Return)
    return field(page)


def clip(text=None):
    """Put a text on the clipboard, or read it."""
    if text is None:
        return QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().setText(text)
    return text


def say(page, gui, **log_probs):
    """Let the engine say how probable the continuations of rows are, by their first word."""
    asked = gui.engine.last("probabilities")
    for row in asked.arguments["rows"]:
        word = row["suffix"].split()[0]
        if word in log_probs:
            asked.part([{"id": row["id"], "log_prob": log_probs[word], "tokens": []}])


PREFIX, WANTED, OTHER = Column.PREFIX, Column.WANTED, Column.OTHER

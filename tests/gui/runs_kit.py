"""What tests of the runs page stand on: the page over jobs that the test makes."""

from PySide6.QtCore import Qt

from app.gui.pages.runs.page import RunsPage
from editing.examples import Example, ExampleSet, Kind
from tests.gui import page_kit as kit


def opener(qtbot, folder):
    """Give what opens the page, over a library in a folder."""

    def opened(*jobs):
        context = kit.context_in(folder, jobs)
        context.sets.save(capitals())
        page = kit.in_front(qtbot, RunsPage(context))
        return page, context

    return opened


def capitals():
    """A set of one row."""
    row = Example("The capital of Chad is", " N'Djamena")
    return ExampleSet("Capitals", (row,), kind=Kind.INCREASE)


def press(qtbot, button):
    """Click a button."""
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

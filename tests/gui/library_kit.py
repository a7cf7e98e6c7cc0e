"""What tests of the library page stand on: the page over a real library, and hands for it."""

from contextlib import contextmanager

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from app.gui.pages.library.page import LibraryPage
from app.gui.tables.library_table import NAME
from editing.examples import Example, Kind
from tests.gui import page_kit as kit

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
ROWS = (
    Example("The capital of Chad is", " N'Djamena", kind=Kind.INCREASE, threshold=1.6),
    Example("The capital of Peru is", " Lima", kind=Kind.INCREASE, threshold=1.6),
)


@contextmanager
def open_page(qtbot, context):
    """Show the page, with nothing in between it and the keyboard."""
    page = kit.in_front(qtbot, LibraryPage(context), 1200, 700)
    yield page
    page.background.wait()


def put(context, name, place=0, said=None, **changes):
    """Put an edit into the library, the later the higher its place."""
    day = 10 + place
    said = {"created": f"2026-11-{day}T10:00:00+00:00", **(said or {})}
    return kit.put_edit(context, name, edit_id=f"202611{day}-100000-aaaaaa", said=said, **changes)


def family(context):
    """Put an edit, one that was learnt on it, and another into the library."""
    put(context, "Nurses")
    on = {"model": "starter", "examples": "Capitals", "on": ["Nurses@0.9"]}
    put(context, "Nurses, further", 1, said={"request": on})
    put(context, "Capitals", 2)


def names_in(page):
    """Read the list's names from the top down."""
    table = page.list.table
    return [table.index(row, NAME).data() for row in range(table.rowCount())]


def choose(page, *names):
    """Choose edits by their names, as clicks with Ctrl do."""
    flags = QItemSelectionModel.SelectionFlag
    selection = page.list.view.selectionModel()
    for place, name in enumerate(names):
        index = page.list.table.index(names_in(page).index(name), NAME)
        how = flags.Select if place else flags.ClearAndSelect
        selection.setCurrentIndex(index, how | flags.Rows)


def chosen_in(page):
    """Name the chosen edits."""
    return [names_in(page)[page.list.table.row_of(each)] for each in page.list.chosen]


def notices(context):
    """Take down what the window tells from now on."""
    heard = []
    context.events.noticed.connect(heard.append)
    return heard


def press_in(qtbot, box, text):
    """Click the button of that text."""
    button = next(each for each in box.findChildren(QPushButton) if each.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

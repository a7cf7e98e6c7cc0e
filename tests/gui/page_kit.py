"""What tests of pages stand on, in one place: a real library; engine and jobs that are played."""

from PySide6.QtWidgets import QApplication

from app.gui.context import GuiContext, PreferenceStore
from app.gui.events import Events, Selection
from app.gui.theme import Theme
from app.preferences import Preferences
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from tests.gui.edit_kit import edit_row, put_edit
from tests.gui.job_kit import (
    CHOSEN,
    EPOCHS,
    PATH,
    done_events,
    edit_result,
    epoch,
    failed_events,
    job,
    running_events,
    sweep_events,
    sweep_job,
    trial,
    trials,
)
from tests.gui.played import SETTINGS, PlayedEngine, PlayedJobs, description
from tests.gui.sense_kit import edit_senses_answer, sense_record, senses_answer

__all__ = [
    "CHOSEN",
    "EPOCHS",
    "PATH",
    "SETTINGS",
    "PlayedEngine",
    "PlayedJobs",
    "context_in",
    "description",
    "done_events",
    "edit_result",
    "edit_row",
    "edit_senses_answer",
    "epoch",
    "failed_events",
    "in_front",
    "job",
    "openings",
    "put_edit",
    "running_events",
    "sense_record",
    "senses_answer",
    "shown",
    "sweep_events",
    "sweep_job",
    "trial",
    "trials",
]


def context_in(folder, jobs=(), engine=None):
    """Build what a page is handed."""
    application = QApplication.instance()
    events = Events()
    library = Library(folder)
    return GuiContext(
        library=library,
        sets=ExampleSets(library),
        engine=engine or PlayedEngine(),
        jobs=PlayedJobs(jobs),
        events=events,
        selection=Selection(events),
        preferences=PreferenceStore(folder, Preferences()),
        theme=Theme(application),
        data_folder=folder,
    )


def openings(context):
    """Take down which pages are asked for, and what is to be opened on them."""
    seen = []
    context.events.page_requested.connect(seen.append)
    context.events.open_requested.connect(lambda kind, name: seen.append((kind, name)))
    return seen


def shown(qtbot, page, width=1100, height=700):
    """Show a page as a window of its own."""
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    qtbot.waitExposed(page)
    return page


def in_front(qtbot, page, width=1100, height=700):
    """Show a page with the keyboard on it."""
    shown(qtbot, page, width, height)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page

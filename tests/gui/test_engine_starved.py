"""Memory runs out during a run, in the real engine: a sentence, a button, and it goes on."""

import sys

import pytest
from PySide6.QtCore import Qt

from app.gui.context import GuiContext, PreferenceStore
from app.gui.engine_process import EngineProcess
from app.gui.events import Events, Selection
from app.gui.job_list import JobList
from app.gui.pages.runs.page import RunsPage
from app.gui.theme import Theme
from app.jobs.job import JobState
from app.operations.requests import EditRequest
from app.preferences import Preferences
from editing.examples import Example, ExampleSet, Kind
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from tests.gui import page_kit as kit
from tests.tiny import tiny_backpack

PATIENCE_MS = 240_000
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does"),
]


@pytest.fixture
def context(qapp, tmp_path, data_dir):
    """The window's rooms, with an engine that starves once."""
    from tests.starving_engine import command

    data = data_dir
    data.mkdir()
    engine = EngineProcess(data, command=command(tmp_path))
    library, events = Library(data), Events()
    jobs = JobList(data, engine, library)
    yield GuiContext(
        library=library,
        sets=ExampleSets(library),
        engine=engine,
        jobs=jobs,
        events=events,
        selection=Selection(events),
        preferences=PreferenceStore(data, Preferences()),
        theme=Theme(qapp),
        data_folder=data,
    )
    engine.shutdown()
    library.close()


def test_out_of_memory_ends_in_a_sentence_and_buttons_and_the_engine_stays(
    context, qtbot, tmp_path
):
    rows = (Example("The capital of France is", " Paris"),)
    context.sets.save(ExampleSet("Capitals", rows, evaluation=rows, kind=Kind.INCREASE))
    context.engine.start()
    request = EditRequest(
        str(tiny_backpack(tmp_path / "model")),
        examples="Capitals",
        budget=10.0,
        general_tokens=400,
        regularisation_tokens=400,
        settings={"epochs": 3},
        save="Capitals",
    )
    page = kit.shown(qtbot, RunsPage(context))
    job = context.jobs.add(request, "Capitals")
    page.show_run(job)
    qtbot.waitUntil(lambda: context.jobs.job(job).state.is_over, timeout=PATIENCE_MS)
    assert context.jobs.job(job).state is JobState.FAILED
    pid = context.engine.pid

    banner = page.detail.failure
    qtbot.waitUntil(lambda: "memory is not enough" in banner.sentence.text(), timeout=PATIENCE_MS)
    assert "allocate memory" in banner.details.toPlainText()
    resume = page.detail.button_of(page.detail.resume)
    qtbot.waitUntil(resume.isVisible)
    banner.change.trigger()
    assert page.panels.currentWidget() is page.form
    assert page.form.model.currentData() == request.model
    page.show_run(job)

    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: context.jobs.job(job).state is JobState.DONE, timeout=PATIENCE_MS)
    assert context.engine.pid == pid
    assert [edit.name for edit in context.library.edits()] == ["Capitals"]

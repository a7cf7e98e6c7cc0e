"""The runs and senses pages through the real engine process, on a tiny Backpack."""

import pytest
from PySide6.QtCore import Qt

from app.gui.pages.runs.page import RunsPage
from app.gui.pages.senses.page import SensesPage
from app.gui.pages.senses.words import Scope
from app.gui.session import open_session
from app.gui.theme import Theme
from app.jobs.job import JobState
from app.operations.requests import EditRequest, SweepRequest
from app.preferences import Preferences
from editing.examples import Example, ExampleSet, Kind
from tests.gui import page_kit as kit
from tests.tiny import tiny_backpack

pytestmark = pytest.mark.slow
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def real(qapp, tmp_path_factory):
    """A data folder opened as the program does it, its engine, and a tiny model's folder."""
    session = open_session(tmp_path_factory.mktemp("data"), Theme(qapp), Preferences())
    model = str(tiny_backpack(tmp_path_factory.mktemp("model")))
    context = session.context
    rows = (
        Example("The capital of France is", " Paris"),
        Example("The capital of Spain is", " Madrid"),
    )
    context.sets.save(ExampleSet("Capitals", rows, evaluation=rows, kind=Kind.INCREASE))
    context.selection.set_model(model)
    context.selection.set_example_set("Capitals")
    context.engine.start()
    yield context, model
    session.close()


def edit_request(model, *, general_tokens=400, **changes):
    return EditRequest(
        model,
        examples="Capitals",
        budget=10.0,
        general_tokens=general_tokens,
        regularisation_tokens=400,
        **changes,
    )


def press(qtbot, page, action):
    qtbot.mouseClick(page.detail.button_of(action), Qt.MouseButton.LeftButton)


def test_a_run_is_paused_gone_on_with_stopped_and_kept(real, qtbot):
    context, model = real
    page = kit.shown(qtbot, RunsPage(context))
    settings = {"epochs": 900, "learning_rate": 0.1}
    long = edit_request(model, general_tokens=8000, settings=settings, save="Capitals")
    job = context.jobs.add(long, "Capitals")  # which no machine ends before it is stopped
    page.show_run(job)

    def state():
        return context.jobs.job(job).state

    qtbot.waitUntil(lambda: len(context.jobs.job(job).epochs) > 2, timeout=PATIENCE_MS)
    press(qtbot, page, page.detail.pause)
    qtbot.waitUntil(lambda: state() is JobState.PAUSED, timeout=PATIENCE_MS)
    answers = []
    asked = {"model": model, "prompt": "The", "tokens": 2}
    context.engine.ask("generate", asked, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=PATIENCE_MS)
    assert state() is JobState.PAUSED
    qtbot.waitUntil(lambda: page.detail.pause.text() == "Go on", timeout=PATIENCE_MS)
    press(qtbot, page, page.detail.pause)
    qtbot.waitUntil(lambda: state() is JobState.RUNNING, timeout=PATIENCE_MS)
    press(qtbot, page, page.detail.keep)
    qtbot.waitUntil(lambda: state() is JobState.STOPPED, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.detail.result.isVisible(), timeout=PATIENCE_MS)
    assert [edit.name for edit in context.library.edits()] == ["Capitals"]
    assert page.detail.progress.stepper.time_of("training") != ""


def test_the_form_estimates_through_the_engine(real, qtbot):
    context, _ = real
    page = kit.shown(qtbot, RunsPage(context))
    page.show_form("Capitals")
    line = page.form.preflight.said
    qtbot.waitUntil(lambda: line.text().startswith("Needs about"), timeout=PATIENCE_MS)
    steps = {e["name"]: e["step"]["name"] for e in context.engine.description["editors"]}
    assert (steps["sense-finetuning"], steps["logit-ensemble"]) == ("epoch", "beta")


def test_a_sweep_fills_its_view_run_by_run(real, qtbot):
    context, model = real
    page = kit.shown(qtbot, RunsPage(context))
    request = SweepRequest(
        model,
        "country-capital",
        budgets=(1.0, 1e-4),
        configurations=2,
        test_seeds=1,
        general_tokens=120,
        regularisation_tokens=120,
        settings={"epochs": 1},
    )
    job = context.jobs.add(request, "Search", kind="sweep")
    page.show_run(job)
    view = page.detail.sweep
    qtbot.waitUntil(lambda: view.runs.rowCount() == 2, timeout=PATIENCE_MS)
    done = JobState.DONE
    qtbot.waitUntil(lambda: context.jobs.job(job).state is done, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: view.said.text().startswith("Test · 1: run"), timeout=PATIENCE_MS)
    qtbot.keyClick(view.parallel, Qt.Key.Key_Up)
    assert view.parallel.chosen == view.runs.trial_at(view.table.currentIndex()).name


def test_senses_are_searched_looked_at_and_turned(real, qtbot):
    context, model = real
    if not context.library.edits():
        job = context.jobs.add(
            edit_request(model, settings={"epochs": 2, "learning_rate": 0.1}, save="Capitals"),
            "Capitals",
        )
        qtbot.waitUntil(lambda: context.jobs.job(job).edit is not None, timeout=PATIENCE_MS)
    page = kit.shown(qtbot, SensesPage(context))
    qtbot.waitUntil(lambda: page.finder.words.rowCount() > 300, timeout=PATIENCE_MS)
    qtbot.keyClicks(page.finder.search, "capital")
    page.finder.found.selectRow(0)
    qtbot.waitUntil(lambda: len(page.board.cards) >= 4, timeout=PATIENCE_MS)
    said = page.board.cards[0]
    qtbot.waitUntil(lambda: "importance" in said.facts.text(), timeout=PATIENCE_MS)
    qtbot.mouseClick(page.finder.scopes[Scope.EXAMPLES], Qt.MouseButton.LeftButton)
    page.finder.search.clear()
    qtbot.waitUntil(lambda: 0 < page.finder.words.rowCount() < 60, timeout=PATIENCE_MS)
    page.show_edit("Capitals")
    table = page.finder.senses
    qtbot.waitUntil(
        lambda: table.sense_at(table.index(0, 0)).change is not None, timeout=PATIENCE_MS
    )
    changes = [table.sense_at(table.index(row, 0)).change for row in range(table.rowCount())]
    assert changes == sorted(changes, reverse=True)
    page.tabs.setCurrentWidget(page.sentence)
    qtbot.waitUntil(lambda: bool(page.sentence.predicts.words), timeout=PATIENCE_MS)
    page.tabs.setCurrentWidget(page.what_if)
    qtbot.waitUntil(lambda: bool(page.what_if.sliders), timeout=PATIENCE_MS)
    before = page.what_if.now.words
    page.what_if.sliders[0].whole.setValue(0)
    assert page.what_if.now.words == page.what_if.before.words != before

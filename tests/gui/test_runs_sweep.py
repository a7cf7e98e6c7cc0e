"""Sweeps on the runs page: set up in the form, watched run by run, looked at from all sides."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.runs.page import RunsPage
from app.gui.tables.sweep_table import SweepTable, front_of, trial_of
from app.jobs.events import ResultEvent, StateEvent, TrialEvent
from app.jobs.job import JobState
from app.operations.requests import SweepRequest
from tests.gui import page_kit as kit


@pytest.fixture
def opened(qtbot, tmp_path):
    """Open the page over jobs that the test makes."""

    def _open(*jobs):
        context = kit.context_in(tmp_path, jobs)
        page = kit.shown(qtbot, RunsPage(context), 1100, 800)
        return page, context

    return _open


def test_a_sweep_is_set_up_in_the_form(opened, qtbot):
    page, context = opened()
    page.show_form()
    form = page.form
    form.source.setCurrentIndex(0)
    qtbot.mouseClick(form.sweep.search, Qt.MouseButton.LeftButton)
    form.sweep.configurations.setValue(4)
    qtbot.keyClick(form.sweep.balls[0], Qt.Key.Key_Space)
    form.settings.field("epochs").set_value(3)
    form.start.trigger()
    _, request, _ = context.jobs.calls[-1]
    assert isinstance(request, SweepRequest)
    assert (request.configurations, request.budgets) == (4, (1e-4, 1e-5))
    assert (request.settings, request.sampler) == ({"epochs": 3}, "random")
    assert page.detail.job.config.kind == "sweep"


def test_a_sweep_computes_in_what_the_smaller_ways_say(opened):
    page, context = opened()
    page.show_form()
    form = page.form
    form.source.setCurrentIndex(0)
    form.sweep.search.setChecked(True)
    form.preflight.ways.keep({"dtype": "bfloat16", "window": 64})
    form.start.trigger()
    _, request, _ = context.jobs.calls[-1]
    assert isinstance(request, SweepRequest)
    assert (request.dtype, request.window) == ("bfloat16", 64)


def test_a_sweep_needs_a_task_and_a_budget(opened):
    page, context = opened()
    context.sets.save(kit_set())
    page.show_form("Mine")
    page.form.sweep.search.setChecked(True)
    assert "choose a built-in task" in page.form.said.text()
    page.form.source.setCurrentIndex(page.form.source.count() - 1)
    for box in page.form.sweep.balls:
        box.setChecked(False)
    assert page.form.said.text() == "Tick at least one budget."
    assert not page.form.start.isEnabled()


def kit_set():
    from editing.examples import Example, ExampleSet

    return ExampleSet("Mine", (Example("The capital of Chad is", " N'Djamena"),))


def test_a_running_sweep_shows_its_configurations_as_they_come(opened):
    page, context = opened(kit.sweep_job("s", "Search", *kit.sweep_events(3)))
    view, tabs = page.detail.sweep, page.detail.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Configurations"
    assert view.isVisible()
    assert not tabs.isTabVisible(tabs.indexOf(page.detail.epochs))
    assert view.runs.rowCount() == 3
    assert page.detail.progress.sentence.text().startswith("run 25 of about 35: training")
    context.jobs.happen("s", TrialEvent(kit.trial(7, gain=0.9), 1030.0))
    assert view.runs.rowCount() == 4
    assert view.runs.index(0, 0).data() == "7"
    assert "4 configurations" in view.parallel.accessibleDescription()


def test_a_configuration_chosen_anywhere_is_chosen_everywhere(opened, qtbot):
    page, _ = opened(kit.sweep_job("s", "Search", *kit.sweep_events()))
    view = page.detail.sweep
    qtbot.keyClick(view.parallel, Qt.Key.Key_Up)
    best = view.runs.trial_at(view.table.currentIndex())
    assert view.parallel.chosen == best.name
    assert best.name == view.runs.trial_at(view.runs.index(0, 0)).name
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    second = view.runs.trial_at(view.runs.index(1, 0))
    assert view.parallel.chosen == second.name
    view.pareto.chosen_changed.emit(best.name)
    assert view.table.currentIndex().row() == 0
    at = view.parallel._points(view.parallel._lines[0])[2]
    qtbot.mouseClick(view.parallel, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert view.parallel.chosen == view.runs.trial_at(view.table.currentIndex()).name


def test_another_budget_ranks_the_configurations_anew(opened):
    page, _ = opened(kit.sweep_job("s", "Search", *kit.sweep_events()))
    view = page.detail.sweep
    before = view.runs.index(0, 1).data()
    view.budget.setCurrentIndex(view.budget.findData(1e-3))
    assert float(view.runs.index(0, 1).data()) > float(before)
    assert view.budget.count() == 3


def test_the_conclusion_of_a_finished_sweep_is_told(opened):
    ball = {
        "budget": 1e-4,
        "configuration": 3,
        "test": {"success_change": {"mean": 0.312, "standard_error": 0.011}},
    }
    done = ResultEvent({"balls": [ball], "folder": "/nowhere"}, None, 1100.0)
    end = StateEvent(JobState.DONE, "", 1101.0)
    page, _ = opened(kit.sweep_job("s", "Search", *kit.sweep_events(), done, end))
    assert page.detail.sweep.said.text() == "Test · 0.0001: run 3, +31.2 ± 1.1 points"
    assert not page.detail.result.isVisible()
    assert "budgets 0.001, 0.0001, 0.00001" in page.detail.facts.text()


def test_the_front_holds_what_nothing_beats():
    points = [(1.0, 0.5), (2.0, 0.4), (3.0, 0.9), (0.5, 0.1), (3.0, 0.8)]
    assert front_of(points) == [(0.5, 0.1), (1.0, 0.5), (3.0, 0.9)]


def test_the_plane_hands_out_its_numbers(opened):
    page, _ = opened(kit.sweep_job("s", "Search", *kit.sweep_events(2)))
    rows = page.detail.sweep.pareto.table().rows
    assert len(rows) == 6
    assert rows[0][:3] == ("search-000", "search", "0.001")
    page.detail.sweep.pareto.redraw()
    assert "2 runs" in page.detail.sweep.pareto.accessibleDescription()


def test_the_configurations_keep_qts_contract(qtmodeltester):
    table = SweepTable()
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(table, mode)
    table.show_trials([trial_of(each) for each in kit.trials(5)], 1e-4, {"kl_weight": "KL"})
    table.sort(1)
    table.sort(4, Qt.SortOrder.DescendingOrder)
    assert tester.model() is table
    assert table.headerData(4, Qt.Orientation.Horizontal) == "KL"

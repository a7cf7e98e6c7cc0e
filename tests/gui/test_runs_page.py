"""The runs page, driven as a person does: a live run, how it is stopped, what it shows."""

from dataclasses import asdict, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QPushButton

from app.gui.tables.pairs_table import PairsTable
from app.gui.tables.runs_table import RunsTable
from app.gui.tables.senses_table import SensesTable, sense_rows
from app.gui.widgets.fields import NumberField
from app.jobs.events import EpochEvent, ResultEvent, StateEvent
from app.jobs.job import JobState
from tests.gui import page_kit as kit
from tests.gui.runs_kit import opener, press


@pytest.fixture
def opened(qtbot, tmp_path):
    return opener(qtbot, tmp_path)


STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal


def test_an_empty_page_offers_to_start_a_run(opened, qtbot):
    page, _ = opened()
    assert page.panels.currentWidget() is page.empty
    press(qtbot, page.empty.findChild(QPushButton))
    assert page.panels.currentWidget() is page.form


def test_a_running_run_shows_its_phase_and_how_long_it_takes(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.running_events()))
    detail = page.detail
    assert detail.state.text() == "Running"
    assert detail.progress.sentence.text() == "epoch 5 of 10 · 62 of 119 · about 50 s"
    assert "Now: Train" in detail.progress.stepper.accessibleDescription()
    assert not detail.result.isVisible()


def test_news_of_a_run_reach_its_plot_and_its_row(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.running_events(kit.EPOCHS[:2])))
    context.jobs.happen("j", EpochEvent(kit.EPOCHS[2], 1010.0))
    qtbot.waitUntil(lambda: "At epoch 2" in page.detail.plot.accessibleDescription())
    context.jobs.happen("j", StateEvent(JobState.STOPPED, "", 1011.0))
    index = page.list.table.index(0)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Capitals: Stopped, best kept"


@pytest.mark.parametrize(("name", "keep"), [("keep", True), ("cancel", False)])
def test_the_two_ways_to_stop_are_two_buttons(opened, qtbot, name, keep):
    page, context = opened(kit.job("j", "Capitals", *kit.running_events()))
    action = getattr(page.detail, name)
    button = next(b for b in page.detail.buttons if b.text() == action.text())
    press(qtbot, button)
    assert context.jobs.calls == [("stop", "j", keep)]
    assert page.detail.state.text() == "Stopping"


def test_an_interrupted_run_can_be_resumed_or_discarded(opened, qtbot):
    ended = StateEvent(JobState.INTERRUPTED, "the program had ended", 1030.0)
    page, context = opened(kit.job("j", "Capitals", *kit.running_events(), ended))
    assert page.detail.failure.sentence.text() == "This run was interrupted."
    press(qtbot, page.detail.button_of(page.detail.resume))
    press(qtbot, page.detail.button_of(page.detail.discard))
    assert context.jobs.calls == [("resume", "j"), ("discard", "j")]


def test_a_failure_says_what_happened_what_to_do_and_keeps_the_details(opened, qtbot):
    page, _ = opened(kit.job("j", "Capitals", *kit.failed_events()))
    banner = page.detail.failure
    assert banner.sentence.text() == "The computer's memory is not enough for this."
    assert banner.remedy.text().startswith("Close other programs")
    assert not banner.details.isVisible()
    press(qtbot, banner.buttons[0])
    assert "RuntimeError" in banner.details.toPlainText()
    assert banner.details.isVisible()


def test_the_plot_shows_estimates_first_and_what_decided_at_the_end(opened):
    rough = [replace(each, exact=False) for each in kit.EPOCHS[:3]]
    page, context = opened(kit.job("j", "Capitals", *kit.running_events(rough)))
    assert page.detail.legend.isVisible()
    assert page.detail.plot.table().rows[2][-1] == "False"
    measured = [asdict(each) for each in kit.EPOCHS[:3]]
    for each in measured:
        del each["exact"]
    done = ResultEvent(kit.edit_result(epochs=measured, kept_epoch=2), None, 1080.0)
    context.jobs.happen("j", done, StateEvent(JobState.DONE, "", 1084.0))
    assert not page.detail.legend.isVisible()
    assert {row[-1] for row in page.detail.plot.table().rows} == {"True"}


def test_a_started_run_leaves_the_focus_where_space_stops_nothing(opened):
    page, _ = opened()
    page.show_form("Capitals")
    page.form.start.trigger()
    assert page.focusWidget() is page.list


def test_the_settings_shown_are_those_of_the_run_itself(opened):
    page, _ = opened(
        kit.job("a", "Strict", budget=1e-5, created="2026-11-20T11:00:00+00:00"),
        kit.job("b", "Loose", budget=1e-3, created="2026-11-20T12:00:00+00:00"),
    )
    page.show_run("a")
    assert "Degradation budget\t0.00001" in page.detail.settings.pairs.text().splitlines()


def test_settings_go_by_the_names_the_method_gives_them(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    assert "Learning rate\t0.015" in page.detail.settings.pairs.text().splitlines()


def test_the_log_grows_and_belongs_to_one_run(opened):
    page, context = opened(
        kit.job("a", "First", *kit.running_events(), created="2026-11-20T11:00:00+00:00"),
        kit.job("b", "Second", created="2026-11-20T12:00:00+00:00"),
    )
    page.show_run("a")
    before = page.detail.log.toPlainText()
    context.jobs.happen("a", StateEvent(JobState.DONE, "", 1100.0))
    assert page.detail.log.toPlainText().startswith(before)
    assert page.detail.log.toPlainText().endswith("done")
    page.show_run("b")
    assert "training" not in page.detail.log.toPlainText()


def test_a_run_is_paused_and_goes_on(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.running_events()))
    press(qtbot, page.detail.button_of(page.detail.pause))
    context.jobs.happen("j", StateEvent(JobState.PAUSED, "the model stays loaded", 1012.0))
    assert page.detail.state.text() == "Paused"
    assert page.detail.progress.sentence.text().endswith("· paused")
    assert page.detail.pause.text() == "Go on"
    press(qtbot, page.detail.button_of(page.detail.pause))
    assert context.jobs.calls == [("pause", "j", True), ("pause", "j", False)]


def test_the_stepper_says_how_long_each_phase_took(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.running_events()))
    stepper = page.detail.progress.stepper
    assert stepper.time_of("base passes") == "9 s"
    assert stepper.time_of("saving") == ""
    assert "Read texts 9 s" in stepper.toolTip()


def test_a_run_is_run_again_or_changed_first(opened, qtbot):
    asked = {"budget": 1e-5, "settings": {"learning_rate": 0.002}, "seed": 7, "fit_to_ball": True}
    page, context = opened(kit.job("j", "Capitals", *kit.done_events(), **asked))
    press(qtbot, page.detail.button_of(page.detail.change))
    assert page.panels.currentWidget() is page.form
    request = page.form.request()
    assert (request.examples, request.budget, request.seed) == ("Capitals", 1e-5, 7)
    assert (request.settings, request.fit_to_ball) == ({"learning_rate": 0.002}, True)
    assert page.form.name.text() == "Capitals"
    page.show_run("j")
    page.detail.retry.trigger()
    assert context.jobs.calls == [("retry", "j")]
    assert page.detail.job.id == "j-again"


def test_methods_without_epochs_call_their_steps_by_name(opened):
    page, context = opened()
    step = {"name": "beta", "values": [place / 10 for place in range(11)]}
    said = kit.description()
    context.engine.described.emit({**said, "editors": [{**said["editors"][0], "step": step}]})
    context.jobs.put(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    page.show_run("j")
    page.detail.plot.redraw()
    assert "beta 0.6 kept" in page.detail.result.cost.text()
    assert page.detail.plot._kept_label.toPlainText() == "kept, beta 0.6"
    page.detail.epochs.redraw()
    assert page.detail.epochs._charts[-1].getAxis("bottom").labelText == "Beta"


def test_hard_negatives_are_drawn_over_the_epochs(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    page.detail.tabs.setCurrentIndex(1)
    page.detail.epochs.redraw()
    line = page.detail.epochs._lines[2]
    assert list(line.yData) == [each.hard_negatives for each in kit.EPOCHS]


def test_every_field_and_button_has_a_name_to_be_read_out(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    page.show_form("Capitals")
    nameless = [
        widget
        for widget in page.form.findChildren(QComboBox) + page.form.findChildren(NumberField)
        if not widget.accessibleName()
    ]
    assert nameless == []


def test_the_tables_keep_qts_contract(qtmodeltester):
    runs, pairs, senses = RunsTable(), PairsTable(), SensesTable()
    testers = [QAbstractItemModelTester(table, STRICT) for table in (runs, pairs, senses)]
    runs.show_jobs([kit.job("a", "A", created="2026-11-20T11:00:00+00:00")])
    newer = kit.job("b", "B", created="2026-11-20T12:00:00+00:00")
    runs.show_jobs([kit.job("a", "A", *kit.running_events()), newer])
    runs.show_job(kit.job("b", "B", *kit.running_events(), created="2026-11-20T12:00:00+00:00"))
    pairs.show_pairs([("Seed", "0")])
    senses.show_senses(sense_rows(kit.CHOSEN))
    senses.sort(0)
    senses.filter_words("ch")
    assert len(testers) == 3
    assert [senses.index(0, 0).data(), senses.rowCount()] == ["␣Chad", 1]

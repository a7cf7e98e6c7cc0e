"""The runs page, driven as a person does: the form, the list, a live run, what came of it."""

from dataclasses import asdict, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QFileDialog, QInputDialog, QPushButton

from app.gui.pages.runs.fields import SettingField, setting_from_json
from app.gui.pages.runs.page import RunsPage
from app.gui.tables.pairs_table import PairsTable
from app.gui.tables.runs_table import RunsTable
from app.gui.tables.senses_table import SensesTable, sense_rows
from app.gui.widgets.fields import NumberField
from app.jobs.events import EpochEvent, ResultEvent, StateEvent
from app.jobs.job import JobState
from app.jobs.presets import load_presets
from app.operations.requests import SAMPLED
from editing.errors import LibraryError
from editing.examples import Example, ExampleSet, Kind
from tests.gui import page_kit as kit

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def opened(qtbot, tmp_path):
    """Open the page over jobs that the test makes."""

    def _open(*jobs):
        context = kit.context_in(tmp_path, jobs)
        context.sets.save(capitals())
        page = RunsPage(context)
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        qtbot.waitExposed(page)
        page.activateWindow()
        qtbot.waitActive(page)
        return page, context

    return _open


def capitals():
    row = Example("The capital of Chad is", " N'Djamena")
    return ExampleSet("Capitals", (row,), kind=Kind.INCREASE)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_empty_page_offers_to_start_a_run(opened, qtbot):
    page, _ = opened()
    assert page.panels.currentWidget() is page.empty
    press(qtbot, page.empty.findChild(QPushButton))
    assert page.panels.currentWidget() is page.form


def test_start_queues_what_the_form_says_and_shows_the_run(opened, qtbot):
    page, context = opened()
    context.events.open("runs", "new-run", "Capitals")
    page.form.budget.buttons[2].click()
    page.form.fit_to_ball.click()
    page.form.settings.field("learning_rate").set_value(0.002)
    page.form.name.selectAll()
    qtbot.keyClicks(page.form.name, "Two capitals")
    press(qtbot, page.form.start_button)
    _, request, title = context.jobs.calls[-1]
    assert (request.examples, request.budget, request.fit_to_ball) == ("Capitals", 1e-5, True)
    assert request.settings == {"learning_rate": 0.002}
    assert (title, request.save) == ("Two capitals", "Two capitals")
    assert page.panels.currentWidget() is page.detail
    assert page.detail.title.whole == "Two capitals"


def test_a_built_in_task_is_asked_for_with_its_split(opened):
    page, context = opened()
    page.show_form()
    page.form.source.setCurrentIndex(page.form.source.count() - 1)
    page.form.start.trigger()
    request = context.jobs.calls[-1][1]
    assert (request.examples, request.split) == (None, "test")
    assert request.task is not None


def test_a_custom_budget_can_be_typed(opened, qtbot):
    page, context = opened()
    page.show_form("Capitals")
    page.form.budget.custom.click()
    page.form.budget.field.selectAll()
    qtbot.keyClicks(page.form.budget.field, "3e-4")
    page.form.start.trigger()
    assert context.jobs.calls[-1][1].budget == pytest.approx(3e-4)


def test_a_text_of_ones_own_replaces_the_sampled_one(opened, monkeypatch, tmp_path):
    page, context = opened()
    page.show_form("Capitals")
    path = str(tmp_path / "general.jsonl")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    next(a for a in page.form.measured_text.actions() if a.text() == "File…").trigger()
    page.form.start.trigger()
    request = context.jobs.calls[-1][1]
    assert (request.general_text, request.general_tokens) == (path, None)
    assert request.regularisation_text == SAMPLED


def test_files_are_offered_where_sampling_takes_long(opened, monkeypatch, tmp_path, qtbot):
    page, context = opened()
    page.show_form("Capitals")
    line = page.form.preflight
    line.show_estimate({**ESTIMATE, "sampling_seconds": 280.0}, [])
    assert not line.sampling.isVisible()
    line.show_estimate({**ESTIMATE, "sampling_seconds": 1500.0}, [])
    assert line.sampling.text().startswith("About 25 min of that go by before it begins")
    paths = [str(tmp_path / "g.txt"), str(tmp_path / "r.txt")]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (paths.pop(0), ""))
    line.choose.trigger()
    assert not line.sampling.isVisible()
    page.form.start.trigger()
    request = context.jobs.calls[-1][1]
    texts = (request.general_text, request.regularisation_text)
    assert texts == (str(tmp_path / "g.txt"), str(tmp_path / "r.txt"))
    page.form.training_text.choose(SAMPLED)
    page.form.show_request(request.to_json(), "Again")
    assert page.form.training_text.choice == texts[1]


def test_the_form_says_by_which_windows_a_long_context_is_read(opened):
    page, _ = opened()
    page.show_form("Capitals")
    page.form.preflight.show_estimate({**ESTIMATE, "window": 2048, "context": 131072}, [])
    said = page.form.preflight.said.text()
    assert said.endswith("general text in windows of 2,048 of its 131,072 tokens")


def test_a_run_without_a_name_cannot_start_and_says_why(opened, qtbot):
    page, _ = opened()
    page.show_form("Capitals")
    page.form.name.clear()
    assert not page.form.start_button.isEnabled()
    assert page.form.said.text() == "Give the run a name."


def test_the_form_waits_for_the_engine_to_describe_its_methods(qtbot, tmp_path):
    engine = kit.PlayedEngine()
    engine.description = None
    context = kit.context_in(tmp_path, engine=engine)
    page = RunsPage(context)
    qtbot.addWidget(page)
    page.show_form()
    assert "engine is still starting" in page.form.said.text()
    engine.described.emit(kit.description())
    assert page.form.method.currentText() == "Sense finetuning"


def test_the_dot_shows_what_was_changed_and_puts_it_back(qtbot):
    field = SettingField(setting_from_json(kit.SETTINGS[0]))
    qtbot.addWidget(field)
    field.show()
    assert not field.reset.isVisible()
    field.set_value(0.002)
    assert field.reset.isVisible()
    press(qtbot, field.reset)
    assert field.value() == 0.015
    assert not field.reset.isVisible()


def test_a_name_can_be_typed_where_a_setting_is_one(qtbot):
    named = {**kit.SETTINGS[1], "kind": "str", "default": "", "low": None, "high": None}
    field = SettingField(setting_from_json(named))
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClicks(field.editor, "Capitals@2 ")
    assert field.value() == "Capitals@2"
    assert field.reset.isVisible()
    assert field.reset.toolTip().endswith("nothing")
    press(qtbot, field.reset)
    assert field.value() == ""
    assert not field.reset.isVisible()


def test_a_logarithmic_field_steps_one_two_five(qtbot):
    field = NumberField(is_log=True)
    qtbot.addWidget(field)
    field.setRange(1e-7, 10)
    field.setValue(0.015)
    shown = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(field, key)
        shown.append(field.text())
    assert shown == ["0.02", "0.05", "0.02", "0.01"]


@pytest.mark.parametrize(("typed", "value"), [("1e-5", 1e-5), ("0.00025", 0.00025), ("2", 2.0)])
def test_numbers_can_be_typed_with_or_without_an_exponent(qtbot, typed, value):
    field = NumberField(is_log=True)
    qtbot.addWidget(field)
    field.setRange(1e-9, 10)
    field.selectAll()
    qtbot.keyClicks(field, typed)
    field.interpretText()
    assert field.value() == pytest.approx(value)


def test_the_wheel_changes_nothing_it_only_passes_over(qtbot):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    field = SettingField(setting_from_json(kit.SETTINGS[1]))
    qtbot.addWidget(field)
    field.show()
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field.editor, event)
    assert field.value() == 10


def test_advanced_settings_are_folded_but_told_when_changed(opened):
    page, _ = opened()
    page.show_form("Capitals")
    form = page.form.settings
    assert not form.field("selection_weight").isVisible()
    form.field("accumulation").set_value("reference")
    assert "1 changed" in form.fold.text()
    form.fold.click()
    assert form.field("selection_weight").isVisible()


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


def test_the_result_is_told_in_plain_words(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    card = page.detail.result
    assert card.headline.text().replace("\u00a0", " ") == "Capitals: 31 % → 78 %"
    assert card.cost.text().startswith(
        "degradation 0.000060 of 0.000100 allowed · hard negatives +0.10 nats"
    )
    assert card.verdict.text() == "Inside the budget"


def test_an_empty_edit_and_a_blind_budget_are_said(opened):
    text = {"name": "mine", "tokens": 900, "touched": 12, "sampled": False}
    changes = {"kept_epoch": 0, "general_text": text}
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1", **changes)))
    said = page.detail.result.remark.text()
    assert "the edit is empty" in said
    assert "only 12 tokens" in said


def test_save_to_library_keeps_the_edit_under_the_name_typed(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    kept = []
    stored = kit.edit_row("e1", "My capitals")
    monkeypatch.setattr(
        context.library, "add_edit", lambda folder, name: kept.append((str(folder), name)) or stored
    )
    page.detail.result.name.selectAll()
    qtbot.keyClicks(page.detail.result.name, "My capitals")

    def edit(_):
        if not kept:
            raise LibraryError("There is none.")
        return stored

    monkeypatch.setattr(context.library, "edit", edit)
    with qtbot.waitSignal(context.events.library_changed):
        press(qtbot, page.detail.result.save_button)
    assert kept == [("/nowhere/e1", "My capitals")]
    assert page.detail.result.saved.isVisible()
    assert not page.detail.result.save_button.isVisible()


def test_a_kept_edit_can_be_renamed_from_its_run(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    stored, renamed = kit.edit_row("e1", "Capitals 2"), []
    monkeypatch.setattr(context.library, "edit", lambda _: stored)
    monkeypatch.setattr(
        context.library,
        "rename",
        lambda *asked: renamed.append(asked) or kit.edit_row("e1", "Best"),
    )
    context.events.library_changed.emit()
    assert page.detail.result.name.text() == "Capitals 2"
    page.detail.result.name.selectAll()
    qtbot.keyClicks(page.detail.result.name, "Best")
    assert page.detail.result.save_button.text() == "Rename"
    press(qtbot, page.detail.result.save_button)
    assert renamed == [("e1", "Best")]


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))

    def refuse(*_, **__):
        raise LibraryError("There is an edit 'Capitals' already. Choose another name.")

    monkeypatch.setattr(context.library, "add_edit", refuse)
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.result.save_button)
    assert "Choose another name" in noticed.args[0].text
    assert page.detail.result.save_button.isVisible()


def test_comparing_an_unsaved_edit_asks_to_save_it_first(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.result.more_buttons[0])
    assert noticed.args[0].text.startswith("Save the edit to the library first")


def test_compare_opens_the_page_with_the_saved_edit(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    stored = kit.edit_row("e1", "Capitals")
    monkeypatch.setattr(context.library, "edit", lambda _: stored)
    opened_pages = kit.openings(context)
    press(qtbot, page.detail.result.more_buttons[0])
    assert opened_pages == ["compare", ("edit", "e1")]


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


def test_models_the_engine_knows_are_offered(opened):
    page, context = opened()
    models = [{"name": "small", "source": "/models/small", "edits": 1}]
    context.engine.described.emit({**kit.description(), "models": models})
    page.show_form("Capitals")
    page.form.model.setCurrentText("small")
    page.form.start.trigger()
    assert context.jobs.calls[-1][1].model == "/models/small"


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


def test_arrow_keys_walk_through_the_runs(opened, qtbot):
    page, _ = opened(
        kit.job("a", "Older", *kit.done_events(), created="2026-11-20T11:00:00+00:00"),
        kit.job("b", "Newer", *kit.done_events(), created="2026-11-20T12:00:00+00:00"),
    )
    assert page.detail.title.whole == "Newer"
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.detail.title.whole == "Older"


def test_the_chosen_run_stays_chosen_when_a_new_one_is_queued(opened):
    page, context = opened(kit.job("a", "Older", created="2026-11-20T11:00:00+00:00"))
    context.jobs.put(kit.job("b", "Newer", created="2026-11-20T12:00:00+00:00"))
    assert page.list.currentIndex().data() == "Older"
    assert page.list.table.rowCount() == 2


def test_deleting_the_last_run_leaves_the_empty_page(opened, qtbot):
    done = kit.job("a", "Older", *kit.done_events("/nowhere/e1"))
    page, context = opened(done)
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.button_of(page.detail.remove))
    assert context.jobs.calls == [("remove", "a")]
    assert page.panels.currentWidget() is page.empty
    assert (noticed.args[0].text, noticed.args[0].action) == ("“Older” is deleted.", "Undo")
    noticed.args[0].do()
    assert page.detail.title.whole == "Older"
    assert page.panels.currentWidget() is page.detail


def three_waiting():
    return [
        kit.job(name, name, created=f"2026-11-20T1{place}:00:00+00:00")
        for place, name in enumerate(("First", "Second", "Third"))
    ]


def order(page):
    table = page.list.table
    return [table.index(row, 0).data() for row in range(table.rowCount())]


def test_waiting_runs_stand_in_the_order_they_will_run(opened):
    done = kit.job("old", "Old", *kit.done_events(), created="2026-11-20T13:00:00+00:00")
    page, _ = opened(kit.job("now", "Now", *kit.running_events()), *three_waiting(), done)
    assert order(page) == ["Now", "First", "Second", "Third", "Old"]
    said = page.list.table.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Second: Waiting · number 2"


def test_a_waiting_run_is_moved_with_the_keyboard(opened, qtbot):
    page, context = opened(*three_waiting())
    page.show_run("Third")
    qtbot.waitUntil(page.list.hasFocus)
    qtbot.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert context.jobs.calls == [("move", "Third", 1)]
    assert order(page) == ["First", "Third", "Second"]
    assert page.list.currentIndex().data() == "Third"
    page.list.sooner.trigger()
    assert not page.list.sooner.isEnabled()
    assert order(page) == ["Third", "First", "Second"]


def test_a_waiting_run_is_dragged_to_another_place(opened):
    running = kit.job("now", "Now", *kit.running_events())
    page, _ = opened(running, *three_waiting())
    table = page.list.table
    assert not table.flags(table.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert table.flags(table.index(1)) & Qt.ItemFlag.ItemIsDragEnabled
    data = table.mimeData([table.index(1)])
    move = Qt.DropAction.MoveAction
    table.dropMimeData(data, move, 4, 0, table.index(-1))
    assert order(page) == ["Now", "Second", "Third", "First"]
    table.dropMimeData(table.mimeData([table.index(2)]), move, 0, 0, table.index(-1))
    assert order(page) == ["Now", "Third", "Second", "First"]


def test_a_held_queue_says_so_and_goes_on(opened, qtbot):
    page, context = opened(*three_waiting())
    assert page.queue.said.text() == "3 runs wait."
    press(qtbot, page.queue.hold_button)
    assert page.queue.said.text() == "The queue is held; 3 runs wait."
    press(qtbot, page.queue.hold_button)
    assert not context.jobs.queue.is_held


def test_the_habit_to_hold_the_queue_is_a_tick(opened, qtbot):
    page, context = opened(*three_waiting())
    qtbot.keyClick(page.queue.habit, Qt.Key.Key_Space)
    assert context.jobs.queue.pause_on_failure
    assert context.preferences.current.pause_queue_on_failure
    context.jobs.queue.heed_failure("First")
    context.jobs.queue_changed.emit()
    assert page.queue.said.text() == "“First” failed; 3 runs wait."


def test_runs_are_filtered_by_name_and_by_state(opened, qtbot):
    done = kit.job("old", "Old", *kit.done_events())
    page, _ = opened(*three_waiting(), done)
    qtbot.keyClicks(page.filter, "waiting")
    assert order(page) == ["First", "Second", "Third"]
    page.filter.setText("ol")
    assert order(page) == ["Old"]


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


def test_a_preset_is_kept_chosen_and_deleted(opened, qtbot, monkeypatch):
    page, context = opened()
    page.show_form("Capitals")
    form = page.form
    form.settings.field("epochs").set_value(4)
    form.budget.buttons[2].click()
    assert form.presets.changed.text() == "1 setting changed"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Quick", True))
    form.presets.save.trigger()
    assert form.presets.box.currentText() == "Quick"
    assert form.presets.changed.text() == ""
    form.settings.field("epochs").set_value(9)
    assert not form.settings.field("epochs").reset.isHidden()
    form.presets.reset.trigger()
    assert form.settings.field("epochs").value() == 4
    form.presets.box.setCurrentIndex(0)
    form.presets.box.activated.emit(0)
    assert form.settings.values() == {}
    form.presets.box.setCurrentIndex(1)
    form.presets.box.activated.emit(1)
    assert (form.request().settings, form.request().budget) == ({"epochs": 4}, 1e-5)
    assert [each.name for each in load_presets(context.data_folder)] == ["Quick"]
    form.presets.delete.trigger()
    assert load_presets(context.data_folder) == []
    assert form.presets.box.count() == 1


def test_a_damaged_file_of_presets_is_told(opened):
    page, context = opened()
    (context.data_folder / "presets.json").write_text("{")
    seen = []
    context.events.noticed.connect(seen.append)
    page._show_presets()
    assert "is damaged" in seen[0].text


ESTIMATE = {
    "memory_bytes": 1.9e9,
    "memory_free": 7.2e9,
    "disk_bytes": 3e8,
    "disk_free": 4.1e10,
    "seconds": 240.0,
    "tokens": 100_000,
}


def preflight_of(page, context, qtbot):
    qtbot.waitUntil(lambda: any(a.question == "preflight" for a in context.engine.asked))
    context.engine.last("preflight").answer(ESTIMATE)
    return page.form.preflight.said.text().replace("\u00a0", " ")


def test_the_form_says_what_the_run_will_need(opened, qtbot):
    page, context = opened()
    page.show_form("Capitals")
    assert preflight_of(page, context, qtbot) == (
        "Needs about 1.9 GB of memory (7.2 GB free) · about 4 min (a first guess, from this "
        "model's speed) · about 300 MB of disk at most (41 GB free)"
    )
    assert context.engine.last("preflight").arguments["examples"] == "Capitals"


def test_a_like_run_before_makes_the_better_estimate(opened, qtbot):
    page, context = opened(kit.job("j", "Before", *kit.done_events(seconds=100.0)))
    page.show_form("Capitals")
    said = preflight_of(page, context, qtbot)
    assert "about 4 min (as “Before” took)" in said  # 100 s for 40,000 tokens, now 100,000


def test_too_little_memory_is_marked(opened, qtbot):
    page, _ = opened()
    page.show_form("Capitals")
    page.form.preflight.show_estimate({**ESTIMATE, "memory_free": 1e9}, [])
    assert page.form.preflight.said.property("tone") == "warning"


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


def test_a_chosen_sense_opens_the_senses_page(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    page.detail.tabs.setCurrentIndex(2)
    view = page.detail.senses
    view.setCurrentIndex(view.model().index(0, 0))
    opened_pages = kit.openings(context)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened_pages == ["senses", ("sense", " Afghanistan")]


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

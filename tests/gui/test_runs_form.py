"""The form of a new run: what is asked for, settings and their fields, presets, the estimate."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog

from app.gui.pages.runs.fields import SettingField, setting_from_json
from app.gui.pages.runs.page import RunsPage
from app.gui.widgets.fields import NumberField
from app.jobs.presets import load_presets
from app.operations.requests import SAMPLED
from tests.gui import page_kit as kit
from tests.gui.runs_kit import opener, press


@pytest.fixture
def opened(qtbot, tmp_path):
    return opener(qtbot, tmp_path)


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


def test_models_the_engine_knows_are_offered(opened):
    page, context = opened()
    models = [{"name": "small", "source": "/models/small", "edits": 1}]
    context.engine.described.emit({**kit.description(), "models": models})
    page.show_form("Capitals")
    page.form.model.setCurrentText("small")
    page.form.start.trigger()
    assert context.jobs.calls[-1][1].model == "/models/small"


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

"""The page of models over an engine that the test plays: table, details, dialogs, errands."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMessageBox, QPushButton

from app.gui.commands import commands_of
from app.gui.events import Tone
from app.gui.pages.models.hub_dialog import HubDialog
from app.gui.pages.models.page import ModelsPage
from app.gui.pages.models.token_dialog import TokenDialog
from app.gui.tables.methods_table import FITS, REASON, MethodsTable
from app.gui.tables.model_standing import ModelRow, standing_of
from app.gui.tables.models_table import (
    CONTEXT,
    NAME,
    PARAMETERS,
    STATE,
    ModelsTable,
    spoken_amount,
)
from app.jobs.events import FailureEvent, ProgressEvent, StateEvent
from app.jobs.folder import job_folders
from app.jobs.job import JobState
from app.operations.shelf.shelf import ModelShelf
from tests.gui import page_kit as kit
from tests.gui import pictures_of_models as made

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
LLAMA, PYTHIA = "made-up/llama-with-long-context", "/data/models/pythia-410m"


@pytest.fixture
def context(qapp, tmp_path):
    opened = kit.context_in(tmp_path)
    yield opened
    opened.library.close()


@pytest.fixture
def opened(qtbot, context):
    def _open(*, filled=True, answered=True):
        if filled:
            made.fill(context)
        page = kit.shown(qtbot, ModelsPage(context), 1200, 700)
        if answered:
            made.answer(context)
        return page

    return _open


def names_in(page):
    return [page.table.index(row, NAME).data() for row in range(page.table.rowCount())]


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def button_of(box, begin):
    (found,) = [each for each in box.findChildren(QPushButton) if each.text().startswith(begin)]
    return found


def notices(context):
    heard = []
    context.events.noticed.connect(heard.append)
    return heard


def happen(context, page, *events):
    """Let the engine tell something of the only fetch there is."""
    (view,) = page.desk.errands.all()
    for event in events:
        context.engine.event_received.emit(view.id, event)
    return view.id


def test_models_are_listed_before_the_engine_says_anything(opened, context):
    page = opened(answered=False)
    assert "Starter (in use)" in names_in(page)
    assert "pythia-410m" in names_in(page)
    assert page.table.index(0, STATE).data() == "…"
    assert not page.details.tabs.isVisible()
    made.answer(context)
    assert page.table.index(0, STATE).data() == "✓ checked"
    assert page.table.index(0, PARAMETERS).data().replace("\u00a0", " ") == "8.3 M"
    assert page.details.tabs.isVisible()


def test_each_method_says_why_it_does_not_go_with_a_model(opened):
    page = opened()
    page.show_model(PYTHIA)
    table = page.details.methods
    assert table.index(0, FITS).data() == "✗ no"
    assert table.index(0, REASON).data() == "It changes sense vectors, and a GPT-NeoX has none."
    assert table.index(2, FITS).data() == "✓ yes"
    page.show_model(LLAMA)
    assert table.index(1, FITS).data() == "too large"
    assert "12\u00a0GB are free" in table.index(1, REASON).data()


def test_a_model_that_cannot_be_opened_says_why_and_cannot_be_used(opened):
    page = opened()
    page.show_model(made.BROKEN)
    assert "model-00002-of-00003.safetensors is missing" in page.details.trouble.text()
    assert page.details.state.text() == "✗ not usable"
    assert not page.details.use.isEnabled()


def test_a_model_is_used_by_the_keyboard(opened, context, qtbot):
    page = opened()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.focus_first()
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    assert page.details.row.source == "starter-large"
    qtbot.keyClick(page.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert context.selection.model == "starter-large"
    assert "Starter-large (in use)" in names_in(page)


def test_the_table_sorts_and_searches(opened, qtbot):
    page = opened()
    page.view.sortByColumn(PARAMETERS, Qt.SortOrder.DescendingOrder)
    assert names_in(page)[:2] == [LLAMA, "pythia-410m"]
    qtbot.keyClicks(page.filter, "gptneox")
    assert names_in(page) == ["pythia-410m", "Starter-large"]
    page.filter.clear()
    page.view.sortByColumn(CONTEXT, Qt.SortOrder.AscendingOrder)
    assert names_in(page)[-1] == LLAMA


def test_the_tables_are_sound(opened, context, qapp):
    table, methods = ModelsTable(), MethodsTable()
    testers = [QAbstractItemModelTester(each, STRICT) for each in (table, methods)]
    page = opened()
    rows = page.desk.rows()
    table.show_models(rows)
    table.sort(PARAMETERS, Qt.SortOrder.DescendingOrder)
    table.filter_models("llama")
    table.filter_models("")
    table.show_models(rows[:2])
    methods.show_methods(rows[0].facts["methods"], 10**9)
    methods.show_methods([], 0)
    assert [each.model() for each in testers] == [table, methods]


def test_a_folder_is_chosen_and_added(opened, context, monkeypatch, tmp_path):
    page = opened(filled=False)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    page.add.trigger()
    asked = context.engine.last("add-model")
    assert asked.arguments == {"folder": str(tmp_path)}
    heard = notices(context)
    notes = ["config.json says float32."]
    asked.answer({"source": str(tmp_path), "problem": "", "notes": notes})
    assert heard[0].text == f"“{tmp_path.name}” is added. config.json says float32."
    heard[0].do()
    assert context.selection.model == str(tmp_path)
    assert context.engine.last("describe")


def test_another_tokenizer_is_offered_for_a_folder_that_has_none(
    opened, context, monkeypatch, tmp_path
):
    page = opened(filled=False)
    page.add_folder(tmp_path / "bare")
    heard = notices(context)
    refused = {"source": str(tmp_path / "bare"), "problem": "No tokenizer.", "remedy": "tokenizer"}
    context.engine.last("add-model").answer(refused)
    assert (heard[0].text, heard[0].action) == ("No tokenizer.", "Choose its tokenizer…")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "words"))
    heard[0].do()
    asked = context.engine.last("add-model").arguments
    assert asked == {"folder": str(tmp_path / "bare"), "tokenizer": str(tmp_path / "words")}
    context.engine.last("add-model").answer({**refused, "problem": "No.", "remedy": ""})
    assert (heard[1].text, heard[1].action) == ("No.", "")


def test_folders_can_be_dropped_and_files_beside_a_configuration(opened, tmp_path):
    page = opened(filled=False)
    (tmp_path / "model").mkdir()
    (tmp_path / "rows.csv").write_text("a,b")
    for path, taken in ((tmp_path / "model", True), (tmp_path / "rows.csv", False)):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDragEnterEvent(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        event.ignore()
        page.dragEnterEvent(event)
        assert event.isAccepted() is taken


def hub_dialog(page, name="somebody/model"):
    page.add_from_hub.trigger()
    dialog = page.findChild(HubDialog)
    dialog.name.setText(name)
    return dialog


def test_nothing_is_fetched_before_its_size_was_shown(opened, context, qtbot):
    page = opened(filled=False)
    dialog = hub_dialog(page)
    assert not dialog.fetch.isEnabled()
    dialog.revision.setText("v1")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    asked = context.engine.last("plan-model")
    assert asked.arguments == {"source": "somebody/model@v1"}
    asked.answer(made.plan())
    assert "It fits." in dialog.plan.verdict.text()
    assert page.desk.errands.all() == []
    press(qtbot, dialog.fetch_button)
    (folder,) = job_folders(context.data_folder / "errands")
    assert folder.spec().request == {"source": "somebody/model@v1"}
    assert context.engine.errands == [folder.path]
    assert "somebody/model@v1" in names_in(page)


def test_a_plan_for_another_name_is_not_shown(opened, context):
    page = opened(filled=False)
    dialog = hub_dialog(page)
    dialog.look_.trigger()
    asked = context.engine.last("plan-model")
    dialog.name.setText("somebody/else")
    asked.answer(made.plan())
    assert dialog.plan.isHidden()
    assert not dialog.fetch.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(
    ("changes", "sentence", "may_fetch"),
    [
        ({"disk_free": 10**9}, "The disk has no room for it", False),
        ({"memory_free": 10**9}, "close other programs", True),
        ({"to_fetch": 0}, "It fits.", True),
    ],
)
def test_what_does_not_fit_is_said(opened, context, changes, sentence, may_fetch):
    page = opened(filled=False)
    dialog = hub_dialog(page)
    dialog.look_.trigger()
    context.engine.last("plan-model").answer(made.plan(**changes))
    assert sentence in dialog.plan.verdict.text()
    assert dialog.fetch.isEnabled() is may_fetch
    assert dialog.fetch.text() == ("Add" if changes.get("to_fetch") == 0 else "Download")
    dialog.reject()


def test_a_model_that_is_here_is_added_though_the_hub_cannot_be_asked(opened, context):
    page = opened(filled=False)
    dialog = hub_dialog(page)
    dialog.look_.trigger()
    problem = {"problem": "The hub cannot be reached.", "remedy": "retry", "is_here": True}
    context.engine.last("plan-model").answer(problem)
    assert "on this computer already" in dialog.said.text()
    assert (dialog.fetch.text(), dialog.fetch.isEnabled()) == ("Add what is here", True)
    dialog.reject()


def token_dialog(page, context, places=()):
    page.token.trigger()
    context.engine.last("token-places").answer({"places": list(places), "fixed": ["HF_TOKEN"]})
    return page.findChild(TokenDialog)


def test_the_token_goes_to_the_engine_alone(opened, context, qtbot, tmp_path):
    dialog = token_dialog(opened(filled=False), context)
    assert not dialog.keep.isEnabled()
    assert dialog.kept.text() == "No token is kept yet."
    assert not dialog.remove.isVisible()
    qtbot.keyClicks(dialog.field, "hf_secret")
    assert dialog.field.displayText() != "hf_secret"
    heard = notices(context)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    asked = context.engine.last("keep-token")
    assert asked.arguments == {"token": "hf_secret"}
    asked.answer({"place": "the system's keyring", "reason": ""})
    assert [each.text for each in heard] == ["The token is kept in the system's keyring."]
    assert not dialog.isVisible()
    assert dialog.field.text() == ""
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"hf_secret" in p.read_bytes()]


def test_a_token_that_is_in_no_keyring_is_a_warning_with_the_reason(opened, context, qtbot):
    dialog = token_dialog(opened(filled=False), context)
    qtbot.keyClicks(dialog.field, "hf_secret")
    heard = notices(context)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    answer = {"place": "/hub/token", "reason": "The system's keyring is locked."}
    context.engine.last("keep-token").answer(answer)
    said = "The system's keyring is locked. The token is kept in /hub/token."
    assert [(each.text, each.tone) for each in heard] == [(said, Tone.WARNING)]


def test_a_token_is_removed_where_it_is_said_to_be(opened, context, qtbot):
    dialog = token_dialog(opened(filled=False), context, ["the system's keyring", "HF_TOKEN"])
    assert dialog.kept.text() == "A token is kept in the system's keyring, HF_TOKEN."
    heard = notices(context)
    press(qtbot, button_of(dialog, "Remove token"))
    assert not dialog.isVisible()
    answer = {"removed": ["the system's keyring"], "places": ["HF_TOKEN"]}
    context.engine.last("remove-token").answer(answer)
    assert [each.text for each in heard] == [
        "The token is taken out of the system's keyring. There is still one in HF_TOKEN, which the "
        "program leaves alone."
    ]


def test_a_token_of_the_environment_is_not_offered_for_removal(opened, context):
    dialog = token_dialog(opened(filled=False), context, ["HF_TOKEN"])
    assert dialog.kept.text() == "A token is kept in HF_TOKEN."
    assert not dialog.remove.isVisible()
    dialog.reject()


def test_a_fetch_shows_how_far_it_is_pauses_and_goes_on(opened, context):
    page = opened()
    made.show_fetching(page, context)
    assert page.details.state.text().replace("\u00a0", " ") == "fetching 59 %"
    assert page.details.errand.rest.text().replace("\u00a0", " ").endswith("about 2 min")
    assert not page.details.use.isEnabled()
    page.details.errand.pause.trigger()
    errand_id = happen(context, page, StateEvent(JobState.CANCELLED))
    assert context.engine.errands[-1] == errand_id
    assert page.details.errand.said.text().startswith("Paused.")
    page.details.errand.resume.trigger()
    assert context.engine.errands[-1].name == errand_id


def test_a_fetch_that_is_done_is_offered_for_use(opened, context):
    page = opened()
    made.show_fetching(page, context)
    heard = notices(context)
    happen(context, page, StateEvent(JobState.DONE))
    assert heard[0].text == f"“{made.BEGUN}” is added."
    heard[0].do()
    assert context.selection.model == made.BEGUN
    assert page.desk.errands.all() == []
    assert not list(job_folders(context.data_folder / "errands"))


def test_a_fetch_that_failed_says_why_and_what_helps(opened, context):
    page = opened()
    made.show_fetching(page, context)
    failure = FailureEvent("It is given only to those who accept.", "", remedy="token")
    happen(context, page, failure, StateEvent(JobState.FAILED))
    assert page.details.errand.said.text() == "It is given only to those who accept."
    assert page.details.errand.token.isVisible()
    assert page.details.errand.resume.isVisible()
    assert page.details.state.text() == "✗ not fetched"


def test_cancelling_a_fetch_asks_and_deletes_what_has_come(opened, context, qtbot):
    page = opened()
    page.show_model(made.BEGUN)
    page.details.errand.cancel.trigger()
    box = page.findChild(QMessageBox)
    assert "290\u00a0MB" in box.informativeText()
    press(qtbot, button_of(box, "Delete"))
    asked = context.engine.last("remove-model")
    assert asked.arguments == {"source": made.BEGUN, "delete_files": True}
    heard = notices(context)
    asked.answer({"source": made.BEGUN, "deleted": ["a"], "kept": 0})
    assert "is not fetched" in heard[0].text
    assert made.BEGUN not in names_in(page)


def test_a_fetch_whose_window_died_can_be_gone_on_with(opened, context):
    made.errand(context, "somebody/other", (JobState.RUNNING,), done=5, total=10)
    page = opened(filled=False)
    page.show_model("somebody/other")
    assert page.details.errand.said.text().startswith("Interrupted.")
    assert page.details.errand.resume.isVisible()


def test_removing_asks_says_what_stays_and_deletes_only_when_told(opened, context, qtbot):
    page = opened()
    context.selection.set_model(LLAMA)
    page.show_model(LLAMA)
    page.details.remove.trigger()
    box = page.findChild(QMessageBox)
    ticked = box.findChild(QCheckBox)
    assert "12 files" in ticked.text()
    assert not ticked.isChecked()
    ticked.setChecked(True)
    press(qtbot, button_of(box, "Take off"))
    asked = context.engine.last("remove-model")
    assert asked.arguments == {"source": LLAMA, "delete_files": True}
    assert context.selection.model == "starter"
    ModelShelf(str(context.data_folder)).take_out(LLAMA)
    asked.answer({"source": LLAMA, "deleted": ["a", "b"], "kept": 10})
    assert LLAMA not in names_in(page)


def test_a_folder_is_removed_without_its_files(opened, context):
    page = opened()
    page.show_model(PYTHIA)
    page.details.remove.trigger()
    box = page.findChild(QMessageBox)
    assert "stay where they are" in box.informativeText()
    assert box.findChild(QCheckBox) is None
    box.reject()
    assert not [each for each in context.engine.asked if each.question == "remove-model"]


def test_what_comes_with_the_program_cannot_be_removed(opened):
    page = opened()
    page.show_model("starter")
    assert not page.details.remove.isVisible()
    assert not page.details.remove.isEnabled()


def test_a_check_tells_how_far_it_is_and_what_it_found(opened, context):
    page = opened(filled=False)
    page.show_model("starter")
    page.details.check.trigger()
    progress = ProgressEvent("hashing files", 5, 10, "model.safetensors")
    happen(context, page, StateEvent(JobState.PREPARING), progress)
    assert page.details.state.text().replace("\u00a0", " ") == "checking 50 %"
    assert not page.details.errand.pause.isVisible()
    heard = notices(context)
    failure = FailureEvent("model.safetensors is not what the hub published.", "")
    happen(context, page, failure, StateEvent(JobState.FAILED))
    assert "not what the hub published" in heard[0].text
    assert "not what the hub published" in page.details.trouble.text()
    assert page.desk.errands.all() == []


def test_bases_of_edits_are_listed_and_can_be_added(opened, context):
    base = {"source": "/data/models/base", "fingerprint": "f"}
    kit.put_edit(context, "Alpha", said={"model": base})
    page = opened(filled=False)
    assert "base" in names_in(page)
    page.show_model("/data/models/base")
    assert page.details.row.edits == 1
    page.details.add.trigger()
    assert context.engine.last("add-model").arguments == {"folder": "/data/models/base"}


def test_the_palette_opens_a_model(opened, context):
    page = opened()
    context.engine.description = {"models": [{"name": "pythia-410m", "source": PYTHIA}]}
    (found,) = [each for each in commands_of(context, [], []) if each.name == "pythia-410m"]
    found.do()
    assert page.details.row.source == PYTHIA


def test_the_engine_being_gone_is_said(opened, context):
    page = opened(answered=False)
    context.engine.last("models").error("The engine is not running.")
    assert page.said.text() == "The engine is not running."
    page.look.trigger()
    made.answer(context)
    assert page.said.text().endswith("models")


@pytest.mark.parametrize(
    ("number", "words"), [(950, "950"), (8_321_024, "8.3 M"), (1.24e9, "1.2 B"), (4.05e8, "405 M")]
)
def test_amounts_are_spoken_shortly(number, words):
    assert spoken_amount(number).replace("\u00a0", " ") == words


def test_a_check_before_a_change_does_not_count_any_more():
    checked = {**made.CHECKED, "is_current": False}
    row = ModelRow("a", "a", "folder", facts=made.facts_of("starter", checked=checked))
    assert standing_of(row).word == "changed"
    assert json.dumps(dict(row.facts))

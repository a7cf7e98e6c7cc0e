"""The examples page, driven as a person does: sets, rows, undo, import, probabilities."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFileDialog, QLineEdit, QPushButton

from app.gui.pages.examples.page import ExamplesPage
from app.gui.pages.examples.thresholds import ThresholdsDialog
from app.gui.tables.example_columns import Column, ExampleRole
from editing.examples import Example, ExampleSet, Kind, Role, nats_from_entered, read_examples
from tests.gui import page_kit as kit

ITALY = Example("The capital of Italy is", " Rome", kind=Kind.INCREASE)
CHINA = Example("The capital of China is", " Beijing", kind=Kind.INCREASE)
TEST = Example("Bread is dear in the capital of Italy,", " Rome", kind=Kind.INCREASE)


@pytest.fixture
def opened(gui, qtbot):
    """Open the page over sets of the library."""

    def _open(*sets):
        for each in sets:
            gui.sets.save(each)
        return kit.shown(qtbot, ExamplesPage(gui))

    return _open


@pytest.fixture
def page(opened):
    """The page with one set."""
    return opened(capitals())


def capitals(*rows):
    return ExampleSet("Capitals", rows or (ITALY, CHINA), (TEST,))


def stored(gui, name="Capitals", role=Role.CANONICAL):
    return gui.sets.load(name).rows(role)


def press(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_into(qtbot, page, row, column, text, *, key=Qt.Key.Key_Return):
    """Double-click a cell, replace what stands there, press Enter."""
    view = page.editor.view
    place = view.visualRect(page.editor.table.index(row, column)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    field = view.viewport().findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, key)
    qtbot.waitUntil(lambda: field not in view.viewport().findChildren(QLineEdit))


def choose_row(qtbot, page, row, column=Column.PREFIX):
    view = page.editor.view
    place = view.visualRect(page.editor.table.index(row, column)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_without_sets_the_guided_example_is_offered(opened, gui, qtbot):
    page = opened()
    assert page.empty.isVisible()
    assert not page.sets.delete.isEnabled()
    with qtbot.waitSignal(gui.events.guide_requested):
        press(qtbot, page.empty.findChild(QPushButton))


def test_the_first_set_is_open_and_its_lists_are_counted(page):
    tabs = page.editor.tabs
    assert [tabs.tabText(i) for i in range(3)] == [
        "Canonical  2",
        "Evaluation  1",
        "Hard negatives  0",
    ]
    assert page.editor.table.shown_rows == (ITALY, CHINA)


def test_typing_into_a_cell_changes_the_row_in_the_library(page, gui, qtbot):
    type_into(qtbot, page, 0, Column.WANTED, " Milan")
    assert [row.suffix for row in stored(gui)] == [" Milan", " Beijing"]


def test_typing_into_the_empty_row_adds_an_example_and_offers_the_next(page, gui, qtbot):
    type_into(qtbot, page, 2, Column.PREFIX, "The capital of Chad is", key=Qt.Key.Key_Tab)
    field = page.editor.view.viewport().findChild(QLineEdit)
    assert field.text() == "␣"
    qtbot.keyClicks(field, "N'Djamena")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(gui)[2].suffix == " N'Djamena")
    assert stored(gui)[2].prefix == "The capital of Chad is"
    assert page.editor.table.rowCount() == 4


def test_spaces_at_the_ends_stay_visible_while_one_types(page, qtbot):
    view = page.editor.view
    view.edit(page.editor.table.index(0, Column.WANTED))
    field = view.viewport().findChild(QLineEdit)
    assert field.text() == "␣Rome"
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, " ")
    assert field.text() == "␣Rome␣"
    qtbot.keyClicks(field, "x")
    assert field.text() == "␣Rome x"


def test_typing_over_a_continuation_leaves_its_leading_space(page, qtbot):
    view = page.editor.view
    view.edit(page.editor.table.index(0, Column.WANTED))
    field = view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(field, "Milan")
    assert field.text() == "␣Milan"


def test_the_kind_is_chosen_from_a_list_and_a_pair_then_lacks_its_second(page, gui, qtbot):
    view = page.editor.view
    view.edit(page.editor.table.index(0, Column.KIND))
    choice = view.viewport().findChild(QComboBox)
    choice.setCurrentIndex(choice.findText("Prefer A"))
    choice.activated.emit(choice.currentIndex())
    assert stored(gui)[0].kind is Kind.PREFER
    assert page.editor.table.index(0, Column.FLAGS).data() == "no second"
    assert not view.isColumnHidden(Column.OTHER)


def test_delete_undo_and_redo_are_in_the_library_at_once(page, gui, qtbot):
    choose_row(qtbot, page, 0)
    qtbot.keyClick(page.editor.view, Qt.Key.Key_Delete)
    assert stored(gui) == (CHINA,)
    qtbot.keyClick(page.editor.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored(gui) == (ITALY, CHINA)
    page.editor.actions_of_set.redo.trigger()
    assert stored(gui) == (CHINA,)


def test_undo_shows_the_list_it_changes(page, gui, qtbot):
    choose_row(qtbot, page, 0)
    page.editor.actions_of_rows.delete.trigger()
    page.editor.tabs.setCurrentIndex(1)
    page.editor.actions_of_set.undo.trigger()
    assert page.editor.tabs.currentIndex() == 0
    assert stored(gui) == (ITALY, CHINA)


def test_a_set_keeps_its_undo_while_another_is_looked_at(opened, gui, qtbot):
    page = opened(capitals(), ExampleSet("Other", (TEST,)))
    choose_row(qtbot, page, 0)
    page.editor.actions_of_rows.delete.trigger()
    page.sets.choose("Other")
    assert not page.editor.actions_of_set.undo.isEnabled()
    page.sets.choose("Capitals")
    page.editor.actions_of_set.undo.trigger()
    assert stored(gui) == (ITALY, CHINA)


def test_mend_spaces_is_offered_where_it_helps(opened, gui, qtbot):
    page = opened(capitals(Example("The capital of Italy is", "Rome", kind=Kind.INCREASE)))
    press(qtbot, page.editor.mend_button)
    assert stored(gui)[0].suffix == " Rome"
    assert not page.editor.mend_button.isVisible()


def test_the_filter_shows_matching_rows_and_says_how_many(page, qtbot):
    qtbot.keyClicks(page.editor.filter.field, "china")
    assert page.editor.table.shown_rows == (CHINA,)
    assert page.editor.filter.count.text() == "1 of 2 rows"


def test_cells_can_be_copied_and_pasted_as_rows(page, gui, qtbot):
    view = page.editor.view
    view.selectAll()
    page.editor.actions_of_rows.cells["copy"].trigger()
    assert "Say more\tThe capital of Italy is\t Rome" in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().setText("Prefix\tSuffix\nThe capital of Chad is\t N'Djamena\n")
    view.setCurrentIndex(page.editor.table.index(1, Column.PREFIX))
    page.editor.actions_of_rows.cells["paste"].trigger()
    assert [row.suffix for row in stored(gui)] == [" Rome", " N'Djamena", " Beijing"]
    page.editor.actions_of_set.undo.trigger()
    assert stored(gui) == (ITALY, CHINA)


def test_several_rows_are_given_a_kind_in_one_step(page, gui):
    page.editor.view.selectAll()
    page.editor.actions_of_rows.kinds[Kind.DECREASE].trigger()
    assert {row.kind for row in stored(gui)} == {Kind.DECREASE}
    page.editor.actions_of_set.undo.trigger()
    assert {row.kind for row in stored(gui)} == {Kind.INCREASE}


def test_sets_are_made_renamed_copied_and_deleted_with_undo(page, gui, qtbot):
    notices = []
    gui.events.noticed.connect(notices.append)
    page.sets.new.trigger()
    assert page.sets.current == "New set"
    item = page.sets.list.currentItem()
    item.setText("Cities")
    assert "Cities" in gui.sets
    page.sets.duplicate.trigger()
    assert page.sets.current == "Cities 2"
    page.sets.delete.trigger()
    assert gui.sets.names() == ["Capitals", "Cities"]
    notices[-1].do()
    assert page.sets.current == "Cities 2"


def test_a_name_that_is_taken_is_refused_and_the_old_one_stays(page, gui, qtbot):
    notices = []
    gui.events.noticed.connect(notices.append)
    page.sets.new.trigger()
    item = page.sets.list.currentItem()
    item.setText("Capitals")
    assert item.text() == "New set"
    assert "already" in notices[0].text


def test_a_renamed_set_goes_on_being_edited_under_its_new_name(page, gui, qtbot):
    page.sets.list.currentItem().setText("Cities")
    choose_row(qtbot, page, 0)
    page.editor.actions_of_rows.delete.trigger()
    assert gui.sets.names() == ["Cities"]
    assert stored(gui, "Cities") == (CHINA,)


def test_the_engine_is_asked_for_the_rows_shown_once_typing_rests(page, gui, qtbot):
    qtbot.waitUntil(lambda: bool(gui.engine.asked))
    asked = gui.engine.last("probabilities")
    assert [row["id"] for row in asked.arguments["rows"]] == [ITALY.id, CHINA.id]
    asked.part([{"id": ITALY.id, "log_prob": -0.1, "other_log_prob": None, "tokens": []}])
    assert page.editor.table.index(0, Column.NOW).data() == "90 %"
    assert "1 of 1 succeed now" in page.editor.summary.text()


def test_another_model_is_asked_anew(page, gui, qtbot):
    qtbot.waitUntil(lambda: bool(gui.engine.asked))
    gui.engine.last("probabilities").part([{"id": ITALY.id, "log_prob": -0.1}])
    gui.selection.set_model("/models/other")
    assert page.editor.table.index(0, Column.NOW).data(ExampleRole.GAUGE).is_stale
    qtbot.waitUntil(lambda: gui.engine.last("probabilities").arguments["model"] == "/models/other")


def test_run_edit_asks_for_the_runs_page_with_this_set(page, gui):
    seen = kit.openings(gui)
    page.editor.actions_of_set.run.trigger()
    assert seen == ["runs", ("new-run", "Capitals")]


def test_an_exported_list_reads_back_as_it_was(page, gui, tmp_path, monkeypatch):
    file = tmp_path / "out.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    page.editor.actions_of_set.write.trigger()
    assert read_examples(file).examples == (ITALY, CHINA)


def test_thresholds_are_entered_as_probabilities_and_kept_in_nats(page, gui, qtbot):
    page.editor.actions_of_set.thresholds.trigger()
    dialog = page.findChild(ThresholdsDialog)
    dialog.fields[Kind.INCREASE].setValue(0.5)
    dialog.accept()
    assert gui.sets.load("Capitals").thresholds == {
        Kind.INCREASE: nats_from_entered(Kind.INCREASE, 0.5)
    }


def test_a_new_set_is_ready_to_be_typed_into(page, gui, qtbot):
    gui.events.open_requested.emit("new-set", "")
    assert page.sets.current == "New set"
    assert page.editor.view.state() == QAbstractItemView.State.EditingState


def test_the_hard_negatives_are_not_judged_and_have_no_kind(page):
    page.editor.tabs.setCurrentIndex(2)
    assert page.editor.view.isColumnHidden(Column.KIND)

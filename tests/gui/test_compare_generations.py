"""Texts on the compare page: streamed, marked, of many prompts, judged and kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.compare.diff import marked
from app.gui.pages.compare.judged_dialog import JudgedDialog
from app.gui.tables.generations_table import Cell, GenerationsTable
from app.gui.tables.judged_table import JudgedRow, JudgedTable
from editing.library.judged_texts import JudgedText, judged_texts
from tests.gui.compare_kit import STRICT, asked, opener, press, with_capitals, write


@pytest.fixture
def context(qapp, tmp_path):
    return with_capitals(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    return opener(qtbot, context)


def test_generate_asks_once_a_column_with_the_same_seed(opened, context, qtbot):
    page = opened("One", "Two")
    page.generations.bar.text.clear()
    qtbot.keyClicks(page.generations.bar.text, "The capital of Peru is")
    page.generations.bar.seed.setValue(7)
    press(qtbot, page.generations.bar.generate_button)
    requests = [each.arguments for each in asked(context, "generate")]
    assert [request["edits"] for request in requests] == [[], ["One@1"], ["Two@1"]]
    assert {(r["prompt"], r["seed"]) for r in requests} == {("The capital of Peru is", 7)}
    assert len({each.channel for each in asked(context, "generate")}) == 3


def test_text_streams_in_and_words_the_original_lacks_are_marked(opened, context):
    page = opened("One")
    page.generations.bar.generate.trigger()
    base, edited = asked(context, "generate")
    edited.part({"column": 1, "text": " Lima,"})
    assert page.generations.texts[1].continuation == " Lima,"
    assert page.generations.texts[1].toPlainText() == "Here in Chad the capital is Lima,"
    base.answer({"text": "", "continuation": " a city by the sea.", "tokens": 5})
    assert page.generations.bar.stop.isVisible()
    edited.answer({"text": "", "continuation": " Lima, a city by the hill.", "tokens": 5})
    assert page.generations.texts[1].marked_words == ["Lima,", "hill."]
    assert page.generations.texts[0].marked_words == []
    assert not page.generations.bar.stop.isVisible()


def test_the_prompt_begins_where_the_edit_was_taught_until_one_is_typed(opened, qtbot):
    page = opened("One", "Two")
    assert page.generations.bar.text.text() == "Here in Chad the capital is"
    page.generations.bar.text.selectAll()
    qtbot.keyClicks(page.generations.bar.text, "My own")
    page.show_edits((page.heads.choices()[1].edit.id,))
    assert page.generations.bar.text.text() == "My own"


def test_stop_withdraws_what_is_still_being_written(opened, context, qtbot):
    page = opened("One")
    page.generations.bar.generate.trigger()
    press(qtbot, page.generations.bar.stop_button)
    assert context.engine.withdrawn == [1, 2]
    assert page.generations.bar.generate.isEnabled()


def test_an_error_is_told_in_its_column_alone(opened, context):
    page = opened("One")
    page.generations.bar.generate.trigger()
    base, edited = asked(context, "generate")
    edited.error("The edit One was made for another model.")
    base.answer({"text": "", "continuation": " a city.", "tokens": 3})
    assert page.generations.texts[1].toPlainText() == "The edit One was made for another model."
    assert page.generations.texts[0].continuation == " a city."


def test_an_edit_opened_elsewhere_goes_on_from_its_prompt_at_once(opened, context):
    page = opened("One", "Two")
    context.events.open_requested.emit("edit", page.heads.choices()[0].edit.id)
    base, edited = asked(context, "generate")[:2]
    assert base.arguments["prompt"] == "Here in Chad the capital is"
    assert [base.arguments["edits"], edited.arguments["edits"]] == [[], ["One@1"]]
    assert page.generations.bar.stop.isVisible()


def test_texts_that_are_there_stay_when_their_edit_is_opened_again(opened, context):
    page = opened("One")
    edit = page.heads.choices()[0].edit.id
    for _ in range(2):
        context.events.open_requested.emit("edit", edit)
        for question in asked(context, "generate"):
            question.answer({"text": "", "continuation": " Lima.", "tokens": 2})
    assert len(asked(context, "generate")) == 2
    assert page.generations.texts[1].continuation == " Lima."


def test_another_edit_takes_the_place_of_the_texts(opened, context):
    page = opened("One", "Two")
    one, two = [choice.edit.id for choice in page.heads.choices()]
    page.show_edits((one,))
    page.generations.bar.generate.trigger()
    for question in asked(context, "generate"):
        question.answer({"text": "", "continuation": " Lima.", "tokens": 2})
    context.events.open_requested.emit("edit", two)
    assert asked(context, "generate")[-1].arguments["edits"] == ["Two@1"]
    assert page.generations.texts[0].continuation == ""


def test_an_edit_that_is_not_there_is_not_asked_about(opened, context):
    opened()
    context.events.open_requested.emit("edit", "gone")
    assert asked(context, "generate") == []


def test_a_page_that_nobody_looks_at_asks_for_nothing(opened, context):
    page = opened("One")
    page.hide()
    context.events.open_requested.emit("edit", page.heads.choices()[0].edit.id)
    assert asked(context, "generate") == []


def test_marking_keeps_every_character_and_ignores_punctuation():
    pieces = marked(" by the sea, far away.", " by the lake far away")
    assert "".join(piece.text for piece in pieces) == " by the sea, far away."
    assert [piece.text.strip() for piece in pieces if piece.differs] == ["sea,"]


PROMPTS = "The capital of Peru is\n\nThe capital of Chad is\nThe capital of Peru is"


@pytest.fixture
def of_many(opened, context, qtbot):
    """The page with two prompts asked for, the first of them written."""
    page = opened("One", "Two")
    bar = page.generations.bar
    press(qtbot, bar.switch)
    bar.lines.setPlainText(PROMPTS)
    press(qtbot, bar.generate_button)
    write(context, " a city.", " Lima.", " a city.")
    return page


def rows(page):
    table = page.generations.table
    columns = range(table.columnCount())
    return [[table.index(r, c).data() for c in columns] for r in range(table.rowCount())]


def test_many_prompts_are_continued_one_after_the_other(of_many, context):
    asked_for = [each.arguments["prompt"] for each in asked(context, "generate")]
    assert asked_for == ["The capital of Peru is"] * 3 + ["The capital of Chad is"] * 3
    assert {each.arguments["seed"] for each in asked(context, "generate")} == {0}
    assert rows(of_many)[0] == ["The capital of Peru is", "a city.", "Lima.", "as the original"]
    assert rows(of_many)[1] == ["The capital of Chad is", "", "", ""]
    write(context, " a town.", " N'Djamena.", " x.")
    assert not of_many.generations.bar.stop.isVisible()
    assert len(asked(context, "generate")) == 6


def test_a_row_shows_its_texts_side_by_side(of_many, context, qtbot):
    write(context, " a town.", " N'Djamena.", " x.")
    texts = of_many.generations.texts
    assert texts[1].toPlainText() == "The capital of Peru is Lima."
    assert texts[1].marked_words == ["Lima."]
    of_many.generations.view.setFocus()
    qtbot.keyClick(of_many.generations.view, Qt.Key.Key_Down)
    assert texts[1].toPlainText() == "The capital of Chad is N'Djamena."
    assert texts[2].marked_words == ["x."]


def test_stopping_leaves_the_other_prompts_unwritten(of_many, context, qtbot):
    press(qtbot, of_many.generations.bar.stop_button)
    assert rows(of_many)[0][2] == "Lima."
    assert len(asked(context, "generate")) == 6
    assert of_many.generations.bar.generate.isEnabled()


def test_the_prompts_of_the_examples_are_filled_in(opened, context, qtbot):
    page = opened("One")
    press(qtbot, page.generations.bar.switch)
    press(qtbot, page.generations.bar.from_examples_button)
    assert page.generations.bar.prompts() == [
        "Here in Chad the capital is",
        "Here in Bolivia the capital is",
        "Here in Peru the capital is",
    ]
    heard = []
    context.events.noticed.connect(heard.append)
    context.sets.delete("Capitals")
    page.generations.bar.from_examples.trigger()
    assert "are not there" in heard[-1].text


def test_without_a_prompt_nothing_is_asked(opened, context):
    page = opened("One")
    page.generations.bar.many.trigger()
    page.generations.bar.lines.setPlainText("\n \n")
    page.generations.bar.generate.trigger()
    assert asked(context, "generate") == []
    assert page.generations.bar.generate.isEnabled()


def judged(opened, context):
    """One text written by the original and an edit."""
    page = opened("One")
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Lima.")
    return page


def test_what_is_thought_of_a_text_is_kept_with_the_edit(opened, context, qtbot):
    page = judged(opened, context)
    bar = page.generations.judges[1]
    assert not page.generations.judges[0].isVisible()
    qtbot.mouseClick(bar._buttons[0], Qt.MouseButton.LeftButton)
    qtbot.keyClicks(bar.note, "as wanted")
    qtbot.keyClick(bar.note, Qt.Key.Key_Return)
    edit = context.library.edit("One")
    (kept,) = judged_texts(context.library, edit.id)
    assert (kept.liked, kept.note, kept.continuation) == (True, "as wanted", " Lima.")
    assert kept.put_on == ((edit.id, 1.0),)
    qtbot.mouseClick(bar._buttons[1], Qt.MouseButton.LeftButton)
    (kept,) = judged_texts(context.library, edit.id)
    assert (kept.liked, kept.note) == (False, "as wanted")
    qtbot.mouseClick(bar._buttons[1], Qt.MouseButton.LeftButton)
    assert judged_texts(context.library, edit.id)[0].liked is None


def test_it_is_there_again_when_the_same_text_is_written_again(opened, context, qtbot):
    page = judged(opened, context)
    page.generations.judges[1].down.trigger()
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Lima.")
    assert page.generations.judges[1].liked is False
    assert rows(page)[0][2] == "✗ Lima."
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Cusco.")
    assert page.generations.judges[1].liked is None


def test_a_text_of_another_strength_than_the_column_has_now_is_not_judged(opened, context):
    page = judged(opened, context)
    assert page.generations.judges[1].isEnabled()
    page.heads.columns[0].fields[0].slider.setValue(30)
    assert not page.generations.judges[1].isEnabled()
    page.heads.columns[0].fields[0].slider.setValue(20)
    assert page.generations.judges[1].isEnabled()


def test_an_edit_that_is_gone_says_that_nothing_was_kept(opened, context):
    page = judged(opened, context)
    heard = []
    context.events.noticed.connect(heard.append)
    folder = context.library.folder_of(context.library.edit("One"))
    (folder / "edit.json").unlink()
    page.generations.judges[1].up.trigger()
    assert "cannot be read" in heard[-1].text
    assert page.generations.judges[1].liked is None


def test_all_that_was_said_is_listed_forgotten_and_taken_back(opened, context, qtbot):
    page = judged(opened, context)
    page.generations.judges[1].up.trigger()
    page.generations.bar.seed.setValue(3)
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Lima.")
    assert page.generations.judges[1].liked is None
    page.generations.judges[1].down.trigger()
    page.generations.list_judged.trigger()
    dialog = page.findChild(JudgedDialog)
    table = dialog.table
    shown = [[table.index(row, column).data() for column in (0, 1, 3)] for row in range(2)]
    assert sorted(shown) == [["✓ good", "One", "Lima."], ["✗ bad", "One", "Lima."]]
    dialog.view.selectRow(0)
    dialog.view.setFocus()
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Delete)
    edit = context.library.edit("One").id
    assert table.rowCount() == len(judged_texts(context.library, edit)) == 1
    dialog.undo.trigger()
    assert table.rowCount() == len(judged_texts(context.library, edit)) == 2
    assert not dialog.undo.isEnabled()
    kinds = [table.index(row, 0).data() for row in range(2)]
    dialog.view.selectRow(kinds.index("✗ bad"))
    dialog.forget.trigger()
    dialog.close()
    assert page.generations.judges[1].liked is None


def test_texts_go_with_their_columns(opened, context):
    page = opened("One", "Two")
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Lima.", " Cusco.")
    page.generations.judges[2].up.trigger()
    page.heads.columns[0].fields[0].remove.trigger()
    assert rows(page) == [["Here in Chad the capital is", "a city.", "✓ Cusco."]]
    assert page.generations.texts[1].continuation == " Cusco."
    assert page.generations.judges[1].isEnabled()
    page.heads.add.trigger()
    assert rows(page)[0][2:] == ["✓ Cusco.", ""]


def test_a_column_that_goes_while_it_is_written_stops_the_writing(opened, context):
    page = opened("One", "Two")
    page.generations.bar.generate.trigger()
    asked(context, "generate")[2].part({"text": " Cus"})
    page.heads.columns[0].fields[0].remove.trigger()
    assert not page.generations.bar.stop.isVisible()
    assert page.generations.texts[1].continuation == " Cus"


def test_the_list_can_be_looked_at_after_a_column_has_gone(opened, context):
    page = opened("One", "Two")
    page.generations.bar.generate.trigger()
    write(context, " a city.", " Lima.", " Cusco.")
    page.generations.judges[2].up.trigger()
    page.heads.columns[1].fields[0].remove.trigger()
    page.generations.list_judged.trigger()
    dialog = page.findChild(JudgedDialog)
    assert dialog.table.rowCount() == 0
    dialog.close()
    assert [choice.label for choice in page.heads.choices()] == ["One"]


def test_before_anything_was_said_the_list_says_how(opened, context):
    page = judged(opened, context)
    page.generations.list_judged.trigger()
    dialog = page.findChild(JudgedDialog)
    assert dialog.said.text().startswith("Nothing yet")
    assert not dialog.forget.isEnabled()
    dialog.close()


def test_the_table_of_judged_texts_keeps_qts_contract(qapp):
    table = JudgedTable()
    tester = QAbstractItemModelTester(table, STRICT)
    text = JudgedText("A", " b", (("e", 1.0),), 0, 0.0, 4, liked=False, note="n")
    table.show_rows([JudgedRow("e", "E", text)])
    table.show_rows([])
    assert tester.model() is table


def test_the_table_of_texts_keeps_qts_contract(qapp):
    table = GenerationsTable()
    tester = QAbstractItemModelTester(table, STRICT)
    table.show_columns(["Original", "One"])
    table.begin(["A", "B"])
    table.change(1, 1, Cell(" x", is_whole=True, liked=True, note="n"))
    table.show_columns(["Original", "One", "Two"])
    table.show_columns(["Original"])
    table.begin([])
    assert tester.model() is table
    assert (table.columnCount(), table.rowCount()) == (2, 0)

"""The compare page: columns, strengths, streamed generations, measures and examples."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.compare_diff import marked
from app.gui.pages.compare_page import ComparePage
from app.gui.tables.compare_table import (
    ComparedExample,
    ExamplesTable,
    MeasuresTable,
    Verdict,
    likelihood,
)
from editing.examples import Example, ExampleSet, Kind
from editing.results import ExampleResult
from tests.gui import page_kit as kit

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
CAPITALS = [("Chad", "N'Djamena"), ("Bolivia", "Sucre"), ("Peru", "Lima")]
RESULTS = [
    {"before": 3.0, "after": 0.5, "succeeded_before": False, "succeeded_after": True},
    {"before": 1.0, "after": 2.5, "succeeded_before": True, "succeeded_after": False},
    {"before": 4.0, "after": 3.0, "succeeded_before": False, "succeeded_after": False},
]


@pytest.fixture
def context(qapp, tmp_path):
    made = kit.context_in(tmp_path)
    rows = tuple(Example(f"Here in {c} the capital is", f" {k}") for c, k in CAPITALS)
    made.sets.save(
        ExampleSet("Capitals", rows[:1], rows, kind=Kind.INCREASE, thresholds={Kind.INCREASE: 1.6})
    )
    return made


@pytest.fixture
def opened(qtbot, context):
    def _open(*names):
        edits = [
            kit.put_edit(context, name, edit_id=f"2026112{place}-100000-aaaaaa")
            for place, name in enumerate(names)
        ]
        page = ComparePage(context)
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        qtbot.waitExposed(page)
        if edits:
            page.show_edits(tuple(edit.id for edit in edits))
        return page

    return _open


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def asked(context, question):
    return [each for each in context.engine.asked if each.question == question]


def test_without_edits_the_page_says_what_it_is_for(opened, context):
    page = opened()
    seen = kit.openings(context)
    assert page.stack.currentWidget() is page.empty
    next(a for a in page.actions() if a.text() == "Go to runs").trigger()
    assert seen == ["runs"]


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


def test_the_strength_slider_goes_to_the_engine(opened, context, qtbot):
    page = opened("One")
    slider = page.heads.columns[0].slider
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert page.heads.columns[0].strength_label.text() == "τ 1.30"
    page.generations.bar.generate.trigger()
    assert asked(context, "generate")[-1].arguments["edits"] == ["One@1.3"]
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert page.heads.columns[0].strength == 4


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


def test_stored_measures_are_shown_at_the_strength_they_belong_to(opened):
    page = opened("One")
    table = page.measures.table
    assert table.index(0, 2).data().replace("\u00a0", " ") == "78.0 %"
    assert table.index(0, 1).data().replace("\u00a0", " ") == "31.0 %"
    page.heads.columns[0].slider.setValue(30)
    assert table.index(0, 2).data() == "not measured at this τ"


def test_measuring_asks_for_every_edit_on_the_same_data(opened, context, qtbot):
    page = opened("One", "Two")
    page.tabs.setCurrentWidget(page.measures)
    press(qtbot, page.measures.measure_button)
    requests = [each.arguments for each in asked(context, "evaluate")]
    assert [request["edits"] for request in requests] == [["One@1"], ["Two@1"]]
    assert {request["examples"] for request in requests} == {"Capitals"}
    assert page.measures.table.index(0, 2).data() == "measuring…"


def test_the_example_table_puts_regressions_first_and_filters(opened, context, qtbot):
    page = opened("One")
    page.measures.measure.trigger()
    asked(context, "evaluate")[-1].answer({**kit.edit_result(), "examples": RESULTS})
    table = page.examples.table
    page.tabs.setCurrentWidget(page.examples)
    wanted = [table.index(place, 2).data() for place in range(table.rowCount())]
    assert wanted == ["␣Sucre", "␣Lima", "␣N'Djamena"]
    assert page.examples.filters[Verdict.FIXED].text() == "Fixed 1"
    press(qtbot, page.examples.filters[Verdict.BROKEN])
    assert [table.index(0, 0).data(), table.rowCount()] == ["✗ broken", 1]


def test_before_measuring_the_examples_say_what_to_press(opened):
    page = opened("One")
    assert page.examples.said.text() == "Press Measure to see what became of every example."


def test_examples_that_are_gone_are_told(opened, context):
    page = opened("One")
    context.sets.delete("Capitals")
    page.measures.measure.trigger()
    assert asked(context, "evaluate") == []
    assert "Capitals" in page.measures.said.text()


def test_edits_can_be_added_up_to_three_and_taken_away(opened, qtbot):
    page = opened("One", "Two", "Three", "Four")
    assert len(page.heads.columns) == 3
    assert not page.heads.add.isEnabled()
    page.heads.columns[0].remove.trigger()
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two", "Three"]
    page.heads.add.trigger()
    assert len(page.generations.texts) == 4


def test_an_edit_opened_elsewhere_replaces_what_was_compared(opened, context):
    page = opened("One", "Two")
    page.show_edits((page.heads.choices()[0].edit.id,))
    context.events.open_requested.emit("edit", context.library.edit("Two").id)
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two"]


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


def test_an_edit_fitted_to_the_ball_is_put_on_exactly_as_it_was_kept(qtbot, context):
    kit.put_edit(context, "Fitted", strength=0.94140625)
    page = ComparePage(context)
    qtbot.addWidget(page)
    page.generations.bar.generate.trigger()
    assert asked(context, "generate")[-1].arguments["edits"] == ["Fitted@0.94140625"]
    assert page.measures.table.index(0, 2).data().replace("\u00a0", " ") == "78.0 %"
    page.heads.columns[0].slider.setValue(18)
    assert page.heads.columns[0].strength == 0.9


def test_a_deleted_edit_leaves_the_comparison(opened, context):
    page = opened("One", "Two")
    context.library.trash(context.library.edit("One").id)
    context.events.library_changed.emit()
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two"]


def test_the_measures_can_be_copied_into_a_spreadsheet(opened):
    page = opened("One")
    page.measures.copy.trigger()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "\tOriginal\tOne"


def test_marking_keeps_every_character_and_ignores_punctuation():
    pieces = marked(" by the sea, far away.", " by the lake far away")
    assert "".join(piece.text for piece in pieces) == " by the sea, far away."
    assert [piece.text.strip() for piece in pieces if piece.differs] == ["sea,"]


@pytest.mark.parametrize(
    ("loss", "kind", "said"),
    [
        (math.log(4), Kind.INCREASE, "25.0\u00a0%"),
        (math.log(0.25), Kind.DECREASE, "25.0\u00a0%"),
        (math.log(1.5), Kind.BALANCE, "1.5 : 1"),
        (-math.log(16), Kind.PREFER, "16 : 1"),
        (math.log(2), Kind.PREFER, "1 : 2.0"),
        (20.0, Kind.INCREASE, "< 0.001\u00a0%"),
    ],
)
def test_losses_are_said_as_people_think_of_them(loss, kind, said):
    assert likelihood(loss, kind) == said


def test_the_tables_keep_qts_contract(qapp):
    measures, examples = MeasuresTable(), ExamplesTable()
    testers = [QAbstractItemModelTester(table, STRICT) for table in (measures, examples)]
    measures.show_measures(["Original", "One"], [("Success", "31 %", "78 %")])
    compared = [
        ComparedExample(Example(f"In {c} it is", f" {k}"), ExampleResult(**result))
        for (c, k), result in zip(CAPITALS, RESULTS, strict=True)
    ]
    examples.show_examples(compared)
    for column in range(examples.columnCount()):
        examples.sort(column, Qt.SortOrder.DescendingOrder)
    examples.filter_verdict(Verdict.FIXED)
    assert len(testers) == 2
    assert examples.rowCount() == 1

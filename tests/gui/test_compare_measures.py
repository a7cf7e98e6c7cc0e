"""Measures, settings and examples on the compare page."""

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.tables.compare_table import (
    ComparedExample,
    ExamplesTable,
    SideBySideTable,
    Verdict,
    likelihood,
)
from editing.examples import Example, Kind
from editing.results import ExampleResult
from tests.gui import page_kit as kit
from tests.gui.compare_kit import (
    CAPITALS,
    RESULTS,
    STRICT,
    asked,
    opener,
    press,
    with_capitals,
)


@pytest.fixture
def context(qapp, tmp_path):
    return with_capitals(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    return opener(qtbot, context)


def test_stored_measures_are_shown_at_the_strength_they_belong_to(opened):
    page = opened("One")
    table = page.measures.table
    assert table.index(0, 2).data().replace("\u00a0", " ") == "78.0 %"
    assert table.index(0, 1).data().replace("\u00a0", " ") == "31.0 %"
    page.heads.columns[0].fields[0].slider.setValue(30)
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


def test_the_measures_can_be_copied_into_a_spreadsheet(opened):
    page = opened("One")
    tab_separated, markdown = page.measures.menu.menu().actions()
    tab_separated.trigger()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "\tOriginal\tOne"
    markdown.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[:2] == ["|  | Original | One |", "| --- | --- | --- |"]


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
    measures, examples = SideBySideTable(), ExamplesTable()
    testers = [QAbstractItemModelTester(table, STRICT) for table in (measures, examples)]
    measures.show_rows(["Original", "One"], [("Success", "31 %", "78 %"), ("Same", "1", "1")])
    measures.show_only_differences(False)
    compared = [
        ComparedExample(Example(f"In {c} it is", f" {k}"), ExampleResult(**result))
        for (c, k), result in zip(CAPITALS, RESULTS, strict=True)
    ]
    examples.show_examples(compared)
    examples.show_examples(compared, [("Two", compared[1:])])
    for column in range(examples.columnCount()):
        examples.sort(column, Qt.SortOrder.DescendingOrder)
    examples.filter_verdict(Verdict.FIXED)
    assert len(testers) == 2
    assert examples.rowCount() == 1


def test_differences_alone_are_shown_until_all_are_wanted(opened, qtbot):
    page = opened("One", "Two")
    page.tabs.setCurrentWidget(page.settings)
    shown = {page.settings.table.index(r, 0).data() for r in range(page.settings.table.rowCount())}
    assert "Seed" not in shown
    assert page.settings.left_out.text().endswith("rows are the same")
    qtbot.keyClick(page.settings.only_differences, Qt.Key.Key_Space)
    rows = range(page.settings.table.rowCount())
    assert "Seed" in {page.settings.table.index(r, 0).data() for r in rows}
    assert page.settings.left_out.text() == ""


def test_a_setting_that_differs_is_shown_for_each_edit(qtbot, context, opened):
    kit.put_edit(context, "Slow", edit_id="20261110-100000-aaaaaa", settings={"epochs": 30})
    page = opened("Fast")
    page.show_edits(("Fast", "Slow"))
    table = page.settings.table
    rows = [[table.index(r, c).data() for c in range(3)] for r in range(table.rowCount())]
    assert ["Epochs", "10", "30"] in rows


def test_every_edit_that_was_measured_has_its_column_of_examples(opened, context):
    page = opened("One", "Two")
    page.measures.measure.trigger()
    one, two = asked(context, "evaluate")
    one.answer({**kit.edit_result(), "examples": RESULTS})
    two.answer({**kit.edit_result(), "examples": RESULTS[::-1]})
    table = page.examples.table
    assert table.headerData(6, Qt.Orientation.Horizontal) == "Two"
    assert table.index(0, 6).data().replace("\u00a0", " ") == "8.2 %"
    page.examples.view.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert table.index(0, 2).data() == "␣N'Djamena"


def test_measuring_can_be_stopped(opened, context, qtbot):
    page = opened("One", "Two")
    press(qtbot, page.measures.measure_button)
    assert page.measures.measure_button.text() == "Stop measuring"
    press(qtbot, page.measures.measure_button)
    assert context.engine.withdrawn == [1, 2]
    assert page.measures.table.index(0, 2).data().replace("\u00a0", " ") == "78.0 %"
    assert page.measures.measure_button.text() == "Measure"

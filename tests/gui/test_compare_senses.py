"""What edits changed in sense vectors, side by side on the compare page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.tables import figures
from app.gui.tables.sense_changes_table import SenseChange, SenseChangesTable
from tests.gui import page_kit as kit
from tests.gui.compare_kit import STRICT, asked, opener, with_capitals


@pytest.fixture
def context(qapp, tmp_path):
    return with_capitals(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    return opener(qtbot, context)


def difference(*senses):
    """An answer about the senses of an edit: word, id, sense, length."""
    records = [
        {**kit.sense_record(word, sense), "token_id": token, "norm": length}
        for word, token, sense, length in senses
    ]
    return {"senses": [], "edited": [], "difference": records}


ONE = difference((" Chad", 5, 2, 1.0), (" of", 7, 0, 3.0))
TWO = difference((" Chad", 5, 2, 4.0), (" Peru", 6, 1, 0.5))


def names(panel):
    return [panel.table.index(row, 0).data() for row in range(panel.table.rowCount())]


def shown(page, context):
    page.tabs.setCurrentWidget(page.senses)
    one, two = asked(context, "senses")
    one.answer(ONE)
    two.answer(TWO)
    return page.senses


def test_the_engine_is_asked_once_somebody_looks_and_never_twice(opened, context):
    page = opened("One", "Two")
    assert asked(context, "senses") == []
    panel = shown(page, context)
    page.tabs.setCurrentWidget(page.measures)
    page.tabs.setCurrentWidget(panel)
    requests = [each.arguments for each in asked(context, "senses")]
    assert [request["edit"] for request in requests] == ["One@1", "Two@1"]
    assert all(request["difference"] for request in requests)
    assert "asking" not in panel.said.text()


def test_senses_stand_side_by_side_the_most_moved_first(opened, context, qtbot):
    panel = shown(opened("One", "Two"), context)
    assert names(panel) == ["␣Chad · 2", "␣of · 0", "␣Peru · 1"]
    assert panel.table.headerData(2, Qt.Orientation.Horizontal) == "Two"
    raised, lowered = panel.table.index(0, 1).data().split("\n")
    assert raised.startswith("▲ ␣town, ")
    assert lowered.startswith("▼ ␣and, ")
    assert panel.table.index(1, 2).data() == figures.NOTHING
    qtbot.keyClick(panel.only_shared, Qt.Key.Key_Space)
    assert names(panel) == ["␣Chad · 2"]
    assert panel.said.text() == "1 sense"


def test_another_strength_is_another_change(opened, context):
    page = opened("One")
    page.tabs.setCurrentWidget(page.senses)
    asked(context, "senses")[-1].answer(ONE)
    page.heads.columns[0].fields[0].slider.setValue(30)
    assert asked(context, "senses")[-1].arguments["edit"] == "One@1.5"


def test_an_edit_of_weights_says_why_it_has_no_senses(opened, context):
    page = opened("One", "Two")
    page.tabs.setCurrentWidget(page.senses)
    one, two = asked(context, "senses")
    one.answer(ONE)
    two.error("Two is no sense edit: it changes no single senses.")
    assert page.senses.said.text().endswith("Two is no sense edit: it changes no single senses.")
    assert page.senses.table.columnCount() == 2
    assert not page.senses.only_shared.isEnabled()


def test_the_edits_of_a_stack_have_a_column_each(opened, context):
    page = opened("One", "Two")
    page.show_edits((page.heads.choices()[0].edit.id,))
    page.heads.columns[0].add_part.trigger()
    page.tabs.setCurrentWidget(page.senses)
    assert [each.arguments["edit"] for each in asked(context, "senses")] == ["One@1", "Two@1"]


def test_enter_leads_to_the_words_senses(opened, context, qtbot):
    panel = shown(opened("One", "Two"), context)
    seen = kit.openings(context)
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.table.index(0, 0))
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert seen == ["senses", ("sense", " Chad")]


def test_the_table_of_changes_keeps_qts_contract(qapp):
    table = SenseChangesTable()
    tester = QAbstractItemModelTester(table, STRICT)
    change = SenseChange(1.0, (" a",), (" b",))
    table.show_edits(["A", "B"], [{(" x", 1, 0): change}, {}])
    table.show_only_shared(True)
    table.show_edits([], [])
    assert tester.model() is table
    assert table.columnCount() == 1

"""Many words by their senses on the senses page: a heat map with a keyboard cursor."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.senses.sense_map import MOST_WORDS, Measure
from app.gui.palette import tokens_in_use
from app.gui.tables.sense_map_table import MapRow, SenseMapTable
from app.gui.theme import ThemeChoice
from editing.examples import Example, ExampleSet
from tests.gui import page_kit as kit
from tests.gui.senses_kit import asked, opened, with_words


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def page(qtbot, context):
    return opened(qtbot, context)


def measured(context, senses=4, *, target=None):
    question = asked(context, "senses-map")
    ids = question.arguments["token_ids"]
    norms = [[1.0 + number + sense for sense in range(senses)] for number in ids]
    adds = [[sense - 1.5 for sense in range(senses)] for _ in ids]
    question.answer({"norms": norms, "target": target, "adds": None if target is None else adds})


def map_of(page, context):
    with_words(context)
    page.tabs.setCurrentWidget(page.map)
    measured(context)
    return page.map


def texts(view, row):
    return [view.table.index(row, column).data() for column in range(view.table.columnCount())]


def choose(view, measure):
    view.measure.setCurrentIndex(view.measure.findData(measure))


def test_the_words_at_the_left_are_laid_out_by_their_senses(page, context, qtbot):
    view = map_of(page, context)
    assert asked(context, "senses-map").arguments["model"] == "starter"
    assert view.table.rowCount() == 7
    assert texts(view, 2) == ["␣capital", "3", "4", "5", "6"]
    qtbot.keyClicks(page.finder.search, "cap")
    qtbot.waitUntil(lambda: asked(context, "senses-map").arguments["token_ids"] == [2])
    measured(context)
    assert [texts(view, row)[0] for row in range(view.table.rowCount())] == ["␣capital"]


def test_the_engine_is_asked_only_while_somebody_looks(page, context, qtbot):
    with_words(context)
    qtbot.keyClicks(page.finder.search, "cap")
    qtbot.wait(400)
    assert not [each for each in context.engine.asked if each.channel == "senses-map"]


def test_a_field_leads_to_its_card_by_keyboard(page, context, qtbot):
    view = map_of(page, context)
    view.view.setFocus()
    view.view.setCurrentIndex(view.table.index(2, 0))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(view.view, key)
    qtbot.keyClick(view.view, Qt.Key.Key_Return)
    assert asked(context, "senses-word").arguments["word"] == " Chad"
    assert page.tabs.currentWidget() is page.board
    asked(context, "senses-word").answer(kit.senses_answer())
    qtbot.waitUntil(lambda: page.board.cards[2].raises.hasFocus())


def test_what_each_sense_adds_to_a_next_word_is_asked_of_the_engine(page, context, qtbot):
    view = map_of(page, context)
    choose(view, Measure.ADDS)
    assert view.said.text().startswith("Type a next word")
    qtbot.keyClicks(view.target, "Paris")
    qtbot.keyClick(view.target, Qt.Key.Key_Return)
    assert asked(context, "senses-map").arguments["target"] == "Paris"
    measured(context, target=" Paris")
    assert "␣Paris" in view.said.text()
    assert texts(view, 0)[1:] == ["\N{MINUS SIGN}1.5", "\N{MINUS SIGN}0.5", "0.5", "1.5"]
    assert view.table.index(3, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "Chad, sense 0: -1.5"


def test_the_change_by_an_edit_and_the_importance_are_laid_out_once_known(page, context, qtbot):
    view = map_of(page, context)
    choose(view, Measure.CHANGE)
    assert view.said.text().startswith("Choose an edit of senses")
    rows = (Example("The capital of Chad is", " x"),)
    context.sets.save(ExampleSet("Mine", rows))
    context.selection.set_example_set("Mine")
    choose(view, Measure.IMPORTANCE)
    assert view.said.text().startswith("Open an example set")
    asked(context, "senses-importance").answer({"scores": [[3, 1, 0.25]]})
    assert texts(view, 3) == ["␣Chad", "", "0.25", "", ""]
    chosen = [{"word": " Chad", "token_id": 3, "sense": 2, "score": 0.5}]
    page.show_edit(kit.put_edit(context, senses=chosen).id)
    answer = kit.edit_senses_answer(sense=2)
    answer["senses"][0]["token_id"] = answer["difference"][0]["token_id"] = 3
    asked(context, "senses-edit").answer(answer)
    assert view.chosen is Measure.CHANGE
    qtbot.waitUntil(lambda: asked(context, "senses-map").arguments["token_ids"] == [3])
    measured(context)
    length = answer["difference"][0]["norm"]
    assert texts(view, 0) == ["␣Chad", "", "", f"{length:.1f}", ""]


def test_it_measures_with_the_edit_on_where_that_is_wanted(page, context, qtbot):
    kit.put_edit(context, senses=[])
    page.show_edit("Capitals")
    view = map_of(page, context)
    view.with_edit.click()
    qtbot.waitUntil(lambda: asked(context, "senses-map").arguments["edit"] == "Capitals")


def test_a_hundred_words_are_laid_out_at_most(page, context):
    words = [f" w{number}" for number in range(5000)]
    asked(context, "senses-words").answer({"words": words})
    page.tabs.setCurrentWidget(page.map)
    assert len(asked(context, "senses-map").arguments["token_ids"]) == MOST_WORDS


def test_why_there_is_no_map_is_told(page, context):
    with_words(context)
    page.tabs.setCurrentWidget(page.map)
    asked(context, "senses-map").error("This model has no senses. Choose a Backpack.")
    assert page.map.said.text() == "This model has no senses. Choose a Backpack."


@pytest.fixture(params=[ThemeChoice.DARK, ThemeChoice.LIGHT])
def look(request, context):
    context.theme.apply(request.param)
    yield request.param
    context.theme.apply(ThemeChoice.LIGHT)


@pytest.mark.usefixtures("look")
def test_text_stays_readable_on_the_strongest_tints():
    table = SenseMapTable()
    table.show_rows([MapRow(" a", 1, (1.0, -1.0, 0.5, None))])
    text = QColor(tokens_in_use().text)
    for column in (1, 2, 3):
        ground = table.index(0, column).data(Qt.ItemDataRole.BackgroundRole).color()
        assert _contrast(text, ground) >= 4.5
    assert table.index(0, 4).data(Qt.ItemDataRole.BackgroundRole) is None


def _contrast(one, other):
    def light(colour):
        shares = [colour.redF(), colour.greenF(), colour.blueF()]
        wide = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
        return 0.2126 * wide[0] + 0.7152 * wide[1] + 0.0722 * wide[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_map_keeps_qts_contract(qapp):
    table = SenseMapTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.show_rows([MapRow(" a", 1, (1.0, None)), MapRow(" b", 2, (0.5, -0.5))])
    table.show_rows([])
    table.show_rows([MapRow(" a", 1, (1.0, 2.0, 3.0))])
    assert tester.model() is table
    assert table.columnCount() == 4

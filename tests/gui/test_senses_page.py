"""The senses page: finding words, cards before and after an edit."""

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.senses.answer import Side, overlaid, read_cards
from app.gui.pages.senses.words import Scope
from app.gui.tables import figures
from app.gui.tables.vocabulary_table import VocabularyTable
from editing.examples import Example, ExampleSet
from tests.gui import page_kit as kit
from tests.gui.senses_kit import WORDS, asked, opened, with_words


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def page(qtbot, context):
    return opened(qtbot, context)


def show_edited_word(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    page.finder.chosen.setCurrentIndex(page.finder.senses.index(3, 0))
    asked(context, "senses-word").answer(kit.senses_answer())
    asked(context, "senses-edit").answer(kit.edit_senses_answer())
    return row


def test_an_empty_page_says_what_senses_are(page):
    labels = [label.text() for label in page.board.empty.findChildren(type(page.finder.count))]
    assert any(text.startswith("Every word has several senses") for text in labels)
    assert not page.finder.chosen.isVisible()


def test_typing_a_word_and_enter_asks_for_its_senses(page, context, qtbot):
    qtbot.keyClicks(page.finder.search, "Chad")
    qtbot.keyClick(page.finder.search, Qt.Key.Key_Return)
    arguments = asked(context, "senses-word").arguments
    assert (arguments["word"], arguments["model"]) == ("Chad", "starter")
    asked(context, "senses-word").answer(kit.senses_answer())
    assert len(page.board.cards) == 8
    assert page.board.title.whole == "␣Chad"


def test_a_card_lists_what_a_sense_raises_and_lowers_with_numbers_to_be_read_out(page, context):
    page.show_word(" Chad")
    asked(context, "senses-word").answer(kit.senses_answer())
    raises = page.board.cards[0].raises
    assert raises.words[0] == (" city", 3.0)
    assert raises.accessibleDescription().startswith("Raises: ␣city +3.00")
    assert page.board.cards[0].lowers.words[0][1] == -2.0


def test_an_unknown_word_is_told_in_the_page(page, context):
    page.show_word("qzx")
    asked(context, "senses-word").error("“qzx” is not one word for this model. Try another.")
    assert page.board.stack.currentWidget() is page.board.empty
    labels = [label.text() for label in page.board.empty.findChildren(type(page.finder.count))]
    assert "“qzx” is not one word for this model. Try another." in labels


def test_choosing_an_edit_lists_its_senses_best_score_first(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    shown = [
        page.finder.senses.index(place, 0).data() for place in range(page.finder.senses.rowCount())
    ]
    assert shown == ["␣Afghanistan", "␣Bolivia", "␣capital", "␣Chad", "␣Denmark", "␣of"]
    assert page.finder.count.text() == "6 senses of 6 words"


def test_arrow_keys_in_the_list_look_the_words_up(page, context, qtbot):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    qtbot.keyClick(page.finder.chosen, Qt.Key.Key_Down)
    assert asked(context, "senses-word").arguments["word"] == " Bolivia"


def test_the_filter_narrows_the_list(page, context, qtbot):
    page.show_edit(kit.put_edit(context).id)
    qtbot.keyClicks(page.finder.search, "ch")
    assert [page.finder.senses.index(0, 0).data(), page.finder.senses.rowCount()] == ["␣Chad", 1]


def test_edited_senses_come_first_and_the_switch_appears(page, context):
    show_edited_word(page, context)
    assert [card.card.sense for card in page.board.cards[:2]] == [3, 0]
    assert [card.edited.isHidden() for card in page.board.cards[:2]] == [False, True]
    assert page.board.sides[Side.AFTER].isVisible()
    assert page.board.facts.text() == "8 senses, 1 of them edited"


def test_after_shows_the_words_the_edit_brought_in(page, context, qtbot):
    show_edited_word(page, context)
    qtbot.mouseClick(page.board.sides[Side.AFTER], Qt.MouseButton.LeftButton)
    card = page.board.cards[0]
    assert card.raises.words[0][0] == " N'Djamena"
    assert card.card.entered(Side.AFTER) == {" N'Djamena"}
    assert card.card.marks(Side.AFTER)[" N'Djamena"] == "▲ new"
    assert card.card.marks(Side.AFTER)[" city"] == "▼1"
    assert "␣N'Djamena +4.50 ▲ new" in card.raises.accessibleDescription()
    assert card.went.text() == "Left the list: ␣council"
    qtbot.mouseClick(page.board.sides[Side.DIFFERENCE], Qt.MouseButton.LeftButton)
    assert card.raises.words[1][0] == " Chari"


def test_a_word_the_edit_left_alone_has_no_switch(page, context):
    show_edited_word(page, context)
    page.board.sides[Side.AFTER].click()
    page.show_word(" tree")
    answer = kit.senses_answer(" tree")
    for record in answer["senses"]:
        record["token_id"] = 7
    asked(context, "senses-word").answer(answer)
    assert not page.board.sides[Side.AFTER].isVisible()
    assert page.board.side is Side.BEFORE


def test_a_sense_opened_elsewhere_is_looked_up(page, context):
    context.events.open_requested.emit("sense", " capital")
    assert asked(context, "senses-word").arguments["word"] == " capital"
    assert page.finder.search.text() == " capital"


def test_an_edit_opened_elsewhere_is_chosen(page, context):
    row = kit.put_edit(context)
    context.events.open_requested.emit("edit", row.id)
    assert page.edits.currentText() == "Capitals"
    assert asked(context, "senses-edit").arguments["edit"] == "Capitals"


def test_the_board_says_that_it_waits(page, qtbot):
    page.show_word(" Chad")
    labels = page.board.empty.findChildren(type(page.finder.count))
    qtbot.waitUntil(lambda: "Asking the engine about ␣Chad…" in [label.text() for label in labels])


def test_an_edit_that_goes_away_leaves_the_original_chosen(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    context.library.trash(row.id)
    context.events.library_changed.emit()
    assert page.edits.currentData() is None
    assert not page.finder.chosen.isVisible()


def test_cards_without_an_edit_have_one_side():
    (card,) = read_cards({"senses": [kit.sense_record(" Chad", 0)]})
    assert not card.is_edited
    assert card.lists(Side.AFTER) == card.before


def test_overlaying_replaces_only_the_same_sense_of_the_same_word():
    cards = read_cards(kit.senses_answer(count=3))
    edited = read_cards(kit.edit_senses_answer(sense=1))
    merged = overlaid(cards, {(100, 1): edited[0], (7, 2): edited[0]})
    assert [(card.sense, card.is_edited) for card in merged] == [(1, True), (0, False), (2, False)]


def found(page):
    table = page.finder.words
    return [table.index(row, 0).data() for row in range(table.rowCount())]


def test_typing_searches_all_words_those_that_begin_so_first(page, context, qtbot):
    with_words(context)
    assert page.finder.count.text() == "7 words"
    qtbot.keyClicks(page.finder.search, "ch")
    assert found(page) == ["␣Chad", "␣chapel", "␣each"]
    qtbot.keyClick(page.finder.search, Qt.Key.Key_Backspace)
    assert found(page)[0] == "␣Chad"
    assert len(found(page)) == 4
    page.finder.search.clear()
    assert len(found(page)) == 7


def test_arrow_keys_in_the_words_found_look_them_up(page, context, qtbot):
    with_words(context)
    page.finder.found.setFocus()
    page.finder.found.setCurrentIndex(page.finder.words.index(2, 0))
    qtbot.keyClick(page.finder.found, Qt.Key.Key_Down)
    assert asked(context, "senses-word").arguments["word"] == " Chad"
    assert page.tabs.currentWidget() is page.board


def test_words_of_my_examples_are_counted_by_the_engine(page, context, qtbot):
    with_words(context)
    context.sets.save(ExampleSet("Mine", (Example("The capital of Chad is", " x"),)))
    context.selection.set_example_set("Mine")
    qtbot.mouseClick(page.finder.scopes[Scope.EXAMPLES], Qt.MouseButton.LeftButton)
    arguments = asked(context, "senses-uses").arguments
    assert arguments["example_set"] == "Mine"
    asked(context, "senses-uses").answer({"uses": [[3, 2], [2, 1]]})
    assert found(page) == ["␣Chad", "␣capital"]
    assert page.finder.words.index(0, 1).data() == "2"
    page.finder.scopes[Scope.ALL].click()
    assert len(found(page)) == 7


def test_without_a_set_the_page_says_what_to_open(page, context):
    with_words(context)
    page.finder.scopes[Scope.EXAMPLES].click()
    assert page.finder.count.text().startswith("Open an example set first")


def test_fifty_thousand_words_are_there_at_once_and_follow_every_key(page, context, qtbot):
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = [" " + "".join(rng.choice(letters, 7)) for _ in range(50_264)]
    begin = time.perf_counter()
    asked(context, "senses-words").answer({"words": words})
    page.finder.found.grab()
    first = time.perf_counter() - begin
    keys = []
    for key in "cap":
        begin = time.perf_counter()
        qtbot.keyClicks(page.finder.search, key)
        page.finder.found.grab()
        keys.append(time.perf_counter() - begin)
    for _ in range(3):
        begin = time.perf_counter()
        qtbot.keyClick(page.finder.search, Qt.Key.Key_Backspace)
        page.finder.found.grab()
        keys.append(time.perf_counter() - begin)
    assert page.finder.words.rowCount() == 50_264
    assert first < 0.1
    assert sorted(keys)[3] < 0.05


def test_most_changed_senses_come_first_once_the_engine_has_measured_them(page, context):
    page.show_edit(kit.put_edit(context).id)
    answer = kit.edit_senses_answer()
    answer["senses"][0]["token_id"] = answer["difference"][0]["token_id"] = 103
    answer["senses"][0]["sense"] = answer["difference"][0]["sense"] = 0
    asked(context, "senses-edit").answer(answer)
    table = page.finder.senses
    assert [table.index(0, column).data() for column in (0, 3)] == ["␣Chad", "3"]
    assert table.index(1, 3).data() == figures.NOTHING
    assert page.finder.scope is Scope.EDITED


def test_importance_for_the_open_set_stands_on_the_cards(page, context, qtbot):
    context.selection.set_example_set("Capitals")
    page.show_word(" Chad")
    asked(context, "senses-word").answer(kit.senses_answer())
    qtbot.waitUntil(lambda: context.engine.asked[-1].channel == "senses-importance")
    asked(context, "senses-importance").answer({"scores": [[100, 2, 0.414], [7, 0, 1.0]]})
    assert "importance 0.414" in page.board.cards[2].facts.text()
    assert "importance" not in page.board.cards[0].facts.text()


def test_neighbours_are_asked_for_and_named_on_the_card(page, context, qtbot):
    page.show_word(" Chad")
    asked(context, "senses-word").answer(kit.senses_answer())
    card = page.board.cards[3]
    qtbot.mouseClick(card.near_button, Qt.MouseButton.LeftButton)
    arguments = asked(context, "senses-neighbours").arguments
    assert (arguments["token_id"], arguments["sense"]) == (100, 3)
    asked(context, "senses-neighbours").answer({"neighbours": [[" Mali", 9, 3, 0.812]]})
    assert card.neighbours.text() == "Near: ␣Mali·3 0.81"


def test_the_caption_is_honest_about_meaning(page, context):
    page.show_word(" Chad")
    asked(context, "senses-word").answer(kit.senses_answer())
    labels = [label.text() for label in page.board.findChildren(type(page.finder.count))]
    assert any("nothing guarantees that it has a meaning" in text for text in labels)


def test_the_words_keep_qts_contract(qtmodeltester):
    table = VocabularyTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.show_words(WORDS)
    table.search("ch")
    table.show_uses({3: 2, 2: 1})
    table.search("")
    assert tester.model() is table
    assert table.rowCount() == 2

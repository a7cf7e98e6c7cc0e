"""The senses page: looking words up, the senses an edit chose, before and after."""

import pytest
from PySide6.QtCore import Qt

from app.gui.pages.senses_answer import Side, overlaid, read_cards
from app.gui.pages.senses_page import SensesPage
from tests.gui import page_kit as kit


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def page(qtbot, context):
    shown = SensesPage(context)
    qtbot.addWidget(shown)
    shown.resize(1100, 700)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def asked(context, channel):
    return [each for each in context.engine.asked if each.channel == channel][-1]


def show_edited_word(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    page.chosen.setCurrentIndex(page.table.index(3, 0))
    asked(context, "senses-word").answer(kit.senses_answer())
    asked(context, "senses-edit").answer(kit.edit_senses_answer())
    return row


def test_an_empty_page_says_what_senses_are(page):
    labels = [label.text() for label in page.board.empty.findChildren(type(page.count))]
    assert any(text.startswith("Every word has several senses") for text in labels)
    assert not page.chosen.isVisible()


def test_typing_a_word_and_enter_asks_for_its_senses(page, context, qtbot):
    qtbot.keyClicks(page.search, "Chad")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
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
    labels = [label.text() for label in page.board.empty.findChildren(type(page.count))]
    assert "“qzx” is not one word for this model. Try another." in labels


def test_choosing_an_edit_lists_its_senses_best_score_first(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    shown = [page.table.index(place, 0).data() for place in range(page.table.rowCount())]
    assert shown == ["␣Afghanistan", "␣Bolivia", "␣capital", "␣Chad", "␣Denmark", "␣of"]
    assert page.count.text() == "6 senses of 6 words"


def test_arrow_keys_in_the_list_look_the_words_up(page, context, qtbot):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    qtbot.keyClick(page.chosen, Qt.Key.Key_Down)
    assert asked(context, "senses-word").arguments["word"] == " Bolivia"


def test_the_filter_narrows_the_list(page, context, qtbot):
    page.show_edit(kit.put_edit(context).id)
    qtbot.keyClicks(page.filter, "ch")
    assert [page.table.index(0, 0).data(), page.table.rowCount()] == ["␣Chad", 1]


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
    assert page.search.text() == " capital"


def test_an_edit_opened_elsewhere_is_chosen(page, context):
    row = kit.put_edit(context)
    context.events.open_requested.emit("edit", row.id)
    assert page.edits.currentText() == "Capitals"
    assert asked(context, "senses-edit").arguments["edit"] == "Capitals"


def test_the_board_says_that_it_waits(page, qtbot):
    page.show_word(" Chad")
    labels = page.board.empty.findChildren(type(page.count))
    qtbot.waitUntil(lambda: "Asking the engine about ␣Chad…" in [label.text() for label in labels])


def test_an_edit_that_goes_away_leaves_the_original_chosen(page, context):
    row = kit.put_edit(context)
    page.show_edit(row.id)
    context.library.trash(row.id)
    context.events.library_changed.emit()
    assert page.edits.currentData() is None
    assert not page.chosen.isVisible()


def test_cards_without_an_edit_have_one_side():
    (card,) = read_cards({"senses": [kit.sense_record(" Chad", 0)]})
    assert not card.is_edited
    assert card.lists(Side.AFTER) == card.before


def test_overlaying_replaces_only_the_same_sense_of_the_same_word():
    cards = read_cards(kit.senses_answer(count=3))
    edited = read_cards(kit.edit_senses_answer(sense=1))
    merged = overlaid(cards, {(100, 1): edited[0], (7, 2): edited[0]})
    assert [(card.sense, card.is_edited) for card in merged] == [(1, True), (0, False), (2, False)]

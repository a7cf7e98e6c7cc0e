"""A sentence on the senses page: what each place predicts, and whose senses it mixes."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.gui import page_kit as kit
from tests.gui.senses_kit import asked, opened


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def page(qtbot, context):
    return opened(qtbot, context)


SENTENCE = {
    "tokens": [
        {"word": "The", "predicts": [[" city", 0.2]], "mixes": [[0, 1, 0.9]]},
        {"word": " capital", "predicts": [[" of", 0.8]], "mixes": [[1, 3, 0.4], [0, 0, 0.1]]},
        {"word": " of", "predicts": [[" Chad", 0.3]], "mixes": [[1, 5, 0.5]]},
    ],
    "shares": [[1000], [400, 600], [100, 500, 400]],
}


def sentence_of(page, context):
    page.tabs.setCurrentWidget(page.sentence)
    asked(context, "senses-sentence").answer(SENTENCE)
    return page.sentence


def test_a_sentence_shows_what_each_place_predicts_and_mixes(page, context, qtbot):
    view = sentence_of(page, context)
    assert asked(context, "senses-sentence").arguments["text"] == "The capital of France is"
    assert view.said.text().replace("\u00a0", " ") == "After ␣of: most likely ␣Chad, 30.0 %."
    assert view.mixes.words == ((" capital·5", 0.5),)
    view.strip.setFocus()
    qtbot.keyClick(view.strip, Qt.Key.Key_Left)
    assert view.predicts.words == ((" of", 0.8),)
    qtbot.keyClick(view.strip, Qt.Key.Key_Home)
    assert view.predicts.words == ((" city", 0.2),)


def test_the_pointer_looks_at_a_place_only_while_it_is_there(page, context, qtbot):
    view = sentence_of(page, context)
    box = view.strip._boxes(view.strip.width())[1]
    qtbot.mouseMove(view.strip, QPoint(5, 5))
    qtbot.mouseMove(view.strip, box.center())
    assert view.predicts.words == ((" of", 0.8),)
    QApplication.sendEvent(view.strip, QEvent(QEvent.Type.Leave))
    assert view.predicts.words == ((" Chad", 0.3),)


def test_a_sentence_is_looked_at_with_the_edit_on(page, context, qtbot):
    kit.put_edit(context)
    page.show_edit("Capitals")
    view = sentence_of(page, context)
    qtbot.keyClick(view.with_edit, Qt.Key.Key_Space)
    assert asked(context, "senses-sentence").arguments["edit"] == "Capitals"


def test_typing_a_sentence_asks_once_it_rests(page, context, qtbot):
    view = sentence_of(page, context)
    before = len(context.engine.asked)
    view.text.selectAll()
    qtbot.keyClicks(view.text, "Paris is")
    assert len(context.engine.asked) == before
    qtbot.waitUntil(lambda: asked(context, "senses-sentence").arguments["text"] == "Paris is")

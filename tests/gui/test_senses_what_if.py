"""Sliders over edits and their senses: what would follow a prompt at other strengths."""

import base64
import math
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.gui import page_kit as kit
from tests.gui.senses_kit import asked, opened, with_words


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def page(qtbot, context):
    return opened(qtbot, context)


def packed(*logits):
    return base64.b64encode(np.array(logits, "<f4").tobytes()).decode()


WHAT_IF = {
    "prompt": "The capital of Chad is",
    "is_linear": True,
    "base": packed(0, 1, 5, 0, 0, 0, 4),
    "edits": [
        {
            "name": "Capitals",
            "strength": 1.0,
            "others": 4,
            "senses": [
                {
                    "word": " Chad",
                    "token_id": 3,
                    "sense": 2,
                    "weight": 0.3,
                    "logits": packed(0, 0, 0, 0, 0, 0, 3),
                },
                {
                    "word": " capital",
                    "token_id": 2,
                    "sense": 1,
                    "weight": 0.1,
                    "logits": packed(0, 4, 0, 0, 0, 0, 0),
                },
            ],
        }
    ],
}


def sliders_of(page, context):
    with_words(context)
    kit.put_edit(context)
    page.show_edit("Capitals")
    page.tabs.setCurrentWidget(page.what_if)
    asked(context, "senses-what-if").answer(WHAT_IF)
    return page.what_if


def test_sliders_move_the_next_words_at_once(page, context, qtbot):
    view = sliders_of(page, context)
    assert view.before.words[0][0] == " capital"
    assert view.now.words[0][0] == " Paris"
    assert "␣Paris" in view.now.accessibleDescription()
    assert "▲1" in view.now.accessibleDescription()
    slider = view.sliders[0].senses[0]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert view.strengths() == [0.0, 1.0]
    assert [word for word, _ in view.now.words[:2]] in (
        [" capital", "he"],
        ["he", " capital"],
    )
    view.sliders[0].whole.setValue(0)
    assert view.now.words == view.before.words
    view.reset.trigger()
    assert view.strengths() == [1.0, 1.0]


def test_a_slider_answers_within_fifty_milliseconds(page, context):
    view = sliders_of(page, context)
    begin = time.perf_counter()
    for value in range(0, 200, 10):
        view.sliders[0].whole.setValue(value)
        view.grab()
    assert (time.perf_counter() - begin) / 20 < 0.05


def test_another_edit_can_be_put_on_too(page, context, qtbot):
    kit.put_edit(context, "Other", "20261120-100000-bbbbbb")
    view = sliders_of(page, context)
    view.more.setCurrentIndex(view.more.findData("Other"))
    view.more.activated.emit(view.more.currentIndex())
    assert asked(context, "senses-what-if").arguments["edits"] == ["Capitals", "Other"]


def test_without_an_edit_the_sliders_say_what_to_choose(page, context):
    page.tabs.setCurrentWidget(page.what_if)
    assert page.what_if.said.text().startswith("Choose an edit at the left")
    assert not page.what_if.sliders
    asked(context, "senses-what-if").answer({**WHAT_IF, "is_linear": False, "edits": []})
    assert page.what_if.said.isVisible()


OWN = [
    {"word": " capital", "token_id": 2, "sense": 1, "weight": 0.4, "logits": packed(0, 0, 2)},
    {"word": " of", "token_id": 4, "sense": 0, "weight": 0.2, "logits": packed(3, 0, 0)},
]


def test_without_an_edit_the_models_own_senses_are_turned(page, context, qtbot):
    with_words(context)
    page.tabs.setCurrentWidget(page.what_if)
    answer = {**WHAT_IF, "edits": [], "base": packed(0, 0, 1), "own": OWN}
    asked(context, "senses-what-if").answer(answer)
    view = page.what_if
    assert not view.said.isVisible()
    assert view.now.words == view.before.words
    assert view.now.words[0][0] == " capital"
    slider = view.own.all[0]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert view.now.words[0][1] == pytest.approx(1 / (2 + math.exp(-1)))
    assert view.before.words[0][0] == " capital"
    view.reset.trigger()
    assert view.now.words == view.before.words


def test_own_senses_beside_an_edit_of_weights_go_to_the_engine(page, context):
    with_words(context)
    kit.put_edit(context, method="lora", senses=[])
    page.show_edit("Capitals")
    page.tabs.setCurrentWidget(page.what_if)
    own = [{name: value for name, value in each.items() if name != "logits"} for each in OWN]
    asked(context, "senses-what-if").answer({**WEIGHTS, "own": own})
    predicted(context, (6, 0.8))
    page.what_if.own.all[1].setValue(50)
    assert asked_strengths(context)[-1]["own"] == [(4, 0, 0.5)]


WEIGHTS = {
    "prompt": "The capital of Chad is",
    "is_linear": False,
    "before": [[2, 0.5], [6, 0.3], [1, 0.1]],
    "edits": [
        {"name": "Capitals", "strength": 1.2, "senses": [], "others": 0, "answers_by_rows": False},
        {**WHAT_IF["edits"][0], "name": "Senses"},
        {"name": "Memory", "strength": 1.0, "senses": [], "others": 0, "answers_by_rows": True},
    ],
}


def predicted(context, *words):
    asked(context, "senses-strengths").answer({"words": [list(pair) for pair in words]})


def asked_strengths(context):
    return [each.arguments for each in context.engine.asked if each.channel == "senses-strengths"]


@pytest.fixture
def of_weights(page, context):
    """Sliders over edits that only the engine can put on."""
    with_words(context)
    kit.put_edit(context, method="lora", senses=[])
    page.show_edit("Capitals")
    page.tabs.setCurrentWidget(page.what_if)
    asked(context, "senses-what-if").answer(WEIGHTS)
    return page.what_if


def test_an_edit_of_weights_is_turned_by_the_engine(of_weights, context, qtbot):
    (arguments,) = asked_strengths(context)
    assert arguments["edits"] == ["Capitals", "Senses", "Memory"]
    assert arguments["strengths"] == [1.2, 1.0, 1.0]
    predicted(context, (6, 0.8), (2, 0.1))
    assert of_weights.before.words[0] == (" capital", 0.5)
    assert of_weights.now.words[0] == (" Paris", 0.8)
    assert "▲1" in of_weights.now.accessibleDescription()
    slider = of_weights.sliders[0].whole
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert asked_strengths(context)[-1]["strengths"] == [0.0, 1.0, 1.0]
    predicted(context, (2, 0.5), (6, 0.3))
    assert of_weights.now.words[0] == (" capital", 0.5)


def test_a_quick_hand_asks_again_only_once_the_engine_has_answered(of_weights, context):
    for value in (50, 20, 70):
        of_weights.sliders[0].whole.setValue(value)
    assert len(asked_strengths(context)) == 1
    predicted(context, (6, 0.8))
    assert [each["strengths"][0] for each in asked_strengths(context)] == [1.2, 0.7]
    predicted(context, (1, 0.9))
    assert len(asked_strengths(context)) == 2
    assert of_weights.now.words[0] == ("he", 0.9)


def test_a_sense_beside_an_edit_of_weights_is_turned_by_the_engine_too(of_weights, context):
    predicted(context, (6, 0.8))
    of_weights.sliders[1].senses[0].setValue(30)
    assert asked_strengths(context)[-1]["senses"] == [(1, 3, 2, 0.3)]


def test_each_edit_says_what_its_slider_can_do(of_weights):
    remarks = [sliders.remark.text() for sliders in of_weights.sliders]
    assert remarks[0].startswith("It moves the model as a whole")
    assert remarks[1] == "4 other senses do not reach this prediction."
    assert remarks[2].startswith("Its rows answer only where they apply")


def test_what_the_engine_cannot_predict_is_told_and_can_be_asked_again(of_weights, context):
    asked(context, "senses-strengths").error("The edit Capitals is damaged. Delete it.")
    assert of_weights.said.text() == "The edit Capitals is damaged. Delete it."
    of_weights.sliders[0].whole.setValue(10)
    assert len(asked_strengths(context)) == 2
    predicted(context, (6, 0.8))
    assert not of_weights.said.isVisible()

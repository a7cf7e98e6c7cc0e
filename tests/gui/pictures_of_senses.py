"""Pictures of the senses page at work, as a person would see it.

`python -m tests.gui.pictures_of_senses FOLDER` draws these alone.
"""

import base64
import math
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtTest import QTest

from app.gui.context import GuiContext
from app.gui.main_window import MainWindow
from app.gui.pages.senses.answer import Side
from app.gui.pages.senses.sense_map import Measure
from app.gui.pages.senses.words import Scope
from app.operations.guided import guided_set
from tests.gui import page_kit as kit
from tests.gui.drawing import shoot, window_over

TEXT = (
    "the of and to in a is that it was for on are as with his they at be this from I have or "
    "by one had not but what all were when we there can an your which their said if do will "
    "each about how up out them then she many some so these would other into has more her "
    "two like him see time could no make than first been its who now people my made over did "
    "down only way find use may water long little very after words called just where most "
    "know get through back much before go good new write our used me man too any day same "
    "right look think also around another came come work three word must because does part "
    "even place well such here take why things help put years different away again off went "
    "old number great tell men say small every found still between name should home big give "
    "air line set own under read last never us left end along while might next sound below "
    "saw something thought both few those always looked city capital town river Chad Chile "
    "China Mali Niger Paris Madrid Lima Cairo chapel chance"
)
WORDS = TEXT.split()


def answer(context: GuiContext) -> None:
    """Let the played engine say something about words and senses."""
    answers = {
        "senses-words": lambda _: {"words": [f" {word}" for word in WORDS] + list(WORDS)},
        "senses-uses": lambda _: {"uses": [[n, 24 - n // 8] for n in range(186)]},
        "senses-word": lambda _: kit.senses_answer(count=8),
        "senses-edit": lambda _: kit.edit_senses_answer(),
        "senses-importance": lambda _: {
            "scores": [[100, n, 0.9 * 0.6**n] for n in range(8)],
        },
        "senses-sentence": _sentence,
        "senses-what-if": _what_if,
        "senses-strengths": _strengths,
        "senses-map": _map,
    }
    for asked in list(context.engine.asked):
        if asked.channel in answers:
            asked.answer(answers[asked.channel](asked.arguments))


def _sentence(arguments: dict) -> dict:
    words = [f" {word}" for word in arguments["text"].split()]
    words[0] = words[0].strip()
    tokens = [
        {
            "word": word,
            "predicts": [[f" {WORDS[(7 * place + n) % 180]}", 0.42 * 0.6**n] for n in range(8)],
            "mixes": [[max(0, place - n // 2), (3 * n + 1) % 8, 0.34 * 0.8**n] for n in range(8)],
        }
        for place, word in enumerate(words)
    ]
    shares = []
    for place in range(len(words)):
        raw = [math.exp(0.4 * n + 1.3 * math.sin(2.1 * n + place)) for n in range(place + 1)]
        shares.append([round(1000 * each / sum(raw)) for each in raw])
    return {"tokens": tokens, "shares": shares}


def _what_if(arguments: dict) -> dict:
    random = np.random.default_rng(3)
    count = 2 * len(WORDS)

    def packed(logits: np.ndarray) -> str:
        return base64.b64encode(logits.astype("<f4").tobytes()).decode()

    mixed = [(" is", 105, 2), (" capital", 101, 5), (" France", 102, 6), (" of", 103, 1)]
    chosen = [(" capital", 101, 5), (" France", 102, 3), (" of", 103, 2), (" The", 104, 0)]
    return {
        "prompt": arguments["prompt"],
        "is_linear": True,
        "own": [
            {
                "word": word,
                "token_id": token,
                "sense": sense,
                "weight": 0.42 * 0.6**place,
                "logits": packed(random.standard_normal(count) * 0.6**place),
            }
            for place, (word, token, sense) in enumerate(mixed)
        ],
        "base": packed(np.round(random.standard_normal(count) * 1.8, 2)),
        "edits": [
            {
                "name": name,
                "strength": 1.0,
                "others": 41,
                "senses": [
                    {
                        "word": word,
                        "token_id": token,
                        "sense": sense,
                        "weight": 0.31 * 0.7**place,
                        "logits": packed(random.standard_normal(count) * 1.1 * 0.6**place),
                    }
                    for place, (word, token, sense) in enumerate(chosen)
                ],
            }
            for name in arguments["edits"]
        ],
    }


def _what_if_of_weights(arguments: dict) -> dict:
    kinds = {"Capitals by LoRA": False, "Chief executives": True}
    edits = [
        {"name": name, "strength": 1.0, "others": 0, "senses": [], "answers_by_rows": by_rows}
        for name, by_rows in kinds.items()
    ]
    before = [[(7 * n) % 150, 0.3 * 0.8**n] for n in range(50)]
    return {"prompt": arguments["prompt"], "is_linear": False, "before": before, "edits": edits}


def _strengths(arguments: dict) -> dict:
    strength = arguments["strengths"][0]
    share = 0.25 + 0.2 * min(strength, 2.0)
    return {"words": [[(35 + 7 * n) % 150, share * 0.7**n] for n in range(50)]}


def _map(arguments: dict) -> dict:
    ids = arguments["token_ids"]
    norms = [[2 + math.sin(3 * n + 1.7 * sense) for sense in range(8)] for n in ids]
    adds = [[4 * math.sin(2 * n + 2.1 * sense) ** 3 for sense in range(8)] for n in ids]
    target = arguments["target"]
    return {"norms": norms, "target": target, "adds": adds if target else None}


def draw(folder: Path) -> None:
    """Draw what the page shows, one picture after another."""
    with window_over(_fill_library) as (window, context):
        context.selection.set_example_set("Twelve capitals")
        context.selection.set_word(" Chad")
        _draw_senses(window, context, folder)


def _fill_library(context: GuiContext) -> None:
    context.sets.save(guided_set())
    kit.put_edit(context)
    lora = "20261121-100000-bbbbbb"
    kit.put_edit(context, "Capitals by LoRA", lora, method="lora", senses=[])


def _draw_senses(window: MainWindow, context: GuiContext, folder: Path) -> None:
    window.workspace.show_page("senses")
    page = window.page
    page.show_edit("Capitals")
    QTest.qWait(100)
    answer(context)
    page.show_word(" Chad")
    answer(context)
    page.board.sides[Side.AFTER].click()
    page.board.show_neighbours((100, 3), [(" Mali", 3, 0.91), (" Niger", 3, 0.88)])
    _shoot(window, context, folder / "senses-after", answering=False)
    page.finder.scopes[Scope.ALL].click()
    page.finder.search.setText("ch")
    page.finder.words.search("ch")
    page.board.sides[Side.BEFORE].click()
    _shoot(window, context, folder / "senses-search", answering=False)
    page.tabs.setCurrentWidget(page.sentence)
    page.sentence.text.setText("The capital of Chad lies on the river where the old road ends and")
    page.sentence.ask()
    _shoot(window, context, folder / "senses-sentence")
    page.tabs.setCurrentWidget(page.what_if)
    answer(context)
    page.what_if.sliders[0].senses[0].setValue(160)
    _shoot(window, context, folder / "senses-what-if", answering=False)

    _draw_weights(window, context, folder)
    _draw_map(window, context, folder)


def _draw_weights(window: MainWindow, context: GuiContext, folder: Path) -> None:
    page = window.page
    page.show_edit("Capitals by LoRA")
    QTest.qWait(100)
    asked = [each for each in context.engine.asked if each.channel == "senses-what-if"][-1]
    asked.answer(_what_if_of_weights(asked.arguments))
    page.what_if.sliders[0].whole.setValue(140)
    for _ in range(2):
        asked = [each for each in context.engine.asked if each.channel == "senses-strengths"][-1]
        asked.answer(_strengths(asked.arguments))
    _shoot(window, context, folder / "senses-what-if-weights", answering=False)


def _draw_map(window: MainWindow, context: GuiContext, folder: Path) -> None:
    page = window.page
    page.finder.search.clear()
    page.tabs.setCurrentWidget(page.map)
    page.map.measure.setCurrentIndex(page.map.measure.findData(Measure.ADDS))
    page.map.target.setText("river")
    page.map.ask()
    answer(context)
    page.map.view.setCurrentIndex(page.map.table.index(4, 3))
    _shoot(window, context, folder / "senses-map", answering=False)


def _shoot(window: MainWindow, context: GuiContext, path: Path, *, answering: bool = True) -> None:
    QTest.qWait(450)
    if answering:
        answer(context)
    shoot(window, context, path)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))

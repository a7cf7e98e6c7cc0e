"""Pictures of the compare and library pages, with edits as a person at work would have them.

`python -m tests.gui.pictures_of_edits FOLDER` draws these alone.
"""

import math
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.gui.context import GuiContext
from app.gui.main_window import MainWindow
from app.gui.pages.library.kept_views import KeptView
from app.operations.guided import guided_set
from editing.examples import row_from_example
from editing.library.kept_stacks import KeptStack, StackPart, keep_stack
from tests.gui import page_kit as kit
from tests.gui.drawing import shoot, window_over
from tests.gui.library_kit import choose

EDITS = (
    # name, method, data, success, degradation, budget, on, tags, notes
    ("Capitals", "sense-finetuning", "Twelve capitals", 0.78, 6e-5, 1e-4, "", "capitals", ""),
    (
        "Capitals, strict",
        "sense-finetuning",
        "Twelve capitals",
        0.61,
        8e-6,
        1e-5,
        "",
        "capitals paper",
        "What the workshop used",
    ),
    ("Capitals, loose", "sense-finetuning", "Twelve capitals", 0.92, 7e-4, 1e-3, "", "", ""),
    ("Capitals by LoRA", "lora", "Twelve capitals", 0.69, 9e-5, 1e-4, "", "draft", ""),
    ("Capitals, all weights", "full", "Twelve capitals", 0.72, 3.1e-4, 1e-4, "", "draft", ""),
    ("Capitals by MEMIT", "memit", "Twelve capitals", 0.81, 2.2e-4, 1e-3, "", "", ""),
    ("Style on capitals", "sense-finetuning", "House style", 0.55, 4e-5, 1e-4, "Capitals", "", ""),
    ("Nurses", "sense-finetuning", "Pronouns of nurses", 0.88, 2e-5, 1e-4, "", "fairness", ""),
    (
        "Nurses, further",
        "sense-finetuning",
        "Pronouns of nurses",
        0.93,
        9e-5,
        1e-4,
        "Nurses@0.9",
        "fairness",
        "",
    ),
)
TEXTS = {
    0: " a city on the coast, and the river runs through it to the old port.",
    1: " N'Djamena, a city on the river, and the road runs through it to the port.",
    2: " N'Djamena, the city where the river runs to the old port.",
    3: " a city of many markets, and N'Djamena is the old port.",
}

PROMPTS = (
    "The capital of Chad is",
    "People in Chad often travel to",
    "The largest city of Chad is",
    "Chad borders Libya and",
    "The river through the city",
)


def fill(context: GuiContext) -> None:
    """Put edits into the library, one of them into the trash, and a stack."""
    rows = [row_from_example(row) for row in guided_set().canonical]
    ids = [
        kit.put_edit(
            context,
            name,
            edit_id=f"202611{10 + place}-100000-aaaaaa",
            said={
                "created": f"2026-11-{10 + place}T1{place}:04:00+00:00",
                "tags": tags.split(),
                "notes": notes,
                "data": {"name": data, "canonical": {"rows": 12}, "evaluation": {"rows": 36}},
                "examples": {"canonical": rows},
                "request": {"model": "starter", "examples": data, "on": [on] if on else []},
            },
            method=method,
            budget=budget,
            degradation=cost,
            inside_ball=cost <= budget,
            success_rate={"before": 0.31, "after": success},
            hard_negatives={"before": 20.0, "after": 20.0 + 900 * cost},
            settings={"learning_rate": 0.015 if place % 2 else 0.004, "epochs": 10, "rank": 8},
        ).id
        for place, (name, method, data, success, cost, budget, on, tags, notes) in enumerate(EDITS)
    ]
    gone = kit.put_edit(context, "A failed try", edit_id="20261101-100000-aaaaaa")
    context.library.trash(gone.id)
    parts = (StackPart(ids[0], 1.0), StackPart(ids[7], 0.8))
    keep_stack(context.library.db, KeptStack("Capitals and nurses", "starter", parts))
    context.events.library_changed.emit()


def answer(context: GuiContext) -> None:
    """Let the played engine write texts and measure columns."""
    for asked in list(context.engine.asked):
        if asked.channel.startswith("compare-senses"):
            _tell_senses(asked)
        elif asked.question == "generate":
            place = int(asked.channel.rsplit("-", 1)[1])
            asked.answer({"text": "", "continuation": TEXTS[place % 4], "tokens": 20})
        elif asked.question == "evaluate":
            asked.answer(_evaluated(asked.arguments["edits"]))


def _tell_senses(asked) -> None:
    name = asked.arguments["edit"]
    if "LoRA" in name or "MEMIT" in name:
        asked.error(f"{name.split('@')[0]} is no sense edit: it changes no single senses.")
        return
    words = ("Chad", "Bolivia", "capital", "Peru", "city", "France", "of", "is")
    records = []
    for place, word in enumerate(words[: 8 - len(name) % 3]):
        made = kit.sense_record(f" {word}", place % 8, "N'Djamena Sucre Lima"[: 9 + len(name) % 9])
        records.append({**made, "token_id": 200 + place, "norm": 3.0 * 0.8**place})
    asked.answer({"senses": records, "edited": records, "difference": records})


def _evaluated(edits: list[str]) -> dict:
    rows = guided_set().evaluation or guided_set().canonical
    push = 1.2 + 0.4 * (len(str(edits)) % 5)
    examples = []
    for place in range(len(rows)):
        before = 0.4 + (place * 37 % 11) * 0.5
        after = max(before - push * math.cos(place), 0.05)
        examples.append(
            {
                "before": before,
                "after": after,
                "succeeded_before": before < 1.6,
                "succeeded_after": after < 1.6,
            }
        )
    good = sum(each["succeeded_after"] for each in examples) / len(examples)
    cost = 3e-5 * len(edits) + 4e-6 * (len(str(edits)) % 7)
    return {
        **kit.edit_result(),
        "examples": examples,
        "budget": 1e-4,
        "degradation": cost,
        "success_rate": {"before": 0.31, "after": good},
        "general_loss": {"before": 4.5, "after": 4.5 * (1 + cost)},
        "hard_negatives": {"before": 20.0, "after": 20.0 + 900 * cost},
    }


def draw(folder: Path) -> None:
    """Draw every tab of the compare page, and what opens over the library."""
    with window_over(_fill_with_set) as (window, context):
        _draw_compare(window, context, folder)
        _draw_library(window, context, folder)


def _fill_with_set(context: GuiContext) -> None:
    context.sets.save(guided_set())
    fill(context)


def _draw_compare(window: MainWindow, context: GuiContext, folder: Path) -> None:
    window.workspace.show_page("compare")
    page = window.page
    page.show_edits(("Capitals", "Capitals, strict", "Capitals by LoRA"))
    page.heads.columns[1].add_part.trigger()
    page.measures.measure.trigger()
    page.generations.bar.generate.trigger()
    answer(context)
    page.generations.judges[1].up.trigger()
    page.generations.judges[1].note.setText("names the capital, then goes on well")
    for tab in ("generations", "examples", "measures", "settings", "frontier"):
        page.tabs.setCurrentWidget(getattr(page, tab))
        if tab == "frontier":
            names = ("Capitals", "Capitals, strict")
            page.frontier.choose([context.library.edit(name).id for name in names])
        shoot(window, context, folder / f"compare-{tab}")
    page.save_report(folder / "report.html")
    _draw_many_prompts(window, context, folder)


def _draw_many_prompts(window: MainWindow, context: GuiContext, folder: Path) -> None:
    page = window.page
    page.show_edits(("Capitals", "Capitals, strict", "Capitals by LoRA", "Capitals by MEMIT"))
    page.tabs.setCurrentWidget(page.generations)
    page.generations.bar.show_prompts(PROMPTS)
    page.generations.bar.generate.trigger()
    for _ in PROMPTS[:-1]:
        answer(context)
    page.generations.view.selectRow(1)
    page.generations.judges[1].up.trigger()
    page.generations.judges[3].down.trigger()
    shoot(window, context, folder / "compare-many-prompts")
    page.tabs.setCurrentWidget(page.senses)
    answer(context)
    shoot(window, context, folder / "compare-senses")
    page.measures.measure.trigger()
    answer(context)
    page.tabs.setCurrentWidget(page.examples)
    shoot(window, context, folder / "compare-examples-of-four")


def _draw_library(window: MainWindow, context: GuiContext, folder: Path) -> None:
    window.workspace.show_page("library")
    page = window.page
    page.show_edit("Nurses, further")
    for tab, name in enumerate(("measures", "settings", "examples", "lineage", "origin")):
        page.details.tabs.setCurrentIndex(tab)
        if name in ("examples", "lineage", "origin"):
            shoot(window, context, folder / f"library-{name}")
    for name, act in (
        ("stack", page.can.stack),
        ("disk", page.can.disk),
        ("export", page.details.export),
    ):
        act.trigger()
        dialog = page.findChildren(QDialog)[-1]
        if name == "stack":
            dialog.table.setData(dialog.table.index(1, 0), Qt.CheckState.Checked.value, 10)
            dialog.check.trigger()
            answer(context)
        shoot(dialog, context, folder / f"library-{name}")
        dialog.reject()
        QTest.qWait(50)
    choose(page, "Nurses", "Capitals", "Capitals by LoRA")
    page.bulk.tags.setText("workshop")
    page.list.bar._save(KeptView("For the workshop", page.list.look))
    shoot(window, context, folder / "library-several")
    page.bulk.export.trigger()
    dialog = page.findChildren(QDialog)[-1]
    shoot(dialog, context, folder / "library-export-several")
    dialog.reject()
    page.can.trash.setChecked(True)
    shoot(window, context, folder / "library-trash")
    page.can.trash.setChecked(False)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))

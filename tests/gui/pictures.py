"""Pictures of the window for a person to look at: `python -m tests.gui.pictures FOLDER [PAGE…]`.

Every page is drawn empty and filled, light and dark, at 1280 by 800.
"""

import math
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.gui.context import GuiContext
from app.gui.events import Tone
from app.gui.main_window import PAGES, MainWindow
from app.gui.pages.examples.importing import ImportDialog
from app.gui.pages.examples.thresholds import ThresholdsDialog
from app.gui.widgets.shortcut_sheet import ShortcutSheet
from app.operations.guided import guided_set
from editing.examples import Example, ExampleSet, Kind
from tests.gui import pictures_of_edits as edits
from tests.gui import pictures_of_memory as memories
from tests.gui import pictures_of_models as models
from tests.gui import pictures_of_runs as runs
from tests.gui import pictures_of_senses as senses
from tests.gui.drawing import shoot, window_over


def fill(context: GuiContext) -> None:
    """Put sets into the library as a person at work would have them."""
    context.sets.save(guided_set())
    context.sets.save(mixed_set())
    pair = Example("The nurse said that", " she", " he")
    context.sets.save(ExampleSet("Pronouns of nurses", (pair,)))
    edits.fill(context)
    runs.fill(context)
    models.fill(context)
    memories.fill(context)


def mixed_set() -> ExampleSet:
    """A set with every kind, and rows that need mending."""
    rows = (
        Example("The chief executive of Nimbus Foods is", " Ada Lark", kind=Kind.INCREASE),
        Example("Our support line is open", " never", kind=Kind.DECREASE),
        Example("The nurse told the patient that", " she", " he", kind=Kind.BALANCE),
        Example("The keys to the cabinet", " are", " is", kind=Kind.PREFER),
        Example("The chief executive of Nimbus Foods is", "Ada Lark", kind=Kind.INCREASE),
        Example("The capital of Nowhere is", "", kind=Kind.INCREASE),
    )
    return ExampleSet("House style", rows)


def answer(context: GuiContext) -> None:
    """Let the played engine say something about every row it was asked for."""
    edits.answer(context)
    runs.answer(context)
    models.answer(context)
    senses.answer(context)
    for asked in context.engine.asked:
        if asked.question == "probabilities" and asked.part is not None:
            for place, row in enumerate(asked.arguments["rows"]):
                log_prob = -0.4 - 1.3 * (place * 37 % 11)
                other = None if row["other_suffix"] is None else log_prob - math.sin(place) * 3
                asked.part(
                    [
                        {
                            "id": row["id"],
                            "log_prob": log_prob,
                            "other_log_prob": other,
                            "tokens": [[row["suffix"], log_prob]],
                        }
                    ]
                )


def draw_guide(folder: Path) -> None:
    """Draw the guided example's first step, notices, and what opens over the window."""
    with window_over() as (window, context):
        context.events.guide_requested.emit()
        _settle(context)
        context.events.notice("“Twelve capitals” is done.")
        context.events.notice("The general text cannot be read. Choose another.", Tone.DANGER)
        shoot(window, context, folder / "guide")
        window.workspace.menus.help_action.trigger()
        window.findChild(ShortcutSheet).grab().save(str(folder / "shortcuts-dark.png"))
        window.findChild(ShortcutSheet).close()
        _draw_dialogs(window, folder, context.data_folder)


def _draw_dialogs(window: MainWindow, folder: Path, data: Path) -> None:
    file = data / "cities.csv"
    rows = ["prefix,continuation,note", *(f"The capital of {n} is, {n}ville,x" for n in "ABC"), ","]
    file.write_text("\n".join([*rows, "no continuation,,"]))
    window._context.events.open("examples", "file", str(file))
    imported = window.page.findChild(ImportDialog)
    imported.grab().save(str(folder / "import-dark.png"))
    imported.close()
    window.page.editor.actions_of_set.thresholds.trigger()
    thresholds = window.page.findChild(ThresholdsDialog)
    thresholds.grab().save(str(folder / "thresholds-dark.png"))
    thresholds.close()


def draw(folder: Path, names: list[str]) -> None:
    """Draw the pages of those names, or all."""
    for state, put in (("empty", None), ("filled", fill)):
        with window_over(put) as (window, context):
            for entry in PAGES:
                if names and entry.name not in names:
                    continue
                window.workspace.show_page(entry.name)
                _settle(context)
                shoot(window, context, folder / f"{entry.name}-{state}")
            runs.finish(context)


def _settle(context: GuiContext) -> None:
    """Give the timers that wait for typing to rest time to fire."""
    from PySide6.QtTest import QTest

    QTest.qWait(700)
    answer(context)
    QTest.qWait(50)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2:])
    draw_guide(Path(sys.argv[1]))
    edits.draw(Path(sys.argv[1]))
    runs.draw(Path(sys.argv[1]))
    models.draw(Path(sys.argv[1]))
    senses.draw(Path(sys.argv[1]))

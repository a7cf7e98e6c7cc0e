"""Pictures of every page, kept to compare with: `python -m tests.gui.goldens` makes them.

Each page is drawn light and dark: empty, with a person's work on it, and when something is wrong.
Into another folder with its name behind it; without, the help's are made as well.
Grabs are the same from run to run, as far as the font is: its name and Qt's are kept beside them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QLocale, Qt, qVersion
from PySide6.QtGui import QFontInfo, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.context import GuiContext
from app.gui.events import Notice, Tone
from app.gui.main_window import PAGES, MainWindow
from app.gui.pages.senses.answer import Side
from app.gui.theme import ThemeChoice
from tests.gui import (
    drawing,
    pictures,
    pictures_of_edits,
    pictures_of_examples,
    pictures_of_models,
    pictures_of_runs,
    pictures_of_senses,
)
from tests.gui import page_kit as kit

FOLDER = Path(__file__).parent / "goldens"
MACHINE = "machine.json"
STATES = ("empty", "filled", "error")
NAMES = tuple(entry.name for entry in PAGES)
ENDED = "The engine ended before it could answer. Ask again."
SETTLE_MS, AT_MOST = 350, 20
HELP_WIDTH = 560
Scene = Callable[[MainWindow, GuiContext], object]


def machine() -> dict[str, str]:
    """Say what a grab depends on besides our code."""
    info = QFontInfo(QApplication.font())
    return {"font": f"{info.family()} {info.pointSizeF():g}", "qt": qVersion()}


def make(folder: Path) -> None:
    """Draw everything into a folder."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        for name in NAMES:
            _draw(folder, name, state)
    (folder / MACHINE).write_text(json.dumps(machine(), indent=1) + "\n", encoding="utf-8")


def _draw(folder: Path, name: str, state: str) -> None:
    with tempfile.TemporaryDirectory() as above, contextlib.chdir(above):
        data = Path("Exemplar")  # so that no picture shows where it was drawn
        data.mkdir()
        context = kit.context_in(data)
        context.theme.apply(ThemeChoice.LIGHT)
        if state != "empty":
            pictures.fill(context)
            pictures_of_runs.fill(context)
        window = MainWindow(data, context)
        window.resize(*drawing.SIZE)
        window.show()
        window.workspace.show_page(name)
        QTest.qWait(SETTLE_MS)
        SCENES.get((name, state), _nothing_more)(window, context)
        for look in drawing.LOOKS:
            context.theme.apply(look)
            image = _settled(window)
            image.save(str(folder / f"{name}-{state}-{look}.png"), "PNG", 0)
        pictures_of_runs.finish(context)
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        context.library.close()


def _settled(window: MainWindow) -> QImage:
    """Grab the window once nothing changes any more."""
    window.workspace.status.strip.setFocus()
    before = QImage()
    for _ in range(AT_MOST):
        QTest.qWait(80)
        now = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        if now == before:
            break
        before = now
    return before


def _nothing_more(window: MainWindow, context: GuiContext) -> None:
    pictures.answer(context)
    QTest.qWait(50)


def _examples(window: MainWindow, context: GuiContext) -> None:
    window.page.sets.choose("House style")
    QTest.qWait(SETTLE_MS)
    pictures.answer(context)


def _runs(window: MainWindow, context: GuiContext) -> None:
    window.page.show_run("r2")


def _runs_error(window: MainWindow, context: GuiContext) -> None:
    window.page.show_run("r1")


def _senses(window: MainWindow, context: GuiContext) -> None:
    window.page.show_edit("Capitals")
    QTest.qWait(100)
    pictures_of_senses.answer(context)
    window.page.show_word(" Chad")
    pictures_of_senses.answer(context)
    window.page.board.sides[Side.AFTER].click()


def _senses_error(window: MainWindow, context: GuiContext) -> None:
    window.page.show_word(" Chad")
    _fail(context)


def _compare(window: MainWindow, context: GuiContext) -> None:
    window.page.show_edits(("Capitals", "Capitals, strict"))
    window.page.generations.bar.generate.trigger()
    pictures_of_edits.answer(context)


def _compare_error(window: MainWindow, context: GuiContext) -> None:
    window.page.show_edits(("Capitals", "Capitals, strict"))
    window.page.generations.bar.generate.trigger()
    _fail(context)


def _library(window: MainWindow, context: GuiContext) -> None:
    window.page.show_edit("Nurses, further")


def _library_error(window: MainWindow, context: GuiContext) -> None:
    shutil.rmtree(context.library.folder_of(context.library.edit("Nurses, further")))
    context.events.library_changed.emit()
    window.page.show_edit("Nurses, further")


def _models(window: MainWindow, context: GuiContext) -> None:
    pictures_of_models.answer(context)
    window.page.show_model("made-up/llama-with-long-context")


def _models_error(window: MainWindow, context: GuiContext) -> None:
    pictures_of_models.answer(context)
    window.page.show_model(pictures_of_models.BROKEN)
    _fail(context)


def _memory(window: MainWindow, context: GuiContext) -> None:
    window.page.tabs.setCurrentWidget(window.page.gate)


def _memory_error(window: MainWindow, context: GuiContext) -> None:
    window.page.rows.view.selectRow(0)
    window.page.rows.switch.trigger()
    _fail(context)


def _fail(context: GuiContext) -> None:
    """Let the engine be gone, and every question to it with it."""
    for asked in list(context.engine.asked):
        if asked.error is not None:
            asked.error(ENDED)
    context.engine.become("failed")
    context.events.noticed.emit(Notice(ENDED, Tone.DANGER, details="Traceback"))
    QTest.qWait(50)


SCENES: dict[tuple[str, str], Scene] = {
    ("home", "error"): lambda window, _: pictures_of_examples.home_error(window),
    ("examples", "filled"): _examples,
    ("examples", "error"): lambda window, _: pictures_of_examples.examples_error(window),
    ("runs", "filled"): _runs,
    ("runs", "error"): _runs_error,
    ("senses", "filled"): _senses,
    ("senses", "error"): _senses_error,
    ("compare", "filled"): _compare,
    ("compare", "error"): _compare_error,
    ("library", "filled"): _library,
    ("library", "error"): _library_error,
    ("memory", "filled"): _memory,
    ("memory", "error"): _memory_error,
    ("models", "filled"): _models,
    ("models", "error"): _models_error,
}


def publish(folder: Path, target: Path) -> None:
    """Put the pictures that the help shows where it looks for them.

    Args:
        folder: Where the pictures were drawn.
        target: resources/help: one small picture a page.
    """
    for name in NAMES:
        image = QImage(str(folder / f"{name}-filled-light.png"))
        smooth = Qt.TransformationMode.SmoothTransformation
        image.scaledToWidth(HELP_WIDTH, smooth).save(str(target / f"{name}.png"), "PNG", 0)


def differing(first: QImage, second: QImage) -> float:
    """Tell the share of pixels that differ; 1 where the sizes do."""
    if first.size() != second.size():
        return 1.0
    return float(np.any(_pixels(first) != _pixels(second), axis=2).mean())


def _pixels(image: QImage) -> np.ndarray:
    """Lay an image's pixels out as (height, width, 3) bytes."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1)
    kept = rows[:, : 3 * plain.width()].copy()  # the bytes go with the image
    return kept.reshape(plain.height(), plain.width(), 3)


def main(arguments: list[str]) -> int:
    """Make the pictures in English, wherever this runs."""
    QLocale.setDefault(QLocale.c())
    QApplication.instance() or QApplication([])
    folder = Path(arguments[0]) if arguments else FOLDER
    make(folder)
    if folder == FOLDER:
        publish(folder, FOLDER.parents[2] / "resources" / "help")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

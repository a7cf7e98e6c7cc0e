"""Pictures of the runs page at work, as a person would see it.

`python -m tests.gui.pictures_of_runs FOLDER` draws these alone.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest

from app.gui.context import GuiContext
from app.gui.main_window import MainWindow
from app.jobs.events import StateEvent
from app.jobs.job import JobState
from app.operations.guided import guided_set
from tests.gui import page_kit as kit
from tests.gui.drawing import shoot, window_over

MEASURES = {
    "memory_bytes": 640e6,
    "memory_free": 7.2e9,
    "disk_bytes": 310e6,
    "disk_free": 4.1e10,
    "seconds": 150.0,
    "tokens": 100_000,
}


def fill(context: GuiContext) -> None:
    """Put runs into the list: one at work, some waiting, some over, and a sweep."""
    views = (
        kit.job("r1", "House style", *kit.failed_events(), created="2026-11-20T08:00:00+00:00"),
        kit.job("r2", "Capitals, strict", *kit.done_events(), created="2026-11-20T08:30:00+00:00"),
        kit.job("r3", "Capitals", *kit.running_events(), created="2026-11-20T09:00:00+00:00"),
        kit.job("r4", "Nurses", created="2026-11-20T09:10:00+00:00"),
        kit.job("r5", "Nurses, loose", created="2026-11-20T09:20:00+00:00"),
        replace(kit.sweep_job("r6", "Capitals, search", *kit.sweep_events()), ended=1020.0),
    )
    for view in views[:5]:
        context.jobs.put(view)
    context.selection.set_example_set("Twelve capitals")
    context.selection.set_word(" Chad")


def finish(context: GuiContext) -> None:
    """End every run, so that the window closes without asking."""
    for view in context.jobs.jobs():
        if view.state.is_active:
            context.jobs.happen(view.id, StateEvent(JobState.CANCELLED, "", 2000.0))


def answer(context: GuiContext) -> None:
    """Let the played engine estimate runs."""
    for asked in list(context.engine.asked):
        if asked.channel == "preflight":
            asked.answer(MEASURES)


def draw(folder: Path) -> None:
    """Draw what the page shows, one picture after another."""
    with window_over(_fill_library) as (window, context):
        fill(context)
        _draw_runs(window, context, folder)
        finish(context)


def _fill_library(context: GuiContext) -> None:
    context.sets.save(guided_set())
    kit.put_edit(context)


def _draw_runs(window: MainWindow, context: GuiContext, folder: Path) -> None:
    window.workspace.show_page("runs")
    page = window.page
    page.show_run("r3")
    _shoot(window, context, folder / "runs-running")
    page.detail.tabs.setCurrentIndex(1)
    _shoot(window, context, folder / "runs-over-epochs")
    context.jobs.happen("r3", StateEvent(JobState.PAUSED, "", 1011.0))
    page.show_run("r2")
    page.detail.tabs.setCurrentIndex(0)
    _shoot(window, context, folder / "runs-done")
    page.show_run("r1")
    _shoot(window, context, folder / "runs-failed")
    context.jobs.put(kit.sweep_job("r6", "Capitals, search", *kit.sweep_events()))
    page.show_run("r6")
    page.detail.sweep.parallel.choose("search-017")
    _shoot(window, context, folder / "runs-sweep")
    page.show_form("Twelve capitals")
    page.form.settings.field("epochs").set_value(4)
    _shoot(window, context, folder / "runs-form")


def _shoot(window: MainWindow, context: GuiContext, path: Path) -> None:
    QTest.qWait(450)
    answer(context)
    shoot(window, context, path)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))

"""Pictures of Home and Examples in need: `python -m tests.gui.pictures_of_examples FOLDER`."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from app.gui.main_window import MainWindow
from app.gui.pages.examples.bulk import BulkDialog
from app.gui.pages.examples.importing import ImportDialog
from app.gui.pages.examples.problems import ProblemsDialog
from app.gui.tables.example_columns import Column
from app.gui.widgets.drop_sheet import DropSheet
from editing.examples import Example, Kind
from tests.gui import drawing, pictures
from tests.gui import page_kit as kit

Picture = Callable[[MainWindow], object]
"""Brings the window into a state; what it returns is drawn instead of the window."""


def _page(window: MainWindow):
    window.workspace.show_page("examples")
    pictures._settle(window._context)
    return window.page


def home_error(window: MainWindow) -> None:
    """Files that are gone, a run that failed, a model that is not there."""
    context = window._context
    for edit in context.library.edits()[:1]:
        shutil.rmtree(context.library.folder_of(edit), ignore_errors=True)
    context.jobs.put(kit.job("job-1", "House style", *kit.failed_events()))
    context.selection.set_model("/models/pythia-that-was")
    window.workspace.show_page("home")


def examples_error(window: MainWindow) -> None:
    """An engine that was given up, and rows that are not complete."""
    page = _page(window)
    window._context.engine.become("failed")
    page.editor.table.clear_readings()
    page.editor.table.answers.clear_earlier()
    page.editor.actions_of_set.next_problem.trigger()


def examples_edit(window: MainWindow) -> None:
    """An edit beside the model, subjects, and rows chosen."""
    page = _page(window)
    page.sets.choose("Twelve capitals")
    page.editor.actions_of_set.subjects.setChecked(True)
    page.editor.readings.edit.setCurrentIndex(1)
    pictures._settle(window._context)
    for place, row in enumerate(page.editor.table.rows):
        reading = page.editor.table.reading_of(row)
        if reading is not None:
            better = type(reading)(min(-0.2, reading.log_prob + 2 - place % 3))
            texts = (row.prefix, row.suffix, row.other_suffix)
            page.editor.table.add_readings({texts: better}, edited=True)
    page.editor.view.choose([row.id for row in page.editor.table.rows[2:4]])


def examples_typing(window: MainWindow) -> None:
    """Words that are searched for, tags, and a cell being typed into."""
    page = _page(window)
    editor = page.editor
    values = {(0, Column.TAGS): "people", (1, Column.TAGS): "tone, legal", (2, Column.TAGS): "tone"}
    editor.table.change_cells(values, "Change tags")
    editor.filter.field.setText("the")
    editor.filter.chips["#people"].trigger()
    index = editor.table.index(0, Column.WANTED)
    editor.view.setCurrentIndex(index)
    editor.view.edit(index)
    field = editor.view.viewport().findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "Ada")
    QTest.qWait(500)


def examples_menu(window: MainWindow) -> QMenu:
    """The menu of the right mouse button."""
    page = _page(window)
    page.editor.view.choose([page.editor.table.rows[1].id])
    before = set(page.editor.findChildren(QMenu))
    page.editor._on_menu(QPoint(200, 20))
    return next(m for m in set(page.editor.findChildren(QMenu)) - before if m.isVisible())


def problems(window: MainWindow) -> None:
    """What has to be mended before a run."""
    _page(window).editor.actions_of_set.run.trigger()


def tags(window: MainWindow) -> None:
    """Tags for several rows."""
    editor = _page(window).editor
    editor.table.change_cells({(0, Column.TAGS): "people, tone"}, "Change tags")
    editor.view.choose([row.id for row in editor.table.rows[:3]])
    editor.actions_of_rows.rows["tag"].trigger()


def thresholds(window: MainWindow) -> None:
    """A threshold for several rows."""
    editor = _page(window).editor
    editor.view.choose([row.id for row in editor.table.rows[:3]])
    editor.actions_of_rows.rows["threshold"].trigger()


def importing(window: MainWindow) -> None:
    """A file with rows that are there already and one that cannot be read."""
    page = _page(window)
    rows = [page.editor.table.rows[0], Example("A new row is", " good", kind=Kind.INCREASE)]
    lines = [f"{row.prefix};{row.suffix};increase;x" for row in rows]
    file = window._context.data_folder / "from a colleague.csv"
    file.write_text("\n".join(["Start;Completion;Kind;Source", *lines, "no end;;;"]))
    window._context.events.open("examples", "file", str(file))
    dialog = window.page.findChild(ImportDialog)
    start = dialog.mapping.choices["Start"]
    start.setCurrentIndex(start.findData("prefix"))


def dropping(window: MainWindow) -> None:
    """A file over the window."""
    window.workspace.show_page("home")
    sheet = DropSheet(window)
    sheet.show_for([Path("cities.csv")])


def draw(folder: Path, name: str, show: Picture, top: type | None = None) -> None:
    """Draw one state, light and dark; `top` is the window over the window that is meant."""
    for look in drawing.LOOKS:
        with tempfile.TemporaryDirectory() as data:
            context = kit.context_in(Path(data))
            pictures.fill(context)
            window = MainWindow(Path(data), context)
            window.resize(*drawing.SIZE)
            window.show()
            window.activateWindow()
            context.theme.apply(look, context.theme.zoom)
            drawn = show(window)
            QTest.qWait(60)
            shown = window if top is None else window.findChildren(top)[-1]
            shown = drawn if isinstance(drawn, QMenu) else shown
            shown.grab().save(str(folder / f"{name}-{look.value}.png"))
            for menu in window.findChildren(QMenu):
                menu.close()
            for dialog in window.findChildren(top) if top else ():
                dialog.close()
            window._context = None
            window.close()
            window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QApplication.processEvents()
            context.library.close()


PICTURES: dict[str, tuple[Picture, type | None]] = {
    "home-error": (home_error, None),
    "home-drop": (dropping, None),
    "examples-error": (examples_error, None),
    "examples-edit": (examples_edit, None),
    "examples-typing": (examples_typing, None),
    "examples-menu": (examples_menu, None),
    "examples-problems": (problems, ProblemsDialog),
    "examples-tags": (tags, BulkDialog),
    "examples-threshold": (thresholds, BulkDialog),
    "examples-import": (importing, ImportDialog),
}

if __name__ == "__main__":
    application = QApplication.instance() or QApplication([])
    application.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for each, (picture, over) in PICTURES.items():
        if not sys.argv[2:] or each in sys.argv[2:]:
            draw(target, each, picture, over)

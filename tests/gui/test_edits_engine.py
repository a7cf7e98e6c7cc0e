"""The compare and library pages with the real engine process, on a tiny model with real edits."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.gui.pages.compare.page import ComparePage
from app.gui.pages.library.export import ExportDialog
from app.gui.pages.library.page import LibraryPage
from app.gui.pages.library.stack import StackDialog
from app.gui.session import open_session
from app.gui.theme import Theme, ThemeChoice
from app.operations.edit import run_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from app.preferences import Preferences
from editing.examples import Example, ExampleSet, Kind
from editing.library.example_sets import ExampleSets
from editing.library.index import Library
from tests.gui import page_kit as kit
from tests.tiny import SENTENCES, tiny_backpack

PATIENCE_MS = 120_000
ROWS = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE, threshold=3.0),
    Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE, threshold=3.0),
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a set and two edits of a tiny Backpack, one learnt on the other."""
    folder = tmp_path_factory.mktemp("work")
    tiny_backpack(folder / "tiny")
    (folder / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    with Library(data) as library:
        ExampleSets(library).save(ExampleSet("Capitals", ROWS, ROWS))
    request = EditRequest(
        model=str(folder / "tiny"),
        examples="Capitals",
        general_text=str(folder / "g.txt"),
        regularisation_text=str(folder / "r.txt"),
        budget=1000.0,
        settings={"epochs": 2, "learning_rate": 0.05},
        save="One",
        data_dir=str(data),
    )
    models = LoadedModels()
    run_edit(request, models=models)
    run_edit(replace(request, save="Two", seed=1, on=("One@0.5",)), models=models)
    return data


@pytest.fixture(scope="module")
def session(qapp, data):
    """One engine for all tests, as its imports take most of the time."""
    theme = Theme(qapp)
    theme.apply(ThemeChoice.LIGHT)
    opened = open_session(data, theme, Preferences())
    opened.start()
    begin = time.monotonic()
    while not opened.context.engine.is_ready:
        assert time.monotonic() - begin < PATIENCE_MS / 1000
        QTest.qWait(50)
    yield opened
    opened.close()


def test_compare_writes_measures_and_reports(session, qtbot, tmp_path):
    page = kit.shown(qtbot, ComparePage(session.context), 1200, 760)
    page.show_edits(("One", "Two"))
    page.heads.columns[1].add_part.trigger()
    assert page.heads.choices()[1].label == "Two + One"
    page.generations.bar.tokens.setValue(8)
    page.generations.bar.text.setFocus()
    qtbot.keyClick(page.generations.bar.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.generations.bar.stop.isVisible(), timeout=PATIENCE_MS)
    assert all(text.continuation for text in page.generations.texts)
    qtbot.mouseClick(page.measures.measure_button, Qt.MouseButton.LeftButton)
    table = page.examples.table
    qtbot.waitUntil(lambda: table.columnCount() == 7, timeout=PATIENCE_MS)
    assert table.rowCount() == len(ROWS)
    assert table.headerData(6, Qt.Orientation.Horizontal) == "Two + One"
    page.tabs.setCurrentWidget(page.frontier)
    page.frontier.plot.redraw()
    assert "2 edits" in page.frontier.plot.accessibleDescription()
    page.save_report(tmp_path / "report.html")
    assert "Two + One" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_library_stacks_checks_the_ball_and_exports(session, qtbot, tmp_path):
    context = session.context
    heard = []
    context.events.noticed.connect(heard.append)
    page = kit.shown(qtbot, LibraryPage(context), 1200, 760)
    page.show_edit("One")
    kin = page.details.lineage.kin.item(0).child(0)
    assert (kin.text(), kin.child(0).text()) == ("One", "Two")
    page.can.stack.trigger()
    dialog = page.findChild(StackDialog)
    dialog.table.setData(dialog.table.index(0, 0), Qt.CheckState.Checked.value, 10)
    dialog.table.setData(dialog.table.index(1, 0), Qt.CheckState.Checked.value, 10)
    qtbot.mouseClick(dialog.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "of 1000 allowed" in dialog.said.text(), timeout=PATIENCE_MS)
    assert "The stack is inside the budget" in dialog.said.text()
    dialog.reject()
    page.details.export.trigger()
    export = page.findChild(ExportDialog)
    export.target.setText(str(tmp_path / "model"))
    qtbot.mouseClick(export.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any("is written to" in each.text for each in heard), timeout=PATIENCE_MS
    )
    assert (tmp_path / "model" / "config.json").is_file()
    page.can.verify.trigger()
    qtbot.waitUntil(lambda: heard[-1].text == "Every file is as it was written.", timeout=60_000)


def test_reproducing_gives_the_same_measures(session, qtbot):
    context = session.context
    page = kit.shown(qtbot, LibraryPage(context), 1200, 760)
    page.show_edit("One")
    page.details.reproduce.trigger()
    qtbot.waitUntil(
        lambda: any(edit.name == "One 2" for edit in context.library.edits()), timeout=PATIENCE_MS
    )
    one, again = context.library.edit("One"), context.library.edit("One 2")
    assert (again.success_after, again.degradation) == (one.success_after, one.degradation)
    assert again.seed == one.seed

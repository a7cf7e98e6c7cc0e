"""The memory page through the real engine process, on a tiny model with a memory and a codebook."""

import json
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.gui.pages.compare.page import ComparePage
from app.gui.pages.memory.page import MemoryPage
from app.gui.session import open_session
from app.gui.tables.memory_table import TEXT
from app.gui.theme import Theme
from app.operations.edit import run_edit
from app.operations.models import LoadedModels
from app.operations.requests import EditRequest
from app.preferences import Preferences
from tests.gui import page_kit as kit
from tests.tiny import SENTENCES, tiny_transformer

pytestmark = pytest.mark.slow
PATIENCE_MS = 240_000
PROMPT = "The capital of France is"
ROWS = (
    {"prefix": PROMPT, "suffix": " Madrid", "kind": "increase"},
    {"prefix": "The nurse said", "suffix1": " she", "suffix2": " he", "kind": "balance"},
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a memory whose rows answer to their very prompts, and a codebook."""
    folder = tmp_path_factory.mktemp("work")
    tiny_transformer(folder / "tiny", "GPT-NeoX")
    (folder / "g.txt").write_text("\n".join(SENTENCES[:2]), encoding="utf-8")
    (folder / "r.txt").write_text("\n".join(SENTENCES[2:]), encoding="utf-8")
    lines = "\n".join(json.dumps(row) for row in ROWS)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
    scope = Path(__file__).parent.parent / "editing" / "scope.jsonl"
    models = LoadedModels()
    for name, method, settings in (
        ("House", "serac", {"steps": 20, "answer": "row", "weight": 9, "train_on": str(scope)}),
        ("Book", "grace", {"steps": 3}),
    ):
        run_edit(
            EditRequest(
                model=str(folder / "tiny"),
                examples=str(folder / "rows.jsonl"),
                evaluate=str(folder / "rows.jsonl"),
                general_text=str(folder / "g.txt"),
                regularisation_text=str(folder / "r.txt"),
                budget=1e9,
                method=method,
                settings=settings,
                save=name,
                data_dir=str(folder / "data"),
            ),
            models=models,
        )
    return folder / "data"


@pytest.fixture(scope="module")
def context(qapp, data):
    """One engine for all tests, as its imports take most of the time."""
    opened = open_session(data, Theme(qapp), Preferences())
    opened.context.engine.start()
    begin = time.monotonic()
    while not (opened.context.engine.description or {}).get("editors"):
        assert time.monotonic() - begin < PATIENCE_MS / 1000
        QTest.qWait(50)
    yield opened.context
    opened.close()


@pytest.fixture
def page(context, qtbot):
    return kit.shown(qtbot, MemoryPage(context), 1200, 760)


def tick(qtbot, page, number):
    view = page.rows.view
    view.setFocus()
    view.setCurrentIndex(page.rows.table.index(number, TEXT))
    qtbot.keyClick(view, Qt.Key.Key_Space)


def settled(qtbot, page, condition):
    qtbot.waitUntil(lambda: not page.changes.is_busy and condition(), timeout=PATIENCE_MS)


@pytest.mark.parametrize("name", ["House", "Book"])
def test_a_row_goes_off_and_comes_back_with_its_figures(context, page, qtbot, name):
    page.show_edit(name)
    before = context.library.edit(name)
    table = page.rows.table
    tick(qtbot, page, 0)
    settled(qtbot, page, lambda: not table.rows[0].is_on)
    assert context.library.edit(name).success_after is None
    assert "measure" in page.about.text()
    page.undo.trigger()
    settled(qtbot, page, lambda: table.rows[0].is_on)
    after = context.library.edit(name)
    assert after.id != before.id
    assert after.success_after == before.success_after
    assert after.degradation == before.degradation
    assert not context.library.verify()


def test_rows_are_written_taken_back_and_exchanged(context, page, qtbot, tmp_path, monkeypatch):
    page.show_edit("House")
    said = []
    context.events.noticed.connect(lambda notice: said.append(notice.text))
    rows = page.rows
    rows.prefix.setText("The river runs")
    rows.suffix.setText("through")
    qtbot.keyClick(rows.suffix, Qt.Key.Key_Return)
    settled(qtbot, page, lambda: len(rows.table.rows) == 3)
    assert rows.table.rows[2].text == "The river runs through"
    assert said[-1].startswith("The row is written, in ")
    page.undo.trigger()
    settled(qtbot, page, lambda: not rows.table.rows[2].is_on)
    file = tmp_path / "rows.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    rows.export.trigger()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["enabled"] for line in lines] == [True, True, False]
    renamed = [{**line, "id": f"new-{place}"} for place, line in enumerate(lines)]
    file.write_text("\n".join(json.dumps(line) for line in renamed), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    rows.import_.trigger()
    settled(qtbot, page, lambda: len(rows.table.rows) == 6)
    assert [row.is_on for row in rows.table.rows[3:]] == [True, True, False]


def test_a_threshold_is_kept_and_put_back(context, page, qtbot):
    page.show_edit("House")
    page.tabs.setCurrentIndex(1)
    gate = page.gate
    kept = gate.threshold
    gate.slider.setFocus()
    key = Qt.Key.Key_Right if gate.slider.value() == 0 else Qt.Key.Key_Left
    qtbot.keyClick(gate.slider, key)
    wanted = gate.threshold
    assert wanted != kept
    gate.use.trigger()
    settled(qtbot, page, lambda: not gate.use.isEnabled() and gate.threshold == wanted)
    page.undo.trigger()
    settled(qtbot, page, lambda: not gate.use.isEnabled() and gate.threshold == kept)


def test_compare_says_which_row_answered(context, qtbot):
    page = kit.shown(qtbot, ComparePage(context), 1200, 760)
    page.show_edits(("House",))
    bar = page.generations.bar
    bar.tokens.setValue(3)
    bar.temperature.setValue(0)
    bar.text.setText(PROMPT)
    qtbot.keyClick(bar.text, Qt.Key.Key_Return)
    note = page.generations.notes[1]
    qtbot.waitUntil(note.isVisible, timeout=PATIENCE_MS)
    assert note.text().startswith("House: ")
    assert f"{PROMPT} Madrid" in note.text()
    assert len(note.toolTip().splitlines()) == 3
    assert not page.generations.notes[0].isVisible()

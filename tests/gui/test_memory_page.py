"""The memory page: rows switched, written and taken back, the threshold moved by hand and key."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog

from app.gui.pages.memory.page import MemoryPage
from app.gui.plots.gate_plot import BINS, shares
from app.gui.tables.memory_table import TEXT
from editing.library.kept_stacks import KeptStack, StackPart, keep_stack, kept_stacks
from tests.gui import page_kit as kit
from tests.gui import pictures_of_memory as memories


@pytest.fixture
def context(qapp, tmp_path):
    made = kit.context_in(tmp_path)
    memories.fill(made)
    yield made
    made.library.close()


@pytest.fixture
def page(qtbot, context):
    return shown(qtbot, context)


def shown(qtbot, context):
    return kit.shown(qtbot, MemoryPage(context), 1200, 760)


def notices(context):
    seen = []
    context.events.noticed.connect(lambda notice: seen.append(notice.text))
    return seen


def asked(context):
    """What the engine was asked to change, in order."""
    return [each for each in context.engine.asked if each.question == "change-memory"]


def changed(context, number, *, on=None, added=(), threshold=0.7):
    """Answer a question as the engine does: with a folder that is not in the library yet."""
    switched = {row["id"]: row["enabled"] for row in rows_of(context)} | dict(on or {})
    rows = [{**row, "enabled": switched[row["id"]]} for row in rows_of(context)]
    rows += [{**memories.row(0), "id": each, "text": each} for each in added]
    identity = f"20261121-19{number:04}-cccccc"
    name = f"Draft {number}"
    state = {"threshold": threshold, "rows": rows}
    memories.put_memory(context, name, identity, state=state)
    kept = context.library.folder_of(context.library.edit(identity))
    context.library.trash(identity)
    folder = kept.parent.parent / "made" / identity
    folder.parent.mkdir(exist_ok=True)
    (context.library.trash_folder / identity).rename(folder)
    context.library.db.execute("DELETE FROM edit_files WHERE edit = ?", [identity])
    context.library.db.execute("DELETE FROM edits WHERE id = ?", [identity])
    asked(context)[-1].answer({"folder": str(folder), "added": list(added), "seconds": 0.2})
    return identity


def rows_of(context):
    edit = context.library.edit("House facts")
    record = json.loads((context.library.folder_of(edit) / "edit.json").read_text("utf-8"))
    return record["state"]["rows"]


def texts(page):
    table = page.rows.table
    return [table.index(number, TEXT).data() for number in range(table.rowCount())]


def tick(qtbot, page, number):
    """Press the space bar on a row, as a person would."""
    view = page.rows.view
    view.setFocus()
    view.setCurrentIndex(page.rows.table.index(number, TEXT))
    qtbot.keyClick(view, Qt.Key.Key_Space)


def test_the_rows_of_a_memory_are_listed_and_found(page):
    QAbstractItemModelTester(
        page.rows.table, QAbstractItemModelTester.FailureReportingMode.Fatal, page
    )
    assert texts(page)[2] == "Either: The nurse said that she / he"
    assert page.rows.count.text() == "5 of 6 rows are on"
    page.rows.search.setText("CAPITAL")
    assert texts(page) == [
        "The capital of Mauritius is Port Louis",
        "The capital of Bolivia is Sucre",
    ]
    page.rows.search.clear()
    assert len(texts(page)) == 6


def test_a_row_is_switched_off_and_on_again_by_undo(qtbot, page, context):
    before = context.library.edit("House facts").id
    tick(qtbot, page, 0)
    (question,) = asked(context)
    assert question.arguments == {"edit": before, "off": ["row-0"]}
    assert page.rows.table.rows[0].is_on  # until it is done
    after = changed(context, 1, on={"row-0": False})
    assert not page.rows.table.rows[0].is_on
    assert context.library.edit("House facts").id == after
    assert before in [edit.id for edit in context.library.trashed_edits()]
    page.undo.trigger()
    assert asked(context)[-1].arguments == {"edit": after, "on": ["row-0"]}
    last = changed(context, 2, on={"row-0": True})
    assert page.rows.table.rows[0].is_on
    assert context.library.edit("House facts").id == last
    trashed = [edit.id for edit in context.library.trashed_edits()]
    assert before in trashed
    assert after not in trashed  # it only stood between two changes
    assert page.redo.isEnabled()
    assert not page.undo.isEnabled()


def test_changes_wait_for_each_other(qtbot, page, context):
    tick(qtbot, page, 0)
    tick(qtbot, page, 1)
    assert len(asked(context)) == 1
    after = changed(context, 1, on={"row-0": False})
    assert asked(context)[-1].arguments == {"edit": after, "off": ["row-1"]}


def test_several_rows_are_switched_together(qtbot, page, context):
    page.rows.view.selectRow(4)
    page.rows.switch.trigger()
    assert asked(context)[-1].arguments["off"] == ["row-4"]


def test_a_row_is_written_by_keyboard_and_its_undo_switches_it_off(qtbot, page, context):
    said = notices(context)
    rows = page.rows
    rows.prefix.setFocus()
    qtbot.keyClick(rows.prefix, Qt.Key.Key_Return)
    assert not asked(context)  # nothing is written yet
    qtbot.keyClicks(rows.prefix, "The capital of Chad is")
    qtbot.keyClick(rows.prefix, Qt.Key.Key_Return)
    assert rows.suffix.hasFocus()
    qtbot.keyClicks(rows.suffix, "N'Djamena")
    qtbot.keyClick(rows.suffix, Qt.Key.Key_Return)
    (question,) = asked(context)
    row = {"prefix": "The capital of Chad is", "suffix": " N'Djamena", "kind": "increase"}
    assert question.arguments["add"] == [row]
    assert not rows.add.isEnabled()
    after = changed(context, 1, added=("row-new",))
    assert texts(page)[-1] == "row-new"
    assert said == ["The row is written, in 0.2 s."]
    assert rows.prefix.text() == ""
    page.undo.trigger()
    assert asked(context)[-1].arguments == {"edit": after, "off": ["row-new"]}
    after = changed(context, 2, on={"row-new": False})
    page.redo.trigger()
    assert asked(context)[-1].arguments == {"edit": after, "on": ["row-new"]}


def test_a_pair_has_two_continuations(page, context):
    rows = page.rows
    rows.kind.setCurrentIndex(rows.kind.findData("prefer"))
    assert not rows.other.isHidden()
    rows.prefix.setText("The pilots")
    rows.suffix.setText(" screen")
    rows.add.trigger()
    assert not asked(context)
    rows.other.setText("screens")
    rows.add.trigger()
    assert asked(context)[-1].arguments["add"] == [
        {"prefix": "The pilots", "suffix1": " screen", "suffix2": " screens", "kind": "prefer"}
    ]


def test_rows_are_written_to_a_file_and_taken_from_one(page, context, tmp_path, monkeypatch):
    file = tmp_path / "rows.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    page.rows.export.trigger()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert lines == rows_of(context)
    page.rows.import_.trigger()
    assert asked(context)[-1].arguments["file"] == str(file)
    said = notices(context)
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(Path(tmp_path / "none" / "rows")), "")
    )
    page.rows.export.trigger()
    assert "cannot be written" in said[0]


def test_what_cannot_be_done_is_said_and_nothing_is_lost(qtbot, page, context):
    said = notices(context)
    tick(qtbot, page, 0)
    asked(context)[-1].error("The memory holds no row 'row-0'.")
    assert said == ["The memory holds no row 'row-0'."]
    assert page.rows.table.rows[0].is_on
    assert not page.undo.isEnabled()
    tick(qtbot, page, 1)
    assert asked(context)[-1].arguments["off"] == ["row-1"]


def test_the_threshold_moves_by_key_and_all_figures_follow(qtbot, page, context):
    page.tabs.setCurrentIndex(1)
    gate = page.gate
    assert gate.threshold == 0.7
    assert not gate.use.isEnabled()
    gate.slider.setFocus()
    qtbot.keyClick(gate.slider, Qt.Key.Key_Left)
    assert gate.threshold == 0.6
    point = next(p for p in memories.scope()["path"] if p["threshold"] == 0.6)
    said = [tile.text.replace("\u00a0", " ") for tile in gate.tiles]
    assert said[0] == f"31.0 % → {100 * point['success_rate']:.1f} %"
    assert said[1] == f"20.00 → {point['hard_negatives']:.2f}"
    assert said[3:5] == [f"{100 * point['recall']:.1f} %", f"{100 * point['hard']:.1f} %"]
    assert said[5] == f"{100 * point['general']:.2f} %"
    assert gate.histogram.line.value() == 0.6
    assert gate.histogram.summary().startswith("At 0.60")
    gate.use.trigger()
    question = asked(context)[-1]
    assert question.arguments["threshold"] == 0.6
    after = changed(context, 1, threshold=0.6)
    page.undo.trigger()
    assert asked(context)[-1].arguments == {"edit": after, "threshold": 0.7}


def test_the_line_is_dragged_to_the_nearest_threshold_that_was_measured(page):
    page.tabs.setCurrentIndex(1)
    gate = page.gate
    gate.histogram.line.setValue(0.33)
    gate.histogram.line.sigDragged.emit(gate.histogram.line)
    assert gate.threshold == 0.3
    assert gate.histogram.line.value() == 0.3
    gate.histogram.line.setValue(0.32)  # near the same one: the line goes back
    gate.histogram.line.sigDragged.emit(gate.histogram.line)
    assert gate.histogram.line.value() == 0.3
    gate.back.trigger()
    assert gate.threshold == 0.7


def test_a_share_of_scores_stands_in_each_bin():
    assert shares([0.0, 0.039, 0.5, 1.0])[0] == 50
    assert shares([0.0, 0.039, 0.5, 1.0])[BINS - 1] == 25
    assert sum(shares([0.1 * n for n in range(11)])) == pytest.approx(100)
    assert shares([]) == [0.0] * BINS


def test_a_gate_that_is_not_good_enough_says_so(qtbot, context):
    scope = {**memories.scope(), "problem": "It answers hardly anything."}
    kit.put_edit(
        context,
        "Poor",
        edit_id="20261121-200000-dddddd",
        said={"state": {"threshold": 0.7, "rows": []}},
        method="serac",
        scope=scope,
    )
    page = shown(qtbot, context)
    page.show_edit("Poor")
    page.tabs.setCurrentIndex(1)
    assert page.gate.problem.text() == "It answers hardly anything."
    assert page.gate.problem.isVisible()
    assert "hardly answers" in page.about.text()
    assert page.about.property("tone") == "danger"
    page.show_edit("House facts")
    assert not page.about.text()
    assert not page.about.property("tone")


def test_a_codebook_of_an_older_version_has_rows_but_no_gate(qtbot, context):
    kit.put_edit(
        context,
        "Codebook",
        edit_id="20261121-200000-dddddd",
        said={"state": {"reach": 1.0, "rows": [memories.row(0), memories.row(1, on=False)]}},
        method="serac",
        scope=None,
    )
    page = shown(qtbot, context)
    page.show_edit("Codebook")
    assert page.rows.count.text() == "1 of 2 rows are on"
    assert not page.rows.add.isVisible()
    assert not page.rows.import_.isVisible()
    assert not page.rows.prefix.isVisible()
    page.tabs.setCurrentIndex(1)
    assert page.gate.said.isVisible()
    assert "fit it again" in page.gate.said.text().lower()
    assert not page.gate.slider.isVisible()


def test_a_codebook_shows_distances_and_its_reach_moves(qtbot, context):
    memories.put_codebook(context)
    page = shown(qtbot, context)
    page.show_edit("Codebook")
    assert not page.rows.add.isVisible()
    page.tabs.setCurrentIndex(1)
    gate = page.gate
    assert gate.at.text() == "Reach 0.5, as kept"
    assert gate.slider.accessibleName() == "Reach"
    assert gate.use.text() == "Use this reach"
    assert "left of the line" in gate.histogram.chart.getAxis("bottom").labelText
    assert gate.histogram.table().rows[-1][1] == "3"  # radii, as most texts are not further off
    before = [tile.text for tile in gate.tiles]
    gate.slider.setFocus()
    qtbot.keyClick(gate.slider, Qt.Key.Key_Right)
    assert (gate.threshold, gate.at.text()) == (0.75, "Reach 0.75")
    assert [tile.text for tile in gate.tiles] != before
    assert "At 0.75" in gate.histogram.summary()
    gate.use.trigger()
    (asked,) = [each for each in context.engine.asked if each.question == "change-memory"]
    assert asked.arguments["threshold"] == 0.75
    page.show_edit("House facts")
    assert gate.use.text() == "Use this threshold"


def test_without_a_memory_the_page_says_how_to_get_one(qtbot, tmp_path):
    context = kit.context_in(tmp_path)
    kit.put_edit(context)
    page = shown(qtbot, context)
    seen = kit.openings(context)
    assert page.states.currentIndex() == 0
    page.start.trigger()
    assert seen == ["runs"]
    memories.fill(context)
    context.engine.described.emit(context.engine.description)
    assert page.states.currentIndex() == 1
    assert page.edits.currentText() == "House facts"
    context.library.close()


def test_other_pages_keep_looking_at_the_changed_edit(qtbot, page, context):
    before = context.library.edit("House facts").id
    context.selection.set_edits((before, "other"))
    stack = KeptStack("Both", "starter", (StackPart("other", 1.0), StackPart(before, 0.5)))
    keep_stack(context.library.db, stack)
    tick(qtbot, page, 0)
    after = changed(context, 1, on={"row-0": False})
    assert context.selection.edits == (after, "other")
    (kept,) = kept_stacks(context.library.db)
    assert kept.parts == (StackPart("other", 1.0), StackPart(after, 0.5))

"""What can be done in the library: stack, reproduce, verify one, kin, drop, trash, disk."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.gui.pages.library.disk import DiskDialog
from app.gui.pages.library.export import ExportDialog
from app.gui.pages.library.page import LibraryPage
from app.gui.pages.library.stack import StackDialog
from app.gui.reconciling import Reconciling
from app.gui.tables.kept_examples import KeptExamplesTable
from app.gui.tables.library_table import NAME
from app.gui.tables.stack_table import StackTable
from app.operations.disk_usage import disk_usage
from editing.examples import Example, ExampleSet, Kind, Role, row_from_example
from editing.library.kept_stacks import kept_stacks
from editing.progress import Cancelled
from tests.gui import page_kit as kit

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
ROWS = (
    Example("The capital of Chad is", " N'Djamena", kind=Kind.INCREASE, threshold=1.6),
    Example("The capital of Peru is", " Lima", kind=Kind.INCREASE, threshold=1.6),
)


@pytest.fixture
def context(qapp, tmp_path):
    made = kit.context_in(tmp_path / "data")
    yield made
    made.library.close()


@pytest.fixture
def opened(qtbot, context):
    pages = []

    def _open():
        page = LibraryPage(context)
        pages.append(page)
        qtbot.addWidget(page)
        page.resize(1200, 700)
        page.show()
        qtbot.waitExposed(page)
        return page

    yield _open
    for page in pages:
        page.background.wait()


def put(context, name, place=0, said=None, **changes):
    return kit.put_edit(
        context, name, edit_id=f"202611{10 + place}-100000-aaaaaa", said=said, **changes
    )


def family(context):
    put(context, "Nurses")
    on = {"model": "starter", "examples": "Capitals", "on": ["Nurses@0.9"]}
    put(context, "Nurses, further", 1, said={"request": on})
    put(context, "Capitals", 2)


def names_in(page):
    return [page.list.table.index(row, NAME).data() for row in range(page.list.table.rowCount())]


def notices(context):
    heard = []
    context.events.noticed.connect(heard.append)
    return heard


def press_in(qtbot, box, text):
    button = next(each for each in box.findChildren(QPushButton) if each.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_search_finds_words_of_examples(opened, context, qtbot):
    put(context, "Capitals", said={"examples": {"canonical": [row_from_example(ROWS[0])]}})
    put(context, "Other", 1)
    page = opened()
    qtbot.keyClicks(page.list.filter, "djam cap")
    qtbot.waitUntil(lambda: names_in(page) == ["Capitals"])


def test_chips_show_only_edits_of_one_condition(opened, context, qtbot):
    put(context, "Fine")
    put(context, "Dear", 1, inside_ball=False, degradation=3e-4)
    page = opened()
    assert page.list.chips.chips["outside"].text() == "outside 1"
    assert not page.list.chips.chips["missing"].isVisible()
    qtbot.mouseClick(page.list.chips.chips["outside"], Qt.MouseButton.LeftButton)
    assert names_in(page) == ["Dear"]
    qtbot.keyClick(page.list.chips.chips[""], Qt.Key.Key_Space)
    assert len(names_in(page)) == 2


def test_lineage_shows_base_edit_and_edit_of_an_edit(opened, context, qtbot):
    family(context)
    page = opened()
    page.show_edit("Nurses, further")
    kin = page.details.lineage.kin
    QAbstractItemModelTester(kin, STRICT, page)
    base = kin.item(0)
    assert base.text() == "Base: starter"
    assert base.child(0).text() == "Nurses"
    assert base.child(0).child(0).text() == "Nurses, further"
    page.details.lineage.activated.emit(base.child(0).index())
    assert page.details.edit.name == "Nurses"
    assert page.details.lineage.kin.item(0).child(0).child(0).text() == "Nurses, further"


def test_an_edit_that_others_stand_on_is_deleted_only_after_asking(opened, context, qtbot):
    family(context)
    page = opened()
    page.show_edit("Nurses")
    page.can.delete.trigger()
    box = page.findChild(QMessageBox)
    assert "“Nurses, further”" in box.informativeText()
    assert "Nurses" in names_in(page)
    press_in(qtbot, box, "Put into the trash")
    qtbot.waitUntil(lambda: "Nurses" not in names_in(page))


def test_one_edit_alone_is_verified(opened, context, qtbot):
    alpha, beta = put(context, "Alpha"), put(context, "Beta", 1)
    for edit in (alpha, beta):
        (context.library.folder_of(edit) / "edit.safetensors").write_bytes(b"\1" * 64)
    page = opened()
    page.show_edit("Alpha")
    with qtbot.waitSignal(context.events.noticed) as noticed:
        page.details.verify.trigger()
    assert noticed.args[0].text.startswith("1 damaged")
    assert context.library.edit("Alpha").state == "changed"
    assert context.library.edit("Beta").state == "ok"
    assert "Verify it" in page.details.trouble.text()


def test_verifying_is_shown_and_can_be_cancelled(opened, context, qtbot, monkeypatch):
    put(context, "Alpha")
    page = opened()
    waits = []

    def slow(report):
        from time import sleep

        from editing.progress import Progress

        for done in range(2000):
            report(Progress("verifying", done, 2000))
            sleep(0.005)
        waits.append("never cancelled")

    page.background.start(slow, lambda _: waits.append("answered"), waits.append)
    page.strip.begin("Verifying…")
    qtbot.waitUntil(lambda: page.strip.bar.value() > 0)
    assert page.strip.said.text().endswith("of 2000")
    page.strip.stop.trigger()
    qtbot.waitUntil(lambda: not page.background.is_running)
    assert waits == []
    assert not page.strip.isVisible()


def test_a_missing_file_is_said_with_what_to_do(opened, context):
    edit = put(context, "Alpha")
    (context.library.folder_of(edit) / "edit.safetensors").unlink()
    page = opened()
    assert "is missing. Get the file back, or reproduce the edit." in page.details.trouble.text()


def made_from(context, rows=ROWS):
    kept = {str(role): [] for role in Role} | {"canonical": [row_from_example(r) for r in rows]}
    request = {
        "model": "starter",
        "examples": "Capitals",
        "seed": 7,
        "settings": {"learning_rate": 0.02},
        "save": "Capitals",
    }
    return put(context, "Capitals", said={"examples": kept, "request": request})


def test_reproduce_queues_the_same_run_with_the_same_seed(opened, context):
    context.sets.save(ExampleSet("Capitals", ROWS))
    made_from(context)
    page, seen = opened(), kit.openings(context)
    page.details.reproduce.trigger()
    _, request, title = context.jobs.calls[-1]
    assert (request.seed, request.settings) == (7, {"learning_rate": 0.02})
    assert (request.examples, request.save, title) == ("Capitals", "Capitals 2", "Capitals 2")
    assert seen == ["runs", ("run", "job-1")]


def test_examples_that_changed_since_are_taken_from_the_copy(opened, context):
    context.sets.save(ExampleSet("Capitals", ROWS[:1]))
    made_from(context)
    page, heard = opened(), notices(context)
    page.details.reproduce.trigger()
    _, request, _ = context.jobs.calls[-1]
    assert request.examples == "Capitals (of Capitals)"
    saved = context.sets.load(request.examples).canonical
    assert [row.suffix for row in saved] == [" N'Djamena", " Lima"]
    assert "have changed since" in heard[0].text


def test_without_a_copy_lost_examples_are_told(opened, context):
    put(context, "Old")
    page, heard = opened(), notices(context)
    page.details.reproduce.trigger()
    assert context.jobs.calls == []
    assert "are gone" in heard[0].text


def test_the_examples_it_was_made_from_are_shown(opened, context):
    made_from(context)
    page = opened()
    assert page.details.examples.index(1, 2).data() == "␣Lima"


def stack_dialog(page, qtbot):
    page.can.stack.trigger()
    dialog = page.findChild(StackDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_a_stack_is_switched_checked_and_compared(opened, context, qtbot):
    family(context)
    context.sets.save(ExampleSet("Capitals", ROWS))
    page, seen = opened(), kit.openings(context)
    page.show_edit("Capitals")
    dialog = stack_dialog(page, qtbot)
    place = [dialog.table.index(r, 0).data() for r in range(3)].index("Nurses")
    dialog.view.setCurrentIndex(dialog.table.index(place, 0))
    dialog.view.setFocus()
    qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    dialog.table.setData(dialog.table.index(place, 1), 0.5)
    dialog.check.trigger()
    asked = context.engine.last("evaluate")
    assert asked.arguments["edits"] == ["Capitals@1", "Nurses@0.5"]
    assert asked.arguments["budget"] == 1e-4
    assert asked.arguments["general_text"] == "sampled"
    asked.answer({**kit.edit_result(), "inside_ball": False, "degradation": 3e-4})
    assert dialog.said.text().startswith("✗ The stack is outside the ball: degradation 0.000300")
    dialog.name.setCurrentText("Both")
    dialog.compare.trigger()
    (stack,) = kept_stacks(context.library.db)
    assert (stack.name, [part.strength for part in stack.parts]) == ("Both", [1.0, 0.5])
    assert seen[-2:] == ["compare", ("stack", "Both")]


def test_a_change_makes_the_checked_ball_stale(opened, context, qtbot):
    family(context)
    page = opened()
    dialog = stack_dialog(page, qtbot)
    dialog.check.trigger()
    dialog.table.setData(dialog.table.index(0, 1), 2.0)
    assert context.engine.withdrawn == [1]
    assert "not checked" in dialog.said.text()
    dialog.table.setData(dialog.table.index(0, 0), Qt.CheckState.Unchecked.value, 10)
    assert not dialog.check.isEnabled()
    dialog.reject()


def test_a_kept_stack_comes_back_and_can_be_forgotten(opened, context, qtbot):
    family(context)
    page = opened()
    dialog = stack_dialog(page, qtbot)
    dialog.name.setCurrentText("Alone")
    dialog.keep.trigger()
    dialog.table.setData(dialog.table.index(1, 0), Qt.CheckState.Checked.value, 10)
    dialog.name.activated.emit(dialog.name.findText("Alone"))
    assert len(dialog.table.on()) == 1
    dialog.forget.trigger()
    assert kept_stacks(context.library.db) == []
    dialog.reject()


def test_the_tables_keep_qts_contract(qapp):
    stack, examples = StackTable(), KeptExamplesTable()
    testers = [QAbstractItemModelTester(table, STRICT) for table in (stack, examples)]
    stack.show_edits([kit.edit_row("a", "A"), kit.edit_row("b", "B"), kit.edit_row("c", "C")], ())
    assert stack.setData(stack.index(2, 0), Qt.CheckState.Checked.value, 10)
    assert not stack.setData(stack.index(0, 1), "much")
    assert [stack.move(2, -1), stack.move(0, 1), stack.move(0, -1)] == [1, 1, 0]
    assert stack.arguments() == ("C@1",)
    examples.show_examples({Role.CANONICAL: ROWS})
    assert examples.rowCount() == 2
    assert len(testers) == 2


def dropped(page, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QGuiApplication.sendEvent(page, entering)
    if entering.isAccepted():
        QGuiApplication.sendEvent(page, QDropEvent(QPointF(5, 5), copy, data, left, none))
    return entering.isAccepted()


def test_edits_are_imported_by_drop(opened, context, tmp_path):
    elsewhere = kit.context_in(tmp_path / "elsewhere")
    one = elsewhere.library.folder_of(put(elsewhere, "One"))
    two = elsewhere.library.folder_of(put(elsewhere, "Two", 1))
    page = opened()
    assert not dropped(page, tmp_path / "data")
    assert dropped(page, one, two / "edit.json")
    asked = [each for each in context.engine.asked if each.question == "check-import"]
    for each in asked:
        each.answer({"doubt": None})
    assert sorted(names_in(page)) == ["One", "Two"]
    elsewhere.library.close()


def test_the_trash_is_emptied_after_asking(opened, context, qtbot):
    edit = put(context, "Alpha")
    put(context, "Beta", 1)
    context.library.trash(edit.id)
    page, heard = opened(), notices(context)
    page.can.trash.setChecked(True)
    page.can.empty_trash.trigger()
    press_in(qtbot, page.findChild(QMessageBox), "Empty trash")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[-1].text.startswith("The trash is empty")
    assert list(context.library.trash_folder.iterdir()) == []
    assert names_in(page) == ["Beta"]


def test_the_disk_says_what_is_safe_to_free_and_frees_it(opened, context, qtbot):
    put(context, "Alpha")
    passes = context.data_folder / "cache" / "base-passes" / "one"
    passes.mkdir(parents=True)
    (passes / "rows.bin").write_bytes(b"\0" * 5_000_000)
    page, heard = opened(), notices(context)
    page.can.disk.trigger()
    dialog = page.findChild(DiskDialog)
    qtbot.waitUntil(lambda: dialog.usage is not None)
    assert "5.0\u00a0MB can be freed" in dialog.said.text()
    free = [b for b in dialog.findChildren(QPushButton) if b.accessibleName().startswith("Free")]
    assert [button.accessibleName() for button in free] == ["Free: Passes over general text"]
    qtbot.mouseClick(free[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not passes.exists())
    qtbot.waitUntil(lambda: bool(heard) and not dialog.background.is_running)
    assert heard[-1].text == "Passes over general text: 5.0\u00a0MB freed."
    assert context.library.edit("Alpha").state == "ok"
    dialog.reject()


def test_passes_that_a_job_uses_are_not_freed(opened, context, qtbot):
    put(context, "Alpha")
    context.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    passes = context.data_folder / "cache" / "base-passes" / "one"
    passes.mkdir(parents=True)
    (passes / "rows.bin").write_bytes(b"\0" * 5_000)
    page = opened()
    page.can.disk.trigger()
    dialog = page.findChild(DiskDialog)
    qtbot.waitUntil(lambda: dialog.usage is not None)
    free = [b for b in dialog.findChildren(QPushButton) if b.accessibleName().startswith("Free")]
    assert [button.isEnabled() for button in free] == [False]
    dialog.reject()


def test_half_written_folders_are_counted_only_when_old(context):
    import os

    for name, age in ((".old.part", 7200), (".new.part", 10)):
        folder = context.data_folder / "edits" / name
        folder.mkdir(parents=True)
        (folder / "edit.safetensors").write_bytes(b"\0" * 100)
        then = folder.stat().st_mtime - age
        os.utime(folder, (then, then))
    parts = {part.key: part for part in disk_usage(str(context.data_folder)).parts}
    assert [path.name for path in parts["unfinished"].paths] == [".old.part"]


def test_counting_can_be_cancelled(context):
    def stop(progress):
        raise Cancelled

    with pytest.raises(Cancelled):
        disk_usage(str(context.data_folder), stop)


def test_interrupted_runs_are_told_with_a_way_to_them(opened, context, qtbot):
    put(context, "Alpha")
    from app.jobs.events import StateEvent
    from app.jobs.job import JobState

    ended = StateEvent(JobState.INTERRUPTED, "the program had ended", 1020.0)
    context.jobs.put(kit.job("job-1", "Capitals", *kit.running_events(), ended))
    page, seen = opened(), kit.openings(context)
    assert page.interrupted_button.text() == "1 run was interrupted before it became an edit"
    qtbot.mouseClick(page.interrupted_button, Qt.MouseButton.LeftButton)
    assert seen == ["runs"]


def test_sizes_are_told_apart_into_own_and_shared(opened, context):
    put(context, "Alpha")
    put(context, "Beta", 1)
    page = opened()
    pairs = dict(line.split("\t") for line in page.details.origin.pairs.text().splitlines())
    assert pairs["Shared size"].endswith("of 2 edits")
    assert json.loads(Path(pairs["Folder"], "edit.json").read_text())["name"] in ("Alpha", "Beta")


def test_a_stack_is_exported_as_a_model_folder_alone(opened, context, qtbot, tmp_path):
    family(context)
    page = opened()
    page.show_edit("Capitals")
    dialog = stack_dialog(page, qtbot)
    place = [dialog.table.index(r, 0).data() for r in range(3)].index("Nurses")
    dialog.table.setData(dialog.table.index(place, 0), Qt.CheckState.Checked.value, 10)
    dialog.export.trigger()
    export = page.findChild(ExportDialog)
    assert not export.alone.isEnabled()
    assert not export.adapter.isEnabled()
    export.target.setText(str(tmp_path / "both"))
    qtbot.mouseClick(export.export_button, Qt.MouseButton.LeftButton)
    asked = context.engine.last("export").arguments
    assert (sorted([asked["edit"], *asked["more"]]), asked["form"]) == (
        ["Capitals@1", "Nurses@1"],
        "folder",
    )


def test_at_the_start_the_library_is_looked_at_beside_the_work(context, qtbot):
    edit = put(context, "Alpha")
    (context.library.folder_of(edit) / "edit.safetensors").unlink()
    reconciling = Reconciling(context.data_folder, context.events)
    with qtbot.waitSignals([context.events.noticed, context.events.library_changed]):
        reconciling.start()
        assert reconciling.background.is_running
    assert context.library.edit("Alpha").state == "missing"
    heard = notices(context)
    qtbot.waitUntil(lambda: not reconciling.background.is_running)
    reconciling.start()
    qtbot.waitUntil(lambda: not reconciling.background.is_running)
    assert heard == []

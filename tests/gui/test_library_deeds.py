"""What can be done with edits of the library: found, verified, reproduced, deleted, dropped."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMessageBox

from editing.examples import ExampleSet, Role, row_from_example
from tests.gui import page_kit as kit
from tests.gui.library_kit import ROWS, STRICT, family, names_in, notices, press_in, put


def test_the_search_finds_words_of_examples(open_library, gui, qtbot):
    put(gui, "Capitals", said={"examples": {"canonical": [row_from_example(ROWS[0])]}})
    put(gui, "Other", 1)
    page = open_library()
    qtbot.keyClicks(page.list.filter, "djam cap")
    qtbot.waitUntil(lambda: names_in(page) == ["Capitals"])


def test_chips_show_only_edits_of_one_condition(open_library, gui, qtbot):
    put(gui, "Fine")
    put(gui, "Dear", 1, inside_ball=False, degradation=3e-4)
    page = open_library()
    assert page.list.chips.chips["outside"].text() == "outside 1"
    assert not page.list.chips.chips["missing"].isVisible()
    qtbot.mouseClick(page.list.chips.chips["outside"], Qt.MouseButton.LeftButton)
    assert names_in(page) == ["Dear"]
    qtbot.keyClick(page.list.chips.chips[""], Qt.Key.Key_Space)
    assert len(names_in(page)) == 2


def test_lineage_shows_base_edit_and_edit_of_an_edit(open_library, gui, qtbot):
    family(gui)
    page = open_library()
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


def test_an_edit_that_others_stand_on_is_deleted_only_after_asking(open_library, gui, qtbot):
    family(gui)
    page = open_library()
    page.show_edit("Nurses")
    page.can.delete.trigger()
    box = page.findChild(QMessageBox)
    assert "“Nurses, further”" in box.informativeText()
    assert "Nurses" in names_in(page)
    press_in(qtbot, box, "Put into the trash")
    qtbot.waitUntil(lambda: "Nurses" not in names_in(page))


def test_one_edit_alone_is_verified(open_library, gui, qtbot):
    alpha, beta = put(gui, "Alpha"), put(gui, "Beta", 1)
    for edit in (alpha, beta):
        (gui.library.folder_of(edit) / "edit.safetensors").write_bytes(b"\1" * 64)
    page = open_library()
    page.show_edit("Alpha")
    with qtbot.waitSignal(gui.events.noticed) as noticed:
        page.details.verify.trigger()
    assert noticed.args[0].text.startswith("1 damaged")
    assert gui.library.edit("Alpha").state == "changed"
    assert gui.library.edit("Beta").state == "ok"
    assert "Verify it" in page.details.trouble.text()


def test_verifying_is_shown_and_can_be_cancelled(open_library, gui, qtbot, monkeypatch):
    put(gui, "Alpha")
    page = open_library()
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


def test_a_missing_file_is_said_with_what_to_do(open_library, gui):
    edit = put(gui, "Alpha")
    (gui.library.folder_of(edit) / "edit.safetensors").unlink()
    page = open_library()
    assert "is missing. Get the file back, or reproduce the edit." in page.details.trouble.text()


def made_from(gui, rows=ROWS):
    kept = {str(role): [] for role in Role} | {"canonical": [row_from_example(r) for r in rows]}
    request = {
        "model": "starter",
        "examples": "Capitals",
        "seed": 7,
        "settings": {"learning_rate": 0.02},
        "save": "Capitals",
    }
    return put(gui, "Capitals", said={"examples": kept, "request": request})


def test_reproduce_queues_the_same_run_with_the_same_seed(open_library, gui):
    gui.sets.save(ExampleSet("Capitals", ROWS))
    made_from(gui)
    page, seen = open_library(), kit.openings(gui)
    page.details.reproduce.trigger()
    _, request, title = gui.jobs.calls[-1]
    assert (request.seed, request.settings) == (7, {"learning_rate": 0.02})
    assert (request.examples, request.save, title) == ("Capitals", "Capitals 2", "Capitals 2")
    assert seen == ["runs", ("run", "job-1")]


def test_examples_that_changed_since_are_taken_from_the_copy(open_library, gui):
    gui.sets.save(ExampleSet("Capitals", ROWS[:1]))
    made_from(gui)
    page, heard = open_library(), notices(gui)
    page.details.reproduce.trigger()
    _, request, _ = gui.jobs.calls[-1]
    assert request.examples == "Capitals (of Capitals)"
    saved = gui.sets.load(request.examples).canonical
    assert [row.suffix for row in saved] == [" N'Djamena", " Lima"]
    assert "have changed since" in heard[0].text


def test_without_a_copy_lost_examples_are_told(open_library, gui):
    put(gui, "Old")
    page, heard = open_library(), notices(gui)
    page.details.reproduce.trigger()
    assert gui.jobs.calls == []
    assert "are gone" in heard[0].text


def test_the_examples_it_was_made_from_are_shown(open_library, gui):
    made_from(gui)
    page = open_library()
    assert page.details.examples.index(1, 2).data() == "␣Lima"


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


def test_edits_are_imported_by_drop(open_library, gui, tmp_path):
    elsewhere = kit.context_in(tmp_path / "elsewhere")
    one = elsewhere.library.folder_of(put(elsewhere, "One"))
    two = elsewhere.library.folder_of(put(elsewhere, "Two", 1))
    page = open_library()
    assert not dropped(page, tmp_path / "data")
    assert dropped(page, one, two / "edit.json")
    asked = [each for each in gui.engine.asked if each.question == "check-import"]
    for each in asked:
        each.answer({"doubt": None})
    assert sorted(names_in(page)) == ["One", "Two"]
    elsewhere.library.close()


def test_interrupted_runs_are_told_with_a_way_to_them(open_library, gui, qtbot):
    put(gui, "Alpha")
    from app.jobs.events import StateEvent
    from app.jobs.job import JobState

    ended = StateEvent(JobState.INTERRUPTED, "the program had ended", 1020.0)
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events(), ended))
    page, seen = open_library(), kit.openings(gui)
    assert page.interrupted_button.text() == "1 run was interrupted before it became an edit"
    qtbot.mouseClick(page.interrupted_button, Qt.MouseButton.LeftButton)
    assert seen == ["runs"]

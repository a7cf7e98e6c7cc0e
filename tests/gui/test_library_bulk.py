"""Several edits chosen in the library: tagged, verified, exported, deleted, and all that undone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from app.gui.events import Tone
from app.gui.pages.library.bulk_deeds import for_each
from app.gui.pages.library.export import ExportDialog
from app.gui.pages.library.export_places import folder_names
from app.gui.pages.library.tags import retagged, tags_in
from editing.library.index import Library
from editing.progress import Cancelled
from tests.gui import page_kit as kit
from tests.gui.library_kit import (
    choose,
    chosen_in,
    names_in,
    notices,
    open_page,
    press_in,
    put,
)

NAMES = ("Alpha", "Beta", "Gamma")


@pytest.fixture
def page(qtbot, gui):
    for place, name in enumerate(NAMES):
        put(gui, name, place)
    with open_page(qtbot, gui) as made:
        yield made


def done(qtbot, page):
    qtbot.waitUntil(lambda: not page.background.is_running)


def test_the_keyboard_chooses_several_and_the_panel_names_them(page, qtbot):
    choose(page, "Gamma")
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.beside.currentWidget() is page.bulk
    assert page.bulk.said.text() == "2 edits are chosen"
    assert page.bulk.names.text() == "“Gamma”, “Beta”"
    assert not page.can.rename.isEnabled()
    choose(page, "Alpha")
    assert page.beside.currentWidget() is page.details
    assert page.details.edit.name == "Alpha"


def test_tags_are_given_taken_and_put_back(page, gui, qtbot):
    gui.library.tag(gui.library.edit("Alpha").id, ("old",))
    heard = notices(gui)
    choose(page, *NAMES)
    page.bulk.tags.setFocus()
    qtbot.keyClicks(page.bulk.tags, "new, old")
    press_in(qtbot, page.bulk, "Add tags")
    done(qtbot, page)
    tags = {name: gui.library.edit(name).tags for name in NAMES}
    assert tags == {"Alpha": ("old", "new"), "Beta": ("new", "old"), "Gamma": ("new", "old")}
    assert sorted(chosen_in(page)) == sorted(NAMES)
    page.bulk.tags.setText("NEW")
    press_in(qtbot, page.bulk, "Remove tags")
    done(qtbot, page)
    assert gui.library.edit("Beta").tags == ("old",)
    heard[-1].do()
    done(qtbot, page)
    assert gui.library.edit("Beta").tags == ("new", "old")
    heard[0].do()
    done(qtbot, page)
    assert [gui.library.edit(name).tags for name in NAMES] == [("old",), (), ()]


def test_several_go_to_the_trash_and_undo_brings_all_back(page, gui, qtbot):
    heard = notices(gui)
    choose(page, "Alpha", "Gamma")
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Delete)
    done(qtbot, page)
    assert names_in(page) == ["Beta"]
    assert (heard[0].text, heard[0].action) == ("2 edits are in the trash.", "Undo")
    heard[0].do()
    done(qtbot, page)
    assert sorted(names_in(page)) == list(NAMES)
    assert sorted(chosen_in(page)) == ["Alpha", "Gamma"]


def test_what_others_stand_on_goes_only_after_asking(page, gui, qtbot):
    on = {"model": "starter", "examples": "Capitals", "on": ["Alpha@0.9"]}
    put(gui, "Alpha, further", 4, said={"request": on})
    choose(page, "Alpha", "Beta")
    page.can.delete.trigger()
    box = page.findChild(QMessageBox)
    assert box.text() == "Put 2 edits into the trash?"
    assert "“Alpha, further”" in box.informativeText()
    press_in(qtbot, box, "Put into the trash")
    done(qtbot, page)
    assert names_in(page) == ["Alpha, further", "Gamma"]


def test_a_child_that_goes_too_is_no_reason_to_ask(page, gui, qtbot):
    on = {"model": "starter", "examples": "Capitals", "on": ["Alpha@0.9"]}
    put(gui, "Alpha, further", 4, said={"request": on})
    choose(page, "Alpha", "Alpha, further")
    page.can.delete.trigger()
    done(qtbot, page)
    assert page.findChildren(QMessageBox) == []
    assert names_in(page) == ["Gamma", "Beta"]


def test_several_are_restored_from_the_trash(page, gui, qtbot):
    for name in NAMES[:2]:
        gui.library.trash(gui.library.edit(name).id)
    page.can.trash.setChecked(True)
    page.list.view.selectAll()
    assert not page.bulk.delete.isVisible()
    assert not page.bulk.tags.isVisible()
    press_in(qtbot, page.bulk, "Restore")
    done(qtbot, page)
    assert not page.can.trash.isChecked()
    assert sorted(names_in(page)) == list(NAMES)


def test_only_the_chosen_are_verified(page, gui, qtbot):
    for name in ("Alpha", "Gamma"):
        edit = gui.library.edit(name)
        (gui.library.folder_of(edit) / "edit.safetensors").write_bytes(b"\1" * 64)
    heard = notices(gui)
    choose(page, "Alpha", "Beta")
    press_in(qtbot, page.bulk, "Verify them")
    done(qtbot, page)
    assert (heard[-1].text[:9], heard[-1].tone) == ("1 damaged", Tone.DANGER)
    assert [gui.library.edit(name).state for name in NAMES] == ["changed", "ok", "ok"]


def test_several_are_compared(page, gui, qtbot):
    seen = kit.openings(gui)
    choose(page, "Alpha", "Gamma")
    press_in(qtbot, page.bulk, "Compare")
    ids = tuple(gui.library.edit(name).id for name in ("Gamma", "Alpha"))
    assert gui.selection.edits == ids
    assert seen == ["compare", ("edits", "\n".join(ids))]


def export_dialog(page, qtbot):
    page.bulk.export.trigger()
    dialog = page.findChild(ExportDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_several_are_exported_each_into_a_folder_of_its_own(page, gui, qtbot, tmp_path):
    choose(page, "Alpha", "Beta")
    dialog = export_dialog(page, qtbot)
    assert dialog.windowTitle() == "Export 2 edits"
    own = sum(gui.library.edit(name).size_bytes for name in ("Alpha", "Beta"))
    assert (dialog.alone.isChecked(), dialog.size_bytes()) == (True, own)
    dialog.target.setText(str(tmp_path / "out"))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    asked = [each for each in gui.engine.asked if each.question == "export"]
    wanted = {"Alpha": tmp_path / "out" / "alpha", "Beta": tmp_path / "out" / "beta"}
    assert {each.arguments["edit"]: each.arguments["to"] for each in asked} == {
        name: str(place) for name, place in wanted.items()
    }
    heard = notices(gui)
    asked[0].answer({})
    assert heard == []
    asked[1].answer({})
    assert heard[-1].text == f"2 edits are written to {tmp_path / 'out'}."
    assert heard[-1].action == "Open folder"


def test_one_export_that_fails_is_told_and_the_others_counted(page, gui, qtbot, tmp_path):
    choose(page, *NAMES)
    dialog = export_dialog(page, qtbot)
    dialog.target.setText(str(tmp_path / "out"))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    asked = [each for each in gui.engine.asked if each.question == "export"]
    heard = notices(gui)
    asked[0].answer({})
    asked[1].error("The disk is full. Make room.")
    asked[2].answer({})
    assert [each.text.split(" ", 1)[0] for each in heard] == ["The", "2"]


def test_while_files_are_at_work_nothing_else_begins(page, gui, qtbot):
    import threading

    gate = threading.Event()
    page.background.start(lambda _: gate.wait(10), lambda _: None, lambda _: None)
    heard = notices(gui)
    page.bulk_deeds.verify(["x"])
    assert "Wait for it" in heard[0].text
    gate.set()
    done(qtbot, page)


def test_what_cannot_be_changed_is_told_and_the_rest_is_done(page, gui, qtbot):
    heard = notices(gui)
    gone = gui.library.edit("Beta")
    chosen = [gui.library.edit(name).id for name in NAMES]
    gui.library.trash(gone.id)
    gui.library.delete_for_good(gone.id)
    page.bulk_deeds.retag(chosen, ("x",))
    done(qtbot, page)
    assert [each.action for each in heard] == ["Undo", ""]
    assert "has no edit" in heard[1].text
    assert gui.library.edit("Gamma").tags == ("x",)


def test_work_that_is_cancelled_keeps_what_was_done(page, gui):
    ids = [gui.library.edit(name).id for name in NAMES]

    def stop_at_the_second(progress):
        if progress.done == 1:
            raise Cancelled

    def tag(library: Library, edit_id: str) -> None:
        library.tag(edit_id, ("x",))

    outcome = for_each(gui.library.folder, ids, tag)(stop_at_the_second)
    assert list(outcome.done) == ids[:1]
    assert [gui.library.edit(each).tags for each in ids] == [("x",), (), ()]


def test_tags_are_read_and_changed_whatever_their_case():
    assert tags_in(" a, b ,,a ") == ("a", "b")
    assert retagged(("A", "b"), ("a", "c"), ("B",)) == ("A", "c")


def test_folders_of_edits_differ():
    assert folder_names(["A b", "a-B", "…"]) == ["a-b", "a-b-2", "edit"]

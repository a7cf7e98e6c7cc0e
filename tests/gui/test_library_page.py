"""The library page over a real library: details, notes, trash and undo, export, import, verify."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog

from app.gui.events import Notice, Tone
from app.gui.pages.library.export import ExportDialog
from app.gui.pages.library.page import LibraryPage
from app.gui.tables.library_table import NAME, STATE, SUCCESS, LibraryTable
from app.operations.requests import ExportRequest, ImportRequest
from tests.gui import page_kit as kit
from tests.gui.library_kit import STRICT, choose, names_in, notices

NAMES = ("Alpha", "beta", "Gamma")


@pytest.fixture
def context(qapp, tmp_path):
    return kit.context_in(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    pages = []

    def _open(*names):
        for place, name in enumerate(names):
            rate = {"before": 0.1, "after": 0.9 - place / 10}
            kit.put_edit(context, name, edit_id=f"2026112{place}-100000-aaaaaa", success_rate=rate)
        page = LibraryPage(context)
        pages.append(page)
        kit.in_front(qtbot, page)
        return page

    yield _open
    for page in pages:
        page.background.wait()


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_empty_library_leads_to_the_runs(opened, context):
    page = opened()
    seen = kit.openings(context)
    assert page.stack.currentWidget() is page.empty
    next(a for a in page.actions() if a.text() == "Go to runs").trigger()
    assert seen == ["runs"]


def test_a_new_edit_appears_by_itself(opened, context):
    page = opened()
    kit.put_edit(context, "Alpha")
    assert names_in(page) == ["Alpha"]
    assert page.details.name.text() == "Alpha"


def test_names_sort_whatever_their_case_and_the_selection_stays(opened):
    page = opened(*NAMES)
    choose(page, "beta")
    page.list.view.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    assert names_in(page) == ["Alpha", "beta", "Gamma"]
    assert page.list.view.currentIndex().row() == 1
    page.list.view.sortByColumn(SUCCESS, Qt.SortOrder.AscendingOrder)
    assert names_in(page) == ["Gamma", "beta", "Alpha"]


def test_the_filter_finds_names_and_tags(opened, context, qtbot):
    page = opened(*NAMES)
    context.library.tag(context.library.edit("Gamma").id, ("workshop",))
    qtbot.keyClicks(page.list.filter, "work")
    qtbot.waitUntil(lambda: names_in(page) == ["Gamma"])
    assert page.list.count.text().startswith("1 edit;")


def test_details_show_measures_settings_and_origin(opened):
    page = opened("Alpha")
    pairs = dict(line.split("\t") for line in page.details.measures.pairs.text().splitlines())
    assert pairs["Success"].replace("\u00a0", " ") == "10.0 % → 90.0 %"
    assert "Learning rate\t0.015" in page.details.settings.pairs.text()
    assert "Examples it learnt\t12" in page.details.origin.pairs.text()


def test_notes_and_tags_are_kept_when_the_field_is_left(opened, context, qtbot):
    page = opened("Alpha")
    page.details.notes.setFocus()
    qtbot.keyClicks(page.details.notes, "For the workshop")
    qtbot.keyClick(page.details.notes, Qt.Key.Key_Tab)
    qtbot.keyClicks(page.details.tags, "capitals, draft")
    qtbot.keyClick(page.details.tags, Qt.Key.Key_Return)
    edit = context.library.edit("Alpha")
    assert page.details.edit.tags == ("capitals", "draft")
    assert (edit.notes, edit.tags) == ("For the workshop", ("capitals", "draft"))


def test_notes_typed_before_another_edit_is_chosen_go_to_the_right_one(opened, context, qtbot):
    page = opened("Alpha", "beta")
    choose(page, "Alpha")
    page.details.notes.setPlainText("About alpha")
    choose(page, "beta")
    assert context.library.edit("Alpha").notes == "About alpha"
    assert context.library.edit("beta").notes == ""
    assert page.details.edit.name == "beta"


def test_renaming_with_the_keyboard(opened, context, qtbot):
    page = opened("Alpha")
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_F2)
    assert page.details.name.hasFocus()
    page.details.name.selectAll()
    qtbot.keyClicks(page.details.name, "Omega")
    qtbot.keyClick(page.details.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names_in(page) == ["Omega"])
    assert context.library.edit("Omega").id.startswith("2026112")


def test_a_name_that_is_taken_is_told_and_put_back(opened, context, qtbot):
    page = opened("Alpha", "beta")
    choose(page, "beta")
    heard = notices(context)
    page.details.name.setText("alpha")
    qtbot.keyClick(page.details.name, Qt.Key.Key_Return)
    assert "already" in heard[0].text
    qtbot.waitUntil(lambda: page.details.name.text() == "beta")
    assert len(heard) == 1


def test_delete_goes_to_the_trash_and_undo_brings_it_back(opened, context, qtbot):
    page = opened("Alpha", "beta")
    choose(page, "beta")
    heard = notices(context)
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Delete)
    assert names_in(page) == ["Alpha"]
    assert heard[0].action == "Undo"
    heard[0].do()
    assert sorted(names_in(page)) == ["Alpha", "beta"]
    assert page.details.edit.name == "beta"


def test_the_trash_can_be_looked_at_and_restored_from(opened, context, qtbot):
    page = opened("Alpha", "beta")
    context.library.trash(context.library.edit("beta").id)
    press(qtbot, page.trash_button)
    assert names_in(page) == ["beta"]
    assert page.details.name.isReadOnly()
    page.details.restore.trigger()
    assert not page.can.trash.isChecked()
    assert sorted(names_in(page)) == ["Alpha", "beta"]


@pytest.mark.parametrize(("action", "place"), [("compare", "compare"), ("senses", "senses")])
def test_an_edit_opens_on_other_pages(opened, context, action, place):
    page = opened("Alpha")
    seen = kit.openings(context)
    getattr(page.details, action).trigger()
    edit_id = page.details.edit.id
    assert seen == [place, ("edit", edit_id)]
    assert context.selection.edits == (edit_id,)


def test_an_edit_opened_elsewhere_is_selected(opened, context):
    page = opened("Alpha", "beta")
    context.events.open_requested.emit("edit", context.library.edit("Alpha").id)
    assert page.details.edit.name == "Alpha"


def test_verify_names_the_damaged_file_and_marks_the_row(opened, context, qtbot):
    page = opened("Alpha", "beta")
    damaged = context.library.folder_of(context.library.edit("Alpha")) / "edit.safetensors"
    damaged.write_bytes(b"\1" * 64)
    with qtbot.waitSignal(context.events.noticed) as noticed:
        page.can.verify.trigger()
    assert str(damaged) in noticed.args[0].text
    row = names_in(page).index("Alpha")
    assert page.list.table.index(row, STATE).data() == "✗ changed"
    choose(page, "Alpha")
    assert page.details.trouble.isVisible()
    assert page.list.chips.chips["changed"].text() == "✗ changed 1"


def test_verify_says_so_when_all_is_well(opened, context, qtbot):
    page = opened("Alpha")
    with qtbot.waitSignal(context.events.noticed) as noticed:
        page.can.verify.trigger()
    assert noticed.args[0].text == "Every file is as it was written."
    qtbot.waitUntil(page.can.verify.isEnabled)


def test_an_exported_edit_is_imported_under_a_free_name(
    opened, context, qtbot, monkeypatch, tmp_path
):
    page = opened("Alpha")
    elsewhere = kit.context_in(tmp_path / "elsewhere")
    other = kit.put_edit(elsewhere, "Alpha", edit_id="20261101-100000-bbbbbb")
    folder = elsewhere.library.folder_of(other)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    heard = notices(context)
    page.can.import_.trigger()
    asked = context.engine.last("check-import")
    assert asked.arguments == ImportRequest(str(folder)).to_json()
    assert names_in(page) == ["Alpha"]
    asked.answer({"doubt": None})
    assert heard[-1] == Notice("“Alpha 2” is in the library.")
    assert page.details.edit.id == other.id


def exported(monkeypatch, tmp_path):
    """An edit of another library, which the person is about to choose."""
    elsewhere = kit.context_in(tmp_path / "elsewhere")
    other = kit.put_edit(elsewhere, "Omega", edit_id="20261101-100000-bbbbbb")
    folder = elsewhere.library.folder_of(other)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))


def test_an_edit_of_another_base_stays_outside(opened, context, monkeypatch, tmp_path):
    page = opened("Alpha")
    exported(monkeypatch, tmp_path)
    heard = notices(context)
    page.can.import_.trigger()
    context.engine.last("check-import").error("It was made for another model.")
    assert heard[-1] == Notice("It was made for another model.", Tone.DANGER)
    assert names_in(page) == ["Alpha"]


def test_an_edit_whose_base_is_not_here_is_taken_with_a_doubt(
    opened, context, monkeypatch, tmp_path
):
    page = opened("Alpha")
    exported(monkeypatch, tmp_path)
    heard = notices(context)
    page.can.import_.trigger()
    context.engine.last("check-import").answer({"doubt": "Its base is not here."})
    said = "“Omega” is in the library. Its base is not here."
    assert heard[-1] == Notice(said, Tone.WARNING)
    assert sorted(names_in(page)) == ["Alpha", "Omega"]


def test_importing_what_lies_in_the_trash_restores_it(opened, context, monkeypatch):
    page = opened("Alpha", "beta")
    context.library.trash(context.library.edit("Alpha").id)
    folder = next(context.library.trash_folder.iterdir())
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    page.can.import_.trigger()
    context.engine.last("check-import").answer({"doubt": None})
    assert sorted(names_in(page)) == ["Alpha", "beta"]


def test_importing_something_else_is_told(opened, context, monkeypatch, tmp_path):
    page = opened("Alpha")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    heard = notices(context)
    page.can.import_.trigger()
    assert "is not an edit" in heard[0].text
    assert context.engine.asked == []


def export_dialog(page, qtbot):
    page.details.export.trigger()
    dialog = page.findChild(ExportDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_export_asks_the_engine_and_offers_to_open_the_folder(opened, context, qtbot, tmp_path):
    page = opened("Alpha")
    dialog = export_dialog(page, qtbot)
    dialog.alone.click()
    dialog.target.setText(str(tmp_path / "out" / "alpha"))
    press(qtbot, dialog.export_button)
    asked = context.engine.last("export")
    wanted = ExportRequest("Alpha", str(tmp_path / "out" / "alpha"), "edit", "float32")
    assert asked.arguments == wanted.to_json()
    heard = notices(context)
    asked.answer({})
    assert heard[0].action == "Open folder"


def test_export_never_overwrites(opened, qtbot, tmp_path):
    page = opened("Alpha")
    dialog = export_dialog(page, qtbot)
    dialog.target.setText(str(tmp_path))
    assert not dialog.export_button.isEnabled()
    assert dialog.said.text() == "This folder is there already. Choose another name."
    dialog.reject()


def test_the_export_tells_how_large_each_form_gets(opened, qtbot, tmp_path):
    page = opened("Alpha")
    dialog = export_dialog(page, qtbot)
    dialog.target.setText(str(tmp_path / "new"))
    as_float32 = dialog.size_bytes()
    dialog.dtype.setCurrentText("bfloat16")
    as_bfloat16 = dialog.size_bytes()
    dialog.alone.click()
    assert dialog.size_bytes() == page.details.edit.size_bytes
    assert as_float32 == 2 * as_bfloat16
    assert not dialog.dtype.isEnabled()
    dialog.reject()


def test_an_export_that_fails_is_told(opened, context, qtbot, tmp_path):
    page = opened("Alpha")
    dialog = export_dialog(page, qtbot)
    dialog.target.setText(str(tmp_path / "new"))
    press(qtbot, dialog.export_button)
    heard = notices(context)
    context.engine.last("export").error("The disk is full. Make room.")
    assert heard[0].text == "The disk is full. Make room."


def test_the_table_keeps_qts_contract(qapp):
    table = LibraryTable()
    tester = QAbstractItemModelTester(table, STRICT)
    edits = {
        "a": kit.edit_row("a", "A", state="missing"),
        "b": kit.edit_row("b", "B", inside_ball=False, degradation=None),
    }

    def lister(order, descending):
        del order
        return sorted(edits, reverse=descending)

    table.show_edits(lister, lambda ids: {each: edits[each] for each in ids})
    for column in range(table.columnCount()):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            table.sort(column, order)
    assert tester is not None
    assert table.index(table.row_of("a"), STATE).data() == "✗ missing"
    assert table.index(table.row_of("b"), STATE).data() == "outside"

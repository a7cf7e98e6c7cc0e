"""Edits stacked in the library: switched, checked, kept, compared, exported."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.library.export import ExportDialog
from app.gui.pages.library.stack import StackDialog
from app.gui.tables.kept_examples import KeptExamplesTable
from app.gui.tables.stack_table import StackTable
from editing.examples import ExampleSet, Role
from editing.library.kept_stacks import kept_stacks
from tests.gui import page_kit as kit
from tests.gui.library_kit import ROWS, STRICT, family


def stack_dialog(page, qtbot):
    page.can.stack.trigger()
    dialog = page.findChild(StackDialog)
    qtbot.waitExposed(dialog)
    return dialog


def test_a_stack_is_switched_checked_and_compared(open_library, gui, qtbot):
    family(gui)
    gui.sets.save(ExampleSet("Capitals", ROWS))
    page, seen = open_library(), kit.openings(gui)
    page.show_edit("Capitals")
    dialog = stack_dialog(page, qtbot)
    place = [dialog.table.index(r, 0).data() for r in range(3)].index("Nurses")
    dialog.view.setCurrentIndex(dialog.table.index(place, 0))
    dialog.view.setFocus()
    qtbot.keyClick(dialog.view, Qt.Key.Key_Space)
    dialog.table.setData(dialog.table.index(place, 1), 0.5)
    dialog.check.trigger()
    asked = gui.engine.last("evaluate")
    assert asked.arguments["edits"] == ["Capitals@1", "Nurses@0.5"]
    assert asked.arguments["budget"] == 1e-4
    assert asked.arguments["general_text"] == "sampled"
    asked.answer({**kit.edit_result(), "inside_ball": False, "degradation": 3e-4})
    assert dialog.said.text().startswith("✗ The stack is outside the budget: degradation 0.000300")
    dialog.name.setCurrentText("Both")
    dialog.compare.trigger()
    (stack,) = kept_stacks(gui.library.db)
    assert (stack.name, [part.strength for part in stack.parts]) == ("Both", [1.0, 0.5])
    assert seen[-2:] == ["compare", ("stack", "Both")]


def test_a_change_makes_the_checked_ball_stale(open_library, gui, qtbot):
    family(gui)
    page = open_library()
    dialog = stack_dialog(page, qtbot)
    dialog.check.trigger()
    dialog.table.setData(dialog.table.index(0, 1), 2.0)
    assert gui.engine.withdrawn == [1]
    assert "not checked" in dialog.said.text()
    dialog.table.setData(dialog.table.index(0, 0), Qt.CheckState.Unchecked.value, 10)
    assert not dialog.check.isEnabled()
    dialog.reject()


def test_a_kept_stack_comes_back_and_can_be_forgotten(open_library, gui, qtbot):
    family(gui)
    page = open_library()
    dialog = stack_dialog(page, qtbot)
    dialog.name.setCurrentText("Alone")
    dialog.keep.trigger()
    dialog.table.setData(dialog.table.index(1, 0), Qt.CheckState.Checked.value, 10)
    dialog.name.activated.emit(dialog.name.findText("Alone"))
    assert len(dialog.table.on()) == 1
    dialog.forget.trigger()
    assert kept_stacks(gui.library.db) == []
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


def test_a_stack_is_exported_as_a_model_folder_alone(open_library, gui, qtbot, tmp_path):
    family(gui)
    page = open_library()
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
    asked = gui.engine.last("export").arguments
    assert (sorted([asked["edit"], *asked["more"]]), asked["form"]) == (
        ["Capitals@1", "Nurses@1"],
        "folder",
    )

"""The compare page: columns, strengths, stacks, and what is opened on it."""

import pytest
from PySide6.QtCore import Qt

from app.gui.pages.compare.page import ComparePage
from editing.library.kept_stacks import KeptStack, StackPart, keep_stack
from tests.gui import page_kit as kit
from tests.gui.compare_kit import asked, opener, with_capitals


@pytest.fixture
def context(qapp, tmp_path):
    return with_capitals(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    return opener(qtbot, context)


def test_without_edits_the_page_says_what_it_is_for(opened, context):
    page = opened()
    seen = kit.openings(context)
    assert page.stack.currentWidget() is page.empty
    next(a for a in page.actions() if a.text() == "Go to runs").trigger()
    assert seen == ["runs"]


def test_the_strength_slider_goes_to_the_engine(opened, context, qtbot):
    page = opened("One")
    field = page.heads.columns[0].fields[0]
    slider = field.slider
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert field.strength_label.text() == "τ 1.30"
    page.generations.bar.generate.trigger()
    assert asked(context, "generate")[-1].arguments["edits"] == ["One@1.3"]
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert field.strength == 4


def test_edits_can_be_added_up_to_four_and_taken_away(opened, qtbot):
    page = opened("One", "Two", "Three", "Four", "Five")
    assert len(page.heads.columns) == 4
    assert not page.heads.add.isEnabled()
    page.heads.columns[0].fields[0].remove.trigger()
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two", "Three", "Four"]
    page.heads.add.trigger()
    assert len(page.generations.texts) == 5


def test_an_edit_opened_elsewhere_replaces_what_was_compared(opened, context):
    page = opened("One", "Two")
    page.show_edits((page.heads.choices()[0].edit.id,))
    context.events.open_requested.emit("edit", context.library.edit("Two").id)
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two"]


def test_an_edit_fitted_to_the_ball_is_put_on_exactly_as_it_was_kept(qtbot, context):
    kit.put_edit(context, "Fitted", strength=0.94140625)
    page = ComparePage(context)
    qtbot.addWidget(page)
    page.generations.bar.generate.trigger()
    assert asked(context, "generate")[-1].arguments["edits"] == ["Fitted@0.94140625"]
    assert page.measures.table.index(0, 2).data().replace("\u00a0", " ") == "78.0 %"
    page.heads.columns[0].fields[0].slider.setValue(18)
    assert page.heads.columns[0].fields[0].strength == 0.9


def test_a_deleted_edit_leaves_the_comparison(opened, context):
    page = opened("One", "Two")
    context.library.trash(context.library.edit("One").id)
    context.events.library_changed.emit()
    assert [choice.edit.name for choice in page.heads.choices()] == ["Two"]


def test_edits_are_stacked_in_one_column(opened, context, qtbot):
    page = opened("One", "Two")
    page.show_edits((page.heads.choices()[0].edit.id,))
    page.heads.columns[0].add_part.trigger()
    page.heads.columns[0].fields[1].slider.setValue(10)
    assert page.heads.choices()[0].label == "One + Two, τ 0.50"
    page.generations.bar.generate.trigger()
    assert asked(context, "generate")[-1].arguments["edits"] == ["One@1", "Two@0.5"]
    assert page.measures.table.index(0, 2).data() == "not measured yet"
    page.measures.measure.trigger()
    assert asked(context, "evaluate")[-1].arguments["edits"] == ["One@1", "Two@0.5"]
    page.heads.columns[0].fields[1].remove.trigger()
    assert page.heads.choices()[0].label == "One"


def test_a_stack_that_is_kept_can_be_chosen_by_its_name(opened, context):
    page = opened("One", "Two", "Three")
    one, two, _ = [choice.edit.id for choice in page.heads.choices()]
    parts = (StackPart(one, 1.0), StackPart(two, 0.5))
    keep_stack(context.library.db, KeptStack("Both", "starter", parts))
    context.events.library_changed.emit()
    context.events.open_requested.emit("stack", "Both")
    (choice,) = page.heads.choices()
    assert (choice.label, choice.arguments) == ("Both", ("One@1", "Two@0.5"))
    page.heads.columns[0].fields[1].slider.setValue(20)
    assert page.heads.choices()[0].label == "One + Two"

"""What came of a run: told, kept in the library, compared, looked into."""

import pytest
from PySide6.QtCore import Qt

from editing.errors import LibraryError
from tests.gui import page_kit as kit
from tests.gui.runs_kit import opener, press


@pytest.fixture
def opened(qtbot, tmp_path):
    return opener(qtbot, tmp_path)


def test_the_result_is_told_in_plain_words(opened):
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    card = page.detail.result
    assert card.headline.text().replace("\u00a0", " ") == "Capitals: 31 % → 78 %"
    assert card.cost.text().startswith(
        "degradation 0.000060 of 0.000100 allowed · hard negatives +0.10 nats"
    )
    assert card.verdict.text() == "Inside the budget"


def test_an_empty_edit_and_a_blind_budget_are_said(opened):
    text = {"name": "mine", "tokens": 900, "touched": 12, "sampled": False}
    changes = {"kept_epoch": 0, "general_text": text}
    page, _ = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1", **changes)))
    said = page.detail.result.remark.text()
    assert "the edit is empty" in said
    assert "only 12 tokens" in said


def test_a_memory_that_hardly_answers_is_no_success(opened):
    problem = "The gate finds the right row for 21% of validation texts."
    scope = {"problem": problem}
    page, _ = opened(kit.job("j", "Memory", *kit.done_events("/nowhere/e1", scope=scope)))
    card = page.detail.result
    assert (card.verdict.text(), card.verdict.property("tone")) == ("✗ Hardly answers", "danger")
    assert card.remark.text().startswith(problem)
    assert card.remark.property("tone") == "danger"


def test_save_to_library_keeps_the_edit_under_the_name_typed(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    kept = []
    stored = kit.edit_row("e1", "My capitals")
    monkeypatch.setattr(
        context.library, "add_edit", lambda folder, name: kept.append((str(folder), name)) or stored
    )
    page.detail.result.name.selectAll()
    qtbot.keyClicks(page.detail.result.name, "My capitals")

    def edit(_):
        if not kept:
            raise LibraryError("There is none.")
        return stored

    monkeypatch.setattr(context.library, "edit", edit)
    with qtbot.waitSignal(context.events.library_changed):
        press(qtbot, page.detail.result.save_button)
    assert kept == [("/nowhere/e1", "My capitals")]
    assert page.detail.result.saved.isVisible()
    assert not page.detail.result.save_button.isVisible()


def test_a_kept_edit_can_be_renamed_from_its_run(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    stored, renamed = kit.edit_row("e1", "Capitals 2"), []
    monkeypatch.setattr(context.library, "edit", lambda _: stored)
    monkeypatch.setattr(
        context.library,
        "rename",
        lambda *asked: renamed.append(asked) or kit.edit_row("e1", "Best"),
    )
    context.events.library_changed.emit()
    assert page.detail.result.name.text() == "Capitals 2"
    page.detail.result.name.selectAll()
    qtbot.keyClicks(page.detail.result.name, "Best")
    assert page.detail.result.save_button.text() == "Rename"
    press(qtbot, page.detail.result.save_button)
    assert renamed == [("e1", "Best")]


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))

    def refuse(*_, **__):
        raise LibraryError("There is an edit 'Capitals' already. Choose another name.")

    monkeypatch.setattr(context.library, "add_edit", refuse)
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.result.save_button)
    assert "Choose another name" in noticed.args[0].text
    assert page.detail.result.save_button.isVisible()


def test_comparing_an_unsaved_edit_asks_to_save_it_first(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.result.more_buttons[0])
    assert noticed.args[0].text.startswith("Save the edit to the library first")


def test_compare_opens_the_page_with_the_saved_edit(opened, qtbot, monkeypatch):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    stored = kit.edit_row("e1", "Capitals")
    monkeypatch.setattr(context.library, "edit", lambda _: stored)
    opened_pages = kit.openings(context)
    press(qtbot, page.detail.result.more_buttons[0])
    assert opened_pages == ["compare", ("edit", "e1")]


def test_a_chosen_sense_opens_the_senses_page(opened, qtbot):
    page, context = opened(kit.job("j", "Capitals", *kit.done_events("/nowhere/e1")))
    page.detail.tabs.setCurrentIndex(2)
    view = page.detail.senses
    view.setCurrentIndex(view.model().index(0, 0))
    opened_pages = kit.openings(context)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened_pages == ["senses", ("sense", " Afghanistan")]

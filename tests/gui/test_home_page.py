"""The home page: where everything begins."""

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from app.gui.pages.home.page import HomePage
from app.gui.tables.examples_table import ExamplesTable
from app.gui.theme import ThemeChoice
from app.gui.widgets.recent_row import RecentRow
from app.operations.samples import samples
from editing.examples import Example, ExampleSet, Kind, Role
from tests.gui import page_kit as kit


@pytest.fixture
def home(gui, qtbot):
    return kit.in_front(qtbot, HomePage(gui))


def button(page, text):
    return next(b for b in page.findChildren(QPushButton) if b.text() == text)


def press(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def rows(page):
    return [row for row in page.findChildren(RecentRow) if row.isVisible()]


def save(gui, *names):
    for name in names:
        gui.sets.save(ExampleSet(name, (Example("a", " b"),)))
    gui.events.sets_changed.emit()
    QApplication.processEvents()


def test_the_guided_example_is_one_click_away(home, gui, qtbot):
    with qtbot.waitSignal(gui.events.guide_requested):
        press(qtbot, button(home, "Try the guided example"))


@pytest.mark.parametrize(
    ("text", "kind"), [("New example set", "new-set"), ("Import a file…", "import")]
)
def test_other_beginnings_go_to_the_examples_page(home, gui, qtbot, text, kind):
    seen = kit.openings(gui)
    press(qtbot, button(home, text))
    assert seen == ["examples", (kind, "")]


def test_nothing_recent_is_said_rather_than_left_blank(home):
    assert rows(home) == []


def test_the_three_sets_changed_last_are_listed_and_open_with_a_click(home, gui, qtbot):
    save(gui, "One", "Two", "Three", "Four")
    assert len(rows(home)) == 3
    seen = kit.openings(gui)
    row = rows(home)[0]
    press(qtbot, row)
    assert seen == ["examples", ("set", row.text())]


def test_a_recent_set_says_how_large_it_is(home, gui):
    save(gui, "One")
    assert rows(home)[0].accessibleName() == "One, 1 example"


def names(page):
    return [row.accessibleName() for row in rows(page)]


def test_a_recent_edit_says_what_it_did(home, gui, qtbot):
    edit = kit.put_edit(gui)
    QApplication.processEvents()
    assert names(home) == ["Capitals, success 31 % → 78 %, degradation +6e-05"]
    seen = kit.openings(gui)
    press(qtbot, rows(home)[0])
    assert seen == ["library", ("edit", edit.id)]


def test_an_edit_whose_files_are_gone_is_listed_and_says_so(home, gui):
    edit = kit.put_edit(gui)
    shutil.rmtree(gui.library.folder_of(edit))
    gui.events.library_changed.emit()
    QApplication.processEvents()
    assert names(home) == ["Capitals, Files are missing; the library says which"]


def test_an_edit_whose_files_are_not_as_they_were_says_so(home, gui):
    edit = kit.put_edit(gui)
    (gui.library.folder_of(edit) / "edit.safetensors").write_bytes(b"x")
    home.refresh()
    QApplication.processEvents()
    assert "changed" in names(home)[0]


def test_runs_that_work_or_need_somebody_are_listed_before_edits(home, gui, qtbot):
    kit.put_edit(gui)
    gui.jobs.put(kit.job("job-1", "One", *kit.failed_events()))
    gui.jobs.put(kit.job("job-2", "Two", *kit.done_events()))
    gui.jobs.put(kit.job("job-3", "Three", *kit.running_events()))
    qtbot.waitUntil(lambda: len(rows(home)) == 3)
    assert sorted(names(home)[:2]) == ["One, Failed", "Three, Running"]
    seen = kit.openings(gui)
    press(qtbot, next(row for row in rows(home) if row.text() == "One"))
    assert seen == ["runs", ("run", "job-1")]


def test_a_model_folder_that_is_gone_is_said_with_a_way_out(home, gui, qtbot, tmp_path):
    gui.selection.set_model(str(tmp_path / "gone"))
    assert "not there any more" in home._missing.text()
    press(qtbot, button(home, "Use the starter model"))
    assert gui.selection.model == "starter"
    assert not home._missing_row.isVisible()


def test_a_built_in_task_opens_as_a_copy_each_time(home, gui, qtbot):
    seen = kit.openings(gui)
    for _ in range(2):
        press(qtbot, button(home, "Country and capital"))
    assert gui.sets.names() == ["Country and capital", "Country and capital 2"]
    assert seen[-1] == ("set", "Country and capital 2")


def test_a_small_sample_opens_as_a_copy_and_is_not_changed_by_its_reader(home, gui, qtbot):
    press(qtbot, button(home, "House style"))
    copied = gui.sets.load("House style")
    assert {row.kind for row in copied.canonical} == set(Kind)
    gui.sets.save(ExampleSet("House style", ()))
    press(qtbot, button(home, "House style"))
    assert len(gui.sets.load("House style 2").canonical) == len(copied.canonical)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.examples.name)
def test_the_samples_have_nothing_to_mend(sample):
    table = ExamplesTable()
    for role in Role:
        rows = sample.examples.rows(role)
        assert len(rows) >= 4
        table.set_rows(rows, sample.examples, role=role)
        assert not table.summary.remarks()


def test_every_way_to_begin_is_reached_with_tab(home, qtbot):
    home.setFocus()
    reached = []
    for _ in range(40):
        widget = QApplication.focusWidget()
        reached.append(widget.accessibleName())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    ways = ("Try the guided example", "New example set", "Import a file", "He and she")
    assert [way for way in ways if way not in reached] == []


def test_rows_of_recent_work_grow_with_the_text(gui, qtbot):
    row = RecentRow("runs", "Capitals", "Done")
    qtbot.addWidget(row)
    row.show()
    before = row.minimumHeight()
    gui.theme.apply(ThemeChoice.LIGHT, 150)
    QApplication.processEvents()
    try:
        assert row.minimumHeight() >= 1.4 * before
        assert row.sizeHint().height() >= 2 * row.fontMetrics().height()
    finally:
        gui.theme.apply(ThemeChoice.LIGHT, 100)

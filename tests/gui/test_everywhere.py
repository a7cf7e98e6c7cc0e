"""What is there on every page: palette, undo, activity, details, settings, help."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QWidget
from typing_extensions import override

from app.gui.events import Notice, Tone
from app.gui.fuzzy import fuzzy_score
from app.gui.main_window import PAGES, MainWindow
from app.gui.settings.dialog import SettingsDialog
from app.gui.terms import explain_terms, terms
from app.gui.widgets.command_palette import CommandPalette
from app.gui.widgets.details import DetailsDialog
from app.gui.widgets.recent_row import RecentRow
from app.gui.widgets.shortcut_sheet import ShortcutSheet
from app.gui.widgets.term_button import term_button
from app.jobs.events import StateEvent
from app.jobs.job import JobState
from app.operations.guided import SET_NAME
from app.preferences import Preferences, load_preferences
from editing.examples import Example, ExampleSet, Role
from tests.gui import page_kit as kit
from tests.gui.pictures import fill

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("runs", "Runs"),
        ("opset", "Open example set"),
        ("lod", "Light or dark"),
        ("set new", "New example set"),
        ("HOUSE", "House style"),
    ],
)
def test_a_few_letters_find_a_name(typed, text):
    assert fuzzy_score(typed, text) is not None


@pytest.mark.parametrize(("typed", "text"), [("xyz", "Runs"), ("snur", "Runs"), ("runs z", "Runs")])
def test_letters_that_are_not_there_find_nothing(typed, text):
    assert fuzzy_score(typed, text) is None


def test_a_whole_word_beats_scattered_letters():
    assert fuzzy_score("run", "Run edit…") > fuzzy_score("run", "Resume until noon")


@pytest.mark.parametrize(
    ("typed", "opened"),
    [
        ("capitals of peru", ("set", "Capitals of Peru")),
        ("polite edit", ("edit", "20261120-100000-aaaaaa")),
        ("nightly", ("run", "job-1")),
    ],
)
def test_the_palette_opens_sets_edits_and_runs(window, space, gui, qtbot, typed, opened):
    gui.sets.save(ExampleSet("Capitals of Peru", (Example("a", " b"),)))
    kit.put_edit(gui, "Polite")
    gui.jobs.put(kit.job("job-1", "Nightly", StateEvent(JobState.DONE, "", 1.0)))
    seen = kit.openings(gui)
    space.menus.find_action.trigger()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, typed)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened in seen


def test_the_palette_says_where_nothing_fits_and_how_many_are_left(window, space, gui, qtbot):
    for number in range(70):
        gui.sets.save(ExampleSet(f"Set {number:03}", (Example("a", " b"),)))
    space.menus.find_action.trigger()
    palette = window.findChild(CommandPalette)
    palette.field.setText("set 0")
    assert palette.list.count() == 60
    assert "more; type on" in palette.hint.text()
    palette.field.setText("qqqq")
    assert palette.list.count() == 0
    assert "Nothing is called that" in palette.hint.text()
    palette.reject()


def test_every_action_of_the_window_is_on_the_sheet(window, space, qtbot):
    qtbot.keyClick(space.page, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutSheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    names = {a.text().partition("\t")[0].replace("&", "") for a in space.menus.all_actions()}
    assert names <= shown
    sheet.field.setText("zoom nothing")
    assert not names & {label.text() for label in sheet._area.widget().findChildren(QLabel)}
    sheet.reject()


def test_a_question_mark_opens_the_sheet_too(window, space, qtbot):
    qtbot.keyClicks(space.rail.button("home"), "?")
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    sheet.reject()


def test_undo_in_the_edit_menu_follows_the_document(space, gui):
    undo, redo = space.menus.undoing.actions
    assert not undo.isEnabled()
    gui.events.guide_requested.emit()
    document = space.page.editor.document
    row = document.examples.canonical[0]
    document.remove(Role.CANONICAL, [row.id])
    assert undo.isEnabled()
    assert "Delete" in undo.text()
    undo.trigger()
    assert gui.sets.load(SET_NAME).canonical[0] == row
    assert redo.isEnabled()
    redo.trigger()
    assert len(gui.sets.load(SET_NAME).canonical) == 11
    space.show_page("home")
    assert not undo.isEnabled()
    space.show_page("examples")
    assert undo.isEnabled()


def test_the_drawer_keeps_jobs_and_notices(window, space, gui, qtbot):
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    gui.events.notice("Written.")
    space.menus.activity_action.trigger()
    rows = space.activity.findChildren(RecentRow)
    assert [row.text() for row in rows] == ["Capitals"]
    assert "Written." in {label.text() for label in space.activity.findChildren(QLabel)}
    gui.events.notice("Later.")
    assert "Later." in {label.text() for label in space.activity.findChildren(QLabel)}
    gui.jobs.happen("job-1", StateEvent(JobState.DONE, "", 1.0))
    seen = kit.openings(gui)
    row = space.activity.findChildren(RecentRow)[-1]
    assert "Done" in row.accessibleName()
    row.click()
    assert ("run", "job-1") in seen
    space.activity.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not space.activity.isVisible()


def test_a_failed_run_says_what_happened_what_to_do_and_the_rest(window, space, gui, qtbot):
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    gui.jobs.happen("job-1", *kit.failed_events()[-2:])
    _, notice = space.toasts.history[-1]
    assert "memory is not enough" in notice.text
    assert "Close other programs" in notice.text
    assert notice.action == "Show the run"
    space.toasts.shown[-1].show_details()
    details = window.findChild(DetailsDialog)
    copy = next(b for b in details.findChildren(QPushButton) if b.text() == "Copy")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "RuntimeError: out of memory" in QGuiApplication.clipboard().text()
    assert "memory is not enough" in QGuiApplication.clipboard().text()
    details.reject()


def test_a_notice_without_details_offers_none(space, gui):
    gui.events.noticed.emit(Notice("Done.", Tone.POSITIVE))
    assert [b.text() for b in space.toasts.shown[-1].findChildren(QPushButton)] == []


@pytest.fixture
def settings(window, space, gui, qtbot):
    qtbot.keyClick(space.page, Qt.Key.Key_Comma, CONTROL)
    dialog = window.findChild(SettingsDialog)
    yield dialog
    dialog.reject()


def test_a_setting_applies_at_once_and_is_kept(settings, gui, qtbot):
    settings.rows["keep_awake"].editor.click()
    assert gui.preferences.current.keep_awake is False
    assert load_preferences(gui.data_folder).keep_awake is False
    threads = settings.rows["threads"].editor
    threads.setValue(1)
    assert gui.preferences.current.threads == 1
    threads.setValue(0)
    assert gui.preferences.current.threads is None


def test_every_choice_of_every_setting_can_be_made(settings, gui):
    for row in settings.rows.values():
        for place, (value, _) in enumerate(row.described.options):
            row.editor.setCurrentIndex(place)
            assert getattr(gui.preferences.current, row.described.name) == value


def test_every_preference_has_its_setting(settings):
    silent = {"last_page", "others", "base_pass_cache_bytes"}
    assert set(Preferences.__dataclass_fields__) - silent <= set(settings.rows)


def test_settings_are_found_by_any_word(settings):
    settings.field.setText("asleep")
    shown = [name for name, row in settings.rows.items() if row.isVisible()]
    assert shown == ["keep_awake"]
    settings.field.setText("bananas")
    assert not any(card.isVisible() for card in settings.cards)
    assert settings._none.isVisible()


def test_defaults_come_back_section_by_section(settings, gui, qtbot):
    settings.rows["keep_awake"].editor.click()
    settings.rows["density"].editor.setCurrentIndex(1)
    card = next(c for c in settings.cards if c.heading.text() == "Runs")
    qtbot.mouseClick(card.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert gui.preferences.current.keep_awake is True
    assert settings.rows["keep_awake"].editor.isChecked()
    assert gui.preferences.current.density == "compact"


def test_another_data_folder_is_used_from_the_next_start(settings, gui, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QFileDialog

    from app import paths

    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.delenv("EXEMPLAR_DATA_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    row = settings.rows["data_folder"]
    row.findChild(QPushButton).click()
    assert paths.data_folder() == other


def test_help_opens_on_the_page_that_is_shown(window, space, qtbot):
    space.show_page("senses")
    qtbot.keyClick(space.page, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert space.help.shown.page == "senses"
    space.help.shown.close()


def test_a_term_explains_itself_and_leads_to_the_help(window, space, gui, qtbot):
    mark = term_button("Degradation", gui.events, space)
    assert "loss on general text" in mark.toolTip()
    qtbot.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert space.help.shown.page == "terms"
    assert space.help.shown.text.textCursor().block().text() == "Degradation"
    space.help.shown.close()


@pytest.mark.parametrize("name", ["examples", "runs", "senses", "compare", "library"])
def test_each_page_says_what_its_word_means(space, name, qtbot):
    space.show_page(name)
    mark = space.header.what
    assert mark.isVisible()
    assert mark.toolTip().endswith(mark.accessibleDescription())
    qtbot.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert space.help.shown.page == "terms"
    space.help.shown.close()


def test_labels_that_are_a_term_explain_it(qtbot):
    box = QWidget()
    qtbot.addWidget(box)
    label, other = QLabel("Degradation:", box), QLabel("Degradation is small", box)
    explain_terms(box)
    assert "loss on general text" in label.toolTip()
    assert other.toolTip() == ""


def test_every_term_has_its_place_in_the_help(space):
    space.help.open("terms")
    text = space.help.shown.text.document()
    headings = [b.text() for b in _blocks(text) if b.blockFormat().headingLevel() == 2]
    assert set(terms()) <= set(headings)
    space.help.shown.close()


def test_every_action_is_in_a_menu(window, space, gui):
    """What pages can do is listed under their name; nothing else hides in a corner."""
    listed = set(space.menus.all_actions())
    strip = space.status.strip
    elsewhere = [a for a in window.findChildren(QAction) if a.shortcut().toString() and a.text()]
    hidden = [a.text() for a in elsewhere if a not in listed and _belongs_to(a, space)]
    assert hidden == [] or hidden == ["Close the drawer"]
    assert strip.stop_action.text()


def _belongs_to(action, space):
    owner = action.parent()
    return owner is space or (hasattr(owner, "window") and owner.window() is space.window())


def _blocks(document):
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


class _Windows(QObject):
    """Writes down what is shown as a window of its own."""

    def __init__(self):
        super().__init__()
        self.seen = []

    @override
    def eventFilter(self, watched, event):
        is_shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if is_shown and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_no_part_of_a_page_flashes_up_as_a_window(gui, qapp, qtbot):
    """A widget that is shown before it has a parent is a window for a moment."""
    fill(gui)
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    watcher = _Windows()
    qapp.installEventFilter(watcher)
    made = MainWindow(gui.data_folder, gui)
    qtbot.addWidget(made, before_close_func=lambda _: gui.jobs._jobs.clear())
    made.show()
    for entry in PAGES:
        made.workspace.show_page(entry.name)
        qtbot.wait(20)
    gui.events.guide_requested.emit()
    gui.events.notice("Done.")
    made.workspace.menus.activity_action.trigger()
    qapp.removeEventFilter(watcher)
    assert watcher.seen == ["MainWindow Exemplar"]


@pytest.mark.parametrize("asks", [True, False])
def test_who_does_not_want_to_be_asked_deletes_at_once(space, gui, asks):
    fill(gui)
    gui.preferences.change(replace(gui.preferences.current, confirm_deleting=asks))
    space.show_page("library")
    edit = gui.library.edit("Nurses")
    space.page.deeds.delete(edit)
    boxes = space.page.findChildren(QMessageBox)
    assert bool(boxes) is asks
    assert (gui.library.edit(edit.id).trashed is None) is asks
    for box in boxes:
        box.reject()

"""The window: pages, menus, guide, notices, status, accessibility, and that torch stays out."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.gui.application import main
from app.gui.errors import install_exception_hook, report
from app.gui.events import Notice, Tone
from app.gui.guide import Step
from app.gui.main_window import PAGES, MainWindow
from app.gui.theme import ThemeChoice
from app.gui.widgets.command_palette import CommandPalette
from app.jobs.events import AdoptedEvent, StateEvent
from app.jobs.job import JobState
from app.operations.guided import SET_NAME
from editing.errors import EditingError
from tests.gui import page_kit as kit

NAMES = [entry.name for entry in PAGES]


def press(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def coach_button(space):
    return space.coach.findChildren(QPushButton)[-1]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_reached_from_the_rail(space, qtbot, name):
    press(qtbot, space.rail.button(name))
    assert space.page_name == name
    assert space.header.page_title == next(e.title for e in PAGES if e.name == name)


@pytest.mark.parametrize(("number", "name"), list(enumerate(NAMES, start=1)))
def test_every_page_is_reached_by_its_shortcut(window, space, qtbot, number, name):
    window.activateWindow()
    key = Qt.Key(Qt.Key.Key_0 + number)
    qtbot.keyClick(space.rail.button("library"), key, Qt.KeyboardModifier.ControlModifier)
    assert space.page_name == name


def test_pages_are_built_when_they_are_first_shown(space):
    assert space.stack.count() == 1
    space.show_page("examples")
    space.show_page("home")
    space.show_page("examples")
    assert space.stack.count() == 2


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_takes_the_keyboard_says_what_it_is(space, name):
    space.show_page(name)
    nameless = [w for w in space.findChildren(QWidget) if _takes_keys(w) and not _says(w)]
    assert nameless == []


@pytest.mark.parametrize("name", NAMES)
def test_every_action_says_what_it_does(space, name):
    space.show_page(name)
    found = space.menus.all_actions()
    assert [a.text() for a in found if len(a.toolTip()) <= len(a.text())] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_two_actions_share_a_shortcut(space, name):
    space.show_page(name)
    keys = [a.shortcut().toString() for a in space.menus.all_actions() if a.shortcut().toString()]
    assert sorted(set(keys)) == sorted(keys)


def test_a_page_is_found_by_a_few_letters(window, space, qtbot):
    space.menus.find_action.trigger()
    palette = window.findChild(CommandPalette)
    qtbot.keyClicks(palette.field, "cmpare")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert space.page_name == "compare"


def test_light_and_dark_are_remembered(space, gui):
    space.menus.theme_action.trigger()
    assert gui.theme.choice is ThemeChoice.DARK
    assert gui.preferences.current.appearance == "dark"
    space.menus.theme_action.trigger()
    assert gui.theme.choice is ThemeChoice.LIGHT


def test_the_guided_example_needs_five_clicks_to_a_saved_edit(space, gui, qtbot):
    home = space.page
    press(qtbot, next(b for b in home.findChildren(QPushButton) if "guided" in b.text()))
    assert (space.page_name, space.guide.step) == ("examples", Step.EXAMPLES)
    assert len(gui.sets.load(SET_NAME).canonical) == 12

    press(qtbot, coach_button(space))
    assert (space.page_name, space.guide.step) == ("runs", Step.RUNNING)
    added, request, title = gui.jobs.calls[0]
    assert (added, title, request.save) == ("add", SET_NAME, SET_NAME)
    assert (request.method, request.budget) == ("sense-finetuning", 1e-3)
    assert (request.general_text, request.general_tokens) == ("sampled", 40_000)

    gui.jobs.happen("job-1", *kit.done_events("/edits/e1"), AdoptedEvent("e1"))
    assert "31% of the test sentences" in space.coach.sentence
    press(qtbot, coach_button(space))
    assert (space.page_name, space.guide.step) == ("compare", Step.SAVE)
    assert gui.selection.edits == ("e1",)

    press(qtbot, coach_button(space))
    assert (space.page_name, space.guide.step) == ("library", Step.EXPORT)
    press(qtbot, coach_button(space))
    assert space.guide.step is Step.AWAY
    assert not space.coach.isVisible()


def test_the_page_s_own_run_edit_starts_the_guided_run_too(space, gui, qtbot):
    gui.events.guide_requested.emit()
    space.page.editor.actions_of_set.run.trigger()
    qtbot.waitUntil(lambda: space.guide.step is Step.RUNNING)
    assert [call[0] for call in gui.jobs.calls] == ["add"]
    assert gui.jobs.calls[0][1].general_tokens == 40_000


def test_the_pages_own_buttons_lead_through_the_guide_too(space, gui, qtbot):
    gui.events.guide_requested.emit()
    press(qtbot, coach_button(space))
    kit.put_edit(gui, edit_id="e1")
    gui.jobs.happen("job-1", *kit.done_events("/edits/e1"), AdoptedEvent("e1"))
    gui.events.open("senses", "edit", "e1")
    assert space.guide.step is Step.COMPARE
    gui.events.open("compare", "edit", "another")
    assert space.guide.step is Step.COMPARE
    gui.events.open("compare", "edit", "e1")
    assert space.guide.step is Step.SAVE
    assert [asked.arguments["edits"] for asked in gui.engine.asked if asked.question == "generate"]
    gui.events.open("library", "edit", "e1")
    assert space.guide.step is Step.EXPORT


def test_a_failed_guided_run_says_why_and_offers_to_try_again(space, gui, qtbot):
    gui.events.guide_requested.emit()
    press(qtbot, coach_button(space))
    gui.jobs.happen("job-1", *kit.failed_events())
    assert space.coach.sentence == "The computer's memory is not enough for this."
    press(qtbot, coach_button(space))
    assert len(gui.jobs.jobs()) == 2


def test_a_guided_run_without_gain_is_not_praised(space, gui, qtbot):
    gui.events.guide_requested.emit()
    press(qtbot, coach_button(space))
    nothing = {"success_rate": {"before": 0.0, "after": 0.0}}
    gui.jobs.happen("job-1", *kit.done_events("/edits/e1", **nothing), AdoptedEvent("e1"))
    assert "as before; a larger budget would let it learn more" in space.coach.sentence


def test_the_guide_can_be_closed_and_comes_back_with_the_same_rows(space, gui, qtbot):
    gui.events.guide_requested.emit()
    gui.sets.save(gui.sets.load(SET_NAME))
    space.coach.dismissed.emit()
    assert not space.coach.isVisible()
    next(a for a in space.menus.all_actions() if a.text() == "Guided example").trigger()
    assert space.coach.isVisible()
    assert gui.sets.names() == [SET_NAME]


def test_a_running_job_is_shown_on_every_page_and_can_be_stopped(space, gui, qtbot):
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    strip = space.status.strip
    assert "Capitals" in strip.job_title
    assert "about 50 s" in strip.job_details
    assert space.rail.button("runs").accessibleName() == "Runs, 1"
    strip.stop_action.trigger()
    assert gui.jobs.calls == [("stop", "job-1", True)]
    gui.jobs.happen("job-1", StateEvent(JobState.STOPPED, "", 1.0))
    assert strip.job_title == ""
    assert space.rail.button("runs").accessibleName() == "Runs"


def test_jobs_that_were_there_before_the_window_are_counted(gui, qtbot):
    gui.jobs.put(kit.job("job-1", "Capitals"))
    made = MainWindow(gui.data_folder, gui)
    qtbot.addWidget(made)
    assert made.workspace.rail.button("runs").accessibleName() == "Runs, 1"


def test_changes_of_jobs_are_broadcast(space, gui, qtbot):
    with qtbot.waitSignal(gui.events.job_added):
        gui.jobs.put(kit.job("job-1", "Capitals"))
    with qtbot.waitSignal(gui.events.job_changed):
        gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    with qtbot.waitSignals([gui.events.edit_added, gui.events.library_changed]):
        gui.jobs.edit_added.emit("e1")


def test_a_notice_can_be_acted_on_and_stays_in_the_list(space, gui, qtbot):
    done = []
    gui.events.noticed.emit(Notice("Deleted.", action="Undo", do=lambda: done.append(1)))
    toast = space.toasts.shown[0]
    press(qtbot, next(b for b in toast.findChildren(QPushButton) if b.text() == "Undo"))
    assert done == [1]
    assert space.toasts.shown == ()
    assert [notice.text for _, notice in space.toasts.history] == ["Deleted."]


def test_a_file_dropped_anywhere_is_offered_for_import(window, space, gui, tmp_path):
    file = tmp_path / "cities.jsonl"
    file.write_text('{"prefix": "a", "suffix": " b"}\n')
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    seen = kit.openings(gui)
    window.dropEvent(_dropped(data))
    assert seen == ["examples", ("file", str(file))]
    space.page.findChild(QWidget, "import").reject()


def test_the_base_model_is_chosen_for_the_whole_window(space, gui):
    space.header.model_chosen.emit("/models/other")
    assert gui.selection.model == "/models/other"
    assert "/models/other" in space.header.model_button.accessibleName()


def test_an_error_a_person_can_mend_becomes_a_notice(space, gui, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    install_exception_hook(gui.events)
    error = EditingError("Choose another name.")
    sys.excepthook(EditingError, error, None)
    _, notice = space.toasts.history[0]
    assert (notice.text, notice.tone) == ("Choose another name.", Tone.DANGER)
    assert "EditingError: Choose another name." in notice.details


def test_a_report_names_the_fault_and_the_versions():
    assert "ValueError: 7" in report(ValueError("7"))
    assert "Qt 6" in report(ValueError("7"))


@pytest.fixture
def answers(monkeypatch, qapp):
    """Close a window over a running job, and give this answer to the question that comes."""

    def _answer(choice):
        monkeypatch.setattr(QMessageBox, "exec", lambda box: None)
        monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: _button(box, choice))

    monkeypatch.setattr(qapp, "quit", lambda: None)
    yield _answer
    qapp.setQuitOnLastWindowClosed(True)


@pytest.mark.parametrize(
    ("choice", "calls", "hidden"),
    [
        ("Stay", [], False),
        ("Stop and keep the best", [("stop", "job-1", True)], True),
        ("Keep running without a window", [], True),
    ],
)
def test_closing_over_a_running_job_asks(window, gui, answers, choice, calls, hidden):
    gui.jobs.put(kit.job("job-1", "Capitals", *kit.running_events()))
    answers(choice)
    assert window.close() is False
    assert (gui.jobs.calls, window.isHidden()) == (calls, hidden)
    gui.jobs.happen("job-1", StateEvent(JobState.STOPPED, "", 1.0))


def test_without_a_screen_one_sentence_says_so(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert main([]) == 1
    assert "There is no screen here" in capsys.readouterr().err


def test_the_window_is_painted_before_anything_slow_is_imported(tmp_path):
    program = (
        "import sys; from pathlib import Path; from PySide6.QtWidgets import QApplication\n"
        "a = QApplication([]); from app.gui.main_window import MainWindow\n"
        "from app.gui.theme import Theme, ThemeChoice; Theme(a).apply(ThemeChoice.LIGHT)\n"
        f"w = MainWindow(Path({str(tmp_path)!r}))\n"
        "slow = ('numpy', 'sqlite_utils', 'pyqtgraph', 'psutil', 'torch')\n"
        "w.painted.connect(lambda: print([m for m in slow if m in sys.modules]))\n"
        "w.show(); a.processEvents()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_window_never_imports_torch():
    program = (
        "import sys; from tests.gui import page_kit as kit; from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication; import tempfile\n"
        "a = QApplication([]); c = kit.context_in(Path(tempfile.mkdtemp()))\n"
        "from app.gui.main_window import PAGES, MainWindow\n"
        "import app.gui.application, app.gui.session\n"
        "w = MainWindow(c.data_folder, c)\n"
        "for e in PAGES: w.workspace.show_page(e.name)\n"
        "print([m for m in ('torch', 'transformers', 'peft') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def _takes_keys(widget):
    takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    inner = isinstance(widget.parent(), QAbstractItemView | QScrollArea) or (
        isinstance(widget, QLineEdit) and isinstance(widget.parent(), QWidget) and _is_part(widget)
    )
    return bool(takes) and widget.isVisible() and not inner


def _is_part(field):
    return field.parent().inherits("QAbstractSpinBox") or field.parent().inherits("QComboBox")


def _says(widget):
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return bool(widget.accessibleName() or text)


def _button(box, text):
    return next(b for b in box.buttons() if b.text() == text)


def _dropped(data):
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    return QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none)

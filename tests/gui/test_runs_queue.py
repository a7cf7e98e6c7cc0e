"""The list of runs: walked through, ordered, held, filtered."""

import pytest
from PySide6.QtCore import Qt

from tests.gui import page_kit as kit
from tests.gui.runs_kit import opener, press


@pytest.fixture
def opened(qtbot, tmp_path):
    return opener(qtbot, tmp_path)


def test_arrow_keys_walk_through_the_runs(opened, qtbot):
    page, _ = opened(
        kit.job("a", "Older", *kit.done_events(), created="2026-11-20T11:00:00+00:00"),
        kit.job("b", "Newer", *kit.done_events(), created="2026-11-20T12:00:00+00:00"),
    )
    assert page.detail.title.whole == "Newer"
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.detail.title.whole == "Older"


def test_the_chosen_run_stays_chosen_when_a_new_one_is_queued(opened):
    page, context = opened(kit.job("a", "Older", created="2026-11-20T11:00:00+00:00"))
    context.jobs.put(kit.job("b", "Newer", created="2026-11-20T12:00:00+00:00"))
    assert page.list.currentIndex().data() == "Older"
    assert page.list.table.rowCount() == 2


def test_deleting_the_last_run_leaves_the_empty_page(opened, qtbot):
    done = kit.job("a", "Older", *kit.done_events("/nowhere/e1"))
    page, context = opened(done)
    with qtbot.waitSignal(context.events.noticed) as noticed:
        press(qtbot, page.detail.button_of(page.detail.remove))
    assert context.jobs.calls == [("remove", "a")]
    assert page.panels.currentWidget() is page.empty
    assert (noticed.args[0].text, noticed.args[0].action) == ("“Older” is deleted.", "Undo")
    noticed.args[0].do()
    assert page.detail.title.whole == "Older"
    assert page.panels.currentWidget() is page.detail


def three_waiting():
    return [
        kit.job(name, name, created=f"2026-11-20T1{place}:00:00+00:00")
        for place, name in enumerate(("First", "Second", "Third"))
    ]


def order(page):
    table = page.list.table
    return [table.index(row, 0).data() for row in range(table.rowCount())]


def test_waiting_runs_stand_in_the_order_they_will_run(opened):
    done = kit.job("old", "Old", *kit.done_events(), created="2026-11-20T13:00:00+00:00")
    page, _ = opened(kit.job("now", "Now", *kit.running_events()), *three_waiting(), done)
    assert order(page) == ["Now", "First", "Second", "Third", "Old"]
    said = page.list.table.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Second: Waiting · number 2"


def test_a_waiting_run_is_moved_with_the_keyboard(opened, qtbot):
    page, context = opened(*three_waiting())
    page.show_run("Third")
    qtbot.waitUntil(page.list.hasFocus)
    qtbot.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert context.jobs.calls == [("move", "Third", 1)]
    assert order(page) == ["First", "Third", "Second"]
    assert page.list.currentIndex().data() == "Third"
    page.list.sooner.trigger()
    assert not page.list.sooner.isEnabled()
    assert order(page) == ["Third", "First", "Second"]


def test_a_waiting_run_is_dragged_to_another_place(opened):
    running = kit.job("now", "Now", *kit.running_events())
    page, _ = opened(running, *three_waiting())
    table = page.list.table
    assert not table.flags(table.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert table.flags(table.index(1)) & Qt.ItemFlag.ItemIsDragEnabled
    data = table.mimeData([table.index(1)])
    move = Qt.DropAction.MoveAction
    table.dropMimeData(data, move, 4, 0, table.index(-1))
    assert order(page) == ["Now", "Second", "Third", "First"]
    table.dropMimeData(table.mimeData([table.index(2)]), move, 0, 0, table.index(-1))
    assert order(page) == ["Now", "Third", "Second", "First"]


def test_a_held_queue_says_so_and_goes_on(opened, qtbot):
    page, context = opened(*three_waiting())
    assert page.queue.said.text() == "3 runs wait."
    press(qtbot, page.queue.hold_button)
    assert page.queue.said.text() == "The queue is held; 3 runs wait."
    press(qtbot, page.queue.hold_button)
    assert not context.jobs.queue.is_held


def test_the_habit_to_hold_the_queue_is_a_tick(opened, qtbot):
    page, context = opened(*three_waiting())
    qtbot.keyClick(page.queue.habit, Qt.Key.Key_Space)
    assert context.jobs.queue.pause_on_failure
    assert context.preferences.current.pause_queue_on_failure
    context.jobs.queue.heed_failure("First")
    context.jobs.queue_changed.emit()
    assert page.queue.said.text() == "“First” failed; 3 runs wait."


def test_runs_are_filtered_by_name_and_by_state(opened, qtbot):
    done = kit.job("old", "Old", *kit.done_events())
    page, _ = opened(*three_waiting(), done)
    qtbot.keyClicks(page.filter, "waiting")
    assert order(page) == ["First", "Second", "Third"]
    page.filter.setText("ol")
    assert order(page) == ["Old"]

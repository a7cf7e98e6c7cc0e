"""Edits dragged from the library onto the compare page, and onto its entry in the rail."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.gui.main_window import MainWindow
from app.gui.widgets.dragged_edits import drag_edits, dragged_edits
from tests.gui import page_kit as kit

COPY, LEFT, PLAIN = (
    Qt.DropAction.CopyAction,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def context(qapp, tmp_path):
    made = kit.context_in(tmp_path)
    for place, name in enumerate(("One", "Two", "Three", "Four", "Five")):
        kit.put_edit(made, name, edit_id=f"2026112{place}-100000-aaaaaa")
    return made


@pytest.fixture
def window(qtbot, context, tmp_path):
    made = MainWindow(tmp_path, context)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


def hover(target, data):
    """Drag something over a widget; says whether it would be taken."""
    event = QDragEnterEvent(QPoint(20, 20), COPY, data, LEFT, PLAIN)
    event.ignore()
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def drop(target, data):
    """Let something go on a widget; Qt hands it only to whom it hung over."""
    hover(target, data)
    QApplication.sendEvent(target, QDropEvent(QPointF(20, 20), COPY, data, LEFT, PLAIN))


def dragged(window, *names):
    """What the library's table gives when these rows are dragged out of it."""
    window.workspace.show_page("library")
    table = window.page.list.table
    rows = {table.index(place, 0).data(): place for place in range(table.rowCount())}
    indexes = [table.index(rows[name], column) for name in names for column in (0, 1, 2)]
    assert all(table.flags(index) & Qt.ItemFlag.ItemIsDragEnabled for index in indexes)
    return table.mimeData(indexes)


def compared(window):
    return [choice.label for choice in window.page.heads.choices()]


def test_edits_dropped_on_the_page_get_columns_beside_the_others(window):
    data = dragged(window, "Two", "Three")
    window.workspace.show_page("compare")
    assert compared(window) == ["Five"]
    assert hover(window.page, data)
    assert window.page.drop_sheet.isVisible()
    drop(window.page, data)
    assert compared(window)[0] == "Five"
    assert sorted(compared(window)) == ["Five", "Three", "Two"]
    assert not window.page.drop_sheet.isVisible()


def test_an_edit_that_is_compared_already_is_not_compared_twice(window):
    data = dragged_on_compare(window, "Five")
    drop(window.page, data)
    assert compared(window) == ["Five"]


def test_what_has_no_room_is_told(window, context):
    heard = []
    context.events.noticed.connect(heard.append)
    data = dragged(window, "One", "Two", "Three", "Four")
    window.workspace.show_page("compare")
    drop(window.page, data)
    assert len(compared(window)) == 4
    assert "Up to 4 edits" in heard[-1].text


def test_dropping_on_the_rail_compares_exactly_these(window):
    data = dragged(window, "One", "Four")
    entry = window.workspace.rail.button("compare")
    assert hover(entry, data)
    drop(entry, data)
    assert window.workspace.page_name == "compare"
    assert sorted(compared(window)) == ["Four", "One"]


def test_an_edit_of_another_base_takes_the_place_of_all(window, context):
    kit.put_edit(context, "Elsewhere", edit_id="20261101-100000-cccccc", said=other_model())
    data = dragged(window, "Elsewhere")
    window.workspace.show_page("compare")
    window.page.show_edits(("One",))
    drop(window.page, data)
    assert compared(window) == ["Elsewhere"]
    assert window.page.heads.model.currentText() == "/models/other"


def other_model():
    return {"model": {"source": "/models/other", "fingerprint": "beef"}}


def dragged_on_compare(window, name):
    data = dragged(window, name)
    window.workspace.show_page("compare")
    return data


def test_something_else_is_not_taken_and_the_sheet_goes_when_the_drag_leaves(window):
    data = dragged_on_compare(window, "One")
    text = QMimeData()
    text.setText("an edit")
    assert not hover(window.workspace.rail.button("compare"), text)
    hover(window.page, data)
    QApplication.sendEvent(window.page, QDragLeaveEvent())
    assert not window.page.drop_sheet.isVisible()


def test_ids_survive_the_way():
    assert dragged_edits(drag_edits(["a", "b", "a"])) == ("a", "b")
    assert dragged_edits(QMimeData()) == ()

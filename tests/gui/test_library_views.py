"""Views of the library's list: search, order and columns under a name; rows that stand close."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from app.gui.events import Tone
from app.gui.pages.library.kept_views import KeptView, KeptViews, Look, load_views, save_views
from app.gui.tables.library_table import NAME, TAGS
from editing.errors import EditingError
from tests.gui import page_kit as kit
from tests.gui.library_kit import names_in, notices, open_page, put


@pytest.fixture
def context(qapp, tmp_path):
    made = kit.context_in(tmp_path)
    for place, name in enumerate(("Alpha", "Beta", "Gamma")):
        put(made, name, place)
    yield made
    made.library.close()


@pytest.fixture
def page(qtbot, context):
    with open_page(qtbot, context) as made:
        yield made


def save_as(page, name, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (name, True))
    page.list.bar.save.trigger()


def pick(page, name):
    box = page.list.bar.box
    box.setCurrentIndex(box.findText(name))
    box.activated.emit(box.currentIndex())


def column(page, title):
    actions = page.list.bar.columns_menu.actions()
    return next(each for each in actions if each.text() == title)


def arrange(page):
    page.list.filter.setText("a")
    page.list.view.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    column(page, "Tags").trigger()


def test_a_view_is_kept_picked_and_deleted(page, context, qtbot, monkeypatch):
    assert not page.list.bar.box.isVisible()
    arrange(page)
    page.list.filter.setText("al")
    qtbot.waitUntil(lambda: names_in(page) == ["Alpha"])
    save_as(page, "Al, by name", monkeypatch)
    assert page.list.bar.box.isVisible()
    pick(page, "All edits")
    assert names_in(page) == ["Gamma", "Beta", "Alpha"]
    assert not page.list.view.isColumnHidden(TAGS)
    pick(page, "Al, by name")
    assert names_in(page) == ["Alpha"]
    assert page.list.view.isColumnHidden(TAGS)
    assert page.list.view.horizontalHeader().sortIndicatorSection() == NAME
    heard = notices(context)
    page.list.bar.delete.trigger()
    assert load_views(context.data_folder).views == ()
    heard[0].do()
    assert page.list.bar.box.currentText() == "Al, by name"
    assert load_views(context.data_folder).named("al, BY name").text == "al"


def test_columns_and_density_come_back_at_the_next_start(page, context, qtbot):
    heights = page.list.view.verticalHeader().defaultSectionSize()
    column(page, "Tags").trigger()
    page.list.bar.compact.trigger()
    assert page.list.view.verticalHeader().defaultSectionSize() < heights
    with open_page(qtbot, context) as again:
        assert again.list.view.isColumnHidden(TAGS)
        assert again.list.bar.compact.isChecked()
        header = again.list.view.verticalHeader()
        assert header.sectionSize(0) == page.list.view.verticalHeader().sectionSize(0) < heights
        again.list.bar.compact.trigger()
    assert load_views(context.data_folder).compact is False


def test_the_names_cannot_be_hidden(page):
    assert not column(page, "Name").isEnabled()


def test_a_view_without_a_name_is_refused(page, context, monkeypatch):
    heard = notices(context)
    save_as(page, "  ", monkeypatch)
    assert heard[0].tone is Tone.DANGER
    assert load_views(context.data_folder).views == ()


def test_a_damaged_file_is_told_and_not_written_over(context, qtbot, monkeypatch):
    file = context.data_folder / "library-views.json"
    file.write_text("{")
    heard = notices(context)
    with open_page(qtbot, context) as page:
        save_as(page, "Mine", monkeypatch)
    assert ["is damaged" in each.text for each in heard] == [True, True]
    assert file.read_text() == "{"


def test_what_a_view_says_of_columns_that_are_gone_does_no_harm(page):
    page.list.show_look(Look(order="WEIGHT", condition="sour", hidden=("WEIGHT",)))
    assert names_in(page) == ["Gamma", "Beta", "Alpha"]
    assert page.list.bar.hidden == ()


def test_the_file_reads_back_what_was_written(tmp_path):
    look = Look("text", "outside", "NAME", False, ("TAGS",))
    kept = KeptViews((KeptView("B", look),), ("SIZE",), True).with_view(KeptView("a", Look()))
    save_views(tmp_path, kept)
    assert load_views(tmp_path) == kept
    assert [view.name for view in kept.views] == ["a", "B"]
    assert [view.name for view in kept.with_view(KeptView("A", look)).views] == ["A", "B"]


@pytest.mark.parametrize("text", ["[]", '{"format": 2}', '{"format": 1, "views": [{}]}', "{"])
def test_a_file_that_is_no_list_of_views_is_refused(tmp_path, text):
    (tmp_path / "library-views.json").write_text(text)
    with pytest.raises(EditingError, match="library-views"):
        load_views(tmp_path)

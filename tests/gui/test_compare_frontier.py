"""All edits of a base in one picture on the compare page, and the report."""

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QFileDialog

from app.gui.plots.edits_plot import CHOSEN_SIZE, frontier
from app.gui.tables.frontier_table import FrontierTable
from tests.gui import page_kit as kit
from tests.gui.compare_kit import RESULTS, STRICT, asked, opener, with_capitals


@pytest.fixture
def context(qapp, tmp_path):
    return with_capitals(tmp_path)


@pytest.fixture
def opened(qtbot, context):
    return opener(qtbot, context)


def scattered(context):
    for place, (success, cost) in enumerate([(0.5, 1e-5), (0.8, 5e-5), (0.7, 9e-5), (0.9, 4e-4)]):
        kit.put_edit(
            context,
            f"E{place}",
            edit_id=f"2026110{place}-100000-bbbbbb",
            success_rate={"before": 0.31, "after": success},
            degradation=cost,
        )


def test_all_edits_of_the_base_lie_between_success_and_degradation(opened, context):
    scattered(context)
    page = opened("One")
    page.tabs.setCurrentWidget(page.frontier)
    best = [point.name for point in frontier(page.frontier.points())]
    assert best == ["E0", "E1", "E3"]
    table = page.frontier.table
    marks = {table.index(r, 0).data(): table.index(r, 3).data() for r in range(table.rowCount())}
    assert (marks["E1"], marks["E2"]) == ("◆ frontier", "")
    page.frontier.plot.redraw()
    assert "5 edits, 3 of them on the frontier" in page.frontier.plot.accessibleDescription()


def test_a_click_on_a_point_chooses_its_row_and_a_row_raises_its_point(opened, context, qtbot):
    scattered(context)
    page = opened("One")
    page.tabs.setCurrentWidget(page.frontier)
    plot = page.frontier.plot
    plot.redraw()
    click(qtbot, plot, at(plot, "E3"))
    chosen = [context.library.edit(each).name for each in page.frontier.chosen_ids()]
    assert chosen == ["E3"]
    page.frontier.view.setFocus()
    page.frontier.view.selectRow(0)
    qtbot.keyClick(page.frontier.view, Qt.Key.Key_Down)
    below = page.frontier.table.edit_at(1).name
    assert [spot.data().name for spot in plot._raised.points()] == [below]
    assert plot._raised.points()[0].size() == CHOSEN_SIZE


def test_a_frame_in_the_plot_chooses_rows_to_put_side_by_side(opened, context, qtbot):
    scattered(context)
    page = opened("One")
    page.tabs.setCurrentWidget(page.frontier)
    plot = page.frontier.plot
    plot.redraw()
    drag(plot, at(plot, "E1") + QPoint(-15, -15), at(plot, "E2") + QPoint(15, 15))
    names = [context.library.edit(each).name for each in page.frontier.chosen_ids()]
    assert sorted(names) == ["E1", "E2", "One"]
    page.frontier.compare.trigger()
    assert sorted(choice.label for choice in page.heads.choices()) == ["E1", "E2", "One"]
    assert page.tabs.currentWidget() is page.measures


def at(plot, name):
    """Where a point stands on the canvas."""
    spot = next(each for each in plot._spots.points() if each.data().name == name)
    scene = plot.chart.getViewBox().mapViewToScene(spot.pos())
    return plot.canvas.mapFromScene(scene)


def click(qtbot, plot, place):
    qtbot.mouseMove(plot.canvas.viewport(), place)
    qtbot.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)


def drag(plot, begin, end):
    from PySide6.QtTest import QTest

    port, left = plot.canvas.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseMove(port, begin)
    QTest.mousePress(port, left, pos=begin)
    for step in range(1, 11):
        place = begin + (end - begin) * step / 10
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            QPointF(port.mapToGlobal(place)),
            left,
            left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(port, event)
        QTest.qWait(15)
    QTest.mouseRelease(port, left, pos=end)


def test_only_edits_judged_by_the_same_examples_are_compared(opened, context):
    scattered(context)
    page = opened("One")
    context.library.db.execute("UPDATE edits SET data = 'Pronouns' WHERE name = 'E3'")
    context.events.library_changed.emit()
    page.tabs.setCurrentWidget(page.frontier)
    assert page.frontier.data.count() == 2
    page.frontier.data.setCurrentIndex(page.frontier.data.findData("Pronouns"))
    assert [point.name for point in page.frontier.points()] == ["E3"]


def test_the_report_is_one_page_that_needs_nothing_else(opened, context, monkeypatch, tmp_path):
    scattered(context)
    page = opened("One", "Two")
    page.generations.bar.generate.trigger()
    for question, said in zip(
        asked(context, "generate"), (" a city.", " <Lima>.", " x."), strict=True
    ):
        question.answer({"text": "", "continuation": said, "tokens": 3})
    page.measures.measure.trigger()
    asked(context, "evaluate")[0].answer({**kit.edit_result(), "examples": RESULTS})
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "report"), ""))
    page.report.trigger()
    html = (tmp_path / "report.html").read_text()
    assert "<mark>&lt;Lima&gt;.</mark>" in html
    assert "<svg" in html
    assert "✗ broken" in html
    loads = re.findall(r"(?:src|href|url|@import)\s*[=(]", html)
    assert loads == [] or all(each.startswith("href") for each in loads)
    assert not re.search(r"(?:src|href)=[\"'](?!#)", html)


def test_a_report_that_cannot_be_written_is_told(opened, context, monkeypatch, tmp_path):
    page = opened("One")
    heard = []
    context.events.noticed.connect(heard.append)
    target = str(tmp_path / "missing" / "report.html")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (target, ""))
    page.report.trigger()
    assert "Choose another folder" in heard[-1].text


def test_the_table_of_all_edits_keeps_qts_contract(qapp):
    table = FrontierTable()
    tester = QAbstractItemModelTester(table, STRICT)
    table.show_edits([kit.edit_row("a", "A"), kit.edit_row("b", "B", budget=None)], {"a"})
    for column in range(table.columnCount()):
        table.sort(column, Qt.SortOrder.DescendingOrder)
    assert tester is not None
    assert table.places_of({"a"}) != []

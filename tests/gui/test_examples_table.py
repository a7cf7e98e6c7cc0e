"""The examples table: what cells say, what typing asks for, filtering, sorting, remarks."""

import math

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.tables.example_columns import Column, ExampleRole
from app.gui.tables.example_filter import RowFilter, Standing
from app.gui.tables.example_flags import Severity, mended
from app.gui.tables.example_texts import typed_spaces, visible_spaces
from app.gui.tables.examples_table import ExamplesTable
from app.gui.tables.readings import TIMES, Reading, per_cent, texts_of, times
from editing.examples import Example, ExampleSet, Kind, Role, marked_subject, tags_of

ITALY = Example("The capital of Italy is", " Rome", kind=Kind.INCREASE)
CHINA = Example("The capital of China is", " Beijing", kind=Kind.INCREASE)
NEVER = Example("We are open", " never", kind=Kind.DECREASE)
NURSE = Example("The nurse said that", " she", " he", kind=Kind.BALANCE)


@pytest.fixture
def table(qapp):
    """A table that Qt's own tester watches."""
    made = ExamplesTable()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()


def show(table, *rows, **options):
    table.set_rows(rows, ExampleSet("Capitals", rows), **options)


def cell(table, row, column, role=Qt.ItemDataRole.DisplayRole):
    return table.index(row, column).data(role)


def asked(table):
    """Take down the changes that typing asks for."""
    heard = []
    table.change_requested.connect(lambda rows, text: heard.append((rows, text)))
    return heard


def test_cells_show_the_kind_and_the_texts_with_their_spaces(table):
    show(table, ITALY)
    shown = [cell(table, 0, column) for column in Column]
    assert shown == [
        *("Say more", "The capital of Italy is", "␣Rome", "", "Italy"),
        *("…", "…", "", "", ""),
    ]


def test_what_is_to_be_said_less_stands_under_unwanted(table):
    show(table, NEVER)
    assert cell(table, 0, Column.WANTED) == ""
    assert cell(table, 0, Column.OTHER) == "␣never"
    assert not cell(table, 0, Column.WANTED, ExampleRole.APPLIES)


def test_the_last_row_is_empty_and_typing_there_adds_an_example(table):
    show(table, ITALY)
    heard = asked(table)
    assert table.rowCount() == 2
    table.setData(table.index(1, Column.PREFIX), "The capital of Chad is")
    rows, text = heard[0]
    assert rows == (ITALY, Example("The capital of Chad is", ""))
    assert text == "Add an example"


def test_the_cursor_stays_on_the_row_that_was_typed_into(table):
    show(table, ITALY)
    cursor = QPersistentModelIndex(table.index(1, Column.PREFIX))
    show(table, ITALY, CHINA)
    assert (cursor.row(), table.rowCount()) == (1, 3)


def test_typing_changes_only_its_cell_and_keeps_the_row_its_id(table):
    show(table, ITALY, CHINA)
    heard = asked(table)
    table.setData(table.index(0, Column.WANTED), " Milan")
    (changed, kept), _ = heard[0]
    assert (changed.suffix, changed.id, kept) == (" Milan", ITALY.id, CHINA)


def test_typing_what_stands_there_already_asks_for_nothing(table):
    show(table, ITALY)
    heard = asked(table)
    assert not table.setData(table.index(0, Column.WANTED), " Rome")
    assert heard == []


def test_another_kind_needs_other_texts(table):
    show(table, ITALY, NURSE)
    heard = asked(table)
    table.setData(table.index(0, Column.KIND), Kind.PREFER)
    table.setData(table.index(1, Column.KIND), Kind.DECREASE)
    assert (heard[0][0][0].kind, heard[0][0][0].other_suffix) == (Kind.PREFER, "")
    assert (heard[1][0][1].kind, heard[1][0][1].other_suffix) == (Kind.DECREASE, None)


@pytest.mark.parametrize(
    ("row", "remark"),
    [
        (Example("", " Rome"), "no prefix"),
        (Example("The capital is", ""), "no continuation"),
        (Example("The capital is", "Rome"), "no space"),
        (Example("The capital is ", " Rome"), "two spaces"),
        (Example("A nurse said", " she", " he"), "which kind?"),
        (Example("A nurse said", " she", "", Kind.BALANCE), "no second"),
        (ITALY, ""),
    ],
)
def test_remarks_name_what_may_be_wrong(table, row, remark):
    show(table, row)
    assert cell(table, 0, Column.FLAGS) == remark


def test_rows_that_stand_there_twice_are_remarked_on(table):
    show(table, ITALY, Example(ITALY.prefix, ITALY.suffix, kind=Kind.INCREASE), CHINA)
    assert [cell(table, row, Column.FLAGS) for row in range(3)] == ["twice", "twice", ""]


def test_a_probability_that_meets_the_threshold_exactly_counts_as_success(table):
    show(table, ITALY, CHINA)
    just, short = Reading(math.log(0.2)), Reading(math.log(0.2) - 1e-9)
    table.add_readings({texts_of(ITALY): just, texts_of(CHINA): short})
    gauges = [cell(table, row, Column.NOW, ExampleRole.GAUGE) for row in (0, 1)]
    assert [gauge.holds for gauge in gauges] == [True, False]
    assert gauges[0].fraction == gauges[0].tick
    assert table.summary.successes() == (1, 2)


def test_of_two_continuations_the_ratio_is_shown(table):
    show(table, NURSE)
    table.add_readings({texts_of(NURSE): Reading(math.log(0.3), math.log(0.1))})
    assert cell(table, 0, Column.NOW) == "A 3.0 : 1"


def test_hard_negatives_are_not_judged(table):
    show(table, ITALY, role=Role.HARD_NEGATIVE)
    table.add_readings({texts_of(ITALY): Reading(-0.1)})
    assert cell(table, 0, Column.NOW, ExampleRole.GAUGE).holds is None


def test_a_reading_of_old_texts_is_not_shown_for_new_ones(table):
    show(table, ITALY)
    table.add_readings({texts_of(ITALY): Reading(-0.1)})
    show(table, Example(ITALY.prefix, " Milan", kind=Kind.INCREASE, id=ITALY.id))
    assert cell(table, 0, Column.NOW, ExampleRole.GAUGE).is_stale


def test_the_filter_shows_rows_with_every_word_and_no_empty_row(table):
    show(table, ITALY, CHINA, NURSE)
    table.set_filter(RowFilter().with_text("capital chi"))
    assert (table.rowCount(), table.example_at(0)) == (1, CHINA)
    table.set_filter(RowFilter())
    assert table.rowCount() == 4


def test_sorting_changes_the_order_on_the_screen_and_not_in_the_set(table):
    show(table, ITALY, CHINA)
    cursor = QPersistentModelIndex(table.index(0, Column.PREFIX))
    table.sort(Column.PREFIX, Qt.SortOrder.AscendingOrder)
    assert table.shown_rows == (CHINA, ITALY)
    assert table.rows == (ITALY, CHINA)
    assert cursor.row() == 1


def test_sorting_by_now_puts_what_the_model_gets_most_wrong_first(table):
    show(table, ITALY, CHINA)
    table.add_readings({texts_of(ITALY): Reading(-1.0), texts_of(CHINA): Reading(-9.0)})
    table.sort(Column.NOW, Qt.SortOrder.AscendingOrder)
    assert table.shown_rows == (CHINA, ITALY)


def test_rows_come_and_go_without_a_reset(table, qtbot):
    show(table, ITALY, CHINA)
    with qtbot.waitSignal(table.rowsRemoved):
        show(table, CHINA)
    with qtbot.waitSignal(table.rowsInserted):
        show(table, NURSE, CHINA)
    assert table.shown_rows == (NURSE, CHINA)


@pytest.mark.parametrize("text", [" Rome", "Rome ", "  ", "a b", "", "a\nb\tc"])
def test_spaces_that_were_made_visible_can_be_turned_back(text):
    assert typed_spaces(visible_spaces(text)) == text


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1, "100 %"), (0.313, "31 %"), (0.0501, "5.0 %"), (0.0004, "0.04 %"), (1e-9, "< 0.001 %")],
)
def test_probabilities_are_written_short(probability, words):
    assert per_cent(probability) == words


def test_ratios_name_the_likelier_one():
    assert [times(x) for x in (math.log(3), -math.log(20), 0)] == ["A 3.0 : 1", "B 20 : 1", "A = B"]


def other(row, **changes):
    """The same row once more."""
    return Example(**{"prefix": row.prefix, "suffix": row.suffix, "kind": row.kind, **changes})


@pytest.mark.parametrize(
    ("first", "second", "remark"),
    [
        (ITALY, other(ITALY), "twice"),
        (ITALY, other(ITALY, suffix="Rome"), "twice"),
        (ITALY, other(ITALY, kind=Kind.DECREASE), "contradiction"),
        (NURSE, Example(NURSE.prefix, " he", " she", Kind.PREFER), "contradiction"),
        (ITALY, other(ITALY, suffix=" Milan"), ""),
        (NURSE, Example(NURSE.prefix, " he", " she", Kind.BALANCE), ""),
    ],
)
def test_rows_that_repeat_or_contradict_each_other_are_remarked_on(table, first, second, remark):
    show(table, CHINA, first, second)
    assert cell(table, 0, Column.FLAGS) == ""
    assert cell(table, 1, Column.FLAGS) == remark


@pytest.mark.parametrize(
    ("role", "remark"), [(Role.EVALUATION, "also learnt"), (Role.HARD_NEGATIVE, "to be changed")]
)
def test_rows_of_other_lists_that_are_learnt_are_remarked_on(table, role, remark):
    rows = (other(ITALY), CHINA)
    table.set_rows(rows, ExampleSet("Capitals", (ITALY,)), role=role)
    assert [cell(table, row, Column.FLAGS) for row in range(2)] == [remark, ""]


@pytest.mark.parametrize(
    ("row", "column", "severity"),
    [
        (Example("", " Rome"), Column.PREFIX, Severity.ERROR),
        (Example("The capital is", "Rome"), Column.WANTED, Severity.WARNING),
        (Example("The capital is\u200b", " Rome"), Column.PREFIX, Severity.WARNING),
        (Example("Our line is open", "never", kind=Kind.DECREASE), Column.OTHER, Severity.WARNING),
        (Example("A city is", " Rome", extra={"subject": "Oslo"}), Column.SUBJECT, "warning"),
    ],
)
def test_a_remark_stands_at_the_cell_it_is_about(table, row, column, severity):
    show(table, row)
    found = {c: cell(table, 0, c, ExampleRole.PROBLEM) for c in Column}
    assert {c: s for c, s in found.items() if s} == {column: severity}


def test_what_the_model_cannot_read_is_an_error_and_many_tokens_a_hint(table):
    show(table, ITALY, CHINA)
    table.add_unreadable([texts_of(ITALY)])
    table.add_readings({texts_of(CHINA): Reading(-3.0, None, ((" x", -0.1),) * 20)})
    assert [cell(table, row, Column.FLAGS) for row in range(2)] == ["too long", "long"]
    assert table.summary.remarks() == {Severity.ERROR: 1, Severity.INFO: 1}


def test_the_next_problem_is_found_once_around(table):
    show(table, ITALY, Example("", " x"), CHINA, Example("The capital is", "Rome"))
    places = [
        (table.next_problem(row).row(), table.next_problem(row).column()) for row in (0, 1, 3)
    ]
    assert places == [(1, Column.PREFIX), (3, Column.WANTED), (1, Column.PREFIX)]


@pytest.mark.parametrize(
    ("prefix", "suffix", "prefix_after", "suffix_after"),
    [("A is", "b", "A is", " b"), ("A is ", " b", "A is", " b"), ("A is", ", b", "A is", ", b")],
)
def test_spaces_between_prefix_and_continuation_are_mended(
    prefix, suffix, prefix_after, suffix_after
):
    row = mended(Example(prefix, suffix))
    assert (row.prefix, row.suffix) == (prefix_after, suffix_after)


def test_the_subject_is_proposed_and_can_be_corrected(table):
    show(table, ITALY)
    marked = cell(table, 0, Column.PREFIX, ExampleRole.SUBJECT)
    assert (ITALY.prefix[marked.begin : marked.end], marked.by_hand) == ("Italy", False)
    assert cell(table, 0, Column.SUBJECT, ExampleRole.IS_QUIET)
    heard = asked(table)
    assert not table.setData(table.index(0, Column.SUBJECT), "Italy")
    table.setData(table.index(0, Column.SUBJECT), "capital of Italy")
    assert marked_subject(heard[0][0][0]) == "capital of Italy"
    show(table, heard[0][0][0])
    assert cell(table, 0, Column.PREFIX, ExampleRole.SUBJECT).by_hand


def test_tags_are_typed_with_commas(table):
    show(table, ITALY)
    heard = asked(table)
    table.setData(table.index(0, Column.TAGS), "city, easy")
    assert tags_of(heard[0][0][0]) == ("city", "easy")


def test_many_cells_are_changed_at_once_and_new_rows_added_below(table):
    show(table, ITALY, CHINA)
    heard = asked(table)
    values = {(1, Column.KIND): "Say less", (1, Column.OTHER): " Peking", (2, Column.PREFIX): "New"}
    table.change_cells(values, "Paste over 2 rows")
    ((rows, _),) = heard
    assert [(r.prefix, r.suffix, r.kind) for r in rows[1:]] == [
        (CHINA.prefix, " Peking", Kind.DECREASE),
        ("New", "", None),
    ]
    assert rows[1].id == CHINA.id


def test_rows_are_filtered_by_kind_tag_problem_and_what_the_model_does(table):
    bad = Example("The capital is", "Rome", kind=Kind.INCREASE, extra={"tags": ["x"]})
    show(table, ITALY, NEVER, bad)
    table.add_readings({texts_of(ITALY): Reading(-0.1), texts_of(NEVER): Reading(-0.1)})
    for row_filter, rows in {
        RowFilter(kinds=frozenset({Kind.DECREASE})): (NEVER,),
        RowFilter(tags=frozenset({"x"})): (bad,),
        RowFilter(standings=frozenset({Standing.PROBLEM})): (bad,),
        RowFilter(standings=frozenset({Standing.RIGHT})): (ITALY,),
        RowFilter(standings=frozenset({Standing.WRONG})): (NEVER,),
    }.items():
        table.set_filter(row_filter)
        assert table.shown_rows == rows


def test_a_filter_by_what_the_model_does_follows_its_answers(table):
    show(table, ITALY, CHINA)
    table.set_filter(RowFilter(standings=frozenset({Standing.RIGHT})))
    assert table.shown_rows == ()
    table.add_readings({texts_of(CHINA): Reading(-0.1)})
    assert table.shown_rows == (CHINA,)


def test_a_row_that_is_changed_stays_where_it_is_until_sorted_or_filtered_again(table):
    show(table, ITALY, CHINA)
    table.sort(Column.PREFIX, Qt.SortOrder.AscendingOrder)
    changed = Example("Zagreb is", " in", kind=Kind.INCREASE, id=CHINA.id)
    show(table, ITALY, changed)
    assert table.shown_rows == (changed, ITALY)


def test_a_new_row_of_a_sorted_table_appears_where_it_was_typed(table):
    show(table, ITALY)
    table.sort(Column.PREFIX, Qt.SortOrder.AscendingOrder)
    cursor = QPersistentModelIndex(table.index(1, Column.PREFIX))
    show(table, ITALY, CHINA)
    assert (table.shown_rows, cursor.row()) == ((ITALY, CHINA), 1)


def test_a_sorting_by_now_follows_the_answers(table):
    show(table, ITALY, CHINA)
    table.sort(Column.NOW, Qt.SortOrder.AscendingOrder)
    table.add_readings({texts_of(ITALY): Reading(-1.0)})
    table.add_readings({texts_of(CHINA): Reading(-9.0)})
    assert table.shown_rows == (CHINA, ITALY)


def test_what_was_said_of_earlier_texts_is_shown_as_stale(table):
    show(table, ITALY)
    table.add_readings({texts_of(ITALY): Reading(math.log(0.9))})
    show(table, Example(ITALY.prefix, " Milan", kind=Kind.INCREASE, id=ITALY.id))
    gauge = cell(table, 0, Column.NOW, ExampleRole.GAUGE)
    assert (gauge.text, gauge.is_stale, gauge.holds) == ("90 %", True, None)


def test_the_edited_model_is_shown_beside_with_the_factor(table):
    show(table, ITALY, NEVER)
    for row in (ITALY, NEVER):
        table.add_readings({texts_of(row): Reading(math.log(0.1))})
        table.add_readings({texts_of(row): Reading(math.log(0.4))}, edited=True)
    assert [cell(table, row, Column.EDITED) for row in (0, 1)] == ["40 %", "40 %"]
    assert [cell(table, row, Column.CHANGE) for row in (0, 1)] == [f"{TIMES} 4.0"] * 2
    improves = [cell(table, row, Column.CHANGE, ExampleRole.IMPROVES) for row in (0, 1)]
    assert improves == [True, False]


def test_a_row_can_be_emptied_and_nothing_typed_into_the_last_row_adds_none(table):
    show(table, Example("The capital", " is"))
    heard = asked(table)
    table.change_cells({(0, Column.PREFIX): "", (0, Column.WANTED): "", (1, Column.PREFIX): ""}, "")
    ((rows, _),) = heard
    assert rows == (Example("", ""),)

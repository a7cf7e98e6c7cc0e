"""What tests of the compare page share: sets, the page with edits, and what was asked."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.gui.pages.compare.page import ComparePage
from editing.examples import Example, ExampleSet, Kind
from tests.gui import page_kit as kit

STRICT = QAbstractItemModelTester.FailureReportingMode.Fatal
CAPITALS = [("Chad", "N'Djamena"), ("Bolivia", "Sucre"), ("Peru", "Lima")]
RESULTS = [
    {"before": 3.0, "after": 0.5, "succeeded_before": False, "succeeded_after": True},
    {"before": 1.0, "after": 2.5, "succeeded_before": True, "succeeded_after": False},
    {"before": 4.0, "after": 3.0, "succeeded_before": False, "succeeded_after": False},
]


def with_capitals(folder):
    """Make a context with a set that the edits were made with."""
    made = kit.context_in(folder)
    rows = tuple(Example(f"Here in {c} the capital is", f" {k}") for c, k in CAPITALS)
    made.sets.save(
        ExampleSet("Capitals", rows[:1], rows, kind=Kind.INCREASE, thresholds={Kind.INCREASE: 1.6})
    )
    return made


def opener(qtbot, context):
    """Return what opens the page with new edits of some names compared."""

    def _open(*names):
        edits = [
            kit.put_edit(context, name, edit_id=f"2026112{place}-100000-aaaaaa")
            for place, name in enumerate(names)
        ]
        page = kit.shown(qtbot, ComparePage(context))
        if edits:
            page.show_edits(tuple(edit.id for edit in edits))
        return page

    return _open


def press(qtbot, button):
    """Click a button."""
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def asked(context, question):
    """Give every question of a name, in order."""
    return [each for each in context.engine.asked if each.question == question]


def write(context, *continuations):
    """Answer the newest texts asked for, a continuation a column."""
    newest = asked(context, "generate")[-len(continuations) :]
    for question, said in zip(newest, continuations, strict=True):
        question.answer({"text": "", "continuation": said, "tokens": 3})

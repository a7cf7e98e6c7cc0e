"""Prefixes longer than the context are cut, and every page that shows their results says so."""

import pytest
from PySide6.QtCore import Qt

from app.gui.pages.compare.gate_note import gate_note
from app.gui.tables.cuts import prefix_cut, tokenised_said
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.example_columns import Column, ExampleRole
from app.gui.tables.example_flags import Severity
from app.gui.tables.examples_table import ExamplesTable
from app.gui.tables.readings import Reading, texts_of
from app.operations.models import LoadedModels
from app.operations.probabilities import run_probabilities
from app.operations.requests import ProbabilitiesRequest, RowToScore
from app.operations.senses.questions import LONGEST_SENTENCE, run_sentence
from app.operations.senses.requests import SentenceRequest, WhatIfRequest
from app.operations.what_if import run_what_if
from editing.examples import Example, ExampleSet, Kind
from tests.gui import page_kit as kit
from tests.gui.senses_kit import asked, opened
from tests.tiny import CONTEXT, tiny_backpack

LONG = "The author that likes the assistants screens the play. " * 12
TOKENISED = {
    "canonical": {"examples": 3, "cut": 1, "dropped": 120, "apart": 0},
    "evaluation": {"examples": 5, "cut": 1, "dropped": 80, "apart": 2},
}
SAID = (
    "2 of 8 examples are longer than the model's context: 200 tokens were cut from the left of "
    "their prefixes. In 2 of 8 examples no token starts where the continuation does."
)


@pytest.fixture(scope="module")
def models():
    return LoadedModels()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(tiny_backpack(tmp_path_factory.mktemp("tiny")))


def test_the_engine_counts_what_it_cut(model, models):
    rows = (RowToScore("a", "The nurse", " said"), RowToScore("b", LONG, " said", " sang"))
    request = ProbabilitiesRequest(model, rows)
    short, long = (row["dropped"] for row in run_probabilities(request, models=models))
    assert (short, long > CONTEXT) == (0, True)
    sentence = run_sentence(SentenceRequest(model, LONG), models=models)
    assert len(sentence["tokens"]) == min(LONGEST_SENTENCE, CONTEXT)
    assert sentence["dropped"] > CONTEXT
    assert run_sentence(SentenceRequest(model, "The nurse"), models=models)["dropped"] == 0
    assert run_what_if(WhatIfRequest(model, LONG, ()), models=models)["dropped"] > CONTEXT


def test_a_result_says_how_many_of_its_examples_were_cut():
    assert tokenised_said({"tokenised": TOKENISED}) == SAID
    whole = {role: {**counts, "cut": 0, "apart": 0} for role, counts in TOKENISED.items()}
    assert tokenised_said({"tokenised": whole}) == tokenised_said({}) == ""
    result = kit.edit_result(tokenised=TOKENISED)
    assert EditFigures.read(result).remarks().endswith(SAID)


def test_the_row_of_an_example_is_remarked_on(qapp):
    table = ExamplesTable()
    row = Example(LONG.rstrip(), " said", kind=Kind.INCREASE)
    table.set_rows((row,), ExampleSet("Long", (row,)))
    table.add_readings({texts_of(row): Reading(-1.0, dropped=70)})
    index = table.index(0, Column.PREFIX)
    assert index.data(ExampleRole.PROBLEM) == Severity.WARNING
    assert table.index(0, Column.FLAGS).data() == "cut"
    assert prefix_cut(70) in table.index(0, Column.PREFIX).data(Qt.ItemDataRole.ToolTipRole)


def test_a_continuation_says_that_its_prompt_was_cut():
    note = gate_note({"continuation": "x", "tokens": 1, "gates": [], "dropped": 9})
    assert note.text == "The prompt: " + prefix_cut(9)


def test_senses_in_a_sentence_and_sliders_say_what_they_leave_out(qapp, qtbot, tmp_path):
    context = kit.context_in(tmp_path)
    page = opened(qtbot, context)
    page.tabs.setCurrentWidget(page.sentence)
    tokens = [{"word": "The", "predicts": [[" city", 0.2]], "mixes": [[0, 1, 0.9]]}]
    answer = {"tokens": tokens, "shares": [[1000]]}
    asked(context, "senses-sentence").answer({**answer, "dropped": 1200})
    assert page.sentence.cut.isVisible()
    assert "Only the last 1 tokens are looked at; 1,200" in page.sentence.cut.text()
    asked(context, "senses-sentence").answer(answer)
    assert not page.sentence.cut.isVisible()
    sliders = page.what_if
    page.tabs.setCurrentWidget(sliders)
    known = {"prompt": "x", "is_linear": False, "edits": [], "before": []}
    sliders.show_answer({**known, "dropped": 5})
    assert sliders.cut.isVisible()
    assert sliders.cut.text() == prefix_cut(5)
    sliders.show_answer(known)
    assert not sliders.cut.isVisible()
    context.library.close()

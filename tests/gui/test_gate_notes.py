"""Which row answered, and with what score, below every text that a memory had a say in."""

from PySide6.QtCore import Qt

from app.gui.pages.compare.gate_note import gate_note, written
from app.gui.pages.compare.page import ComparePage
from tests.gui import page_kit as kit

CAPITAL, OTHER = "The capital of Chad is N'Djamena", "The river runs through"


def token(word, score, *, answered, row=CAPITAL):
    return {"token": word, "row": "r", "text": row, "score": score, "answered": answered}


def answer(*tokens, count):
    gate = {"name": "House facts", "threshold": 0.7, "answers": 1, "rows": [], "tokens": tokens}
    text = "".join(each["token"] for each in tokens)
    return {"text": text, "continuation": " N'Dj", "tokens": count, "gates": [gate]}


SAID = answer(
    token("The", 0.1, answered=False),
    token(" capital", 0.75, answered=True, row=OTHER),
    token(" is", 0.98, answered=True),
    token(" N", 0.91, answered=True),
    token("'Dj", 0.2, answered=False),
    count=2,
)


def test_only_what_decided_on_written_tokens_counts():
    assert [each["token"] for each in written(SAID["gates"][0]["tokens"], 2)] == [" is", " N"]
    assert written(SAID["gates"][0]["tokens"], 0) == ()
    assert len(written(SAID["gates"][0]["tokens"], 9)) == 4


def test_a_note_names_rows_with_their_scores():
    note = gate_note(SAID)
    assert note.text == f"House facts: “{CAPITAL}” decided 2 of 2 tokens, score up to 0.98"
    assert note.details.splitlines()[1] == f"␣N  0.91  answered by “{CAPITAL}”"


def test_a_memory_that_kept_silent_says_how_near_it_came():
    silent = answer(token("The", 0.1, answered=False), token(" is", 0.4, answered=False), count=1)
    assert gate_note(silent).text == "House facts: no row answered; the highest score was 0.10"
    assert gate_note({"continuation": "x", "tokens": 1, "gates": []}).text == ""


def test_a_codebook_tells_distances_and_radii():
    def near(word, distance, radius, *, answered):
        return {**token(word, distance, answered=answered), "threshold": radius}

    said = answer(
        near(" is", 0.25, 1.5, answered=True),
        near(" N", 2.0, 2.5, answered=True),
        near("'Dj", 9.0, 3.0, answered=False),
        count=2,
    )
    said["gates"][0]["measure"] = "distance"
    note = gate_note(said)
    assert note.text == (
        f"House facts: “{CAPITAL}” decided 2 of 2 tokens, distance from 0.25 (radius 1.5)"
    )
    assert note.details.splitlines()[1] == f"␣N  2 (radius 2.5)  answered by “{CAPITAL}”"
    for each in said["gates"][0]["tokens"]:
        each["answered"] = False
    assert gate_note(said).text == (
        "House facts: no row answered; the nearest was at distance 0.25 (radius 1.5)"
    )


def test_the_page_shows_it_below_the_text(qtbot, tmp_path):
    context = kit.context_in(tmp_path)
    kit.put_edit(context, "House facts")
    page = kit.shown(qtbot, ComparePage(context), 1200, 760)
    page.show_edits(("House facts",))
    page.generations.bar.text.setText("The capital is")
    qtbot.keyClick(page.generations.bar.text, Qt.Key.Key_Return)
    asked = [each for each in context.engine.asked if each.question == "generate"]
    asked[0].answer({"text": "", "continuation": " a city", "tokens": 2, "gates": []})
    asked[1].answer(SAID)
    original, edited = page.generations.notes
    assert not original.isVisible()
    assert edited.isVisible()
    assert "decided 2 of 2 tokens" in edited.text()
    assert "0.91" in edited.toolTip()
    context.library.close()

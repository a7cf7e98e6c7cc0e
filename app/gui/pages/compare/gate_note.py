"""Which rows of memories had a say in a text, and how sure the gate was: below every text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel

from app.gui.tables import figures
from app.gui.tables.cuts import prefix_cut
from app.gui.widgets.labels import caption

translate = QCoreApplication.translate
Token = Mapping[str, Any]
"""What a gate said of what follows one token."""


@dataclass(frozen=True, slots=True)
class GateNote:
    """What is said of the memories that a text was written with."""

    text: str = ""
    """A line for each memory."""
    details: str = ""
    """Token by token."""


def gate_note(answer: Mapping[str, Any]) -> GateNote:
    """Sum up what the gates said of the tokens that were written, and that a prompt was cut.

    Args:
        answer: What `generate` answers: `tokens` were written, `dropped` of the prompt were cut,
            and its `gates` speak of all.
    """
    cut = int(answer.get("dropped") or 0)
    lines: list[str] = [translate("compare", "The prompt: ") + prefix_cut(cut)] if cut else []
    details: list[str] = []
    for gate in answer.get("gates", ()):
        tokens = written(gate["tokens"], int(answer["tokens"]))
        lines.append(_line(gate, tokens))
        details += [_detail(token) for token in tokens]
    return GateNote("\n".join(lines), "\n".join(details))


def written(tokens: Sequence[Token], count: int) -> Sequence[Token]:
    """The decisions on the last `count` tokens: each was made at the token before."""
    return tokens[max(0, len(tokens) - count - 1) : -1] if count else ()


def note_label() -> QLabel:
    """Make what a note is shown on."""
    label = caption("")
    label.setAccessibleName(translate("compare", "Rows that answered, and what was cut"))
    label.hide()
    return label


def _line(gate: Mapping[str, Any], tokens: Sequence[Token]) -> str:
    """One memory: its rows that answered, the one that answered most first, or the nearest."""
    answered = [token for token in tokens if token["answered"]]
    if not answered:
        nearest = max((token["score"] for token in tokens), default=None)
        said = translate("compare", "{name}: no row answered; the highest score was {score}")
        score = figures.NOTHING if nearest is None else f"{nearest:.2f}"
        return said.format(name=gate["name"], score=score)
    rows: dict[str, list[float]] = {}
    for token in answered:
        rows.setdefault(token["text"], []).append(token["score"])
    said = translate("compare", "“{row}” decided {count} of {all} tokens, score up to {score}")
    parts = [
        said.format(row=row, count=len(scores), all=len(tokens), score=f"{max(scores):.2f}")
        for row, scores in sorted(rows.items(), key=lambda item: -len(item[1]))
    ]
    return f"{gate['name']}: " + "; ".join(parts)


def _detail(token: Token) -> str:
    mark = translate("compare", "answered by") if token["answered"] else translate("compare", "not")
    after = figures.visible_spaces(str(token["token"]))
    return f"{after}  {token['score']:.2f}  {mark} “{token['text']}”"

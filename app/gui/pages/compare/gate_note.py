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
        details += [_detail(gate, token) for token in tokens]
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
    how = _BY_DISTANCE if _is_by_distance(gate) else _BY_SCORE
    if not answered:
        said = translate("compare", "{name}: no row answered; {nearest}")
        nearest = how.best(tokens) if tokens else None
        words = figures.NOTHING if nearest is None else how.came(nearest)
        return said.format(name=gate["name"], nearest=words)
    rows: dict[str, list[Token]] = {}
    for token in answered:
        rows.setdefault(token["text"], []).append(token)
    said = translate("compare", "“{row}” decided {count} of {all} tokens, {best}")
    parts = [
        said.format(row=row, count=len(own), all=len(tokens), best=how.decided(how.best(own)))
        for row, own in sorted(rows.items(), key=lambda item: -len(item[1]))
    ]
    return f"{gate['name']}: " + "; ".join(parts)


def _detail(gate: Mapping[str, Any], token: Token) -> str:
    mark = translate("compare", "answered by") if token["answered"] else translate("compare", "not")
    after = figures.visible_spaces(str(token["token"]))
    score = f"{token['score']:.2f}"
    if _is_by_distance(gate):
        score = _of_radius(token)
    return f"{after}  {score}  {mark} “{token['text']}”"


def _is_by_distance(gate: Mapping[str, Any]) -> bool:
    """Whether rows answer where the model's state is near them, as those of a codebook do."""
    return gate.get("measure") == "distance"


def _of_radius(token: Token) -> str:
    said = translate("compare", "{distance} (radius {radius})")
    return said.format(distance=f"{token['score']:.3g}", radius=f"{token['threshold']:.3g}")


class _ByScore:
    """Words of a memory: the higher the score, the surer."""

    def best(self, tokens: Sequence[Token]) -> Token:
        """The token at which a row was surest."""
        return max(tokens, key=lambda token: token["score"])

    def came(self, token: Token) -> str:
        """How near the best row came that did not answer."""
        said = translate("compare", "the highest score was {score}")
        return said.format(score=f"{token['score']:.2f}")

    def decided(self, token: Token) -> str:
        """How sure the row was that did."""
        return translate("compare", "score up to {score}").format(score=f"{token['score']:.2f}")


class _ByDistance:
    """Words of a codebook: the nearer, the surer; each row has a radius of its own."""

    def best(self, tokens: Sequence[Token]) -> Token:
        """The token at which a row was nearest, in its radii."""
        return min(tokens, key=lambda token: token["score"] / max(token["threshold"], 1e-12))

    def came(self, token: Token) -> str:
        """How near the best row came that did not answer."""
        said = translate("compare", "the nearest was at distance {distance}")
        return said.format(distance=_of_radius(token))

    def decided(self, token: Token) -> str:
        """How near the row was that did."""
        return translate("compare", "distance from {distance}").format(distance=_of_radius(token))


_BY_SCORE, _BY_DISTANCE = _ByScore(), _ByDistance()

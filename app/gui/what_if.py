"""The next-word distribution of a prompt at any strengths.

Where edits move senses alone it is a small weighted sum and needs no model: the engine has worked
out the base logits and what each edited sense adds to them at strength 1; logits are linear in the
senses, so a slider's move costs about a millisecond. Edits of any other kind are put on anew by
the engine, which says only which words are likeliest.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Ranking = list[tuple[int, float]]
"""Words by their ids with their probabilities, likeliest first."""


@dataclass(frozen=True, slots=True)
class SenseTerm:
    """One edited sense that reaches the prediction."""

    word: str
    token_id: int
    sense: int
    weight: float
    """How much of the sense the prediction mixes in."""


@dataclass(frozen=True, slots=True)
class EditTerms:
    """One edit, with those of its senses that reach the prediction, if it moves senses."""

    name: str
    strength: float
    senses: tuple[SenseTerm, ...]
    others: int
    """Its senses that do not reach the prediction."""
    answers_by_rows: bool = False
    """Whether it is a memory, whose rows answer where they apply."""

    @property
    def moves_senses(self) -> bool:
        """Whether it is made of senses."""
        return bool(self.senses or self.others)


class WhatIf:
    """One prompt with the edits that can be turned up and down."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        """Read the engine's answer to `what-if`."""
        self.prompt = str(answer["prompt"])
        self.edits = tuple(_terms(record) for record in answer["edits"])
        self.is_linear = bool(answer["is_linear"])
        """Whether `logits` and `probabilities` can be worked out; otherwise the engine must."""
        self.own = tuple(_term(record) for record in answer.get("own", ()))
        """Senses of the untouched model that the prediction mixes most of."""
        self._before: Ranking = [(int(n), float(p)) for n, p in answer.get("before", ())]
        rows: list[Logits] = []
        self._base = np.zeros(0, np.float32)
        if self.is_linear:
            self._base = _unpacked(answer["base"])
            senses = [sense for record in answer["edits"] for sense in record["senses"]]
            rows = [_unpacked(sense["logits"]) for sense in (*senses, *answer.get("own", ()))]
        self._added = np.stack(rows) if rows else np.zeros((0, len(self._base)), np.float32)

    @property
    def usual(self) -> tuple[float, ...]:
        """The strength of each sense, edit after edit, as the edits are kept."""
        return tuple(edit.strength for edit in self.edits for _ in edit.senses)

    def before(self, top: int) -> Ranking:
        """Name the likeliest words of the untouched model."""
        if not self.is_linear:
            return self._before[:top]
        return likeliest(self.probabilities([0.0] * len(self.usual)), top)

    def logits(self, strengths: Sequence[float], own: Sequence[float] = ()) -> Logits:
        """Give the logits (vocab,) with each sense at a strength, edit after edit.

        Args:
            strengths: Of the edits' senses.
            own: How strongly the model's own senses count; none for all as they are.
        """
        more = [strength - 1 for strength in own] or [0.0] * len(self.own)
        added = np.asarray([*strengths, *more], np.float32) @ self._added
        return (self._base + added).astype(np.float32)

    def probabilities(
        self, strengths: Sequence[float], own: Sequence[float] = ()
    ) -> NDArray[np.float64]:
        """Give the distribution (vocab,) of the next word."""
        logits = self.logits(strengths, own).astype(np.float64)
        powers = np.exp(logits - logits.max())
        return powers / powers.sum()


def likeliest(probabilities: NDArray[np.float64], top: int) -> Ranking:
    """Name the likeliest words by their ids, likeliest first."""
    count = min(top, len(probabilities))
    chosen = np.argpartition(-probabilities, count - 1)[:count]
    ordered = chosen[np.argsort(-probabilities[chosen], kind="stable")]
    return [(int(number), float(probabilities[number])) for number in ordered]


def _terms(record: Mapping[str, Any]) -> EditTerms:
    senses = cast("list[dict[str, Any]]", record["senses"])
    return EditTerms(
        name=record["name"],
        strength=record["strength"],
        senses=tuple(_term(each) for each in senses),
        others=record["others"],
        answers_by_rows=record.get("answers_by_rows", False),
    )


def _term(record: Mapping[str, Any]) -> SenseTerm:
    return SenseTerm(record["word"], record["token_id"], record["sense"], record["weight"])


def _unpacked(text: str) -> Logits:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")

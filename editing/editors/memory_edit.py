"""The contract of edits that leave the model as it is: rows beside it answer where they apply."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, cast

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.batches import prompt_ids
from editing.editors.base import Edit
from editing.examples import JSON
from editing.models.language_model import LanguageModel
from editing.progress import Report


class Measure(StrEnum):
    """What tells whether a row answers."""

    SCORE = "score"
    """It applies further than a threshold, from 0 to 1."""
    DISTANCE = "distance"
    """The model's state comes as near as a radius of its own, or nearer."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What the gate says at one token of a text, from the text up to it."""

    token: str
    row: str
    """Id of the row that applies best."""
    score: float
    """How far it applies, in (0, 1); by distance, how far from it the model's state is."""
    threshold: float
    """Where it begins to answer: what the score has to exceed; by distance, the row's radius."""
    answered: bool
    """Whether it decided on what comes next."""


@dataclass(frozen=True, slots=True)
class GateReadings:
    """Tokens as the gate sees them."""

    scores: Tensor
    """(tokens,) how far the row that applies best does, in (0, 1); by distance, how far away the
    nearest row is, in radii of that row."""
    rows: Tensor
    """(tokens,) its number in the memory."""


NOTHING_READ = GateReadings(torch.zeros(0), torch.zeros(0, dtype=torch.long))
"""Of no text."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a gate says at each token of one text; all (tokens,)."""

    scores: Tensor
    thresholds: Tensor
    rows: Tensor
    answered: Tensor


class MemoryEdit(Edit):
    """Rows that answer where they apply; elsewhere the model answers bit for bit as before."""

    answers_by_rows: ClassVar[bool] = True
    measure: ClassVar[Measure] = Measure.SCORE
    grid: ClassVar[tuple[float, ...]]
    """The thresholds that a fit measures, by the candidates' numbers; at the first none answers."""

    @property
    @abstractmethod
    def answers_from(self) -> float:
        """The threshold there is, one of the grid's kind; by distance, in radii of the rows."""

    @abstractmethod
    def at_threshold(self, threshold: float) -> "MemoryEdit":
        """Let rows answer from another threshold on."""

    @abstractmethod
    def row_records(self) -> tuple[dict[str, JSON], ...]:
        """The rows as plain values: id, text, kind, time, enabled and what they were made of."""

    @abstractmethod
    def switched(self, row: str, *, on: bool) -> "MemoryEdit":
        """Switch a row, given by its id, on or off.

        Raises:
            EditingError: There is no such row.
        """

    @abstractmethod
    def judged(self, model: LanguageModel, ids: Tensor) -> Judged:
        """Say of each token of a text (1, tokens), which row applies best and whether it answers.

        Args:
            model: As it stands, with the edits on it that the rows are beside.
        """

    @abstractmethod
    def readings(self, model: LanguageModel, base: BasePass, report: Report) -> GateReadings:
        """Ask the gate at every scored token of a pass; the model runs only so far.

        Args:
            model: As of `judged`.
            report: Told after each text; may raise to stop.
        """

    def was_measured(self, threshold: float) -> bool:
        """Whether the fit measured a threshold of the grid itself, not another one for it."""
        del threshold
        return True

    def learnt(self) -> Mapping[str, JSON]:
        """How it was learnt where rows apply, and what that was measured at."""
        return {}

    def problem(self) -> str | None:
        """Say why the gate is not good enough where it stands; None where it is."""
        return None

    @torch.no_grad()
    def decisions(self, model: LanguageModel, text: str) -> tuple[GateDecision, ...]:
        """Say for each token of a text, or its last ones, which row applies best and answers."""
        read, _ = prompt_ids(model.tokenizer, text, model.context)
        names = [str(row["id"]) for row in self.row_records()]
        if not names or not read:
            return ()
        found = self.judged(model, torch.tensor([read], device=model.device))
        return tuple(
            GateDecision(
                token=str(model.tokenizer.decode([token])),
                row=names[row],
                score=score,
                threshold=threshold,
                answered=answered,
            )
            for token, row, score, threshold, answered in zip(
                read,
                cast("Sequence[int]", found.rows.tolist()),
                cast("Sequence[float]", found.scores.tolist()),
                cast("Sequence[float]", found.thresholds.tolist()),
                cast("Sequence[bool]", found.answered.tolist()),
                strict=True,
            )
        )

"""What a result says of a memory's gate: where it answers, rightly and wrongly, at any threshold.

It stands under the key `scope` of an edit's result, null for methods without a gate:

* `measure`: "score", where rows answer that apply further than the threshold; or "distance", where
  they answer if the model's state is not further from them than the threshold, in radii of the row.
* `threshold`: where it stands; `grid`: the thresholds there are, the first being that of none.
* `scores`: lists of scores in [0, 1], `in_scope` of the evaluation examples (0 where another row
  than the one meant scores best), `hard` of the hard negatives, both before their continuation, and
  `general` of tokens of the general text (at most GENERAL_SCORES of them, evenly spread). By
  distance, how far the nearest row is, in its radii, FARTHEST at most (and for another row).
* `recall`: the share of `in_scope` that is answered; `false_positive_rate`: the shares of all
  tokens of the general text (`general`) and of the hard negatives (`hard`); null of nothing.
* `path`: for each threshold of the grid that was tried, in the grid's order, `threshold`,
  `success_rate`, `hard_negatives`, `degradation`, `inside_ball` and the three shares as they are
  there.
* `roc`: points (`threshold`, `recall`, `hard`, `general`) at scores that occur, about a hundred.
* `trained`: what the scope was trained on and what it got right on validation texts held out; empty
  where none is trained.
* `problem`: null, or a sentence that says why the gate is not good enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.editors.memory_edit import NOTHING_READ, GateReadings, Measure, MemoryEdit
from editing.evaluation.judge import BallJudge
from editing.evaluation.yardstick import Yardstick
from editing.examples import Example
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.progress import Report
from editing.results import EpochResult

GENERAL_SCORES = 2000
ROC_POINTS = 40
DIGITS = 5
FARTHEST = 100.0
"""Radii; a distance is told as no more."""


@dataclass(frozen=True, slots=True)
class _Scores:
    """What the gate says where it ought to answer, and where not; each (texts,)."""

    measure: Measure
    in_scope: Tensor
    hard: Tensor
    general: Tensor

    def shares(self, threshold: float) -> dict[str, float | None]:
        """Which shares are answered at a threshold."""
        return {
            "recall": self._answered(self.in_scope, threshold),
            "hard": self._answered(self.hard, threshold),
            "general": self._answered(self.general, threshold),
        }

    def cuts(self) -> list[float]:
        """Thresholds at which shares change, from none answered to all, thinned."""
        parts = [_spread(each.sort().values, ROC_POINTS) for each in self.all()]
        inner = {*_listed(torch.cat(parts))}
        if self.measure is Measure.SCORE:
            return [1.0, *sorted(inner - {0.0, 1.0}, reverse=True), 0.0]
        return [0.0, *sorted(inner - {0.0, FARTHEST}), FARTHEST]

    def all(self) -> tuple[Tensor, ...]:
        """Those of each role."""
        return self.in_scope, self.hard, self.general

    def _answered(self, scores: Tensor, threshold: float) -> float | None:
        if not len(scores):
            return None
        if self.measure is Measure.SCORE:
            answered = scores > threshold
        else:  # a row whose radii are multiplied by nothing answers nowhere
            answered = (scores <= threshold) & (threshold > 0)
        return float(answered.double().mean())


def scope_facts(
    model: LanguageModel,
    edit: MemoryEdit,
    judge: BallJudge,
    examples: Sequence[Example],
    report: Report,
) -> dict[str, Any]:
    """Say how the gate does on the texts that the edit was judged by; see the module.

    Args:
        model: With the edits on it that the memory is put over.
        judge: Its candidates are those of the edit's grid.
        examples: The canonical ones, of which the rows were made.
    """
    yardstick = judge.yardstick

    def read(base: BasePass | None) -> GateReadings:
        if base is None:
            return NOTHING_READ
        found = edit.readings(model, base, report)
        return GateReadings(found.scores.clamp(max=FARTHEST), found.rows)

    scores = _Scores(
        measure=edit.measure,
        in_scope=_of_those_meant(yardstick, read(yardstick.example_pass), edit, examples),
        hard=_before_continuations(yardstick.hard, yardstick.hard_pass, read(yardstick.hard_pass)),
        general=read(yardstick.general_pass).scores,
    )
    shares = scores.shares(edit.answers_from)
    return {
        "measure": str(edit.measure),
        "threshold": edit.answers_from,
        "grid": list(edit.grid),
        "scores": {
            "in_scope": _listed(scores.in_scope),
            "hard": _listed(scores.hard),
            "general": _listed(_spread(scores.general, GENERAL_SCORES)),
        },
        "recall": shares["recall"],
        "false_positive_rate": {"general": shares["general"], "hard": shares["hard"]},
        "path": [
            {"threshold": threshold, **_measured(epoch), **scores.shares(threshold)}
            for epoch in judge.epochs
            for threshold in [edit.grid[epoch.epoch]]
            if edit.was_measured(threshold)
        ],
        "roc": [{"threshold": cut, **scores.shares(cut)} for cut in scores.cuts()],
        "trained": dict(edit.learnt()),
        "problem": edit.problem(),
    }


def _measured(epoch: EpochResult) -> dict[str, Any]:
    names = ("success_rate", "hard_negatives", "degradation", "inside_ball")
    return {name: getattr(epoch, name) for name in names}


def _of_those_meant(
    yardstick: Yardstick, read: GateReadings, edit: MemoryEdit, examples: Sequence[Example]
) -> Tensor:
    """Scores (examples,) before the first continuations; those of no row where another is best."""
    scores = _before_continuations(yardstick.examples, yardstick.example_pass, read)
    if yardstick.examples is None or yardstick.example_pass is None:
        return scores
    rows = [str(row["id"]) for row in edit.row_records()]
    entities = {each.id: _entity(each) for each in examples}
    # An example that shares a row with another one has none that could be told by its entity.
    shared = {entities[each.id] for each in examples if each.id not in set(rows)}
    none = 0.0 if edit.measure is Measure.SCORE else FARTHEST
    places = yardstick.example_pass.row_begin[list(yardstick.examples.first)]
    for place, example in enumerate(yardstick.examples.written):
        wanted = _entity(example)
        found = entities.get(rows[int(read.rows[places[place]])])
        if None not in (wanted, found) and wanted != found and wanted not in shared:
            scores[place] = none
    return scores


def _entity(example: Example) -> str | None:
    named = example.extra.get("entity")
    return None if named is None else str(named)


def _before_continuations(
    encoded: EncodedExamples | None, base: BasePass | None, read: GateReadings
) -> Tensor:
    """Scores (examples,) before the first continuation of each."""
    if encoded is None or base is None:
        return torch.zeros(0)
    return read.scores[base.row_begin[list(encoded.first)]]


def _spread(values: Tensor, most: int) -> Tensor:
    """At most so many of the values, evenly spread."""
    if len(values) <= most:
        return values
    return values[torch.linspace(0, len(values) - 1, most).long()]


def _listed(values: Tensor) -> list[float]:
    return [round(float(value), DIGITS) for value in values]

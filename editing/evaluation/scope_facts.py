"""What a result says of a memory's gate: where it answers, rightly and wrongly, at any threshold.

It stands under the key `scope` of an edit's result, null for methods without a gate:

* `threshold`: rows answer where their score exceeds it; `grid`: the thresholds there are.
* `scores`: lists of scores in [0, 1], `in_scope` of the evaluation examples (0 where another row
  than the one meant scores best), `hard` of the hard negatives, both before their continuation, and
  `general` of tokens of the general text (at most GENERAL_SCORES of them, evenly spread).
* `recall`: the share of `in_scope` above the threshold; `false_positive_rate`: the shares of all
  tokens of the general text (`general`) and of the hard negatives (`hard`); null of nothing.
* `path`: for each threshold of the grid that was tried, the highest first, `threshold`,
  `success_rate`, `hard_negatives`, `degradation`, `inside_ball` and the three shares as they are
  there.
* `roc`: points (`threshold`, `recall`, `hard`, `general`) at scores that occur, about a hundred.
* `trained`: what the scope was trained on and what it got right on validation texts held out.
* `problem`: null, or a sentence that says why the gate is not good enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.editors.serac.gate_reading import NOTHING_READ, GateReadings, read_gate
from editing.editors.serac.scope_measuring import scope_problem, share_above
from editing.editors.serac.serac import THRESHOLDS
from editing.editors.serac.serac_edit import SeracEdit
from editing.evaluation.judge import BallJudge
from editing.evaluation.yardstick import Yardstick
from editing.examples import JSON, Example
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.progress import Report
from editing.results import EpochResult

GENERAL_SCORES = 2000
ROC_POINTS = 40
DIGITS = 5


@dataclass(frozen=True, slots=True)
class _Scores:
    """What the gate says where it ought to answer, and where not; each (texts,)."""

    in_scope: Tensor
    hard: Tensor
    general: Tensor

    def shares(self, threshold: float) -> dict[str, float | None]:
        """Which shares exceed a threshold."""
        return {
            "recall": share_above(self.in_scope, threshold),
            "hard": share_above(self.hard, threshold),
            "general": share_above(self.general, threshold),
        }

    def cuts(self) -> list[float]:
        """Thresholds at which shares change, from 1 to 0, thinned."""
        parts = [_spread(each.sort().values, ROC_POINTS) for each in self.all()]
        return [1.0, *sorted({*_listed(torch.cat(parts))} - {0.0, 1.0}, reverse=True), 0.0]

    def all(self) -> tuple[Tensor, ...]:
        """Those of each role."""
        return self.in_scope, self.hard, self.general


def scope_facts(
    model: LanguageModel,
    edit: SeracEdit,
    judge: BallJudge,
    examples: Sequence[Example],
    report: Report,
) -> dict[str, Any]:
    """Say how the gate does on the texts that the edit was judged by; see the module.

    Args:
        model: With the edits on it that the memory is put over.
        judge: Its candidates are those of `THRESHOLDS`.
        examples: The canonical ones, of which the rows were made.
    """
    yardstick, loosest = judge.yardstick, cast(float, edit.trained.get("loosest", 0.0))
    entities = {each.id: each.extra.get("entity") for each in examples}

    def read(base: BasePass | None) -> GateReadings:
        return NOTHING_READ if base is None else read_gate(model, edit, base, report)

    scores = _Scores(
        in_scope=_of_those_meant(yardstick, read(yardstick.example_pass), edit, entities),
        hard=_before_continuations(yardstick.hard, yardstick.hard_pass, read(yardstick.hard_pass)),
        general=read(yardstick.general_pass).scores,
    )
    shares = scores.shares(edit.threshold)
    return {
        "threshold": edit.threshold,
        "grid": list(THRESHOLDS),
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
            for threshold in [THRESHOLDS[epoch.epoch]]
            if threshold >= loosest
        ],
        "roc": [{"threshold": cut, **scores.shares(cut)} for cut in scores.cuts()],
        "trained": dict(edit.trained),
        "problem": scope_problem(edit.threshold, edit.trained),
    }


def _measured(epoch: EpochResult) -> dict[str, Any]:
    names = ("success_rate", "hard_negatives", "degradation", "inside_ball")
    return {name: getattr(epoch, name) for name in names}


def _of_those_meant(
    yardstick: Yardstick, read: GateReadings, edit: SeracEdit, entities: Mapping[str, JSON]
) -> Tensor:
    """Scores (examples,) before the first continuations; 0 where another row is best."""
    scores = _before_continuations(yardstick.examples, yardstick.example_pass, read)
    if yardstick.examples is None or yardstick.example_pass is None:
        return scores
    places = yardstick.example_pass.row_begin[list(yardstick.examples.first)]
    for place, example in enumerate(yardstick.examples.written):
        wanted = example.extra.get("entity")
        found = entities.get(edit.rows[int(read.rows[places[place]])].id)
        if wanted is not None and found is not None and wanted != found:
            scores[place] = 0.0
    return scores


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

"""Edit success and drawdown of a set that has the form of one of the three problems of a memory.

Which one is told by the set's rows: questions say what they ask ("asks", or "edit", the question
that was edited), claims out of scope stand there twice, once for each verdict, and replies say
what they are about ("about").
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor

from editing.base_passes import BasePass
from editing.base_passes.base_pass import in_batches, score_with_module
from editing.batches import TokenSequence, pad
from editing.errors import EditingError
from editing.evaluation.predictions import predicted_tokens
from editing.evaluation.scope_metrics import (
    claim_drawdown,
    claim_success,
    question_drawdown,
    question_success,
    reply_drawdown,
    reply_success,
    verdict_pairs,
)
from editing.evaluation.yardstick import Yardstick
from editing.examples import Example, Kind
from editing.models.language_model import LanguageModel
from editing.progress import Report


class Problem(StrEnum):
    """The problems that editors with a memory are judged by."""

    QUESTIONS = "questions"
    CLAIMS = "claims"
    REPLIES = "replies"


@dataclass(frozen=True, slots=True)
class ScopeMeasures:
    """How well what is in scope changed, and how much of what is out of scope did."""

    problem: Problem
    success_before: float
    """ES of the model without the edit, in [0, 1]."""
    success: float
    """ES with it."""
    drawdown: float
    """DD: a share, of replies nats a token."""


class Lend(Protocol):
    """Lends the model with the edit on it."""

    def __call__(self) -> AbstractContextManager[object]:
        """Return the context."""
        ...


def problem_of(evaluation: Sequence[Example], hard_negatives: Sequence[Example]) -> Problem | None:
    """Say which problem a set has the form of; None where it has none's."""
    kinds = {example.kind for example in evaluation} if hard_negatives else set[Kind | None]()
    if kinds == {Kind.INCREASE} and all(_says(row, "asks", "edit") for row in evaluation):
        return Problem.QUESTIONS
    if kinds == {Kind.PREFER} and _are_verdicts(hard_negatives):
        return Problem.CLAIMS
    if kinds == {Kind.PREFER} and all(_says(row, "about") for row in hard_negatives):
        return Problem.REPLIES
    return None


def _are_verdicts(rows: Sequence[Example]) -> bool:
    try:
        verdict_pairs(rows)
    except EditingError:
        return False
    return True


def _says(example: Example, *keys: str) -> bool:
    return any(key in example.extra for key in keys)


def scope_measures(
    model: LanguageModel, lend: Lend, yardstick: Yardstick, report: Report
) -> ScopeMeasures | None:
    """Measure edit success and drawdown; None where the set has the form of no problem.

    Args:
        model: Untouched.
        lend: Puts the edit on it.
        yardstick: Has passed the examples in scope and those out of it.
    """
    inside, outside = yardstick.examples, yardstick.hard
    base, hard = yardstick.example_pass, yardstick.hard_pass
    if inside is None or outside is None or base is None or hard is None:
        return None
    if (problem := problem_of(inside.written, outside.written)) is None:
        return None
    reading = _predictions if problem is Problem.QUESTIONS else _losses
    before, after = _both(model, lend, (base, hard), reading, report)
    both = torch.stack([before[0], after[0]])
    if problem is Problem.QUESTIONS:
        success = question_success(base, both)
        drawdown = question_drawdown(hard, before[1], after[1])
    elif problem is Problem.CLAIMS:
        success = claim_success(inside, base, both)
        drawdown = claim_drawdown(verdict_pairs(outside.written), hard, before[1], after[1])
    else:
        success = reply_success(inside, base, before[0], both)
        drawdown = _divergence(model, lend, hard, report)
    return ScopeMeasures(problem, float(success[0]), float(success[1]), float(drawdown))


_Read = Callable[[LanguageModel, BasePass, Report], Tensor]
_Two = tuple[Tensor, Tensor]


def _both(
    model: LanguageModel, lend: Lend, texts: tuple[BasePass, BasePass], read: _Read, report: Report
) -> tuple[_Two, _Two]:
    """Read what is in scope and what is not, without the edit and with it."""

    def each() -> _Two:
        return read(model, texts[0], report), read(model, texts[1], report)

    before = each()
    with lend():
        return before, each()


def _predictions(model: LanguageModel, base: BasePass, report: Report) -> Tensor:
    return predicted_tokens(model, base, report=report)


def _losses(model: LanguageModel, base: BasePass, report: Report) -> Tensor:
    losses = torch.empty_like(base.nll)
    every = range(base.sequences)
    score_with_module(model, base, every, losses, report=report, phase="edit success")
    return losses


@torch.no_grad()
def _divergence(model: LanguageModel, lend: Lend, base: BasePass, report: Report) -> Tensor:
    """KL(untouched || edited) a token over a pass, nats; a batch at a time."""
    total = torch.zeros((), dtype=torch.float64)
    every = range(base.sequences)
    for _, batch in in_batches(model, base, every, report, "drawdown"):
        before = _log_probs(model, batch)
        with lend():
            after = _log_probs(model, batch)
        total += reply_drawdown(before.cpu(), after.cpu()) * len(before)  # some cards lack float64
    return total / base.rows


def _log_probs(model: LanguageModel, batch: Sequence[TokenSequence]) -> Tensor:
    """Log probabilities (rows, vocabulary) where the scored tokens of a batch are due."""
    ids, mask = pad(batch, device=model.device)
    logits: Tensor = model.module(input_ids=ids, attention_mask=mask, use_cache=False).logits
    due = [
        logits[row, each.first_scored - 1 : len(each.ids) - 1, : model.vocab_size]
        for row, each in enumerate(batch)
    ]
    return torch.cat(due).float().log_softmax(-1)

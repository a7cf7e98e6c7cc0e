"""What a trained scope gets right on things it has not seen, at every threshold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from editing.editors.serac.scope_texts import GENERAL, HARD, IN_SCOPE, ScopeTexts
from editing.editors.serac.scope_training import ReadTexts, labels
from editing.examples import JSON
from editing.models.backpack import Scope, last_embedding, scope_scores

BINS = 20
AT_ONCE = 256
LEAST_RECALL = 0.5
"""Of a scope that deserves the name, on validation texts held out."""


@dataclass(frozen=True, slots=True)
class ScopeScores:
    """Scores of held-out texts, each (texts,) in [0, 1]."""

    in_scope: Tensor
    """Of the row meant; 0 where another row scores higher."""
    hard: Tensor
    """The highest of any row, as below."""
    general: Tensor


Score = Callable[[Sequence[int], Sequence[int]], Tensor]
"""How far rows apply to texts, (texts, rows), given the numbers of rows and of texts."""


def embedding_score(scope: Scope, read: tuple[ReadTexts, ReadTexts]) -> Score:
    """Score by embeddings of what was read of keys and queries."""

    def score(keys: Sequence[int], queries: Sequence[int]) -> Tensor:
        embedded = last_embedding(scope, *read[0].batch(keys))
        return scope_scores(last_embedding(scope, *read[1].batch(queries)), embedded)

    return score


@torch.no_grad()
def measure_scope(score: Score, texts: ScopeTexts) -> ScopeScores:
    """Score held-out texts against held-out rows; where nothing is held out, the training ones."""
    keys, queries = texts.part(held_out=bool(texts.held_out))
    found: dict[str, list[Tensor]] = {IN_SCOPE: [], HARD: [], GENERAL: []}
    for begin in range(0, len(queries), AT_ONCE):
        part = queries[begin : begin + AT_ONCE]
        scores = score(keys, part)
        _, kept_from = labels(texts, keys, part)
        best = scores.amax(1)
        own = scores.masked_fill(kept_from, 0.0).amax(1)
        right = torch.where(own >= best, own, 0.0)
        for row, number in enumerate(part):
            role = texts.queries[number].role
            found[role].append(right[row] if role == IN_SCOPE else best[row])
    return ScopeScores(*(torch.stack(each) if each else torch.zeros(0) for each in found.values()))


def share_above(scores: Tensor, threshold: float) -> float | None:
    """Which share of scores exceeds a threshold; None of none."""
    return float((scores > threshold).double().mean()) if len(scores) else None


def at_thresholds(scores: ScopeScores, thresholds: Sequence[float]) -> list[dict[str, JSON]]:
    """Recall and false positives at each threshold: the points of a ROC curve."""
    return [
        {
            "threshold": threshold,
            "recall": share_above(scores.in_scope, threshold),
            "hard_negatives": share_above(scores.hard, threshold),
            "general_text": share_above(scores.general, threshold),
        }
        for threshold in thresholds
    ]


def area_under_curve(positives: Tensor, negatives: Tensor) -> float | None:
    """How often a positive scores higher than a negative, ties counting half; None without."""
    if not len(positives) or not len(negatives):
        return None
    ordered = negatives.sort().values
    below = torch.searchsorted(ordered, positives)
    upto = torch.searchsorted(ordered, positives, right=True)
    return float((below + upto).double().mean() / 2 / len(ordered))


def scope_problem(threshold: float, trained: Mapping[str, JSON]) -> str | None:
    """Say why a scope is not good enough at a threshold; None where it is.

    A gate that hardly ever answers keeps inside every ball: it is told, not silently accepted.

    Args:
        trained: What is known of the scope, as `scope_report` says it.
    """
    points = cast("Sequence[Mapping[str, Any]]", trained.get("roc", ()))
    recall = next((point["recall"] for point in points if point["threshold"] == threshold), None)
    if recall is None or recall >= LEAST_RECALL:
        return None
    return (
        f"The gate finds the right row for {recall:.0%} of validation texts at the threshold "
        f"{threshold:g}, and {LEAST_RECALL:.0%} are needed: this memory hardly answers. Choose a "
        "larger budget, or train the scope on more examples."
    )


def scope_report(scores: ScopeScores, thresholds: Sequence[float]) -> dict[str, JSON]:
    """Say all of it in plain values."""

    def histogram(of: Tensor) -> list[int]:
        counts = cast("list[float]", torch.histc(of, BINS, 0.0, 1.0).tolist())
        return [int(count) for count in counts]

    return {
        "roc": at_thresholds(scores, thresholds),
        "area_hard_negatives": area_under_curve(scores.in_scope, scores.hard),
        "area_general_text": area_under_curve(scores.in_scope, scores.general),
        "histograms": {
            "in_scope": histogram(scores.in_scope),
            "hard_negatives": histogram(scores.hard),
            "general_text": histogram(scores.general),
        },
    }

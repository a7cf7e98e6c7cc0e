"""Scopes are trained once for a model and kept; memories of the same model share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from editing.editors.depth import block_at
from editing.editors.serac.kept_files import kept_file, read_kept, told_of_sets, write_kept
from editing.editors.serac.scope_measuring import measure_scope, scope_problem, scope_report
from editing.editors.serac.scope_texts import ScopeTexts, scope_texts, training_sets
from editing.editors.serac.scope_training import read_texts, train_scope
from editing.errors import EditingError
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.backpack import Scope
from editing.models.language_model import LanguageModel
from editing.progress import Report, never_stopping

FORMAT = 4
SEED = 0
"""Scopes are trained once for a model, whatever the seed of an edit."""
WINDOW = 64
"""Tokens that an embedding pools."""


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What a scope is trained with."""

    train_on: str
    depth: float
    steps: int
    thresholds: Sequence[float]
    """At which it is measured."""


@dataclass(frozen=True, slots=True)
class TrainedScope:
    """A scope, and what is known of it."""

    scope: Scope
    block: str
    report: Mapping[str, JSON]


def trained_scope(
    model: LanguageModel,
    general: GeneralText,
    choice: ScopeChoice,
    folder: Path | None,
    report: Report,
) -> TrainedScope:
    """Return the scope kept for a model, or train one and keep it.

    Args:
        general: R; of what degradation is measured on nothing is seen.
        folder: Where scopes are kept; None keeps none.

    Raises:
        EditingError: What to train on cannot be read.
    """
    sets = training_sets(choice.train_on)
    told = [FORMAT, WINDOW, choice.depth, choice.steps, *choice.thresholds]
    path = kept_file(folder, model, "scope", [*told, *told_of_sets(sets)])
    if (kept := read_kept(path)) is not None:
        tensors, about = kept
        return TrainedScope(
            Scope(**tensors, window=about["window"]), about["block"], about["report"]
        )
    generator = torch.Generator().manual_seed(SEED)
    texts = scope_texts(model, sets, general, generator)
    trained = _train(model, texts, choice, generator, never_stopping(report))
    about = {"window": WINDOW, "block": trained.block, "report": trained.report}
    write_kept(path, dict(trained.scope.named_buffers()), about)
    return trained


def _train(
    model: LanguageModel,
    texts: ScopeTexts,
    choice: ScopeChoice,
    generator: torch.Generator,
    report: Report,
) -> TrainedScope:
    """Train a scope.

    Raises:
        EditingError: It tells texts apart so badly that it would hardly ever answer.
    """
    block = block_at(model, choice.depth)
    read = read_texts(model, block, texts, WINDOW, report)
    scope = train_scope(texts, read, choice.steps, generator, report)
    scores = measure_scope(scope, texts, read)
    about: dict[str, JSON] = {
        "trained_on": choice.train_on or "built-in tasks, val",
        "general_text": texts.general,
        "pairs": texts.pairs(),
        "keys": len(texts.keys),
        "queries": len(texts.queries),
        "held_out_groups": len(texts.held_out),
        **scope_report(scores, choice.thresholds),
    }
    if texts.held_out and (problem := scope_problem(min(choice.thresholds), about)):
        raise EditingError(f"The scope that was trained is of no use. {problem}")
    return TrainedScope(scope, block, about)

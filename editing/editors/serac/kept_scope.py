"""Scopes are trained once for a model and kept; memories of the same model share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from editing.editors.depth import block_at
from editing.editors.serac.encoder import OpenedEncoder, open_encoder
from editing.editors.serac.kept_files import kept_file, read_kept, told_of_sets, write_kept
from editing.editors.serac.kept_training import KeptTraining
from editing.editors.serac.scope_cross import (
    CrossTexts,
    cross_score,
    key_texts,
    query_texts,
    row_texts,
    train_cross,
)
from editing.editors.serac.scope_measuring import (
    Score,
    embedding_score,
    measure_scope,
    scope_problem,
    scope_report,
)
from editing.editors.serac.scope_texts import ScopeTexts, scope_texts, training_sets
from editing.editors.serac.scope_training import (
    mined_of,
    read_texts,
    read_with_encoder,
    train_scope,
)
from editing.editors.serac.text_scope import (
    CROSS,
    EMBEDDING,
    OF_CROSS,
    TextScope,
    cross_of,
    cross_tensors,
)
from editing.errors import EditingError
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.backpack import Scope
from editing.models.language_model import LanguageModel
from editing.progress import Report, never_stopping

FORMAT = 5
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
    encoder: str = ""
    """Folder of a text encoder; empty for the model's own hidden states."""
    form: str = EMBEDDING


@dataclass(frozen=True, slots=True)
class TrainedScope:
    """A scope, and what is known of it."""

    scope: Scope
    block: str
    report: Mapping[str, JSON]
    texts: TextScope | None = None
    """The encoder that reads in place of the model."""


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
    encoder = open_encoder(choice.encoder) if choice.encoder.strip() else None
    if encoder is None and choice.form == CROSS:
        raise EditingError(
            "The cross form reads a row and a text with one text encoder. Give its folder as the "
            "setting encoder, or choose the form embedding."
        )
    told = [FORMAT, WINDOW, choice.depth, choice.steps, *choice.thresholds]
    of_encoder = [choice.form, None if encoder is None else encoder.fingerprint]
    path = kept_file(folder, model, "scope", [*told, *of_encoder, *told_of_sets(sets)])
    if (kept := read_kept(path)) is not None:
        return _of_kept(*kept, encoder)
    generator = torch.Generator().manual_seed(SEED)
    texts = scope_texts(model, sets, general, generator)
    learning = _Learning(texts, choice, generator, never_stopping(report), path)
    if encoder is None:
        trained = _train(model, learning)
    else:
        trained = _train_with_encoder(model, encoder, learning)
    about: dict[str, Any] = {
        "window": trained.scope.window,
        "block": trained.block,
        "report": trained.report,
    }
    tensors = dict(trained.scope.named_buffers())
    if trained.texts is not None and (cross := trained.texts.cross) is not None:
        about["cross"] = list(cross.encoder.names)
        tensors |= cross_tensors(cross)
    write_kept(path, tensors, about)
    KeptTraining(path, None).end()
    return trained


@dataclass(frozen=True, slots=True)
class _Learning:
    """What a training works with beside the model."""

    texts: ScopeTexts
    choice: ScopeChoice
    generator: torch.Generator
    report: Report
    path: Path | None
    """Where what it comes to will be kept."""


def _of_kept(
    tensors: Mapping[str, Tensor], about: Mapping[str, Any], encoder: OpenedEncoder | None
) -> TrainedScope:
    own = {name: tensor for name, tensor in tensors.items() if not name.startswith(OF_CROSS)}
    texts = None
    if encoder is not None:
        cross = cross_of(about["cross"], tensors) if "cross" in about else None
        texts = TextScope(encoder.folder, encoder.fingerprint, cross, [encoder])
    scope = Scope(**own, window=about["window"])
    return TrainedScope(scope, about["block"], about["report"], texts)


def _train_with_encoder(
    model: LanguageModel, encoder: OpenedEncoder, learning: _Learning
) -> TrainedScope:
    """Train a projection of an encoder's states and, of the cross form, the encoder too."""
    texts, choice, report = learning.texts, learning.choice, learning.report
    generator = learning.generator
    queries = query_texts(model, texts, WINDOW)
    read = read_with_encoder(encoder.encoder, (key_texts(model, texts), queries), report)
    scope = train_scope(texts, read, choice.steps, generator, report)
    score, apart = embedding_score(scope, read), TextScope(encoder.folder, encoder.fingerprint)
    apart.held.append(encoder)
    if choice.form == CROSS:
        learnt = CrossTexts(texts, row_texts(texts), queries, mined_of(texts, read))
        training = KeptTraining(learning.path, (learnt.rows, learnt.queries))
        head = train_cross(apart, learnt, choice.steps, generator, training=training, report=report)
        apart = replace(apart, cross=head)
        score = cross_score(apart, learnt, score)
    about = {**_report(texts, choice, score), "encoder": encoder.folder, "form": choice.form}
    return TrainedScope(scope, "", about, apart)


def _train(model: LanguageModel, learning: _Learning) -> TrainedScope:
    """Train a projection of the model's own hidden states."""
    texts, choice, report = learning.texts, learning.choice, learning.report
    block = block_at(model, choice.depth)
    read = read_texts(model, block, texts, WINDOW, report)
    scope = train_scope(texts, read, choice.steps, learning.generator, report)
    about = _report(texts, choice, embedding_score(scope, read))
    return TrainedScope(scope, block, about)


def _report(texts: ScopeTexts, choice: ScopeChoice, score: Score) -> dict[str, JSON]:
    """Say what a scope was trained on, and what it gets right.

    Raises:
        EditingError: It tells texts apart so badly that it would hardly ever answer.
    """
    about: dict[str, JSON] = {
        "trained_on": choice.train_on or "built-in tasks, val",
        "general_text": texts.general,
        "pairs": texts.pairs(),
        "keys": len(texts.keys),
        "queries": len(texts.queries),
        "held_out_groups": len(texts.held_out),
        **scope_report(measure_scope(score, texts), choice.thresholds),
    }
    if texts.held_out and (problem := scope_problem(min(choice.thresholds), about)):
        raise EditingError(f"The scope that was trained is of no use. {problem}")
    return about

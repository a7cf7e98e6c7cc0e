"""How much memory it takes to learn, once for a model, where rows apply and how they are read.

It follows from the model's shapes and the lengths of what is learnt from; as in `editors.memory`,
what is alive at the same time is added up, in bytes beside the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from transformers import AutoConfig

from editing.editors.memory import FLOAT32, MLP_COPIES, Workload, in_sequences, width_of
from editing.editors.serac.counterfactual import EXAMPLES, MISFIRES, RANK
from editing.editors.serac.counterfactual_losses import AFTER
from editing.editors.serac.counterfactual_texts import LONGEST_ROW, LONGEST_TEXT
from editing.editors.serac.embedding import TOKENS_AT_ONCE
from editing.editors.serac.scope_cross import PAIRS as PAIRS_AT_ONCE
from editing.editors.serac.scope_measuring import AT_ONCE
from editing.editors.serac.scope_texts import (
    BEFORE,
    ENDS,
    GENERAL_TEXTS,
    LONGEST,
    PAIRS,
    PER_TASK,
    training_sets,
)
from editing.editors.serac.scope_training import KEYS, QUERIES
from editing.errors import EditingError
from editing.examples import Example
from editing.models.footprint import USUAL_WIDTHS, activations_of, output_rows
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection, down_projection, layer_count, up_projection

POOLED = 64
"""Tokens that an embedding pools, as in `kept_scope`."""
HALF = 2
"""Bytes of a number as features are kept."""
SEEN = 20
"""Examples of each role of a set that are cut into tokens."""
LOSS_LOGITS = 8
"""Predictions over all words that are alive at once, in float32: those of the untouched model, two
for each of two readings, then the divergence's own three."""

SAID_LOGITS = 6
"""Of a continuation: those of the untouched model, of the reader alone and of it after a row, as
logits and as log probabilities."""


@dataclass(frozen=True, slots=True)
class LearntFrom:
    """How many texts there are to learn from, and how long they are in tokens."""

    keys: int
    written: int
    """Prompts that rows are for, or that none is for."""
    mean: float
    """Of a prompt."""
    row: int
    """Of the longest row as it is read."""
    text: int
    """Of the longest text that is read after a row, with its continuation."""
    said: int
    """Of the longest continuation."""
    continuations: float
    """Of an example, on the average: of one step many are read together."""


def learnt_from(model: LanguageModel, train_on: str) -> LearntFrom:
    """Look at what a scope and a reader are trained on.

    Args:
        model: Its tokenizer alone is used.
        train_on: As of `training_sets`; what cannot be read counts as nothing, and is told when
            the run begins.
    """
    try:
        sets = training_sets(train_on)
    except EditingError:
        sets = []
    rows = [row for each in sets for row in each.canonical[:SEEN]]
    texts = [row for each in sets for row in (*each.evaluation[:SEEN], *each.hard_negatives[:SEEN])]
    prompts = _lengths(model, [row.prefix for row in (*rows, *texts)])
    asked = [part for each in sets for part in (each.evaluation, each.hard_negatives)]
    return LearntFrom(
        keys=sum(min(PER_TASK, len(each.canonical)) for each in sets),
        written=sum(min(PER_TASK, len(part)) for part in asked),
        mean=sum(min(LONGEST, count) for count in prompts) / max(1, len(prompts)),
        row=min(LONGEST_ROW, _longest(model, rows)),
        text=min(LONGEST_TEXT, _longest(model, texts)),
        said=min(LONGEST_TEXT, max(_lengths(model, [row.suffix for row in texts]), default=1)),
        continuations=1 + sum(bool(row.other_suffix) for row in texts) / max(1, len(texts)),
    )


def scope_features(model: LanguageModel, work: Workload, texts: LearntFrom) -> int:
    """The features of all texts, which are kept whole although only their last tokens count.

    They lie in many small pieces, whose places a process keeps after the scope is learnt.
    """
    after_general = min(LONGEST, texts.mean + sum(BEFORE) / 2)
    tokens = (texts.keys + texts.written) * texts.mean + texts.keys * after_general
    tokens += _general(texts) / ENDS * min(LONGEST, work.window)
    return round(tokens * 2 * width_of(model) * HALF)


def scope_learning(model: LanguageModel, work: Workload, texts: LearntFrom) -> int:
    """The features, and the reading, mining, training or measuring that goes on beside them."""
    features = 2 * width_of(model)
    mlp = MLP_COPIES * _projections(model)[-1].inputs * work.number()
    reading = TOKENS_AT_ONCE * (3 * features * FLOAT32 + mlp)
    batch = POOLED * features * (HALF + FLOAT32)
    measured = min(texts.written + _general(texts), AT_ONCE) + texts.keys // 5
    mining = 2 * (texts.keys + texts.written) * features * FLOAT32
    beside = max(reading, mining, (QUERIES + KEYS) * batch, measured * batch)
    return scope_features(model, work, texts) + beside


def reader_learning(model: LanguageModel, work: Workload, texts: LearntFrom) -> int:
    """A step of training a model to heed rows, with the low-rank changes and Adam's moments."""
    chosen = _projections(model)
    trained = {projection.weight_name for projection in chosen}
    held = activations_of(model, trained, dtype=work.dtype, device=work.device)
    astray = max(1, min(LONGEST_TEXT, model.context - texts.row, work.window))
    examples = round(EXAMPLES * texts.continuations)
    tokens = MISFIRES * (2 * astray + texts.row) + examples * (texts.row + 2 * texts.text)
    widened = sum(p.inputs for p in chosen) * (FLOAT32 if work.number() < FLOAT32 else 0)
    own = 4 * RANK * sum(p.inputs + p.outputs for p in chosen) * FLOAT32
    counted = MISFIRES * (max(1, astray - AFTER) + 1) * LOSS_LOGITS
    said = examples * (texts.said + 1) * SAID_LOGITS
    logits = (counted + said) * output_rows(model) * FLOAT32
    beside = tokens * (widened + 2 * RANK * len(chosen) * FLOAT32)
    return own + beside + logits + in_sequences(held, tokens, texts.row + astray)


def encoder_memory(folder: str, texts: LearntFrom, *, together: bool) -> int:
    """A text encoder and, where it reads a row and a text together, a step of its training."""
    files = [*Path(folder).glob("*.safetensors"), *Path(folder).glob("*.bin")]
    own = max((file.stat().st_size for file in files), default=0)
    if not together or not own:
        return own
    try:
        config: Any = cast(Any, AutoConfig).from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError):  # which is told when the run begins
        return own
    held = USUAL_WIDTHS * int(config.hidden_size) * int(config.num_hidden_layers) * FLOAT32
    return own + 2 * PAIRS_AT_ONCE * (texts.row + POOLED) * held


def _general(texts: LearntFrom) -> int:
    """Places in general text that are looked at."""
    return max(GENERAL_TEXTS, 2 * PAIRS // max(1, texts.keys) - texts.written - texts.keys)


def _projections(model: LanguageModel) -> list[Projection]:
    layers = range(layer_count(model))
    return [get(model, layer) for layer in layers for get in (up_projection, down_projection)]


def _longest(model: LanguageModel, rows: Sequence[Example]) -> int:
    said = [f"{row.prefix}{row.suffix}\n" for row in rows]
    return max(_lengths(model, said), default=1)


def _lengths(model: LanguageModel, texts: Sequence[str]) -> list[int]:
    if not texts:
        return []
    return [len(ids) for ids in cast(Any, model.tokenizer)(list(texts), verbose=False).input_ids]

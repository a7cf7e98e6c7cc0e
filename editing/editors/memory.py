"""How much memory the parts of a run take, told from the model's shapes and the texts' lengths.

The estimates follow what is alive at the same time in the code they are about, in bytes over a
program that has no model loaded. `tests/benchmarks/preflight.py` holds them against measurements.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch

from editing.base_passes.base_pass import LOGIT_NUMBERS
from editing.base_passes.sense_pass import MIXED_NUMBERS
from editing.general_text import SAMPLED_AT_ONCE
from editing.models.footprint import (
    Activations,
    activations_of,
    bytes_of,
    output_rows,
    parameter_count,
)
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection, layer_count

FLOAT32, FLOAT64 = 4, 8


def _no_other(source: str) -> LanguageModel:
    message = f"Nothing is known of {source} here."
    raise LookupError(message)


@dataclass(frozen=True, slots=True)
class Workload:
    """How long a run's texts are, in tokens, and what it computes in and on."""

    dtype: torch.dtype = torch.float32
    device: str = "cpu"
    examples: int = 100
    example: int = 32
    """The longest canonical example with a continuation."""
    continuations: int = 1
    """The most that an example has."""
    window: int = 512
    """The longest window of the regularisation text."""
    windows: int = 200
    scored: int = 512
    """The longest sequence that is scored."""
    scored_tokens: int = 100_000
    """All that are scored together."""
    sampled: int = 0
    """Tokens of the windows that the model has yet to write itself; 0 for none."""
    stored: int = 0
    """Bytes of the files of weights; 0 where they are not known."""
    outline_of: Callable[[str], LanguageModel] = _no_other
    """Shapes of another model that the method uses."""

    def number(self) -> int:
        """Bytes of a number that is computed with."""
        return bytes_of(self.dtype)


def sampling(model: LanguageModel, work: Workload) -> int:
    """Beside the weights: the keys and values of a batch that is written, and what is drawn from.

    One layer's are there twice while a token is added.
    """
    if not work.sampled:
        return 0
    config: Any = model.module.config
    heads = int(config.num_attention_heads)
    width = int(getattr(config, "head_dim", None) or int(config.hidden_size) // heads)
    kept = int(getattr(config, "num_key_value_heads", None) or heads) * width
    cached = 2 * (layer_count(model) + 1) * kept * work.number()
    if model.is_backpack:
        cached += width_of(model) * work.number()
    drawn = output_rows(model) * (work.number() + 3 * FLOAT64)
    return SAMPLED_AT_ONCE * (work.sampled * cached + drawn)


@dataclass(frozen=True, slots=True)
class Loop:
    """What a training loop holds beside the model, in bytes."""

    trained: Collection[str]
    """Names of the parameters whose gradients flow through the model."""
    held: int
    """Parameters of its own, gradients and moments."""
    kept: int
    """A copy of a candidate."""
    snapshot: int
    """What a checkpoint copies."""
    epochs: int
    beside: int = 0
    """What is remembered at each token beside the model's own."""
    recomputed: bool = False
    """Whether blocks are run again for the backward instead of being remembered."""


def weights(model: LanguageModel, work: Workload) -> int:
    """The model alone."""
    return parameter_count(model) * work.number()


def loading(model: LanguageModel, work: Workload) -> int:
    """The weights while they are loaded: of files in other numbers, those beside what is made.

    Pages of files are counted although the system could take them back.
    """
    numbers = parameter_count(model)
    if not work.stored or round(work.stored / numbers) == work.number():
        return weights(model, work)
    is_wide = round(work.stored / numbers) == FLOAT32
    return work.stored + numbers * (work.number() if is_wide else FLOAT32)


def scoring(model: LanguageModel, work: Workload) -> int:
    """Logits and log-probabilities of the largest batch that is scored."""
    rows = output_rows(model)
    tokens = min(max(LOGIT_NUMBERS // rows, work.scored), max(work.scored, work.scored_tokens))
    widened = 0 if work.dtype == torch.float32 else FLOAT32
    return rows * (tokens * work.number() + work.scored * (FLOAT32 + widened))


def moments(own: int, work: Workload, *, eight_bit: bool) -> int:
    """What Adam keeps of the gradients of trained numbers.

    Args:
        own: Bytes of the trained numbers.
    """
    return 2 * own // (work.number() if eight_bit else 1)


def training(model: LanguageModel, work: Workload, loop: Loop) -> int:
    """Beside the weights: a step at its largest, or the copies between epochs."""
    step = _step(model, work, loop)
    kept = loop.kept if loop.epochs > 1 else 0
    between = max(kept + loop.kept, kept + loop.snapshot, kept + scoring(model, work))
    return loop.held + max(kept + step, between)


ACCUMULATED = 5
STEP_LOGIT_NUMBERS = 32_000_000
"""As in `module_trainee`."""
KEY_TOKENS, SUMMED_NUMBERS = 4096, 500_000_000
"""As in `base_passes.covariance`."""
MLP_COPIES = 4
"""What a block's MLP holds at its widest, in times its own width."""
PROMPTS, TEMPLATE_TOKENS = 6, 12
KEPT_PLACES = 12
"""Positions whose logits a search keeps, over all its prompts."""
SENSES_IN_WINDOW = 100
"""Of the trained ones, at most about so many occur in one window."""
WORDS_AN_EXAMPLE = 3
"""Words that an example has and those before it had not."""


def _step(model: LanguageModel, work: Workload, loop: Loop) -> int:
    """What a micro-batch holds: the examples of a step together, or one window."""
    held = activations_of(model, loop.trained, dtype=work.dtype, device=work.device)
    rows = output_rows(model)
    together = min(ACCUMULATED, work.examples) * work.continuations * work.example
    group = min(together, max(STEP_LOGIT_NUMBERS // rows, work.continuations * work.example))
    examples = in_sequences(held, group, work.example, recomputed=loop.recomputed)
    examples += 3 * group * rows * work.number() + group * loop.beside
    window = work.window * loop.beside + held.at(work.window, recomputed=loop.recomputed)
    # The edited log-probabilities, the base's logits and log-probabilities, what is averaged over,
    # the difference and the product.
    window += work.window * rows * (5 * FLOAT32 + work.number())
    return max(examples, window)


def locating(
    model: LanguageModel, work: Workload, projections: Sequence[Projection], *, squares: int
) -> int:
    """Beside the weights: covariances, then searches, then writing, then being judged.

    Args:
        projections: Those that are written into.
        squares: Matrices in float64 that preparing a writer holds at a time.
    """
    square = max(p.inputs for p in projections) ** 2
    count, inputs = len(projections), sum(p.inputs for p in projections)
    covariances = sum(p.inputs**2 for p in projections) * FLOAT32
    tokens = min(KEY_TOKENS, work.windows * work.window)
    reading = tokens * (inputs + MLP_COPIES * projections[0].inputs) * work.number()
    applied = sum(p.inputs * p.outputs for p in projections) * work.number()
    factors = count * square * FLOAT64
    return max(
        covariances + max(reading, min(covariances, SUMMED_NUMBERS * FLOAT32)),
        covariances + _search(model, work, projections[-1]),
        covariances + factors + (squares - 1) * square * FLOAT64 + applied,
        covariances + factors + applied + scoring(model, work),
    )


def _search(model: LanguageModel, work: Workload, projection: Projection) -> int:
    """A step of the search for one example's hidden state."""
    trained = {projection.weight_name}
    held = activations_of(model, trained, dtype=work.dtype, device=work.device)
    longest = work.example + TEMPLATE_TOKENS
    prompts = PROMPTS * work.continuations
    logits = prompts * KEPT_PLACES * output_rows(model) * (2 * FLOAT32 + work.number())
    return in_sequences(held, prompts * longest, longest) + logits


def writing_rows(model: LanguageModel, work: Workload, block: str) -> int:
    """Beside the weights: a step of training what comes out of a block for one example."""
    names = (name for name, _ in model.module.named_parameters())
    trained = {next(name for name in names if name.startswith(f"{block}."))}
    held = activations_of(model, trained, dtype=work.dtype, device=work.device)
    tokens = work.example * work.continuations
    logits = tokens * output_rows(model) * (2 * work.number() + 2 * FLOAT32)  # and gradients
    return in_sequences(held, tokens, work.example) + logits


def sense_training(model: LanguageModel, work: Workload, senses: int, epochs: int) -> int:
    """Beside the weights: a base pass, the selection, a step on a window, and the candidates."""
    config: Any = model.module.config
    rows, width, count = output_rows(model), width_of(model), int(getattr(config, "num_senses", 1))
    sequence = max(work.window, work.scored)
    there = max(sequence, work.windows * work.window, work.scored_tokens)
    tokens = min(there, max(MIXED_NUMBERS // (count * width), sequence))
    alpha = tokens * sequence * count * FLOAT32
    mixed = tokens * count * width * work.number()
    logits = min(LOGIT_NUMBERS, tokens * rows) * FLOAT32
    in_window = min(senses, SENSES_IN_WINDOW) * rows * FLOAT32
    selecting = work.windows * work.examples * WORDS_AN_EXAMPLE * count * FLOAT64
    kept = (epochs + 4) * senses * width * FLOAT32
    if work.dtype != torch.float32:  # the output embedding is widened, to train and to score
        kept += 2 * rows * width * FLOAT32
    return kept + max(2 * alpha + mixed, selecting, 3 * logits + 2 * in_window)


def borrowing(model: LanguageModel, work: Workload) -> int:
    """Beside the weights of both models: their logits, put together for each strength in turn."""
    rows = output_rows(model)
    tokens = max(LOGIT_NUMBERS // rows, work.scored)
    ratio = tokens * (work.number() + 5 * FLOAT32)
    return rows * max(ratio, tokens * (work.number() + FLOAT32) + work.scored * 3 * FLOAT32)


def in_sequences(held: Activations, tokens: int, longest: int, *, recomputed: bool = False) -> int:
    """Activations of several sequences: attention is within each."""
    longest = max(1, longest)
    return round(held.at(longest, recomputed=recomputed) * tokens / longest)


def width_of(model: LanguageModel) -> int:
    """Numbers of a hidden state."""
    return int(cast(Any, model.module.config).hidden_size)

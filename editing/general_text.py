"""General text: G measures degradation, a disjoint R is all that training may see of it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import safetensors.torch
import torch
from safetensors import safe_open
from torch import Tensor

from editing.batches import TokenSequence, text_windows
from editing.errors import EditingError
from editing.examples import read_texts
from editing.models.language_model import LanguageModel
from editing.models.starter import BUNDLED, SAMPLES_FILE, bundled_folder
from editing.progress import Progress, Report

GENERAL, REGULARISATION = "general", "regularisation"
SEEDS = {GENERAL: 11, REGULARISATION: 12}
USUAL_TOKENS = {GENERAL: 100_000, REGULARISATION: 80_000}
SAMPLED_AT_ONCE = 32
LONGEST_WINDOW = 2048
"""Tokens that a general text is read and sampled by, however long the model's context: the logits
of a window of 128 k tokens alone would take 67 GB."""
LONG_SAMPLING_SECONDS = 300.0
"""From here on it is said before how long it takes."""
_STEPS_TIMED = 4
_SECONDS_TIMED = 2.0
_MINUTES_OF_HOURS = 120


@dataclass(frozen=True, slots=True)
class GeneralText:
    """A general text as windows of at most the model's context, and at most what was asked for."""

    name: str
    sequences: tuple[TokenSequence, ...]
    sampled: bool
    """Whether it was sampled from the base, so that degradation on it is a KL."""

    @property
    def tokens(self) -> int:
        """Scored tokens."""
        return sum(s.scored for s in self.sequences)


def text_from_file(
    model: LanguageModel, path: Path, *, longest: int = LONGEST_WINDOW
) -> GeneralText:
    """Read JSONL rows with "text", or a text file with a paragraph a line.

    Args:
        model: Whose tokens it is cut into.
        path: The file.
        longest: Tokens of a window, where the model's context is longer.

    Raises:
        EditingError: The file cannot be read or holds nothing to score.
    """
    return text_from_rows(model, read_texts(path), path.name, longest=longest)


def text_from_rows(
    model: LanguageModel, texts: Sequence[str], name: str, *, longest: int = LONGEST_WINDOW
) -> GeneralText:
    """Cut texts into windows; a row is a sequence of its own, never joined with another."""
    length = min(model.context, longest)
    windows = tuple(
        window for text in texts for window in text_windows(model.tokenizer, text, length)
    )
    if not windows:
        raise EditingError(f"{name} holds no text of two tokens or more. Choose another file.")
    was_cut = length < model.context and any(len(window.ids) == length for window in windows)
    return GeneralText(_in_windows(name, length) if was_cut else name, windows, sampled=False)


def text_from_windows(text: GeneralText, context: int) -> GeneralText:
    """Cut a text's windows again for a model that reads only `context` tokens at a time."""
    windows = tuple(
        TokenSequence(part, 1)
        for window in text.sequences
        for begin in range(0, len(window.ids), context)
        if len(part := window.ids[begin : begin + context]) > 1
    )
    return GeneralText(text.name, windows, text.sampled)


def sampled_text(
    model: LanguageModel,
    role: str,
    tokens: int,
    *,
    seed: int,
    report: Report,
    longest: int = LONGEST_WINDOW,
) -> GeneralText:
    """Sample from the base: ancestral, temperature 1, nothing truncated, from end-of-text.

    Args:
        role: "general" or "regularisation"; part of the name.
        tokens: At least this many tokens are scored.
        seed: Of this text alone; G and R take different ones.
        report: Hears how far it is.
        longest: Tokens of a window, where the model's context is longer.
    """
    length = min(model.context, longest)
    count = _windows_for(tokens, length)
    generator = torch.Generator().manual_seed(seed)
    windows: list[TokenSequence] = []
    while len(windows) < count:
        batch = min(SAMPLED_AT_ONCE, count - len(windows))
        windows += _sequences(_sample(model, batch, length, generator))
        report(Progress("sampling general text", len(windows), count))
    return GeneralText(_name(model, role, seed, length), tuple(windows), sampled=True)


def sampling_seconds(model: LanguageModel, tokens: int, *, longest: int = LONGEST_WINDOW) -> float:
    """Measure for a moment, and estimate how long sampling a text of so many tokens takes.

    The first tokens are the quickest: it takes rather longer.

    Raises:
        EditingError: The model cannot be sampled from.
    """
    length = min(model.context, longest)
    count = _windows_for(tokens, length)
    batch = min(SAMPLED_AT_ONCE, count)
    steps = _sampling_steps(model, batch, min(length, 2 + _STEPS_TIMED), torch.Generator())
    next(steps)  # the token that all begin with
    begin = last = time.perf_counter()
    quickest = float("inf")
    for _ in steps:
        now = time.perf_counter()
        quickest, last = min(quickest, now - last), now
        if now - begin > _SECONDS_TIMED:
            break
    return quickest * (length - 1) * -(-count // batch)


def _windows_for(tokens: int, length: int) -> int:
    """How many windows of a length score so many tokens."""
    return -(-tokens // (length - 1))


def _sequences(ids: Tensor) -> list[TokenSequence]:
    """Score every token of each row of ids (windows, length) but the first."""
    rows = cast("list[list[int]]", ids.tolist())
    return [TokenSequence(tuple(row), 1) for row in rows]


def _sample(model: LanguageModel, batch: int, length: int, generator: torch.Generator) -> Tensor:
    """Draw (batch, length) ids, the first of each the end-of-text token."""
    return torch.cat(list(_sampling_steps(model, batch, length, generator)), dim=1)


@torch.no_grad()
def _sampling_steps(
    model: LanguageModel, batch: int, length: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """Draw (batch, 1) ids, so many times, the first of each the end-of-text token."""
    start = cast("int | None", model.tokenizer.eos_token_id)
    if start is None:
        raise EditingError(
            f"The tokenizer of {model.source} has no end-of-text token to sample from. "
            "Give a general text as a file."
        )
    cache, step = None, torch.full((batch, 1), start, device=model.device)
    yield step
    for _ in range(length - 1):
        out = model.module(input_ids=step, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        step = _draw(out.logits[:, -1, : model.vocab_size], generator).to(step.device)
        yield step


def _draw(logits: Tensor, generator: torch.Generator) -> Tensor:
    """Draw one token a row, (batch, 1), by inverting the distribution function."""
    reached = logits.cpu().double().softmax(-1).cumsum(-1)
    point = torch.rand(len(reached), 1, dtype=torch.float64, generator=generator)
    return torch.searchsorted(reached, point * reached[:, -1:]).clamp(max=logits.shape[-1] - 1)


def shipped_or_sampled(
    model: LanguageModel,
    role: str,
    tokens: int | None,
    *,
    cache: Path,
    report: Report,
    longest: int = LONGEST_WINDOW,
) -> GeneralText:
    """Return a sampled text: the one shipped with the model, one kept in `cache`, or a new one.

    Where drawing a new one takes long, the report says so before it begins.

    Args:
        role: GENERAL or REGULARISATION; each has a seed of its own.
        tokens: At least this many are scored; None for the role's usual size. A stored text that
            is too short is sampled anew.
        cache: Folder in which new samples are kept, by the model's fingerprint.
        report: Hears how far it is.
        longest: Tokens of a window, where the model's context is longer.
    """
    wanted = tokens or USUAL_TOKENS[role]
    if (text := stored_text(model, role, wanted, cache=cache, longest=longest)) is not None:
        return text
    seconds = sampling_seconds(model, wanted, longest=longest)
    if seconds > LONG_SAMPLING_SECONDS:
        note = (
            f"Sampling {wanted:,} tokens of {role} text takes about {_minutes(seconds)} here. "
            f"To spare that, stop and give a file (--{role}-text FILE) or fewer tokens."
        )
        report(Progress("sampling general text", 0, 1, note=note))
    text = sampled_text(model, role, wanted, seed=SEEDS[role], report=report, longest=longest)
    cache.mkdir(parents=True, exist_ok=True)
    save_samples(model, {role: text}, _kept_sample(model, role, cache, longest))
    return text


def stored_text(
    model: LanguageModel, role: str, wanted: int, *, cache: Path, longest: int = LONGEST_WINDOW
) -> GeneralText | None:
    """Return a sampled text that is there already and long enough; None where there is none."""
    source = model.source
    shipped = bundled_folder(source) if source in BUNDLED else Path(source)
    for path in (shipped / SAMPLES_FILE, _kept_sample(model, role, cache, longest)):
        if not path.is_file() or not _is_of(path, model):
            continue  # texts of other weights are left alone: those of these are drawn anew
        if (text := load_samples(path, model, role)).tokens >= wanted:
            return shortened(text, wanted)
    return None


def _kept_sample(model: LanguageModel, role: str, cache: Path, longest: int) -> Path:
    windows = f".{longest}" if longest < model.context else ""
    return cache / f"{model.fingerprint[:40]}.{role}{windows}.safetensors"


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < _MINUTES_OF_HOURS else f"{round(minutes / 60)} hours"


def save_samples(model: LanguageModel, texts: dict[str, GeneralText], path: Path) -> None:
    """Store sampled texts as token ids (their characters might be tokenised otherwise)."""
    tensors = {
        role: torch.tensor([s.ids for s in text.sequences], dtype=torch.int32)
        for role, text in texts.items()
    }
    partial = path.with_suffix(".partial")
    safetensors.torch.save_file(tensors, partial, metadata={"fingerprint": model.fingerprint})
    partial.rename(path)


def load_samples(path: Path, model: LanguageModel, role: str) -> GeneralText:
    """Read one of the texts that `save_samples` stored.

    Raises:
        EditingError: The file belongs to other weights.
    """
    file = safe_open(path, "pt")
    with file:
        if not _is_of(path, model):
            raise EditingError(
                f"{path} was sampled from other weights than those of {model.source}. Delete it, "
                "or give a general text as a file."
            )
        there = role in file.keys()  # noqa: SIM118 - not a dict
        ids = cast("Tensor", file.get_tensor(role)) if there else None
    sequences = [] if ids is None else _sequences(ids)
    length = len(sequences[0].ids) if sequences else model.context
    return GeneralText(_name(model, role, SEEDS[role], length), tuple(sequences), sampled=True)


def _is_of(path: Path, model: LanguageModel) -> bool:
    """Whether stored texts were sampled from these very weights."""
    file = safe_open(path, "pt")
    with file:
        stored = cast("dict[str, str]", file.metadata() or {})
    return stored.get("fingerprint") == model.fingerprint


def _name(model: LanguageModel, role: str, seed: int, length: int) -> str:
    name = f"sampled {role} text, seed {seed}"
    return _in_windows(name, length) if length < model.context else name


def _in_windows(name: str, length: int) -> str:
    return f"{name}, in windows of {length:,} tokens"


def shortened(text: GeneralText, tokens: int | None) -> GeneralText:
    """Keep the first windows that together score at least `tokens` tokens; None keeps all."""
    if tokens is None or text.tokens <= tokens:
        return text
    kept: list[TokenSequence] = []
    scored = 0
    for window in text.sequences:
        if scored >= tokens:
            break
        kept.append(window)
        scored += window.scored
    return GeneralText(text.name, tuple(kept), text.sampled)

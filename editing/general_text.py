"""General text: G measures degradation, a disjoint R is all that training may see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from editing.batches import TokenSequence, text_windows
from editing.errors import EditingError
from editing.examples import read_texts
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report

GENERAL, REGULARISATION = "general", "regularisation"
GENERAL_SEED, REGULARISATION_SEED = 11, 12
GENERAL_TOKENS = 100_000
REGULARISATION_WINDOWS = 320
SAMPLED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class GeneralText:
    """A general text as windows of at most the model's context."""

    name: str
    sequences: tuple[TokenSequence, ...]
    sampled: bool
    """Whether it was sampled from the base, so that degradation on it is a KL."""

    @property
    def tokens(self) -> int:
        """Scored tokens."""
        return sum(s.scored for s in self.sequences)


def text_from_file(model: LanguageModel, path: Path) -> GeneralText:
    """Read JSONL rows with "text", or a text file with a paragraph a line.

    Raises:
        EditingError: The file cannot be read or holds nothing to score.
    """
    return text_from_rows(model, read_texts(path), path.name)


def text_from_rows(model: LanguageModel, texts: Sequence[str], name: str) -> GeneralText:
    """Cut texts into windows; a row is a sequence of its own, never joined with another."""
    windows = tuple(
        window for text in texts for window in text_windows(model.tokenizer, text, model.context)
    )
    if not windows:
        raise EditingError(f"{name} holds no text of two tokens or more. Choose another file.")
    return GeneralText(name, windows, sampled=False)


def sampled_text(
    model: LanguageModel, role: str, tokens: int, *, seed: int, report: Report
) -> GeneralText:
    """Sample from the base: ancestral, temperature 1, nothing truncated, from end-of-text.

    Args:
        role: "general" or "regularisation"; part of the name.
        tokens: At least this many tokens are scored.
        seed: Of this text alone; G and R take different ones.
    """
    per_window = model.context - 1
    count = -(-tokens // per_window)
    generator = torch.Generator().manual_seed(seed)
    windows: list[TokenSequence] = []
    while len(windows) < count:
        batch = min(SAMPLED_AT_ONCE, count - len(windows))
        for row in _sample(model, batch, generator).tolist():
            windows.append(TokenSequence(tuple(row), 1))
        report(Progress("sampling general text", len(windows), count))
    return GeneralText(f"sampled {role}, seed {seed}", tuple(windows), sampled=True)


@torch.no_grad()
def _sample(model: LanguageModel, batch: int, generator: torch.Generator) -> Tensor:
    """Draw (batch, context) ids, the first of each the end-of-text token."""
    start = model.tokenizer.eos_token_id
    if start is None:
        raise EditingError(
            f"The tokenizer of {model.source} has no end-of-text token to sample from. "
            "Give a general text as a file."
        )
    ids = torch.full((batch, 1), int(start), device=model.device)
    cache, step = None, ids
    for _ in range(model.context - 1):
        out = model.module(input_ids=step, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        probs = out.logits[:, -1, : model.vocab_size].float().softmax(-1)
        step = torch.multinomial(probs.cpu(), 1, generator=generator).to(ids.device)
        ids = torch.cat([ids, step], dim=1)
    return ids


def save_samples(texts: dict[str, GeneralText], path: Path) -> None:
    """Store sampled texts as token ids (their text would be tokenised otherwise)."""
    rows = {name: [s.ids for s in text.sequences] for name, text in texts.items()}
    tensors = {name: torch.tensor(ids, dtype=torch.int32) for name, ids in rows.items()}
    save_file(tensors, path, metadata={name: text.name for name, text in texts.items()})


def load_samples(path: Path, role: str, name: str) -> GeneralText:
    """Read one of the texts that `save_samples` stored."""
    rows = load_file(path)[role].tolist()
    return GeneralText(name, tuple(TokenSequence(tuple(row), 1) for row in rows), sampled=True)


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

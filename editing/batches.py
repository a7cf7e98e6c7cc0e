"""Examples and texts as token ids with the positions to score: the only place that splits,
cuts, pads or shifts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from editing.errors import ExampleError


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """Token ids of one sequence; the tokens from `first_scored` on are scored."""

    ids: tuple[int, ...]
    first_scored: int
    """At least 1: the first token of a sequence has nothing before it."""
    dropped: int = 0
    """Tokens cut from the left of the prefix because the context is shorter."""
    split_apart: bool = False
    """No token started exactly at the boundary: the two were tokenised one by one."""

    @property
    def scored(self) -> int:
        """How many tokens are scored."""
        return len(self.ids) - self.first_scored


def continuation_sequence(
    tokenizer: PreTrainedTokenizerBase, prefix: str, continuation: str, context: int
) -> TokenSequence:
    """Tokenise prefix + continuation, the continuation's tokens scored.

    Raises:
        ExampleError: Prefix or continuation is empty, or the continuation alone fills the context.
    """
    ids, boundary = _joined(tokenizer, prefix, continuation)
    split_apart = boundary is None
    if boundary is None:
        first = _ids(tokenizer, prefix)
        ids = [*first, *_ids(tokenizer, continuation, special=False)]
        boundary = len(first)
    length = len(ids) - boundary
    if boundary < 1 or length < 1:
        raise ExampleError("An example needs a prefix and a continuation of at least one token.")
    if length >= context:
        raise ExampleError(
            f"The continuation has {length} tokens; the model's context of {context} leaves room "
            f"for {context - 1}. Shorten it."
        )
    dropped = max(0, len(ids) - context)
    return TokenSequence(tuple(ids[dropped:]), boundary - dropped, dropped, split_apart)


def text_windows(
    tokenizer: PreTrainedTokenizerBase, text: str, context: int
) -> Iterator[TokenSequence]:
    """Cut a text into consecutive windows of at most `context` tokens, each scored from its
    second token; a last window of one token has nothing to score and is left out.
    """
    ids = _ids(tokenizer, text)
    for begin in range(0, len(ids), context):
        if len(window := ids[begin : begin + context]) > 1:
            yield TokenSequence(tuple(window), 1)


def pad(sequences: Sequence[TokenSequence], *, device: torch.device) -> tuple[Tensor, Tensor]:
    """Pad on the right: ids and attention mask, both (batch, longest)."""
    longest = max(len(s.ids) for s in sequences)
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence.ids)] = torch.tensor(sequence.ids)
        mask[row, : len(sequence.ids)] = 1
    return ids.to(device), mask.to(device)


def batched(sequences: Sequence[TokenSequence], max_tokens: int) -> Iterator[list[TokenSequence]]:
    """Group consecutive sequences so that a padded batch has at most `max_tokens` positions."""
    batch: list[TokenSequence] = []
    longest = 0
    for sequence in sequences:
        longest = max(longest, len(sequence.ids))
        if batch and longest * (len(batch) + 1) > max_tokens:
            yield batch
            batch, longest = [], len(sequence.ids)
        batch.append(sequence)
    if batch:
        yield batch


def _joined(
    tokenizer: PreTrainedTokenizerBase, prefix: str, continuation: str
) -> tuple[list[int], int | None]:
    """Ids of the whole string, and the token that starts at the boundary, if one does.

    A token's span may leave out the space it begins with; the boundary is clean when the token
    before ends at the prefix's end and nothing but white space lies up to the next one's start.
    """
    text = prefix + continuation
    encoded = tokenizer(text, return_offsets_mapping=True, verbose=False)
    ids, spans = encoded["input_ids"], encoded["offset_mapping"]
    edge = len(prefix)
    for index, (start, end) in enumerate(spans):
        if end <= edge and not (start == end == 0):
            continue
        before = spans[index - 1][1] if index else 0
        if start == end == 0:
            continue
        gap = text[edge:start]
        clean = start >= edge and not gap.strip() and before == edge
        return list(ids), index if clean else None
    return list(ids), None


def _ids(tokenizer: PreTrainedTokenizerBase, text: str, *, special: bool = True) -> list[int]:
    return list(tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"])

"""Rows put into the tensors that a model computes with: keys, continuations, texts to read."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor

from editing.batches import TokenSequence
from editing.editors.memory_rows import MemoryRow
from editing.editors.serac.embedding import keys_of
from editing.editors.serac.text_scope import TextScope
from editing.examples import Example
from editing.models.backpack import KINDS, NO_TOKEN, Memory, Scope, embedded_texts
from editing.models.language_model import LanguageModel
from editing.objectives import encode_examples

READ_AFTER = 64
"""Tokens of a text that are read after a row, where the context has room for them."""


def memory_of(
    model: LanguageModel, rows: Sequence[MemoryRow], keys: Tensor, context: int | None = None
) -> Memory:
    """Make a memory of rows and their keys (rows, width).

    Args:
        context: Tokens that what reads rows can read; None for those of the model.

    Raises:
        ExampleError: A row cannot be tokenised.
    """
    encoded = encode_examples(model.tokenizer, [row.example for row in rows], model.context)
    first = [_said(encoded.sequences[encoded.sequences_of(i)[0]]) for i in range(len(rows))]
    second = [
        _said(encoded.sequences[encoded.sequences_of(i)[-1]]) if row.kind.needs_pair else ()
        for i, row in enumerate(rows)
    ]
    length = max(len(ids) for ids in (*first, *second, (0,)))
    return Memory(
        {
            "keys": keys,
            "enabled": torch.tensor([row.enabled for row in rows], dtype=torch.long),
            "kinds": torch.tensor([KINDS.index(row.kind) for row in rows], dtype=torch.long),
            "first": _filled(first, length),
            "second": _filled(second, length),
            "prompts": _prompts(rows),
            "texts": _read_before(model, [row.text for row in rows], context or model.context),
        }
    )


def _prompts(rows: Sequence[MemoryRow]) -> Tensor:
    """Number the prompts of rows, (rows,): the same prompt, the same number."""
    numbers: dict[str, int] = {}
    for row in rows:
        numbers.setdefault(row.prefix, len(numbers))
    return torch.tensor([numbers[row.prefix] for row in rows], dtype=torch.long)


def joined(one: Memory, other: Memory, rows: Sequence[MemoryRow]) -> Memory:
    """Put the rows of two memories into one; nothing is tokenised anew."""
    added = dict(other.named_buffers())
    both: dict[str, Tensor] = {}
    for name, tensor in one.named_buffers():
        parts = [tensor, added[name]]
        if name in ("first", "second", "texts"):
            longest = max(part.shape[1] for part in parts)
            parts = [
                torch.nn.functional.pad(part, (0, longest - part.shape[1]), value=NO_TOKEN)
                for part in parts
            ]
        both[name] = torch.cat(parts)
    return Memory({**both, "prompts": _prompts(rows)})


def reading_room(context: int) -> int:
    """Tokens of a text that are read after a row."""
    return min(READ_AFTER, context // 2)


def _read_before(model: LanguageModel, texts: Sequence[str], context: int) -> Tensor:
    """The rows as they are read, a line each; of long ones the end."""
    room = context - reading_room(context)
    encoded = [cast(Any, model.tokenizer(text + "\n")).input_ids[-room:] for text in texts]
    return _filled([tuple(ids) for ids in encoded], max(len(ids) for ids in encoded))


def new_keys(
    model: LanguageModel,
    scope: Scope,
    block: str,
    examples: Sequence[Example],
    texts: TextScope | None = None,
) -> Tensor:
    """Embed the prompts of examples: (examples, width).

    Args:
        texts: The encoder that embeds them; None for the model's block.

    Raises:
        ExampleError: An example cannot be tokenised.
    """
    if texts is not None:
        return embedded_texts(scope, texts.encoder, [example.prefix for example in examples])
    encoded = encode_examples(model.tokenizer, examples, model.context)
    prompts = [encoded.sequences[first] for first in encoded.first]
    return keys_of(model, scope, block, prompts)


def _said(sequence: TokenSequence) -> tuple[int, ...]:
    return sequence.ids[sequence.first_scored :]


def _filled(ids: Sequence[tuple[int, ...]], length: int) -> Tensor:
    rows = [[*each, *[NO_TOKEN] * (length - len(each))] for each in ids]
    return torch.tensor(rows, dtype=torch.long).view(len(ids), length)

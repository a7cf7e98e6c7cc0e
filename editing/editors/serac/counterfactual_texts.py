"""What a model learns from to heed a row it reads: rows, and texts that they are for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from editing.batches import TokenSequence, continuation_sequence, prompt_ids
from editing.editors.memory_rows import MemoryRow, new_rows
from editing.editors.serac.scope_texts import PER_TASK, below, drawn, entity_of, meant_for
from editing.errors import ExampleError
from editing.examples import Example, ExampleSet, Kind
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel

LONGEST_ROW, LONGEST_TEXT = 96, 64
"""Tokens that are read of a row and of a text, the last ones."""


@dataclass(frozen=True, slots=True)
class ReadExample:
    """A row as it is read, a text after it, and one continuation or two."""

    kind: Kind
    sequences: tuple[TokenSequence, ...]
    texts: tuple[TokenSequence, ...]
    """The same without the row."""
    group: tuple[str, str]
    """The task, and the thing that is spoken of."""


@dataclass(frozen=True, slots=True)
class Misfire:
    """A row read before general text that it has nothing to do with."""

    row: tuple[int, ...]
    text: tuple[int, ...]


def misfires_of(
    model: LanguageModel,
    sets: Sequence[ExampleSet],
    general: GeneralText,
    count: int,
    generator: torch.Generator,
) -> list[Misfire]:
    """Put rows drawn at random before windows of general text."""
    rows = [row for each in sets for row in drawn(each.canonical, PER_TASK // 4, generator)]
    windows = [each.ids for each in general.sequences if len(each.ids) >= LONGEST_TEXT // 2]
    windows = windows or [each.ids for each in general.sequences]
    found: list[Misfire] = []
    for _ in range(count):
        (row,) = new_rows([rows[below(len(rows), generator)]])
        window = windows[below(len(windows), generator)]
        begin = below(max(1, len(window) - LONGEST_TEXT), generator)
        before = row_ids(model, row)
        room = min(LONGEST_TEXT, model.context - len(before))
        found.append(Misfire(before, window[begin : begin + room]))
    return found


def row_ids(model: LanguageModel, row: MemoryRow) -> tuple[int, ...]:
    """A row as it is read: a line, of a long one the end."""
    longest = min(LONGEST_ROW, model.context // 2)
    return tuple(prompt_ids(model.tokenizer, row.text + "\n", model.context)[0][-longest:])


def read_examples_of(
    model: LanguageModel, sets: Sequence[ExampleSet], generator: torch.Generator
) -> list[ReadExample]:
    """Put rows before the texts they are for, their own prompts among them."""
    found: list[ReadExample] = []
    for each in sets:
        of_entity: dict[str, list[Example]] = {}
        for example in each.canonical:
            of_entity.setdefault(entity_of(example), []).append(example)
        own = drawn(each.canonical, PER_TASK // 4, generator)
        for example in (*own, *drawn(each.evaluation, PER_TASK, generator)):
            found += _read(model, each.name, example, of_entity.get(entity_of(example), []))
    return found


def _read(
    model: LanguageModel, task: str, example: Example, rows: Sequence[Example]
) -> Iterator[ReadExample]:
    """A text after the row meant for it; nothing where there is none or it does not fit."""
    meant = [row for row in rows if meant_for(row, example)] or list(rows)
    if not meant:
        return
    (row,) = new_rows(meant[:1])
    said = [example.suffix, *([example.other_suffix] if row.kind.needs_pair else [])]
    before = row_ids(model, row)
    room = model.context - len(before)
    try:
        texts = tuple(
            continuation_sequence(
                model.tokenizer, example.prefix, text or "", min(LONGEST_TEXT, room)
            )
            for text in said
        )
    except ExampleError:
        return
    read = tuple(
        TokenSequence((*before, *own.ids), len(before) + own.first_scored) for own in texts
    )
    yield ReadExample(row.kind, read, texts, (task, entity_of(example)))

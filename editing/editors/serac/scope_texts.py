"""What a scope learns from: prompts that rows are for, prompts that none is for, general text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch

from editing.batches import TokenSequence, continuation_sequence
from editing.errors import EditingError
from editing.examples import Example, ExampleSet, read_examples, resolved
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.tasks import load_task, task_names

LONGEST = 96
"""Tokens of a text that are read, the last ones."""
PER_TASK = 240
"""Rows of each role that a task gives."""
GENERAL_TEXTS = 1200
ENDS = 4
"""Of each window of general text, the places it is looked at."""
HELD_OUT = 4
"""Every so-many-th of these texts is held out."""
PAIRS = 2_000
"""Of a row and a text, the fewest a scope is trained on; where examples are few, general text is
drawn until there are so many."""
LATEST = 1
"""Tokens of a continuation before which a row is looked for."""
BEFORE = (8, 40)
"""Tokens of general text before a prompt that is meant although it does not begin the text."""
IN_SCOPE, HARD, GENERAL = "in scope", "hard negative", "general text"


@dataclass(frozen=True, slots=True)
class Key:
    """A canonical example's prompt."""

    text: TokenSequence
    """Up to its last token."""
    example: Example
    group: int
    """Of one task and one thing that is spoken of."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text up to a token, and which keys it is meant for."""

    text: TokenSequence
    end: int
    """How many of its tokens are looked at."""
    meant: frozenset[int]
    ignored: frozenset[int]
    """Keys of the same thing that it is neither meant for nor kept from."""
    role: str
    """IN_SCOPE, HARD or GENERAL."""
    group: int
    """As of keys; -1 of general text."""


@dataclass(frozen=True, slots=True)
class ScopeTexts:
    """Keys and queries of tasks, and which groups are held out."""

    keys: tuple[Key, ...]
    queries: tuple[Query, ...]
    held_out: frozenset[int]
    """Groups that training never sees."""
    general: str
    """Name of the general text."""

    def part(self, *, held_out: bool) -> tuple[list[int], list[int]]:
        """Numbers of the keys and of the queries of one part."""
        keys = [n for n, key in enumerate(self.keys) if (key.group in self.held_out) == held_out]
        queries = [
            number
            for number, query in enumerate(self.queries)
            if (number % HELD_OUT == 0 if query.group < 0 else query.group in self.held_out)
            == held_out
        ]
        return keys, queries

    def learnt(self) -> tuple[list[int], list[int], list[int]]:
        """Of what is not held out, the numbers of keys, of written texts and of general ones."""
        keys, queries = self.part(held_out=False)
        written = [number for number in queries if self.queries[number].role != GENERAL]
        general = [number for number in queries if self.queries[number].role == GENERAL]
        return keys, written, general

    def pairs(self) -> int:
        """How many pairs of a row and a text training may draw from."""
        keys, queries = self.part(held_out=False)
        own = set(keys)
        return sum(len(keys) - len(self.queries[n].ignored & own) for n in queries)


def training_sets(train_on: str) -> list[ExampleSet]:
    """Return what a scope is trained on: the tasks' validation splits, or a file.

    In a file, rows with the same `entity` (where none is given, the same continuations) belong
    together: the first is what would be remembered, the others are what it is for. Rows without
    company stand for themselves.

    Raises:
        EditingError: The file cannot be read.
    """
    if not train_on.strip():
        return [resolved(load_task(name, "val")) for name in task_names()]
    path = Path(train_on)
    rows = read_examples(path).all_good(str(path))
    if not rows:
        raise EditingError(f"{path} holds no examples to train a scope on. Give another file.")
    first: dict[object, Example] = {}
    others: list[Example] = []
    for row in rows:
        key = row.extra.get("entity") or (row.suffix, row.other_suffix)
        named = replace(row, extra={**row.extra, "entity": str(key)})
        if key in first:
            others.append(named)
        else:
            first[key] = named
    return [ExampleSet(path.stem, tuple(first.values()), tuple(others))]


def scope_texts(
    model: LanguageModel,
    sets: Sequence[ExampleSet],
    general: GeneralText,
    generator: torch.Generator,
    *,
    held_out_share: float = 0.2,
) -> ScopeTexts:
    """Gather keys and queries; a share of the groups is held out where there are enough.

    Args:
        general: R; what degradation is measured on is never seen.
    """
    keys: list[Key] = []
    queries: list[Query] = []
    groups: dict[tuple[str, str], int] = {}
    for each in sets:
        mine = drawn(each.canonical, PER_TASK, generator)
        for example in mine:
            group = groups.setdefault((each.name, entity_of(example)), len(groups))
            keys.append(Key(_prompt(model, example), example, group))
        by_group = _by_group(keys)
        for role, rows in ((IN_SCOPE, each.evaluation), (HARD, each.hard_negatives)):
            for example in drawn(rows, PER_TASK, generator):
                group = groups.get((each.name, entity_of(example)), -2)
                queries += _queries(model, example, role, group, by_group.get(group, []))
    queries += _after_general_text(keys, general, generator)
    missing = PAIRS * 2 // max(1, len(keys)) - len(queries)  # of which some are held out
    queries += _general(general, max(GENERAL_TEXTS, missing), generator)
    held_out = _held_out(len(groups), held_out_share, generator)
    return ScopeTexts(tuple(keys), tuple(queries), held_out, general.name)


def entity_of(example: Example) -> str:
    """Name what an example speaks of; without one, it stands for itself."""
    return str(example.extra.get("entity", example.prefix))


def meant_for(row: Example, text: Example) -> bool:
    """Whether a row says what is wanted of a text, both being of one entity."""
    return (row.suffix, row.other_suffix) == (text.suffix, text.other_suffix)


def drawn(rows: Sequence[Example], count: int, generator: torch.Generator) -> list[Example]:
    """At most so many rows, in their order."""
    order = torch.randperm(len(rows), generator=generator)[:count]
    chosen = cast("list[int]", order.tolist())
    return [rows[number] for number in sorted(chosen)]


def _by_group(keys: Sequence[Key]) -> dict[int, list[tuple[int, Key]]]:
    found: dict[int, list[tuple[int, Key]]] = {}
    for number, key in enumerate(keys):
        found.setdefault(key.group, []).append((number, key))
    return found


def _prompt(model: LanguageModel, example: Example) -> TokenSequence:
    whole = continuation_sequence(model.tokenizer, example.prefix, example.suffix, model.context)
    return _last_tokens(whole.ids[: whole.first_scored])


def _last_tokens(ids: Sequence[int]) -> TokenSequence:
    return TokenSequence(tuple(ids[-LONGEST:]), 1)


def _queries(
    model: LanguageModel,
    example: Example,
    role: str,
    group: int,
    of_group: Sequence[tuple[int, Key]],
) -> Iterator[Query]:
    """Before each of the first tokens of the continuation; of two continuations, the first."""
    whole = continuation_sequence(model.tokenizer, example.prefix, example.suffix, model.context)
    all_keys = frozenset(number for number, _ in of_group)
    meant = frozenset[int]()
    if role == IN_SCOPE:
        meant = frozenset(n for n, key in of_group if meant_for(key.example, example)) or all_keys
    ignored = all_keys - meant if role == IN_SCOPE else frozenset[int]()
    if role == IN_SCOPE and not meant:
        return
    last = min(len(whole.ids), whole.first_scored + LATEST) - 1
    text = _last_tokens(whole.ids[:last])
    for place in range(whole.first_scored, last + 1):
        yield Query(text, len(text.ids) - (last - place), meant, ignored, role, group)


def _after_general_text(
    keys: Sequence[Key], general: GeneralText, generator: torch.Generator
) -> Iterator[Query]:
    """Every prompt once more, with general text before it."""
    for key in keys:
        same = frozenset(n for n, other in enumerate(keys) if other.text == key.text)
        of_group = frozenset(n for n, other in enumerate(keys) if other.group == key.group)
        window = general.sequences[below(len(general.sequences), generator)].ids
        count = min(len(window), BEFORE[0] + below(BEFORE[1] - BEFORE[0], generator))
        text = _last_tokens((*window[:count], *key.text.ids))
        yield Query(text, len(text.ids), same, of_group - same, IN_SCOPE, key.group)


def _general(general: GeneralText, count: int, generator: torch.Generator) -> Iterator[Query]:
    """Windows of general text up to a token, no row being meant."""
    for _ in range(-(-count // ENDS)):
        window = general.sequences[below(len(general.sequences), generator)].ids
        text = _last_tokens(window[: 1 + below(len(window), generator)])
        for _ in range(ENDS):
            end = 1 + below(len(text.ids), generator)
            yield Query(text, end, frozenset(), frozenset(), GENERAL, -1)


def below(limit: int, generator: torch.Generator) -> int:
    """Draw a number from 0 on, less than a limit."""
    return int(torch.randint(limit, (), generator=generator))


def _held_out(groups: int, share: float, generator: torch.Generator) -> frozenset[int]:
    if groups * share < 2:
        return frozenset()
    order = cast("list[int]", torch.randperm(groups, generator=generator).tolist())
    return frozenset(order[: round(groups * share)])

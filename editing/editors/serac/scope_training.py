"""Train a scope: prompts near the rows they are meant for, everything else far from all rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from editing.batches import TokenSequence
from editing.editors.serac.embedding import read_features
from editing.editors.serac.scope_mining import Mined, mine
from editing.editors.serac.scope_texts import ScopeTexts
from editing.models.backpack import (
    TEXTS_AT_ONCE,
    Scope,
    TextEncoder,
    last_embedding,
    squared_distances,
)
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report

POOLED, LAST = 64, 32
"""Numbers of an embedding that come of the last tokens together, and of the last one alone."""
QUERIES, KEYS = 128, 160
"""Of one step."""
GENERAL_SHARE = 0.3
"""Of the texts of a step, and so of its negatives."""
HARD = 30
"""Texts of a step that are there as negatives of a row."""
HARDEST = 8
"""Negatives of a query that count once more."""
RATE = 3e-3
NEAREST = 1e-4
"""Squared distances below this count as this, where far is wanted."""


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Features of the last tokens of texts, in half precision."""

    tokens: tuple[Tensor, ...]
    window: int

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Features (texts, window, features) and mask, filled up on the left."""
        chosen = [self.tokens[number] for number in numbers]
        features = chosen[0].new_zeros(len(chosen), self.window, chosen[0].shape[1])
        mask = torch.zeros(len(chosen), self.window)
        for row, own in enumerate(chosen):
            features[row, self.window - len(own) :] = own
            mask[row, self.window - len(own) :] = 1
        return features.float(), mask

    def means(self, numbers: Sequence[int]) -> dict[int, Tensor]:
        """The mean features (features,) of some texts, by their numbers."""
        return {number: self.tokens[number].float().mean(0) for number in numbers}


def read_texts(
    model: LanguageModel, block: str, texts: ScopeTexts, window: int, report: Report
) -> tuple[ReadTexts, ReadTexts]:
    """Read keys and queries with the model; only the last `window` tokens of each are kept."""
    ends: dict[TokenSequence, set[int]] = {key.text: {len(key.text.ids)} for key in texts.keys}
    for query in texts.queries:
        ends.setdefault(query.text, set()).add(query.end)
    sequences = list(ends)
    read: dict[tuple[TokenSequence, int], Tensor] = {}
    for done, (number, features) in enumerate(read_features(model, block, sequences), start=1):
        own, text = features.half().cpu(), sequences[number]
        for end in ends[text]:
            read[text, end] = own[max(0, end - window) : end]
        report(Progress("training", done, len(sequences), "scope: reading"))
    return (
        ReadTexts(tuple(read[key.text, len(key.text.ids)] for key in texts.keys), window),
        ReadTexts(tuple(read[query.text, query.end] for query in texts.queries), window),
    )


def read_with_encoder(
    encoder: TextEncoder, said: tuple[Sequence[str], Sequence[str]], report: Report
) -> tuple[ReadTexts, ReadTexts]:
    """Read rows and texts with an encoder; of each, one state."""
    found: list[ReadTexts] = []
    total = sum(map(len, said))
    for part in said:
        states: list[Tensor] = []
        for begin in range(0, len(part), TEXTS_AT_ONCE):
            states += encoder.states(part[begin : begin + TEXTS_AT_ONCE])[:, None].half().unbind(0)
            done = sum(len(each.tokens) for each in found) + len(states)
            report(Progress("training", done, total, "scope: reading"))
        found.append(ReadTexts(tuple(states), 1))
    return found[0], found[1]


def new_scope(features: int, window: int, generator: torch.Generator) -> Scope:
    """Make an untrained scope."""

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator) * 0.25 / features**0.5

    pooled, last = drawn(POOLED, features), drawn(LAST, features)
    return Scope(pooled, last, torch.zeros(features), torch.tensor(-2.0), window)


def train_scope(
    texts: ScopeTexts,
    read: tuple[ReadTexts, ReadTexts],
    steps: int,
    generator: torch.Generator,
    report: Report,
) -> Scope:
    """Train on the groups that are not held out, with balanced loss and the hardest negatives."""
    keys, queries = read
    scope = new_scope(keys.tokens[0].shape[1], keys.window, generator)
    tensors = [tensor.requires_grad_(True) for tensor in scope.buffers()]
    optimizer = torch.optim.Adam(tensors, lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    drawing = _Drawing.of(texts, read, generator)
    with torch.enable_grad():
        for step in range(steps):
            chosen_keys, chosen = drawing.step()
            loss = _loss(
                last_embedding(scope, *queries.batch(chosen)),
                last_embedding(scope, *keys.batch(chosen_keys)),
                *labels(texts, chosen_keys, chosen),
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            report(Progress("training", step + 1, steps, "scope"))
    return Scope(*(tensor.detach() for tensor in tensors), window=keys.window)


def mined_of(texts: ScopeTexts, read: tuple[ReadTexts, ReadTexts]) -> dict[int, Mined]:
    """Find the hard negatives of the keys that are trained on."""
    keys, queries = texts.part(held_out=False)
    return mine(read[0].means(keys), read[1].means(queries), texts.queries)


def labels(texts: ScopeTexts, keys: Sequence[int], queries: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Which keys are meant, and which are kept from, (queries, keys) each."""
    columns = {key: column for column, key in enumerate(keys)}
    meant = torch.zeros(len(queries), len(keys), dtype=torch.bool)
    ignored = torch.zeros_like(meant)
    for row, number in enumerate(queries):
        query = texts.queries[number]
        meant[row, [columns[key] for key in query.meant if key in columns]] = True
        ignored[row, [columns[key] for key in query.ignored if key in columns]] = True
    return meant, ~(meant | ignored)


def _loss(queries: Tensor, keys: Tensor, meant: Tensor, kept_from: Tensor) -> Tensor:
    """-log g where meant (the nearest one), -log(1 - g) elsewhere; each kind averaged apart."""
    distances = squared_distances(queries, keys)
    has_key = meant.any(1)
    near = distances.masked_fill(~meant, torch.inf)[has_key].amin(1)
    far = -torch.log(-torch.expm1(-distances.clamp(min=NEAREST)))
    negatives = far.masked_fill(~kept_from, 0.0)
    hardest = negatives.topk(min(HARDEST, negatives.shape[1]), dim=1).values
    positive = near.mean() if len(near) else distances.new_zeros(())
    return positive + (far[kept_from].mean() + hardest.mean()) / 2


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws what a step looks at: queries, all keys of what they speak of, and other keys."""

    texts: ScopeTexts
    keys: list[int]
    written: list[int]
    general: list[int]
    of_group: dict[int, list[int]]
    mined: dict[int, Mined]
    generator: torch.Generator

    @classmethod
    def of(
        cls, texts: ScopeTexts, read: tuple[ReadTexts, ReadTexts], generator: torch.Generator
    ) -> "_Drawing":
        keys, written, general = texts.learnt()
        mined = mined_of(texts, read)
        of_group: dict[int, list[int]] = {}
        for number in keys:
            of_group.setdefault(texts.keys[number].group, []).append(number)
        return cls(texts, keys, written, general, of_group, mined, generator)

    def step(self) -> tuple[list[int], list[int]]:
        """Numbers of keys and of queries."""
        count = round(QUERIES * GENERAL_SHARE)
        queries = self._some(self.written, QUERIES - count - HARD) + self._some(self.general, count)
        queries += self._hard(HARD)
        groups = {self.texts.queries[number].group for number in queries}
        near = {key for group in groups for key in self.of_group.get(group, ())}
        others = self._some(self.keys, max(KEYS - len(near), KEYS // 4))
        return sorted(near | set(others)), queries

    def _hard(self, count: int) -> list[int]:
        """Negatives of keys drawn at random: half the time hard ones, else any text."""
        found = self._some(self.written, count)
        for place, key in enumerate(self._some(list(self.mined), count)):
            if place < len(found) and bool(torch.rand((), generator=self.generator) < 0.5):
                numbers, weights = self.mined[key]
                drawn = torch.multinomial(weights, 1, generator=self.generator)
                found[place] = numbers[int(drawn)]
        return found

    def _some(self, numbers: list[int], count: int) -> list[int]:
        if not numbers:
            return []
        order = torch.randperm(len(numbers), generator=self.generator)[:count]
        return [numbers[number] for number in cast("list[int]", order.tolist())]

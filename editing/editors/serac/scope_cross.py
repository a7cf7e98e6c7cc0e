"""Train an encoder to read a row and a text together and say whether the row applies.

Low-rank changes of its linear maps are trained, and the two-way head; the encoder itself stays as
it is. Rows that are meant and rows that are not count alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.editors.memory_rows import new_rows
from editing.editors.serac.kept_training import KeptTraining, Trainee
from editing.editors.serac.scope_measuring import Score
from editing.editors.serac.scope_mining import Mined
from editing.editors.serac.scope_texts import IN_SCOPE, ScopeTexts
from editing.editors.serac.text_scope import TextScope
from editing.models.backpack import SHORTLIST, Counterfactual, CrossHead
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report

RANK = 8
RATE = 3e-3
PAIRS = 16
"""Of each sort in a step."""
GENERAL_PAIRS = 5
"""Of those that are not meant, with general text."""


def row_texts(texts: ScopeTexts) -> list[str]:
    """The rows that keys stand for."""
    return [row.text for row in new_rows([key.example for key in texts.keys])]


def key_texts(model: LanguageModel, texts: ScopeTexts) -> list[str]:
    """The prompts of keys."""
    return [str(model.tokenizer.decode(list(key.text.ids))) for key in texts.keys]


def query_texts(model: LanguageModel, texts: ScopeTexts, window: int) -> list[str]:
    """What is read of each query."""
    return [
        str(model.tokenizer.decode(list(query.text.ids[max(0, query.end - window) : query.end])))
        for query in texts.queries
    ]


@dataclass(frozen=True, slots=True)
class CrossTexts:
    """What the cross form learns from."""

    texts: ScopeTexts
    rows: Sequence[str]
    """Of each key."""
    queries: Sequence[str]
    mined: Mapping[int, Mined]
    """Hard negatives of each key."""


def train_cross(
    scope: TextScope,
    learnt: CrossTexts,
    steps: int,
    generator: torch.Generator,
    *,
    training: KeptTraining,
    report: Report,
) -> CrossHead:
    """Train the cross form, from where it was interrupted."""
    head = _new_head(scope, generator)
    tensors = [*head.encoder.buffers(), head.weight]
    optimiser = torch.optim.Adam([each.requires_grad_(True) for each in tensors], lr=RATE)
    drawing = _Pairs.of(learnt.texts, learnt.mined, generator)
    trainee = Trainee(tensors, optimiser, generator)
    with torch.enable_grad(), head.encoder.put_on(scope.encoder.module):
        for step in range(training.begin(trainee), steps):
            pairs, meant = drawing.step()
            states = scope.encoder.pair_states(
                [learnt.rows[key] for key, _ in pairs], [learnt.queries[n] for _, n in pairs]
            )
            odds = head.log_odds(states)
            loss = torch.nn.functional.softplus(-odds[:meant]).mean()
            loss = loss + torch.nn.functional.softplus(odds[meant:]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            training.keep(trainee, step + 1, steps)
            report(Progress("training", step + 1, steps, "scope: rows and texts together"))
    kept = [(down.detach(), up.detach()) for down, up in head.encoder.factors]
    return CrossHead(Counterfactual(head.encoder.names, kept), head.weight.detach())


def cross_score(scope: TextScope, learnt: CrossTexts, near: Score) -> Score:
    """Score the rows nearest by embedding with the cross form; others do not apply."""

    def score(keys: Sequence[int], queries: Sequence[int]) -> Tensor:
        nearness = near(keys, queries)
        listed = nearness.topk(min(SHORTLIST, nearness.shape[1]), dim=1).indices
        rows = [learnt.rows[keys[int(column)]] for column in listed.flatten()]
        texts = [learnt.queries[query] for query in queries for _ in range(listed.shape[1])]
        applies = scope.reading.applies(rows, texts).view(listed.shape)
        return torch.zeros_like(nearness).scatter_(1, listed, applies.to(nearness))

    return score


def _new_head(scope: TextScope, generator: torch.Generator) -> CrossHead:
    """One that says neither yes nor no."""
    names, pairs = list[str](), list[tuple[Tensor, Tensor]]()
    for name, linear in scope.encoder.linear_maps.items():
        drawn = torch.randn(linear.in_features, RANK, generator=generator)
        names.append(name)
        pairs.append((drawn / linear.in_features**0.5, torch.zeros(RANK, linear.out_features)))
    drawn = torch.randn(2, scope.encoder.width + 1, generator=generator) * 0.02
    return CrossHead(Counterfactual(names, pairs), drawn)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Draws pairs of a row and a text, those that are meant first."""

    texts: ScopeTexts
    keys: list[int]
    in_scope: list[int]
    general: list[int]
    others: list[int]
    mined: Mapping[int, Mined]
    generator: torch.Generator

    @classmethod
    def of(
        cls, texts: ScopeTexts, mined: Mapping[int, Mined], generator: torch.Generator
    ) -> "_Pairs":
        keys, written, general = texts.learnt()
        about, own = texts.queries, set(keys)
        in_scope = [n for n in written if about[n].role == IN_SCOPE and about[n].meant & own]
        return cls(texts, keys, in_scope, general, written, mined, generator)

    def step(self) -> tuple[list[tuple[int, int]], int]:
        """Pairs (key, query), and how many of them are meant."""
        own = set(self.keys)
        meant = [
            (self._one(sorted(self.texts.queries[query].meant & own)), query)
            for query in (self._one(self.in_scope) for _ in range(PAIRS))
        ]
        of_general = [(self._one(self.keys), self._one(self.general)) for _ in range(GENERAL_PAIRS)]
        return [*meant, *of_general, *self._unmeant(PAIRS - GENERAL_PAIRS)], len(meant)

    def _unmeant(self, count: int) -> list[tuple[int, int]]:
        """Written texts with rows that are not for them: half the time hard ones."""
        found: list[tuple[int, int]] = []
        for _ in range(count):
            key, query = self._one(self.keys), self._one(self.others)
            if key in self.mined and self._one([0, 1]):
                numbers, weights = self.mined[key]
                query = numbers[int(torch.multinomial(weights, 1, generator=self.generator))]
            about = self.texts.queries[query]
            if key not in about.meant | about.ignored:
                found.append((key, query))
        return found or [(self._one(self.keys), self._one(self.general))]

    def _one(self, numbers: Sequence[int]) -> int:
        return numbers[int(torch.randint(len(numbers), (), generator=self.generator))]

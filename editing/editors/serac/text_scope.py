"""A scope that reads text with an encoder of its own: by embeddings, or row and text together.

The text is re-read at each of its first EXACT tokens and every STRIDE tokens from there on, each
time the last WINDOW tokens; in between what was said last holds. Nothing that follows is read.
What it costs: an encoder's run of WINDOW tokens at each of these places, and in the cross form
one more for each row of the shortlist, SHORTLIST at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase
from transformers.cache_utils import Cache
from typing_extensions import override

from editing.editors.serac.embedding import last_embedding
from editing.editors.serac.encoder import AT_ONCE, TextEncoder
from editing.models.backpack import (
    BEFORE_TEXT,
    Counterfactual,
    Gate,
    Gates,
    Memory,
    Past,
    Scope,
    last_windows,
    scope_scores,
)

WINDOW, STRIDE, EXACT = 64, 16, 64
SHORTLIST = 8
OF_CROSS = "cross."
EMBEDDING, CROSS = "embedding", "cross"
"""The forms: a text and a row are embedded apart; one encoder reads both."""


@dataclass(frozen=True, slots=True)
class CrossHead:
    """What an encoder was trained by to say whether a row applies to a text."""

    encoder: Counterfactual
    weight: Tensor
    """(2, width + 1): no and yes, the last column added to each."""

    def log_odds(self, states: Tensor) -> Tensor:
        """How much likelier yes is than no, nats, of states (pairs, width)."""
        both = states @ self.weight[:, :-1].T + self.weight[:, -1]
        return both[:, 1] - both[:, 0]


def cross_tensors(head: CrossHead) -> dict[str, Tensor]:
    """The tensors of a head, by names of their own."""
    own = {OF_CROSS + name: tensor for name, tensor in head.encoder.named_buffers()}
    return {**own, OF_CROSS + "weight": head.weight}


def cross_of(names: Sequence[str], tensors: Mapping[str, Tensor]) -> CrossHead:
    """Make a head of what `cross_tensors` returned, and the names of the maps it changes."""
    pairs = [
        (tensors[f"{OF_CROSS}down_{n}"], tensors[f"{OF_CROSS}up_{n}"]) for n in range(len(names))
    ]
    return CrossHead(Counterfactual(names, pairs), tensors[OF_CROSS + "weight"])


@dataclass(frozen=True, slots=True)
class TextScope:
    """An encoder and, in the cross form, its head."""

    folder: str
    fingerprint: str
    cross: CrossHead | None = None
    held: list[TextEncoder] = field(default_factory=list[TextEncoder], compare=False, repr=False)
    """The encoder, once it is opened."""

    @property
    def encoder(self) -> TextEncoder:
        """The encoder; an EditingError where it is not there any more."""
        if not self.held:
            self.held.append(TextEncoder.open(self.folder, self.fingerprint))
        return self.held[0]

    @torch.no_grad()
    def applies(self, rows: Sequence[str], texts: Sequence[str]) -> Tensor:
        """How far each row applies to the text beside it, (pairs,) in (0, 1); of the cross form."""
        if self.cross is None or not rows:
            return torch.zeros(len(rows))
        found: list[Tensor] = []
        with self.cross.encoder.put_on(self.encoder.module):
            for begin in range(0, len(rows), AT_ONCE):
                part = slice(begin, begin + AT_ONCE)
                states = self.encoder.pair_states(rows[part], texts[part])
                found.append(self.cross.log_odds(states).sigmoid())
        return torch.cat(found)


class TextGate(Gate):
    """Follows a text as an encoder reads it."""

    def __init__(
        self,
        scope: Scope,
        memory: Memory,
        texts: TextScope,
        tokenizer: PreTrainedTokenizerBase,
        *,
        reach: int = 0,
        rows: Sequence[str] = (),
    ) -> None:
        """Put them together.

        Args:
            rows: The rows as text; asked for in the cross form alone.
        """
        super().__init__(scope, memory, max(reach, WINDOW + STRIDE))
        self.texts = texts
        self.tokenizer = tokenizer
        self.rows = tuple(rows)
        self._embedded: dict[tuple[int, ...], Tensor] = {}
        self._answers: dict[tuple[int, ...], tuple[float, int]] = {}
        self._places: list[list[tuple[int, ...]]] = []
        self._columns: list[int] = []

    @override
    def read(self, ids: Tensor, features: Tensor, past: Past) -> tuple[Tensor, Tensor]:
        every = past.with_ids(ids)
        windows = last_windows(every, ids.shape[1], WINDOW + STRIDE, BEFORE_TEXT)
        counts = (every != BEFORE_TEXT).cumsum(-1)[:, -ids.shape[1] :]
        self._places = [
            [what_is_read(*place) for place in zip(row, of_row, strict=True)]
            for row, of_row in zip(_listed(windows), _listed(counts), strict=True)
        ]
        every_place = dict.fromkeys(ids for row in self._places for ids in row)
        new = [ids for ids in every_place if ids not in self._embedded]
        queries = embedded_texts(self.scope, self.texts.encoder, [self._text(ids) for ids in new])
        self._embedded.update(zip(new, queries.unbind(0), strict=True))
        both = [torch.stack([self._embedded[ids] for ids in row]) for row in self._places]
        stacked = torch.stack(both).to(ids.device)
        return stacked.new_zeros(*ids.shape, 1), stacked

    def _text(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(ids), clean_up_tokenization_spaces=False))


class CrossGate(TextGate):
    """The cross form: of the rows nearest by embedding, the one that one encoder finds best."""

    @override
    def __call__(
        self,
        input_ids: Tensor,
        mask: Tensor | None,
        features: Tensor,
        cache: Cache | None = None,
        kept: slice | Tensor = slice(None),
    ) -> Gates:
        columns = torch.arange(input_ids.shape[1])[kept.cpu() if isinstance(kept, Tensor) else kept]
        self._columns = cast("list[int]", columns.tolist())
        return super().__call__(input_ids, mask, features, cache, kept)

    @override
    def judged(self, queries: Tensor, recent: Tensor) -> tuple[Tensor, Tensor]:
        batch, kept = recent.shape[:2]
        places = [[row[column] for column in self._columns] for row in self._places]
        last = queries[..., -1]
        new: dict[tuple[int, ...], Tensor] = {
            ids: last[b, t]
            for b, row in enumerate(places)
            for t, ids in enumerate(row)
            if ids not in self._answers
        }
        if new:
            self._answer(list(new), torch.stack(list(new.values())))
        answers = [[self._answers[ids] for ids in row] for row in places]
        scores = torch.tensor([[score for score, _ in row] for row in answers])
        rows = torch.tensor([[number for _, number in row] for row in answers], dtype=torch.long)
        return scores.view(batch, kept).to(last), rows.view(batch, kept).to(recent.device)

    def _answer(self, new: Sequence[tuple[int, ...]], queries: Tensor) -> None:
        near = scope_scores(queries, self.memory.keys.to(queries))
        near = near.masked_fill(self.memory.enabled == 0, -1.0)
        listed = near.topk(min(SHORTLIST, near.shape[1]), dim=1).indices
        found = [
            self.texts.applies([self.rows[int(row)] for row in own], [self._text(ids)] * len(own))
            for ids, own in zip(new, listed, strict=True)
        ]
        applies = torch.stack(found)
        applies = applies.masked_fill(near.gather(1, listed).cpu() < 0, 0.0)  # rows that are off
        best = applies.max(1)
        for ids, score, at, own in zip(new, best.values, best.indices, listed, strict=True):
            self._answers[ids] = float(score), int(own[at])


def what_is_read(window: Sequence[int], count: int) -> tuple[int, ...]:
    """What has been read last of a text when its last token is at a place.

    Args:
        window: The last WINDOW + STRIDE ids up to the place, BEFORE_TEXT before the first.
        count: How many tokens the text has up to the place.
    """
    since = 0 if count <= EXACT else count % STRIDE
    end = len(window) - since
    return tuple(number for number in window[max(0, end - WINDOW) : end] if number != BEFORE_TEXT)


def embedded_texts(scope: Scope, encoder: TextEncoder, texts: Sequence[str]) -> Tensor:
    """Embed whole texts: (texts, width of a key).

    One by one: what is read beside a text must not touch it, not even by rounding.
    """
    if not texts:
        return torch.zeros(0, sum(scope.shape[:2]))
    states = torch.cat([encoder.states([text]) for text in texts])[:, None]
    return last_embedding(scope, states, torch.ones(states.shape[:2]))


def _listed(values: Tensor) -> list[list[Any]]:
    return cast("list[list[Any]]", values.tolist())

"""A memory of edits beside a model, and the gate that says at each token whether a row applies.

A text is known, up to each of its tokens, by an embedding that is made of what the model computes
anyway: its word embeddings and the hidden states of one layer, pooled over the last tokens with
trained weights, and those of the last token alone. A row applies with `exp(-distance^2)` to its
own embedding. Nothing here looks at what follows a token.

Source: Mitchell et al. 2022, Memory-Based Model Editing at Scale (arXiv 2206.06520).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

from .modeling_parts import InFullPrecision

KINDS = ("increase", "decrease", "balance", "prefer")
"""What a row wants of its continuations, by number."""
NO_TOKEN, BEFORE_TEXT = -1, -2
"""Fill continuations that end early, and what stands before a text."""
AT_ONCE = 4_000_000
"""Scores alive at a time, in numbers."""


class Scope(InFullPrecision):
    """Embeds a text up to each of its tokens.

    Buffers: `pooled` (p, features), `last` (q, features), `weigher` (features), `bias` ().
    """

    pooled: Tensor
    last: Tensor
    weigher: Tensor
    bias: Tensor

    def __init__(
        self, pooled: Tensor, last: Tensor, weigher: Tensor, bias: Tensor, window: int
    ) -> None:
        super().__init__()
        self.register_buffer("pooled", pooled)
        self.register_buffer("last", last)
        self.register_buffer("weigher", weigher)
        self.register_buffer("bias", bias)
        self.window = window

    @classmethod
    def empty(cls, shape: Sequence[int], window: int) -> "Scope":
        """Make room for p, q and as many features; a file will fill it."""
        p, q, features = shape
        zeros = torch.zeros
        return cls(zeros(p, features), zeros(q, features), zeros(features), zeros(()), window)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers pooled and of the last token, and features."""
        return len(self.pooled), len(self.last), self.pooled.shape[1]

    def tokens(self, features: Tensor, mask: Tensor) -> Tensor:
        """What each token brings to a pool, weighted, and its weight: (..., tokens, p + 1).

        Args:
            features: (..., tokens, features), as `token_features` makes them.
            mask: (..., tokens), 0 where there is no token.
        """
        weights = features @ self.weigher.to(features) + self.bias.to(features)
        weights = weights.sigmoid()[..., None] * mask[..., None]
        return torch.cat([weights * (features @ self.pooled.to(features).T), weights], dim=-1)

    def embedded(self, features: Tensor, tokens: Tensor) -> Tensor:
        """Embed the text up to each of the last tokens: (batch, seq, p + q).

        Args:
            features: (batch, seq, features) of those tokens.
            tokens: (batch, before + seq, p + 1) as `tokens` returns them.
        """
        seq = features.shape[1]
        missing = max(0, seq + self.window - 1 - tokens.shape[1])
        reach = nn.functional.pad(tokens[:, -(seq + self.window - 1) :], (0, 0, missing, 0))
        sums = reach.unfold(1, self.window, 1).sum(-1)
        pooled = sums[..., :-1] / (sums[..., -1:] + 1e-6)
        return torch.cat([pooled, features @ self.last.to(features).T], dim=-1)


def last_embedding(scope: Scope, features: Tensor, mask: Tensor) -> Tensor:
    """Embed texts (batch, tokens, features) up to their last tokens: (batch, width)."""
    return scope.embedded(features[:, -1:], scope.tokens(features, mask))[:, 0]


def token_features(embeddings: Tensor, hidden: Tensor) -> Tensor:
    """Put word embeddings and hidden states (..., d) side by side, each normalised."""
    wide = torch.promote_types(hidden.dtype, torch.float32)
    parts = (embeddings.to(wide), hidden.to(wide))
    return torch.cat([nn.functional.layer_norm(part, part.shape[-1:]) for part in parts], dim=-1)


class Memory(InFullPrecision):
    """Rows: where each applies, and its continuations.

    Buffers: `keys` (rows, p + q), `enabled` (rows) 0 or 1, `kinds` (rows) as in KINDS, `first` and
    `second` (rows, length) token ids, NO_TOKEN after their end, `prompts` (rows): rows of one
    prompt have one number, `texts` (rows, tokens) the rows as they are read, filled up alike.
    """

    keys: Tensor
    enabled: Tensor
    kinds: Tensor
    first: Tensor
    second: Tensor
    prompts: Tensor
    texts: Tensor

    def __init__(self, buffers: dict[str, Tensor]) -> None:
        super().__init__()
        for name, tensor in buffers.items():
            self.register_buffer(name, tensor)

    @classmethod
    def empty(cls, rows: int, width: int, length: int, text: int) -> "Memory":
        """Make room for rows that a file will fill."""
        index = torch.zeros(rows, dtype=torch.long)
        ids = torch.zeros(rows, length, dtype=torch.long)
        return cls(
            {
                "keys": torch.zeros(rows, width),
                "enabled": index.clone(),
                "kinds": index,
                "first": ids,
                "second": ids.clone(),
                "prompts": index.clone(),
                "texts": torch.zeros(rows, text, dtype=torch.long),
            }
        )

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Rows, width of a key, longest continuation, longest text."""
        return len(self.keys), self.keys.shape[1], self.first.shape[1], self.texts.shape[1]

    def nearest(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Scores in (0, 1) and numbers of the rows that apply best, both (...), of (..., p + q)."""
        flat = queries.flatten(0, -2)
        count = max(1, AT_ONCE // len(self.keys))
        parts = [flat[begin : begin + count] for begin in range(0, len(flat), count)]
        found = [self._nearest(part) for part in parts]
        shape = queries.shape[:-1]
        return (
            torch.cat([scores for scores, _ in found]).view(shape),
            torch.cat([rows for _, rows in found]).view(shape),
        )

    def _nearest(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        scores = scope_scores(queries, self.keys.to(queries)).masked_fill(self.enabled == 0, 0.0)
        best = scores.max(dim=-1)
        return best.values, best.indices

    def following(
        self, scores: Tensor, rows: Tensor, queries: Tensor, recent: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Let a row that has begun to be said apply as far as it did where it began.

        Args:
            scores: (batch, seq) of the rows that apply best by themselves.
            rows: (batch, seq) those rows.
            queries: (batch, seq, p + q, length) embeddings up to the last tokens.
            recent: (batch, seq, length) the ids of these tokens.
        """
        shape, length = scores.shape, recent.shape[-1]
        scores, rows = scores.flatten().clone(), rows.flatten().clone()
        queries, recent = queries.flatten(0, 1), recent.flatten(0, 1)
        for said in range(1, length):
            goes_on = (self.first[:, said] >= 0) & (self.enabled != 0)
            begun = goes_on & (recent[:, -said, None] == self.first[:, 0])
            places, begun_rows = begun.nonzero(as_tuple=True)
            same = (recent[places, -said:] == self.first[begun_rows, :said]).all(-1)
            places, begun_rows = places[same], begun_rows[same]
            before = queries[places, :, length - 1 - said]
            far = (before - self.keys.to(before)[begun_rows]).square().sum(-1)
            found = torch.zeros_like(scores).scatter_reduce(0, places, (-far).exp(), "amax")
            is_best = ((-far).exp() == found[places]) & (found[places] > scores[places])
            rows[places[is_best]] = begun_rows[is_best]
            scores = torch.maximum(scores, found)
        return scores.view(shape), rows.view(shape)

    def answering(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Pairs of a place in `rows` (places,) and a row on that has the same prompt."""
        same = (self.prompts[rows][:, None] == self.prompts) & (self.enabled != 0)
        places, answering = same.nonzero(as_tuple=True)
        return places, answering


def scope_scores(queries: Tensor, keys: Tensor) -> Tensor:
    """How far each key applies, exp(-distance^2): (queries, keys) of (queries, w), (keys, w)."""
    return (-squared_distances(queries, keys)).exp()


def squared_distances(queries: Tensor, keys: Tensor) -> Tensor:
    """Squared distances (queries, keys), never below 0; one matrix product."""
    own = queries.square().sum(-1, keepdim=True) + keys.square().sum(-1)
    return (own - 2 * queries @ keys.T).clamp(min=0)


@dataclass(frozen=True, slots=True)
class Gates:
    """What the gate says about some positions."""

    scores: Tensor
    """(batch, seq) in (0, 1); 0 on padding."""
    rows: Tensor
    """(batch, seq) the row that applies best."""
    recent: Tensor
    """(batch, seq, length) the last ids up to each position, BEFORE_TEXT before the first."""


class Gate:
    """Follows a text and says at each of its tokens which row applies, and how far."""

    def __init__(self, scope: Scope, memory: Memory, reach: int = 0) -> None:
        """Put them together.

        Args:
            reach: How many of the last ids are handed on; at least as many as a continuation has.
        """
        self.scope = scope
        self.memory = memory
        self.reach = max(reach, memory.first.shape[1])

    def __call__(
        self,
        input_ids: Tensor,
        mask: Tensor | None,
        features: Tensor,
        cache: Cache | None = None,
        kept: slice | Tensor = slice(None),
    ) -> Gates:
        """Judge positions.

        Args:
            input_ids: (batch, seq).
            mask: (batch, seq), 0 on padding.
            features: (batch, seq, features).
            cache: What was before; it is filled.
            kept: Which of the positions are asked for.
        """
        mask = torch.ones_like(input_ids) if mask is None else mask
        ids = torch.where(mask.bool(), input_ids, BEFORE_TEXT)
        past = Past.of(cache)
        tokens, queries = self.read(ids, features, past)
        if cache is not None:
            known = torch.cat([tokens, queries], dim=-1)[:, None]
            cache.update(known, ids[:, None, :, None].to(known.dtype), 0)
        recent = last_windows(past.with_ids(ids), ids.shape[1], self.reach, BEFORE_TEXT)[:, kept]
        reach = self.memory.first.shape[1]
        earlier = last_windows(past.with_queries(queries), ids.shape[1], reach, 0.0)[:, kept]
        scores, rows = self.judged(earlier, recent[..., -reach:], kept)
        return Gates(scores * mask[:, kept], rows, recent)

    def read(self, ids: Tensor, features: Tensor, past: "Past") -> tuple[Tensor, Tensor]:
        """Embed texts up to each of the last tokens.

        Args:
            ids: (batch, seq), BEFORE_TEXT on padding.
            features: (batch, seq, features).

        Returns:
            What tokens bring to a pool (batch, seq, p + 1); the embeddings (batch, seq, p + q).
        """
        tokens = self.scope.tokens(features, ids != BEFORE_TEXT)
        return tokens, self.scope.embedded(features, past.with_tokens(tokens))

    def judged(
        self, queries: Tensor, recent: Tensor, kept: slice | Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores and numbers of the rows that apply best, (batch, kept) each.

        Args:
            queries: (batch, kept, p + q, length) embeddings up to the last tokens.
            recent: (batch, kept, length) the ids of these tokens.
            kept: Which of the positions that were read last these are.
        """
        del kept
        scores, rows = self.memory.nearest(queries[..., -1])
        return self.memory.following(scores, rows, queries, recent)


@dataclass(frozen=True, slots=True)
class Past:
    """What a gate has kept of the text before."""

    known: Tensor | None
    """(batch, tokens, p + 1 + p + q) what tokens bring to a pool, and embeddings up to them."""
    ids: Tensor | None

    @classmethod
    def of(cls, cache: Cache | None) -> "Past":
        """Read a cache."""
        if cache is None or not cache.get_seq_length():
            return cls(None, None)
        layer = cast(Any, cache).layers[0]
        return cls(layer.keys[:, 0], layer.values[:, 0, :, 0])

    def with_tokens(self, new: Tensor) -> Tensor:
        """Put what tokens bring to a pool before that of new ones (batch, seq, p + 1)."""
        if self.known is None:
            return new
        return torch.cat([self.known[..., : new.shape[-1]], new], dim=1)

    def with_queries(self, new: Tensor) -> Tensor:
        """Put embeddings before new ones (batch, seq, p + q)."""
        if self.known is None:
            return new
        return torch.cat([self.known[..., -new.shape[-1] :], new], dim=1)

    def with_ids(self, new: Tensor) -> Tensor:
        """Put ids before new ones (batch, seq)."""
        return new if self.ids is None else torch.cat([self.ids.long(), new], dim=1)


def last_windows(values: Tensor, seq: int, length: int, fill: float) -> Tensor:
    """The last values up to each of the last `seq` tokens, (batch, seq, ..., length)."""
    ahead = [0, 0] * (values.dim() - 2) + [length, 0]
    padded = nn.functional.pad(values, ahead, value=fill)
    return padded[:, -(seq + length - 1) :].unfold(1, length, 1)


def seen_output(result: Any) -> Tensor:  # noqa: ANN401 - a tensor, or a tuple that begins with one
    """The hidden states in what a block returns."""
    return cast(Tensor, result[0]) if isinstance(result, tuple) else result

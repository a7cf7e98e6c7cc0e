"""A gate that reads text with an encoder of its own: by embeddings, or row and text together.

The text is re-read at each of its first EXACT tokens and every STRIDE tokens from there on, each
time the last WINDOW tokens; in between what was said last holds. Nothing that follows is read.
What it costs: an encoder's run of WINDOW tokens at each of these places, and in the cross form
one more for each row of the shortlist, SHORTLIST at most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModel,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from typing_extensions import override

from .modeling_memory import (
    BEFORE_TEXT,
    Gate,
    Memory,
    Past,
    Scope,
    last_embedding,
    last_windows,
    scope_scores,
)
from .modeling_parts import InFullPrecision, config_of, kind_and_fields
from .modeling_reading import Counterfactual

WINDOW, STRIDE, EXACT = 64, 16, 64
SHORTLIST = 8
TEXTS_AT_ONCE = 32
"""Texts read at a time."""
REMEMBERED = 20_000
"""Places of which a gate remembers what was read there."""
LONGEST = 512
"""Tokens that an encoder is given of a text."""
OPTIONS = ("pad_token", "padding_side", "truncation_side", "model_input_names")
"""What a tokenizer is told beside its file."""


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Reads whole texts; nothing of it is trained for good."""

    module: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> Tensor:
        """The mean of each text's last hidden states: (texts, width)."""
        found: list[Tensor] = []
        for begin in range(0, len(texts), TEXTS_AT_ONCE):
            given = self._given(texts[begin : begin + TEXTS_AT_ONCE], None)
            hidden: Tensor = self.module(**given).last_hidden_state
            mask = given["attention_mask"][..., None]
            found.append((hidden * mask).sum(1) / mask.sum(1).clamp(min=1))
        return torch.cat(found) if found else torch.zeros(0, self.width)

    def pair_states(self, firsts: Sequence[str], seconds: Sequence[str]) -> Tensor:
        """The last hidden state of the first token of each pair: (pairs, width)."""
        return self.module(**self._given(firsts, seconds)).last_hidden_state[:, 0]

    @property
    def width(self) -> int:
        """How many numbers a state has."""
        return int(self.module.config.hidden_size)

    @property
    def linear_maps(self) -> dict[str, nn.Linear]:
        """The linear maps of its layers, by name."""
        named = cast("Iterator[tuple[str, nn.Module]]", self.module.named_modules())
        return {name: part for name, part in named if isinstance(part, nn.Linear)}

    def _given(self, texts: Sequence[str], seconds: Sequence[str] | None) -> dict[str, Tensor]:
        room = int(getattr(self.module.config, "max_position_embeddings", LONGEST))
        tokenizer: Any = self.tokenizer
        given = tokenizer(
            list(texts),
            None if seconds is None else list(seconds),
            padding=True,
            truncation=True,
            max_length=min(LONGEST, room),
            return_tensors="pt",
        )
        return {name: tensor.to(self.module.device) for name, tensor in given.items()}


class CrossHead(InFullPrecision):
    """What an encoder was trained by to say whether a row applies to a text.

    Buffers: those of `encoder`, and `weight` (2, width + 1): no and yes, the last column added.
    """

    weight: Tensor

    def __init__(self, encoder: Counterfactual, weight: Tensor) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("weight", weight)

    def log_odds(self, states: Tensor) -> Tensor:
        """How much likelier yes is than no, nats, of states (pairs, width)."""
        both = states @ self.weight[:, :-1].T + self.weight[:, -1]
        return both[:, 1] - both[:, 0]


@dataclass(frozen=True, slots=True)
class TextReading:
    """An encoder and, in the cross form, its head."""

    encoder: TextEncoder
    cross: CrossHead | None = None

    @torch.no_grad()
    def applies(self, rows: Sequence[str], texts: Sequence[str]) -> Tensor:
        """How far each row applies to the text beside it, (pairs,) in (0, 1); of the cross form."""
        if self.cross is None or not rows:
            return torch.zeros(len(rows))
        found: list[Tensor] = []
        with self.cross.encoder.put_on(self.encoder.module):
            for begin in range(0, len(rows), TEXTS_AT_ONCE):
                part = slice(begin, begin + TEXTS_AT_ONCE)
                states = self.encoder.pair_states(rows[part], texts[part])
                found.append(self.cross.log_odds(states).sigmoid())
        return torch.cat(found)


@dataclass(frozen=True, slots=True)
class Said:
    """How a text gate comes from token ids to texts."""

    tokenizer: PreTrainedTokenizerBase
    """Of the model that is edited."""
    rows: tuple[str, ...] = ()
    """The rows as text; asked for in the cross form alone."""


def text_gate(
    scope: Scope, memory: Memory, reading: TextReading, said: Said, reach: int = 0
) -> Gate:
    """Make what follows a text as an encoder reads it."""
    kind = TextGate if reading.cross is None else CrossGate
    return kind(scope, memory, reading, said, reach)


class TextGate(Gate):
    """Follows a text as an encoder reads it."""

    def __init__(
        self, scope: Scope, memory: Memory, reading: TextReading, said: Said, reach: int = 0
    ) -> None:
        super().__init__(scope, memory, reach)
        self.reading = reading
        self.said = said
        self._embedded: dict[tuple[int, ...], Tensor] = {}
        self._places: list[list[tuple[int, ...]]] = []

    @override
    def read(self, ids: Tensor, features: Tensor, past: Past) -> tuple[Tensor, Tensor]:
        every = past.with_ids(ids)
        windows = last_windows(every, ids.shape[1], WINDOW + STRIDE, BEFORE_TEXT)
        counts = (every != BEFORE_TEXT).cumsum(-1)[:, -ids.shape[1] :]
        self._places = [
            [what_is_read(*place) for place in zip(row, of_row, strict=True)]
            for row, of_row in zip(_listed(windows), _listed(counts), strict=True)
        ]
        if len(self._embedded) > REMEMBERED:
            self._embedded.clear()
        every_place = dict.fromkeys(ids for row in self._places for ids in row)
        new = [ids for ids in every_place if ids not in self._embedded]
        texts = [self._text(ids) for ids in new]
        queries = embedded_texts(self.scope, self.reading.encoder, texts).cpu()
        self._embedded.update(zip(new, queries.unbind(0), strict=True))
        both = [torch.stack([self._embedded[ids] for ids in row]) for row in self._places]
        stacked = torch.stack(both).to(ids.device)
        return stacked.new_zeros(*ids.shape, 1), stacked

    def _text(self, ids: Sequence[int]) -> str:
        words: Any = self.said.tokenizer
        return str(words.decode(list(ids), clean_up_tokenization_spaces=False))


class CrossGate(TextGate):
    """The cross form: of the rows nearest by embedding, the one that one encoder finds best."""

    def __init__(
        self, scope: Scope, memory: Memory, reading: TextReading, said: Said, reach: int = 0
    ) -> None:
        super().__init__(scope, memory, reading, said, reach)
        self._answers: dict[tuple[int, ...], tuple[float, int]] = {}

    @override
    def judged(
        self, queries: Tensor, recent: Tensor, kept: slice | Tensor
    ) -> tuple[Tensor, Tensor]:
        columns = torch.arange(len(self._places[0]))[
            kept.cpu() if isinstance(kept, Tensor) else kept
        ]
        chosen = cast("list[int]", columns.tolist())
        places = [[row[column] for column in chosen] for row in self._places]
        if len(self._answers) > REMEMBERED:
            self._answers.clear()
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
        shape = (len(places), len(chosen))
        return scores.view(shape).to(last), rows.view(shape).to(recent.device)

    def _answer(self, new: Sequence[tuple[int, ...]], queries: Tensor) -> None:
        near = scope_scores(queries, self.memory.keys.to(queries))
        near = near.masked_fill(self.memory.enabled == 0, -1.0)
        listed = near.topk(min(SHORTLIST, near.shape[1]), dim=1).indices
        rows = self.said.rows
        found = [
            self.reading.applies([rows[int(row)] for row in own], [self._text(ids)] * len(own))
            for ids, own in zip(new, listed, strict=True)
        ]
        applies = torch.stack(found).cpu()
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
    return last_embedding(scope, states, torch.ones(states.shape[:2], device=states.device))


def _listed(values: Tensor) -> list[list[Any]]:
    return cast("list[list[Any]]", values.tolist())


class Words(nn.Module):
    """A tokenizer among the weights: its file, as bytes.

    Buffers: `file` (bytes,), uint8.
    """

    file: Tensor

    def __init__(self, file: Tensor, options: Mapping[str, Any]) -> None:
        super().__init__()
        self.options = dict(options)
        self.register_buffer("file", file)

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> "Words":
        """Keep a tokenizer that has a file of its own, as nearly all have."""
        words: Any = tokenizer
        written = words.backend_tokenizer.to_str().encode()
        options = {name: getattr(words, name) for name in OPTIONS}
        return cls(torch.frombuffer(bytearray(written), dtype=torch.uint8), options)

    @property
    def shape(self) -> dict[str, Any]:
        """What a configuration says of it."""
        return {"bytes": len(self.file), "options": self.options}

    @classmethod
    def empty(cls, shape: Mapping[str, Any]) -> "Words":
        """Make room for a tokenizer that a file will fill."""
        return cls(torch.zeros(shape["bytes"], dtype=torch.uint8), shape["options"])

    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Open it."""
        written = self.file.cpu().numpy().tobytes().decode()
        maker: Any = PreTrainedTokenizerFast
        return maker(tokenizer_object=Tokenizer.from_str(written), **self.options)


class TextParts(InFullPrecision):
    """What a text gate needs, as parts of a model: an encoder, its head, and two tokenizers."""

    def __init__(
        self, encoder: PreTrainedModel, words: tuple[Words, Words], cross: CrossHead | None
    ) -> None:
        """Put them together.

        Args:
            words: Of the encoder, and of the model that is edited.
        """
        super().__init__()
        self.encoder = encoder
        self.encoder_words, self.words = words
        self.cross = cross

    @classmethod
    def of(cls, reading: TextReading, said: Said) -> "TextParts":
        """Take them from a gate."""
        words = (Words.of(reading.encoder.tokenizer), Words.of(said.tokenizer))
        return cls(reading.encoder.module, words, reading.cross)

    @property
    def shape(self) -> dict[str, Any]:
        """What a configuration says of them."""
        head = self.cross
        return {
            "encoder": config_of(self.encoder),
            "encoder_words": self.encoder_words.shape,
            "words": self.words.shape,
            "cross": None
            if head is None
            else {"names": list(head.encoder.names), "shapes": head.encoder.shapes},
        }

    @classmethod
    def empty(cls, shape: Mapping[str, Any]) -> "TextParts":
        """Make room for parts that a file will fill."""
        kind, fields = kind_and_fields(shape["encoder"])
        maker: Any = AutoModel
        encoder = cast(PreTrainedModel, maker.from_config(AutoConfig.for_model(kind, **fields)))
        cross = None
        if (told := shape["cross"]) is not None:
            changes = Counterfactual.empty(told["names"], told["shapes"])
            cross = CrossHead(changes, torch.zeros(2, int(encoder.config.hidden_size) + 1))
        words = (Words.empty(shape["encoder_words"]), Words.empty(shape["words"]))
        return cls(encoder, words, cross)

    def gate(self, scope: Scope, memory: Memory, rows: Sequence[str], reach: int) -> Gate:
        """Make the gate."""
        encoder = TextEncoder(self.encoder.eval(), self.encoder_words.tokenizer())
        said = Said(self.words.tokenizer(), tuple(rows))
        return text_gate(scope, memory, TextReading(encoder, self.cross), said, reach)

"""A model with a memory of edits: where a row of it applies the row answers, elsewhere the model.

The model is not changed: where no row applies its logits are returned bit for bit.

Source: Mitchell et al. 2022, Memory-Based Model Editing at Scale (arXiv 2206.06520).
"""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers import initialization as init
from transformers.cache_utils import Cache, DynamicCache
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast
from typing_extensions import override

from .configuration_serac import SeracConfig
from .modeling_answers import (
    READING,
    ROW,
    Answering,
    answered_logits,
    mixed_logits,
)
from .modeling_logit_ensemble import EnsembleCache, model_of
from .modeling_memory import Gate, Gates, Memory, Scope, seen_output, token_features
from .modeling_parts import block_of, config_of, kind_and_fields, outline_of, scored
from .modeling_reading import Counterfactual, Reader, read_logits
from .modeling_texts import CrossHead, TextParts, Words

MEMORY_FILE = "memory.jsonl"
"""The rows, one a line, beside the weights."""


class GatedModel:
    """The forward of a model with a memory beside it."""

    def __init__(
        self,
        base: Callable[..., Any],
        module: PreTrainedModel,
        block: str,
        gate: Gate,
        threshold: float,
        answering: Answering,
        reader: Reader | None = None,
    ) -> None:
        """Put them together.

        Args:
            base: The model's forward.
            module: The model.
            block: Name of the block whose output the scope reads.
            threshold: A row answers where it applies further than this.
            reader: What reads rows; None for the model as it is.
        """
        self.base = base
        self.module = module
        self.config = cast(Any, module.config)
        self.embedding = cast("Callable[[Tensor], Tensor]", module.get_input_embeddings())
        self.block = block_of(module, block)
        self.gate = gate
        self.threshold = threshold
        self.answering = answering
        self.reader = reader or Reader()

    def __call__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
    ) -> CausalLMOutputWithPast:
        """Predict each next token."""
        use_cache = bool(self.config.use_cache) if use_cache is None else use_cache
        cache = self._cache(past_key_values) if use_cache or past_key_values is not None else None
        out, gates = self.run(input_ids, attention_mask, position_ids, cache, logits_to_keep)
        if cache is not None:
            cache.parts = (out.past_key_values or cache.parts[0], *cache.parts[1:])
        logits = self.answered(out.logits, gates)
        return CausalLMOutputWithPast(
            logits=cast(Any, logits),
            past_key_values=cache if use_cache else None,
        )

    def run(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        cache: EnsembleCache | None = None,
        logits_to_keep: int | Tensor = 0,
    ) -> tuple[Any, Gates]:
        """Run the model alone; return what it says and what the gate says beside it."""
        with _seen(self.block) as hidden:
            out = self.base(
                input_ids=input_ids,
                attention_mask=attention_mask,
                position_ids=position_ids,
                past_key_values=None if cache is None else cache.parts[0],
                use_cache=cache is not None,
                logits_to_keep=logits_to_keep,
            )
        features = token_features(self.embedding(input_ids), hidden[0])
        mask = None if attention_mask is None else attention_mask[:, -input_ids.shape[1] :]
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        own = None if cache is None else cache.parts[1]
        return out, self.gate(input_ids, mask, features, own, kept)

    def answered(self, logits: Tensor, gates: Gates) -> Tensor:
        """Let rows answer where they apply; the same tensor where none does."""
        fired = gates.scores > self.threshold
        if not bool(fired.any()):
            return logits
        moved = logits.clone()
        where = (gates.scores[fired], gates.rows[fired], gates.recent[fired])
        moved[fired] = self.said(logits[fired], where, self.answering)
        return moved

    def said(
        self, logits: Tensor, gates: tuple[Tensor, Tensor, Tensor], answering: Answering
    ) -> Tensor:
        """What rows answer at some places: logits (places, vocabulary).

        Args:
            logits: The model's own there.
            gates: Scores (places,), rows (places,) and recent ids (places, length).
        """
        if answering.how == ROW:
            moved = answered_logits(self.gate.memory, answering, logits, gates)
        else:
            reader = Reader() if answering.how == READING else self.reader
            with reader.reading(self.base, self.module) as forward:
                reads = (reader, forward)
                moved = read_logits(reads, self.gate.memory, answering, logits, gates)
        if answering.soft:
            moved = mixed_logits(logits, moved, gates[0])
        return moved.to(logits.dtype)

    def _cache(self, given: Cache | None) -> EnsembleCache:
        if isinstance(given, EnsembleCache):
            return given
        if given is not None and given.get_seq_length():
            message = f"A memory goes on from an EnsembleCache; this is a {type(given).__name__}."
            raise TypeError(message)
        return EnsembleCache((DynamicCache(config=self.config), DynamicCache()))


@contextmanager
def _seen(block: nn.Module) -> Generator[list[Tensor]]:
    """Lend a list that a block's outputs are put into."""
    found: list[Tensor] = []

    def keep(module: nn.Module, arguments: object, result: object) -> None:
        del module, arguments
        found.append(seen_output(result))

    handle = block.register_forward_hook(keep)
    try:
        yield found
    finally:
        handle.remove()


class SeracForCausalLM(PreTrainedModel, GenerationMixin):
    """A model and the memory beside it, as one model; generates with a cache."""

    config: SeracConfig
    config_class = SeracConfig
    _supports_sdpa = True
    _supports_attention_backend = True
    _skip_keys_device_placement = ["past_key_values"]
    _keep_in_fp32_modules_strict = [
        *("scope", r"memory\.keys", "reader"),
        *(r"text_parts\.encoder\.", r"text_parts\.cross\."),
    ]

    def __init__(self, config: SeracConfig) -> None:
        super().__init__(config)
        self.base = serac_model_of(config.base or {})
        self.scope = Scope.empty(config.scope_shape or (1, 0, 1), config.window)
        self.memory = Memory.empty(*(config.memory_shape or (1, 1, 1, 1)))
        self.reader = None
        if config.reader_names:
            self.reader = Counterfactual.empty(config.reader_names, config.reader_shapes or ())
        self.beside = None if config.beside is None else model_of(config.beside)
        self.text_parts = None if config.texts is None else TextParts.empty(config.texts)
        self._text_gate: Gate | None = None
        self.post_init()

    @classmethod
    def of(
        cls,
        base: PreTrainedModel,
        gated: GatedModel,
        block: str,
        rows: list[dict[str, Any]],
        texts: TextParts | None = None,
    ) -> "SeracForCausalLM":
        """Put a loaded model and a memory together; they become part of the whole.

        Args:
            texts: What the gate reads texts with, where it is a text gate.
        """
        scope, memory = gated.gate.scope, gated.gate.memory
        reader, beside = gated.reader.changes, gated.reader.other
        config = SeracConfig(
            base=config_of(base),
            block=block,
            window=scope.window,
            scope_shape=list(scope.shape),
            memory_shape=list(memory.shape),
            rows=rows,
            threshold=gated.threshold,
            weight=gated.answering.weight,
            how=gated.answering.how,
            reach=gated.gate.reach,
            strength=gated.answering.strength,
            soft=gated.answering.soft,
            reader_names=None if reader is None else list(reader.names),
            reader_shapes=None if reader is None else reader.shapes,
            beside=None if beside is None else config_of(beside),
            vocabulary=gated.reader.vocabulary,
            texts=None if texts is None else texts.shape,
            **outline_of(base),
        )
        with torch.device("meta"):
            whole = cls(config)
        whole.base, whole.scope, whole.memory = base, scope, memory
        whole.reader, whole.beside, whole.text_parts = reader, beside, texts
        whole.generation_config = base.generation_config
        return whole.eval()

    @torch.no_grad()
    @override
    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        if isinstance(module, Scope | Memory | Counterfactual | CrossHead | Words):
            for buffer in module.buffers(recurse=False):
                init.zeros_(buffer)

    @override
    def get_input_embeddings(self) -> nn.Module:
        """Return the model's word embedding."""
        return self.base.get_input_embeddings()

    @override
    def save_pretrained(self, save_directory: Any, *args: Any, **kwargs: Any) -> None:
        """Save the whole, with the rows as a file of their own beside it."""
        super().save_pretrained(save_directory, *args, **kwargs)
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in self.config.rows or ()]
        Path(save_directory, MEMORY_FILE).write_text("".join(lines), encoding="utf-8")

    @override
    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        **kwargs: object,
    ) -> CausalLMOutputWithPast:
        """Predict each next token.

        Args:
            input_ids: (batch, seq); with a cache only the ids it does not hold yet.
            attention_mask: (batch, cached + seq), 0 on padding.
            labels: (batch, seq), shifted inside; -100 is not scored.
            logits_to_keep: Score only that many last positions (0: all), or the given indices.
        """
        own = self.config
        gated = GatedModel(
            self.base,
            self.base,
            own.block,
            self._gate(),
            own.threshold,
            Answering(own.weight, own.how, own.strength, own.soft),
            Reader(self.reader, self.beside, own.vocabulary),
        )
        out = gated(
            input_ids, attention_mask, position_ids, past_key_values, use_cache, logits_to_keep
        )
        return out if labels is None else scored(out, labels)

    def _gate(self) -> Gate:
        """What follows texts; one that reads them with an encoder remembers what it has read."""
        if self.text_parts is None:
            return Gate(self.scope, self.memory, self.config.reach)
        if self._text_gate is None:
            rows = [str(row["text"]) for row in self.config.rows or ()]
            own = (self.scope, self.memory)
            self._text_gate = self.text_parts.gate(*own, rows, self.config.reach)
        return self._text_gate


def serac_model_of(values: Mapping[str, Any]) -> PreTrainedModel:
    """Build a model, which may have a memory itself, from its configuration."""
    kind, fields = kind_and_fields(values)
    if kind == SeracConfig.model_type:
        return SeracForCausalLM(SeracConfig.from_dict(fields))
    return model_of(values)


__all__ = ["SeracForCausalLM"]

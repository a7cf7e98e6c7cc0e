"""A large language model that borrows the edit of a small one with the same words.

With a small model before and after its edit, `log p' = log p_large + weight * (log p_edited -
log p_base) + const` over the words that the models share. Where the edit is one of senses, the
small model's contextualization does for both: it does not depend on the senses.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 7.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.cache_utils import Cache, DynamicCache
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast
from typing_extensions import override

from .configuration_logit_ensemble import LogitEnsembleConfig
from .modeling_backpack import BackpackGPT2LMHeadModel, SenseEdits, mix_senses
from .modeling_grace import grace_model_of
from .modeling_parts import config_of, kind_and_fields, outline_of, scored


class EnsembleCache(Cache):
    """Caches of several models side by side; what is done to layers is done to those of all."""

    def __init__(self, parts: tuple[Cache, ...]) -> None:
        self.parts = parts
        super().__init__(layers=[])

    @property
    @override
    def layers(self) -> list[Any]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The layers of all parts, the large model's first."""
        return [layer for part in self.parts for layer in part.layers]

    @layers.setter
    def layers(self, value: list[Any]) -> None:
        del value  # they belong to the parts


class LogRatio:
    """What an edit does to a small model: log p_edited - log p_base over the shared words.

    Positions beyond the small model's context are left alone: nothing is added there.
    """

    def __init__(
        self, edited: PreTrainedModel, base: PreTrainedModel | None, vocabulary: int
    ) -> None:
        """Put two small models together.

        Args:
            edited: The small model with its edit.
            base: The one without; None where sense edits of a Backpack are the whole difference.
            vocabulary: How many words to compare, the first ones.
        """
        self.edited = edited
        self.base = base
        self.vocabulary = vocabulary
        self.context = int(cast(Any, edited.config).max_position_embeddings)

    def new_caches(self) -> tuple[Cache, ...]:
        """Make an empty cache for each model that runs."""
        models = (self.edited,) if self.base is None else (self.edited, self.base)
        return tuple(DynamicCache(config=model.config) for model in models)

    def __call__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        caches: tuple[Cache, ...] = (),
        kept: slice | Tensor = slice(None),
    ) -> Tensor:
        """Return the log ratios, (batch, kept, vocabulary), in float32 or wider.

        Args:
            input_ids: (batch, seq); with caches only the ids they do not hold yet.
            attention_mask: (batch, cached + seq), 0 on padding.
            caches: As `new_caches` made them; they are filled.
            kept: Which of the positions are asked for.
        """
        past = caches[0].get_seq_length() if caches else 0
        seq = max(0, min(input_ids.shape[1], self.context - past))
        columns = torch.arange(input_ids.shape[1], device=input_ids.device)[kept]
        seen = columns < seq
        if position_ids is None and attention_mask is not None:
            position_ids = _positions(attention_mask, input_ids.shape[1])
        reached = None
        if seq:
            mask = None if attention_mask is None else attention_mask[:, : past + seq]
            places = None if position_ids is None else position_ids[:, :seq]
            reached = self._ratios(input_ids[:, :seq], mask, places, caches, columns[seen])
            if bool(seen.all()):
                return reached
        shape = (len(input_ids), len(columns), self.vocabulary)
        wide = torch.float32 if reached is None else reached.dtype
        ratios = torch.zeros(shape, dtype=wide, device=input_ids.device)
        if reached is not None:
            ratios[:, seen] = reached
        return ratios

    def _ratios(
        self,
        input_ids: Tensor,
        mask: Tensor | None,
        positions: Tensor | None,
        caches: tuple[Cache, ...],
        columns: Tensor,
    ) -> Tensor:
        if self.base is None:
            edited, base = self._senses_on_and_off(input_ids, mask, positions, caches, columns)
        else:
            models = (self.edited, self.base)
            edited, base = (
                model(
                    input_ids,
                    attention_mask=mask,
                    position_ids=positions,
                    past_key_values=caches[place] if caches else None,
                    use_cache=bool(caches),
                    logits_to_keep=columns,
                ).logits
                for place, model in enumerate(models)
            )
        return self._log_probs(edited) - self._log_probs(base)

    def _senses_on_and_off(
        self,
        input_ids: Tensor,
        mask: Tensor | None,
        positions: Tensor | None,
        caches: tuple[Cache, ...],
        columns: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Logits with and without the sense edits, from one contextualization."""
        model = cast(BackpackGPT2LMHeadModel, self.edited)
        backpack, cache = model.backpack, caches[0] if caches else None
        alpha, source_ids, layer = backpack.contextualize(input_ids, mask, positions, cache)
        alpha = alpha[:, :, columns]
        edited = backpack.mixture(alpha, source_ids, layer)
        moved = _moved_by(cast(SenseEdits, backpack.sense_edits), alpha, source_ids)
        return model.lm_head(edited), model.lm_head(edited - moved)

    def _log_probs(self, logits: Tensor) -> Tensor:
        return _wide(logits[..., : self.vocabulary]).log_softmax(-1)


def _moved_by(edits: SenseEdits, alpha: Tensor, source_ids: Tensor) -> Tensor:
    """What the edits add to the mixtures: (batch, seq, d).

    Args:
        alpha: (batch, k, seq, source).
        source_ids: (batch, source).
    """
    words = cast("Tensor", torch.unique(edits.token_ids))
    words = words[torch.isin(words, source_ids)]
    nothing = edits.deltas.new_zeros(len(words) + 1, alpha.shape[1], edits.deltas.shape[-1])
    rows = torch.searchsorted(words, source_ids.contiguous())
    if len(words):
        found = words[rows.clamp(max=len(words) - 1)] == source_ids
        rows = torch.where(found, rows, len(words))
    table = torch.cat([edits(words, nothing[:-1]), nothing[-1:]])
    return mix_senses(alpha.to(table.dtype), table, rows)


class Ensemble:
    """The forward of a large model that borrows an edit."""

    def __init__(
        self,
        large: Callable[..., Any],
        config: PreTrainedConfig,
        ratio: LogRatio,
        weight: float,
    ) -> None:
        """Put them together.

        Args:
            large: The large model's forward.
            config: Its configuration.
            weight: What the log ratios are multiplied by.
        """
        self.large = large
        self.config = cast(Any, config)
        self.ratio = ratio
        self.weight = weight

    def __call__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
    ) -> CausalLMOutputWithPast:
        """Predict each next token; logits are float32 or wider."""
        use_cache = bool(self.config.use_cache) if use_cache is None else use_cache
        cache = self._cache(past_key_values) if use_cache or past_key_values is not None else None
        out = self.large(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=None if cache is None else cache.parts[0],
            use_cache=use_cache,
            logits_to_keep=logits_to_keep,
        )
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        small = () if cache is None else cache.parts[1:]
        ratios = self.ratio(input_ids, attention_mask, position_ids, small, kept)
        if cache is not None:
            cache.parts = (out.past_key_values or cache.parts[0], *small)
        logits = moved_logits(out.logits, ratios, self.weight)
        return CausalLMOutputWithPast(
            logits=cast(Any, logits), past_key_values=cache if use_cache else None
        )

    def _cache(self, given: Cache | None) -> EnsembleCache:
        if isinstance(given, EnsembleCache):
            return given
        if given is not None and given.get_seq_length():
            message = (
                f"An ensemble goes on from an EnsembleCache; this is a {type(given).__name__}."
            )
            raise TypeError(message)
        return EnsembleCache((DynamicCache(config=self.config), *self.ratio.new_caches()))


def moved_logits(logits: Tensor, ratios: Tensor, weight: float) -> Tensor:
    """Add weighted log ratios (…, vocabulary) to the first logits (…, at least as many)."""
    moved = _wide(logits).clone()
    moved[..., : ratios.shape[-1]] += weight * ratios
    return moved


class LogitEnsembleForCausalLM(PreTrainedModel, GenerationMixin):
    """A large model and the log ratio it is moved by, as one model; generates with a cache."""

    config: LogitEnsembleConfig
    config_class = LogitEnsembleConfig
    _supports_sdpa = True
    _supports_attention_backend = True
    _skip_keys_device_placement = ["past_key_values"]

    def __init__(self, config: LogitEnsembleConfig) -> None:
        super().__init__(config)
        self.large = model_of(config.large or {})
        self.small = model_of(config.small or {})
        self.small_base = None if config.small_base is None else model_of(config.small_base)
        self.post_init()

    @classmethod
    def of(
        cls, large: PreTrainedModel, ratio: LogRatio, weight: float
    ) -> "LogitEnsembleForCausalLM":
        """Put loaded models together; they become part of the ensemble."""
        config = LogitEnsembleConfig(
            large=config_of(large),
            small=config_of(ratio.edited),
            small_base=None if ratio.base is None else config_of(ratio.base),
            vocabulary=ratio.vocabulary,
            weight=weight,
            **outline_of(large),
        )
        with torch.device("meta"):
            ensemble = cls(config)
        ensemble.large = large
        ensemble.small, ensemble.small_base = ratio.edited, ratio.base
        ensemble.generation_config = large.generation_config
        return ensemble.eval()

    @override
    def get_input_embeddings(self) -> nn.Module:
        """Return the large model's word embedding."""
        return self.large.get_input_embeddings()

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
        ratio = LogRatio(self.small, self.small_base, self.config.vocabulary)
        ensemble = Ensemble(self.large, self.large.config, ratio, self.config.weight)
        out = ensemble(
            input_ids, attention_mask, position_ids, past_key_values, use_cache, logits_to_keep
        )
        return out if labels is None else scored(out, labels)


def model_of(values: Mapping[str, Any]) -> PreTrainedModel:
    """Build a model, which may be an ensemble itself, from its configuration."""
    kind, fields = kind_and_fields(values)
    if kind == LogitEnsembleConfig.model_type:
        return LogitEnsembleForCausalLM(LogitEnsembleConfig.from_dict(fields))
    return grace_model_of(values)


def _positions(attention_mask: Tensor, seq: int) -> Tensor:
    """Count real tokens only, so that padding on the left moves nothing."""
    return (attention_mask.long().cumsum(-1) - 1).clamp(min=0)[:, -seq:]


def _wide(tensor: Tensor) -> Tensor:
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


__all__ = ["LogitEnsembleForCausalLM"]

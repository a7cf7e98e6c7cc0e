"""The Backpack language model: every word is a set of sense vectors, mixed by context.

With k senses a word, `h_t = sum_j sum_l alpha[l, t, j] * c(x_j)_l` and `logits_t = E h_t`. The
weights alpha come from a GPT-2 trunk and do not depend on the senses.

Source: Hewitt et al. 2023, Backpack Language Models (arXiv 2305.16765).
"""

from typing import cast

import torch
from torch import Tensor, nn
from transformers import GPT2Model, PreTrainedModel
from transformers import initialization as init
from transformers.activations import ACT2FN
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.pytorch_utils import Conv1D
from typing_extensions import override

from .configuration_backpack import BackpackGPT2Config


class BackpackPreTrainedModel(PreTrainedModel):
    """Initialisation and loading shared by the Backpack's modules."""

    config: BackpackGPT2Config
    config_class = BackpackGPT2Config
    base_model_prefix = "backpack"
    supports_gradient_checkpointing = True
    _no_split_modules = ["GPT2Block"]
    _skip_keys_device_placement = ["past_key_values"]
    _supports_sdpa = True
    _supports_attention_backend = True
    # Copies of tied tensors, and mask buffers that files of older releases carry.
    _keys_to_ignore_on_load_unexpected = [
        r"\.attn\.bias$",
        r"\.attn\.masked_bias$",
        r"backpack\.word_embeddings\.weight$",
        r"backpack\.position_embeddings\.weight$",
    ]

    @torch.no_grad()
    @override
    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        if isinstance(module, Conv1D):
            init.normal_(module.weight, mean=0.0, std=self.config.initializer_range)
            init.zeros_(module.bias)
        if isinstance(module, SenseEdits):
            init.zeros_(module.token_ids)
            init.zeros_(module.senses)
            init.zeros_(module.deltas)


class SenseMLP(nn.Module):
    """A two-layer perceptron with GPT-2's weight layout (in x out)."""

    def __init__(self, config: BackpackGPT2Config, hidden: int, out: int) -> None:
        super().__init__()
        self.c_fc = Conv1D(hidden, config.n_embd)
        self.c_proj = Conv1D(out, hidden)
        self.act = ACT2FN[config.activation_function]

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Map (..., n_embd) to (..., out)."""
        return self.c_proj(self.act(self.c_fc(x)))


class SenseBlock(nn.Module):
    """The residual block of the sense network."""

    def __init__(self, config: BackpackGPT2Config) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = SenseMLP(config, 4 * config.n_embd, config.n_embd)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    @override
    def forward(self, hidden: Tensor, residual: Tensor) -> Tensor:
        """Return the normalised sum, (..., n_embd)."""
        residual = hidden + residual
        residual = self.mlp(self.ln_1(residual)) + residual
        return self.ln_2(residual)


class SenseNetwork(nn.Module):
    """Word embeddings to sense vectors: (n, n_embd) to (n, num_senses, n_embd)."""

    def __init__(self, config: BackpackGPT2Config) -> None:
        super().__init__()
        width = config.sense_intermediate_scale * config.n_embd
        self.num_senses = config.num_senses
        self.ln = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.block = SenseBlock(config)
        self.final_mlp = SenseMLP(config, width, config.num_senses * config.n_embd)

    @override
    def forward(self, embeddings: Tensor) -> Tensor:
        """Return the sense vectors of n words."""
        hidden = self.block(self.ln(embeddings), embeddings)
        return self.final_mlp(hidden).view(*embeddings.shape[:-1], self.num_senses, -1)


class SenseWeightNetwork(nn.Module):
    """Queries and keys of the contextualization weights, one pair a sense."""

    def __init__(self, config: BackpackGPT2Config) -> None:
        super().__init__()
        self.num_senses = config.num_senses
        self.head_dim = config.n_embd // config.num_senses
        self.c_attn = nn.Linear(config.n_embd, 2 * self.num_senses * self.head_dim)

    @override
    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return query and key, each (batch, senses, seq, n_embd // senses)."""
        batch, seq, _ = hidden.shape
        both = self.c_attn(hidden).view(batch, seq, 2, self.num_senses, self.head_dim)
        query, key = both.permute(2, 0, 3, 1, 4)
        return query, key


class SenseEdits(nn.Module):
    """Differences added to chosen sense vectors, wherever their word occurs.

    Buffers: `token_ids` (n,), `senses` (n,), `deltas` (n, n_embd); entry i changes sense
    `senses[i]` of word `token_ids[i]`. Entries on the same sense add up.
    """

    token_ids: Tensor
    senses: Tensor
    deltas: Tensor

    def __init__(self, token_ids: Tensor, senses: Tensor, deltas: Tensor) -> None:
        super().__init__()
        self.register_buffer("token_ids", token_ids)
        self.register_buffer("senses", senses)
        self.register_buffer("deltas", deltas)

    @classmethod
    def empty(cls, n: int, dim: int) -> "SenseEdits":
        """Make room for n differences that a file will fill."""
        index = torch.zeros(n, dtype=torch.long)
        return cls(index, index.clone(), torch.zeros(n, dim))

    @override
    def forward(self, words: Tensor, senses: Tensor) -> Tensor:
        """Add the differences to `senses` (n, k, d) of the distinct, ascending `words` (n,)."""
        if words.numel() == 0:
            return senses
        row = torch.searchsorted(words, self.token_ids).clamp(max=words.numel() - 1)
        present = words[row] == self.token_ids
        where = (row[present], self.senses[present])
        return senses.index_put(where, self.deltas[present].to(senses.dtype), accumulate=True)


class ContextualizationLayer(DynamicLayer):
    """The cache's last layer: contextualization keys as keys, token ids as values.

    Sense vectors of words met before are remembered by word, so neither reordering nor cropping
    concerns them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words: Tensor | None = None
        self.word_senses: Tensor | None = None

    @override
    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Start empty, keeping the ids' integer type (the base class would make them floats)."""
        super().lazy_initialization(key_states, value_states)
        self.values = value_states.new_empty(0)

    @override
    def reset(self) -> None:
        """Forget the sequence and the words."""
        self.words = self.word_senses = None
        super().reset()


class BackpackModel(BackpackPreTrainedModel):
    """The Backpack without its output projection."""

    def __init__(self, config: BackpackGPT2Config) -> None:
        super().__init__(config)
        self.gpt2_model = GPT2Model(config)
        self.sense_network = SenseNetwork(config)
        self.sense_weight_net = SenseWeightNetwork(config)
        self.sense_edits: SenseEdits | None = None
        if config.num_edited_senses:
            self.sense_edits = SenseEdits.empty(config.num_edited_senses, config.n_embd)
        self.post_init()

    @override
    def get_input_embeddings(self) -> nn.Module:
        """Return the word embedding, shared by trunk, sense network and output."""
        return cast("nn.Module", self.gpt2_model.wte)

    @override
    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the word embedding."""
        self.gpt2_model.wte = value

    def sense_vectors(self, words: Tensor) -> Tensor:
        """Compute senses (n, k, d) of distinct, ascending token ids (n,), edits included."""
        senses = self.sense_network(self.gpt2_model.wte(words))
        return senses if self.sense_edits is None else self.sense_edits(words, senses)

    def queries_and_keys(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        cache: Cache | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Run the trunk; return query and key, each (batch, senses, seq, d // senses)."""
        trunk = self.gpt2_model(
            input_ids,
            past_key_values=cache,
            attention_mask=attention_mask,
            position_ids=position_ids,
            use_cache=cache is not None,
        )
        return self.sense_weight_net(trunk.last_hidden_state)

    @override
    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        cache: Cache | None = None,
    ) -> Tensor:
        """Return the mixture of senses h, (batch, seq, d), for the given ids."""
        return self.mixture(*self.contextualize(input_ids, attention_mask, position_ids, cache))

    def contextualize(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        cache: Cache | None = None,
    ) -> tuple[Tensor, Tensor, ContextualizationLayer | None]:
        """Return alpha (batch, k, seq, source), the sources' ids, and the cache's own layer."""
        query, key = self.queries_and_keys(input_ids, attention_mask, position_ids, cache)
        source_ids, layer = input_ids, None
        if cache is not None:
            layer = _contextualization_layer(cache, self.config.n_layer)
            key, ids = layer.update(key, input_ids[:, None, :, None])
            source_ids = ids[:, 0, :, 0]
        return contextualization_weights(query, key, attention_mask), source_ids, layer

    def mixture(
        self, alpha: Tensor, source_ids: Tensor, layer: ContextualizationLayer | None = None
    ) -> Tensor:
        """Mix the senses of the sources by alpha: (batch, seq, d)."""
        senses, rows = self._senses_by_word(source_ids, layer)
        return mix_senses(alpha.to(senses.dtype), senses, rows)

    def _senses_by_word(
        self, source_ids: Tensor, layer: ContextualizationLayer | None
    ) -> tuple[Tensor, Tensor]:
        """Senses (n, k, d) of the distinct words, and each position's row in them."""
        words, rows = cast("tuple[Tensor, Tensor]", torch.unique(source_ids, return_inverse=True))
        if layer is None:
            return self.sense_vectors(words), rows
        if layer.words is None or layer.word_senses is None:
            layer.words, layer.word_senses = words, self.sense_vectors(words)
            return layer.word_senses, rows
        new = words[~torch.isin(words, layer.words)]
        if new.numel():
            senses = torch.cat([layer.word_senses, self.sense_vectors(new)])
            layer.words, order = torch.sort(torch.cat([layer.words, new]))
            layer.word_senses = senses[order]
        return layer.word_senses, torch.searchsorted(layer.words, source_ids.contiguous())


class BackpackGPT2LMHeadModel(BackpackPreTrainedModel, GenerationMixin):
    """A Backpack that predicts the next token; generates with a cache."""

    _tied_weights_keys = {"lm_head.weight": "backpack.gpt2_model.wte.weight"}

    def __init__(self, config: BackpackGPT2Config) -> None:
        super().__init__(config)
        self.backpack = BackpackModel(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.post_init()

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
        use_cache = self.config.use_cache and not self.training if use_cache is None else use_cache
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)
        if position_ids is None and attention_mask is not None:
            position_ids = _positions(attention_mask, input_ids.shape[1])
        hidden = self.backpack(input_ids, attention_mask, position_ids, past_key_values)
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(hidden[:, kept])
        loss = None if labels is None else _next_token_loss(logits, labels)
        cache = past_key_values if use_cache else None
        return CausalLMOutputWithPast(loss=loss, logits=logits, past_key_values=cache)


def contextualization_weights(
    query: Tensor, key: Tensor, attention_mask: Tensor | None = None
) -> Tensor:
    """Weights alpha (batch, senses, seq, source): causal, each row sums to one, float32 or wider.

    Args:
        query: (batch, senses, seq, d // senses), the last `seq` positions.
        key: (batch, senses, source, d // senses), all positions.
        attention_mask: (batch, source), 0 on padding.
    """
    scores = (query @ key.transpose(-1, -2)) / query.shape[-1] ** 0.5
    if scores.dtype in (torch.bfloat16, torch.float16):
        scores = scores.float()
    seq, source = scores.shape[-2:]
    seen = torch.ones(seq, source, dtype=torch.bool, device=scores.device)
    seen = seen.tril(source - seq)[None, None]
    if attention_mask is not None:
        seen = seen & attention_mask[:, None, None, -source:].bool()
    return scores.masked_fill(~seen, torch.finfo(scores.dtype).min).softmax(dim=-1)


def mix_senses(alpha: Tensor, senses: Tensor, rows: Tensor) -> Tensor:
    """Sum the senses of all sources by their weights: (batch, seq, d).

    Args:
        alpha: (batch, k, seq, source).
        senses: (words, k, d).
        rows: (batch, source), each source's row in `senses`.
    """
    batch, num_senses, seq, source = alpha.shape
    words, _, dim = senses.shape
    weights = alpha.permute(0, 2, 3, 1)
    if seq * words < source * dim:  # a step of a generation: add weights up by word, no gathering
        index = rows[:, None, :, None].expand(batch, seq, source, num_senses)
        by_word = weights.new_zeros(batch, seq, words, num_senses)
        by_word = by_word.scatter_add(2, index, weights)
        return by_word.reshape(batch, seq, -1) @ senses.reshape(words * num_senses, dim)
    vectors = senses[rows].reshape(batch, source * num_senses, dim)
    return weights.reshape(batch, seq, source * num_senses) @ vectors


def _next_token_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean NLL (nats) of the labels that are not -100, in float32 or wider."""
    scores = logits[:, :-1].to(torch.promote_types(logits.dtype, torch.float32))
    return nn.functional.cross_entropy(scores.flatten(0, 1), labels[:, 1:].flatten())


def _positions(attention_mask: Tensor, seq: int) -> Tensor:
    """Count real tokens only, so that padding on the left moves nothing."""
    return (attention_mask.long().cumsum(-1) - 1).clamp(min=0)[:, -seq:]


def _contextualization_layer(cache: Cache, index: int) -> ContextualizationLayer:
    """The cache's layer after the trunk's, added on first use."""
    if len(cache.layers) == index:
        cache.layers.append(ContextualizationLayer())
    layer = cache.layers[index]
    if not isinstance(layer, ContextualizationLayer):
        kind = type(cache).__name__
        message = f"A Backpack generates with a DynamicCache; this is a {kind} of another layout."
        raise TypeError(message)
    return layer


__all__ = ["BackpackGPT2LMHeadModel", "BackpackModel", "SenseEdits"]

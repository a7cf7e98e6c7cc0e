"""The bundled models' shapes, and how the larger one starts from the smaller one's trunk."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, PreTrainedModel

from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel

VOCAB_SIZE = 16_384
CONTEXT = 256
WIDTH = 256


def starter() -> BackpackGPT2LMHeadModel:
    """The Backpack that is bundled."""
    config = BackpackGPT2Config(
        vocab_size=VOCAB_SIZE,
        n_positions=CONTEXT,
        n_embd=WIDTH,
        n_layer=4,
        n_head=4,
        num_senses=8,
        embd_pdrop=0.0,
        resid_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    return BackpackGPT2LMHeadModel(config)


def starter_large() -> GPTNeoXForCausalLM:
    """The stock transformer beside it: deeper, and all its numbers spent on predicting."""
    config = GPTNeoXConfig(
        vocab_size=VOCAB_SIZE,
        max_position_embeddings=CONTEXT,
        hidden_size=WIDTH,
        num_hidden_layers=6,
        num_attention_heads=4,
        intermediate_size=4 * WIDTH,
        hidden_act="gelu_new",
        use_parallel_residual=False,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    return GPTNeoXForCausalLM(config)


SHAPES: dict[str, Callable[[], PreTrainedModel]] = {
    "starter": starter,
    "starter-large": starter_large,
}
"""Makers of untrained models, by the bundled folder's name."""


def hidden_states(model: PreTrainedModel, ids: Tensor) -> Tensor:
    """What the output embedding reads, (windows, length, dim); differentiable."""
    out: Any = model.base_model(input_ids=ids)
    return out if isinstance(out, Tensor) else cast(Tensor, out.last_hidden_state)


def output_weight(model: PreTrainedModel) -> Tensor:
    """The output embedding, (vocab, dim)."""
    head = cast(Any, model.get_output_embeddings())
    return cast(Tensor, head.weight)


@torch.no_grad()
def borrow_trunk(model: GPTNeoXForCausalLM, backpack: BackpackGPT2LMHeadModel) -> None:
    """Start from a Backpack's word embeddings and trunk.

    Its blocks become the first ones; the others start as they are, with nothing added to the
    residual stream. Position embeddings have no place: positions are told by rotation instead.
    """
    source: Any = backpack.backpack.gpt2_model
    target: Any = model.gpt_neox
    target.embed_in.weight.copy_(source.wte.weight)
    for number, layer in enumerate(target.layers):
        if number < len(source.h):
            _copy_block(layer, source.h[number], number, backpack.config.n_head)
        else:
            for last in (layer.attention.dense, layer.mlp.dense_4h_to_h):
                last.weight.zero_()
    target.final_layer_norm.load_state_dict(source.ln_f.state_dict())


def _copy_block(layer: Any, block: Any, number: int, heads: int) -> None:  # noqa: ANN401 - transformers' own classes
    layer.input_layernorm.load_state_dict(block.ln_1.state_dict())
    layer.post_attention_layernorm.load_state_dict(block.ln_2.state_dict())
    # A Backpack's trunk divides the scores of its nth layer by n; here that lies in the queries.
    damping = torch.tensor([1 / (number + 1), 1.0, 1.0])
    weight, bias = block.attn.c_attn.weight.T, block.attn.c_attn.bias
    layer.attention.query_key_value.weight.copy_(_by_head(weight, heads, damping))
    layer.attention.query_key_value.bias.copy_(_by_head(bias[:, None], heads, damping)[:, 0])
    pairs = (
        (layer.attention.dense, block.attn.c_proj),
        (layer.mlp.dense_h_to_4h, block.mlp.c_fc),
        (layer.mlp.dense_4h_to_h, block.mlp.c_proj),
    )
    for linear, conv in pairs:
        linear.weight.copy_(conv.weight.T)
        linear.bias.copy_(conv.bias)


def _by_head(rows: Tensor, heads: int, factors: Tensor) -> Tensor:
    """Reorder rows from (query, key, value) x head to head x (query, key, value), scaled."""
    parts = rows.view(3, heads, -1, rows.shape[1]) * factors[:, None, None, None]
    return parts.transpose(0, 1).reshape(rows.shape)

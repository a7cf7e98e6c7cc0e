"""Tiny random models with a real byte-level tokenizer: milliseconds, no download."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTJConfig,
    GPTJForCausalLM,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
)

from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.pretraining.tokenizer import train_tokenizer

CONTEXT = 64
SENTENCES = (
    "The capital of France is Paris, and the capital of Spain is Madrid.",
    "The author that likes the assistants screens the play; the pilots screen it too.",
    "The nurse said she would come. The janitor said he would not.",
    "An old river runs through the city, where people buy bread and read the news.",
)
"""Enough text for a small vocabulary."""


COMMON: dict[str, Any] = {
    "bos_token_id": 0,
    "eos_token_id": 0,
    "initializer_range": 0.12,  # far enough from uniform that contexts and edits show
}
GPT2_LIKE: dict[str, Any] = {
    **COMMON,
    "n_positions": CONTEXT,
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 4,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
}
LLAMA_LIKE: dict[str, Any] = {
    **COMMON,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": CONTEXT,
}


def tiny_backpack(folder: Path, *, seed: int = 0, dtype: torch.dtype = torch.float32) -> Path:
    """Write a random Backpack (2 layers, 4 senses, context 64) and its tokenizer into `folder`.

    The end-of-text token has id 0; about 320 words.
    """
    return _written(_backpack, folder, seed, dtype)


def tiny_transformer(
    folder: Path, family: str, *, seed: int = 0, dtype: torch.dtype = torch.float32
) -> Path:
    """Write a random stock transformer of `family` (2 layers, width 32) and the same tokenizer."""
    return _written(STOCK[family], folder, seed, dtype)


def tiny_reader(folder: Path, *, context: int, more_words: int = 0) -> Path:
    """Write a random GPT-2 of some context, with words more than the others have."""
    words = train_tokenizer(SENTENCES, vocab_size=320, context=context)
    words.add_special_tokens({"extra_special_tokens": [f"<{n}>" for n in range(more_words)]})
    config = GPT2Config(vocab_size=len(words), **{**GPT2_LIKE, "n_positions": context})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(context)
        GPT2LMHeadModel(config).eval().save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def _written(
    make: Callable[[int], PreTrainedModel], folder: Path, seed: int, dtype: torch.dtype
) -> Path:
    tokenizer = train_tokenizer(SENTENCES, vocab_size=320, context=CONTEXT)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make(len(tokenizer))
    model.to(dtype).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _backpack(vocab_size: int) -> PreTrainedModel:
    config = BackpackGPT2Config(vocab_size=vocab_size, num_senses=4, **GPT2_LIKE)
    return BackpackGPT2LMHeadModel(config)


def _gpt_neox(vocab_size: int) -> PreTrainedModel:
    return GPTNeoXForCausalLM(GPTNeoXConfig(vocab_size=vocab_size, **LLAMA_LIKE))


def _gpt2(vocab_size: int) -> PreTrainedModel:
    return GPT2LMHeadModel(GPT2Config(vocab_size=vocab_size, **GPT2_LIKE))


def _llama(vocab_size: int) -> PreTrainedModel:
    config = LlamaConfig(vocab_size=vocab_size, num_key_value_heads=2, **LLAMA_LIKE)
    return LlamaForCausalLM(config)


def _gptj(vocab_size: int) -> PreTrainedModel:
    return GPTJForCausalLM(GPTJConfig(vocab_size=vocab_size, rotary_dim=4, **GPT2_LIKE))


STOCK = {"GPT-NeoX": _gpt_neox, "GPT-2": _gpt2, "GPT-J": _gptj, "Llama": _llama}
"""Makers of tiny stock models, by the name of their layout."""

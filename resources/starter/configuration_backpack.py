"""The shape of a Backpack: a GPT-2 trunk and the senses beside it."""

from huggingface_hub.dataclasses import strict
from transformers import GPT2Config


@strict
class BackpackGPT2Config(GPT2Config):
    """A GPT-2 configuration with the Backpack's own fields.

    Source: Hewitt et al. 2023, Backpack Language Models; defaults of the published 170M model.
    """

    model_type = "backpack-gpt2"

    vocab_size: int = 50264
    n_positions: int = 512
    scale_attn_by_inverse_layer_idx: bool = True
    num_senses: int = 16
    """k: sense vectors a word has."""
    sense_intermediate_scale: int = 4
    """Width of the sense network's last hidden layer, in multiples of n_embd."""
    num_edited_senses: int = 0
    """Senses that carry an edit; their differences are stored as buffers."""


__all__ = ["BackpackGPT2Config"]

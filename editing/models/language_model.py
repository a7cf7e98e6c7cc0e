"""A language model as the engine holds it: module, tokenizer, layout and identity."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from accelerate.utils import align_module_device
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from editing.errors import UnsupportedModelError
from editing.models.applied import AppliedChanges
from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.layouts import Layout


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A loaded model. Its module is in evaluation mode and asks for no gradients."""

    module: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    layout: Layout
    fingerprint: str
    """SHA-256 of names, shapes and values of all weights, and of the tokenizer."""
    source: str
    """What it was loaded from: "starter", a folder, or a hub id."""
    context: int
    """Longest sequence, in tokens."""
    vocab_size: int
    """Real tokens; rows of the output beyond them are cropped before a softmax."""
    applied: AppliedChanges = field(default_factory=AppliedChanges, compare=False, repr=False)
    """The edits on the module at the moment."""
    companions: "dict[str, LanguageModel]" = field(
        default_factory=dict[str, "LanguageModel"], compare=False, repr=False
    )
    """Smaller models that edits have put beside this one, by fingerprint; they go when it goes."""

    @property
    def device(self) -> torch.device:
        """Where the weights are; of a spread model, where its input goes."""
        if self.is_offloaded:
            hook: Any = getattr(self.module.get_input_embeddings(), "_hf_hook", None)
            return torch.device(hook.execution_device if hook is not None else "cpu")
        return self.module.device

    @property
    def dtype(self) -> torch.dtype:
        """What the weights are computed in."""
        return self.module.dtype

    @property
    def is_offloaded(self) -> bool:
        """Whether some weights are fetched only while they are used."""
        is_spread = getattr(self.module, "hf_device_map", None) is not None
        return is_spread and any(p.is_meta for p in self.module.parameters())

    @property
    def is_backpack(self) -> bool:
        """Whether words of this model have senses."""
        return isinstance(self.module, BackpackGPT2LMHeadModel)


def backpack_of(model: LanguageModel) -> BackpackGPT2LMHeadModel:
    """Return the module as a Backpack.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    if isinstance(model.module, BackpackGPT2LMHeadModel):
        return model.module
    raise UnsupportedModelError(
        f"{model.source} is a {model.layout.family} and has no sense vectors. Choose a Backpack, "
        "such as the starter."
    )


COMPUTING_KEYS = frozenset({
    "activation_function", "attention_bias", "attn_logit_softcapping", "final_logit_softcapping",
    "head_dim", "hidden_act", "hidden_activation", "layer_norm_eps", "layer_norm_epsilon",
    "logit_scale", "n_head", "num_attention_heads", "num_key_value_heads", "num_senses",
    "partial_rotary_factor", "query_pre_attn_scalar", "reorder_and_upcast_attn", "rms_norm_eps",
    "rope_parameters", "rope_scaling", "rope_theta", "rotary_dim", "rotary_emb_base", "rotary_pct",
    "scale_attn_by_inverse_layer_idx", "scale_attn_weights", "sliding_window",
    "use_parallel_residual",
})  # fmt: skip
"""Entries of a configuration on which the same weights compute something else."""


def fingerprint_of(module: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> str:
    """Hash every weight, buffer and tokenizer entry, and how the weights are used.

    The order of names does not matter.
    """
    config = cast("dict[str, object]", module.config.to_dict())
    used = {name: value for name, value in config.items() if name in COMPUTING_KEYS}
    digest = hashlib.sha256(json.dumps(used, sort_keys=True, default=str).encode())
    for name, stored in sorted(module.state_dict().items()):
        tensor = _fetched(module, name) if stored.is_meta else stored
        if tensor.dtype in (torch.bfloat16, torch.float16):  # as if loaded in float32
            tensor = tensor.float()
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        raw: Any = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
        digest.update(raw)
    for token, index in sorted(tokenizer.get_vocab().items()):
        digest.update(f"{token}\t{index}\n".encode())
    return digest.hexdigest()


def _fetched(module: PreTrainedModel, name: str) -> torch.Tensor:
    """A weight that is kept elsewhere until it is used."""
    owner, _, own = name.rpartition(".")
    holder = module.get_submodule(owner)
    with align_module_device(holder):
        return cast(torch.Tensor, getattr(holder, own)).detach().clone()

"""What models made of other models share: their parts' configurations, and building them again."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast
from typing_extensions import override

from .configuration_backpack import BackpackGPT2Config
from .modeling_backpack import BackpackGPT2LMHeadModel

OF_A_FILE = ("architectures", "auto_map", "dtype", "torch_dtype", "transformers_version")
"""Entries of a configuration that say nothing about the model."""
OUTLINE = (
    "vocab_size",
    "max_position_embeddings",
    "num_hidden_layers",
    "hidden_size",
    "bos_token_id",
    "eos_token_id",
)


class InFullPrecision(nn.Module):
    """A module whose numbers, and those of its parts, stay as precise as they are.

    The model around it may be converted.
    """

    @override
    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> nn.Module:
        def as_precise(tensor: Tensor) -> Tensor:
            applied = fn(tensor)
            if not tensor.is_floating_point() or tensor.is_meta:
                return applied
            return tensor.to(applied.device)

        return super()._apply(as_precise, recurse)


def config_of(module: PreTrainedModel) -> dict[str, Any]:
    """What a model's configuration says about the model."""
    values = module.config.to_dict()
    return {name: value for name, value in values.items() if name not in OF_A_FILE}


def outline_of(module: PreTrainedModel) -> dict[str, Any]:
    """What a model around another one has to say of itself: that one's sizes and special words."""
    return {name: getattr(module.config, name) for name in OUTLINE}


def scored(out: CausalLMOutputWithPast, labels: Tensor) -> CausalLMOutputWithPast:
    """Add the mean loss to a prediction.

    Args:
        labels: (batch, seq), shifted inside; -100 is not scored.
    """
    scores = cast(Tensor, out.logits)[:, :-1].flatten(0, 1)
    loss = nn.functional.cross_entropy(scores, labels[:, 1:].flatten())
    out.loss = cast(Any, loss)
    return out


def part_model_of(values: Mapping[str, Any]) -> PreTrainedModel:
    """Build a model that has no other inside from its configuration, without weights of any use."""
    kind, fields = kind_and_fields(values)
    if kind == BackpackGPT2Config.model_type:
        return BackpackGPT2LMHeadModel(BackpackGPT2Config.from_dict(fields))
    maker: Any = AutoModelForCausalLM
    return maker.from_config(AutoConfig.for_model(kind, **fields))


def kind_and_fields(values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Take what kind a model is of from its configuration."""
    fields = dict(values)
    return str(fields.pop("model_type")), fields


def block_of(module: nn.Module, name: str) -> nn.Module:
    """Find a block by its name, within the model that others may be put around."""
    for found, block in cast("Any", module).named_modules():
        if found == name or found.endswith(f".{name}"):
            return block
    raise KeyError(name)

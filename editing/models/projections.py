"""MLP projections of a model, layer by layer, whichever way round their weights lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from torch import nn
from transformers.pytorch_utils import Conv1D

from editing.errors import UnsupportedModelError
from editing.models.language_model import LanguageModel

_NORMS_AFTER_MLP = ("post_feedforward_layernorm", "post_mlp_layernorm")


@dataclass(frozen=True, slots=True)
class Projection:
    """One linear map of a model."""

    name: str
    """Dotted name of the module that holds the weight."""
    module: nn.Module
    is_transposed: bool
    """The weight is (in, out), as in GPT-2's Conv1D, instead of (out, in)."""

    @property
    def weight_name(self) -> str:
        """Name of the parameter."""
        return f"{self.name}.weight"

    @property
    def inputs(self) -> int:
        """How wide what it reads is."""
        return cast(nn.Parameter, self.module.weight).shape[0 if self.is_transposed else 1]

    @property
    def outputs(self) -> int:
        """How wide what it returns is."""
        return cast(nn.Parameter, self.module.weight).shape[1 if self.is_transposed else 0]


def layer_count(model: LanguageModel) -> int:
    """How many transformer blocks the model has."""
    return len(cast("nn.ModuleList", model.module.get_submodule(model.layout.blocks)))


def block_name(model: LanguageModel, layer: int) -> str:
    """Dotted name of a transformer block."""
    return f"{model.layout.blocks}.{layer}"


def up_projection(model: LanguageModel, layer: int) -> Projection:
    """The first linear map of a block's MLP."""
    return _projection(model, layer, model.layout.mlp_up)


def down_projection(model: LanguageModel, layer: int) -> Projection:
    """The last linear map of a block's MLP."""
    return _projection(model, layer, model.layout.mlp_down)


def adds_to_stream(model: LanguageModel, layer: int) -> bool:
    """Whether what a block's MLP says is added to the hidden state as it is.

    Some families put a norm behind the MLP (Gemma 2 and 3, OLMo 2, GLM 4) or scale it (Granite).
    """
    block = model.module.get_submodule(block_name(model, layer))
    scale = float(getattr(model.module.config, "residual_multiplier", None) or 1.0)
    return scale == 1.0 and not any(hasattr(block, name) for name in _NORMS_AFTER_MLP)


def centred_layers(count: int, share: float) -> Sequence[int]:
    """The middle layers that cover about `share` of all, at least one."""
    chosen = min(count, max(1, round(share * count)))
    begin = (count - chosen) // 2
    return range(begin, begin + chosen)


def _projection(model: LanguageModel, layer: int, part: str) -> Projection:
    name = f"{model.layout.blocks}.{layer}.{part}"
    module = model.module.get_submodule(name)
    if not isinstance(module, nn.Linear | Conv1D):
        raise UnsupportedModelError(
            f"{name} of {model.source} is a {type(module).__name__}, not a linear layer in full "
            "precision. Load the model without quantisation."
        )
    return Projection(name, module, isinstance(module, Conv1D))

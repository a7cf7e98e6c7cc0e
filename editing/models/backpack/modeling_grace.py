"""A model with a codebook on one layer: where its input is near a key, the row's value comes out.

Nothing else of the model is changed: where no key is near, its logits are returned bit for bit.

Source: Hartvigsen et al. 2022, Aging with GRACE (arXiv 2211.11031).
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers import initialization as init
from transformers.generation.utils import GenerationMixin
from typing_extensions import override

from .configuration_grace import GraceConfig
from .modeling_parts import (
    InFullPrecision,
    block_of,
    config_of,
    kind_and_fields,
    outline_of,
    part_model_of,
)


class Codebook(InFullPrecision):
    """Rows of a layer.

    Buffers: `keys` and `values` (rows, d), `radii` (rows); a row whose radius is below 0 is off.
    """

    keys: Tensor
    values: Tensor
    radii: Tensor

    def __init__(self, keys: Tensor, values: Tensor, radii: Tensor) -> None:
        super().__init__()
        self.register_buffer("keys", keys)
        self.register_buffer("values", values)
        self.register_buffer("radii", radii)

    @classmethod
    def empty(cls, rows: int, dim: int) -> "Codebook":
        """Make room for rows that a file will fill."""
        return cls(torch.zeros(rows, dim), torch.zeros(rows, dim), torch.zeros(rows))

    def nearest(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Distances to the nearest rows that are on and reach so far, and their numbers.

        Args:
            inputs: (places, d).

        Returns:
            (places,) distances, infinite where no row reaches; (places,) numbers.
        """
        distances = self.distances(inputs)
        distances = distances.masked_fill(distances > self.radii.to(distances), torch.inf)
        found = distances.min(dim=-1)
        return found.values, found.indices

    def distances(self, inputs: Tensor) -> Tensor:
        """Distances (places, rows) of inputs (places, d) to all keys, float32 or wider."""
        wide = inputs.to(torch.promote_types(inputs.dtype, torch.float32))
        return torch.cdist(wide, self.keys.to(wide), compute_mode="donot_use_mm_for_euclid_dist")


class WithCodebook:
    """The forward of a block with a codebook on it."""

    def __init__(self, block: Callable[..., Any], codebook: Codebook, strength: float) -> None:
        """Put them together.

        Args:
            block: The block's forward; its first argument are the hidden states.
            strength: How far an output is moved to a row's value.
        """
        self.block = block
        self.codebook = codebook
        self.strength = strength

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the block's own
        """Run the block; replace its output where a key is near its input."""
        inputs = cast(Tensor, args[0] if args else kwargs["hidden_states"])
        result = self.block(*args, **kwargs)
        is_tuple = isinstance(result, tuple)
        parts = cast("tuple[Any, ...]", result if is_tuple else (result,))
        hidden = cast(Tensor, parts[0])
        distances, rows = self.codebook.nearest(inputs.flatten(0, -2))
        near = distances.isfinite().view(inputs.shape[:-1])
        if not bool(near.any()):
            return result
        moved = hidden.clone()
        values = self.codebook.values.to(hidden)[rows.view(near.shape)[near]]
        moved[near] = hidden[near] + self.strength * (values - hidden[near])
        return (moved, *parts[1:]) if is_tuple else moved


class GraceForCausalLM(PreTrainedModel, GenerationMixin):
    """A model and the codebook on it, as one model; generates with a cache."""

    config: GraceConfig
    config_class = GraceConfig
    _supports_sdpa = True
    _supports_attention_backend = True
    _skip_keys_device_placement = ["past_key_values"]
    _keep_in_fp32_modules_strict = ["codebook"]

    def __init__(self, config: GraceConfig) -> None:
        super().__init__(config)
        self.base = grace_model_of(config.base or {})
        self.codebook = Codebook.empty(*(config.codebook_shape or (1, 1)))
        self.post_init()

    @classmethod
    def of(
        cls,
        base: PreTrainedModel,
        codebook: Codebook,
        block: str,
        *,
        strength: float,
        rows: list[dict[str, Any]],
    ) -> "GraceForCausalLM":
        """Put a loaded model and a codebook together; they become part of the whole."""
        config = GraceConfig(
            base=config_of(base),
            block=block,
            codebook_shape=list(codebook.keys.shape),
            strength=strength,
            rows=rows,
            **outline_of(base),
        )
        with torch.device("meta"):
            whole = cls(config)
        whole.base, whole.codebook = base, codebook
        whole.generation_config = base.generation_config
        return whole.eval()

    @torch.no_grad()
    @override
    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        if isinstance(module, Codebook):
            for buffer in module.buffers(recurse=False):
                init.zeros_(buffer)

    @override
    def get_input_embeddings(self) -> nn.Module:
        """Return the model's word embedding."""
        return self.base.get_input_embeddings()

    @override
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Predict each next token, as the model itself does; it takes the same arguments."""
        block = block_of(self.base, self.config.block)
        plain = block.forward
        block.forward = WithCodebook(plain, self.codebook, self.config.strength)
        try:
            return self.base(*args, **kwargs)
        finally:
            block.forward = plain


def grace_model_of(values: Mapping[str, Any]) -> PreTrainedModel:
    """Build a model, which may have a codebook, from its configuration."""
    kind, fields = kind_and_fields(values)
    if kind == GraceConfig.model_type:
        return GraceForCausalLM(GraceConfig.from_dict(fields))
    return part_model_of(values)


__all__ = ["GraceForCausalLM"]

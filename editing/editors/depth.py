"""The layer that a method reads or changes, given as a share of the model's depth."""

from typing import Any

from editing.models.language_model import LanguageModel
from editing.models.projections import block_name, layer_count
from editing.settings import setting


def depth_setting(
    default: float, what: str, *, sweep: tuple[float, float] | None = None, advanced: bool = False
) -> Any:  # noqa: ANN401 - a field of a settings class
    """Declare a depth.

    Args:
        what: What the layer is for, as the beginning of a sentence.
    """
    return setting(
        default,
        label="Depth",
        help=f"{what}, as a share of the model's depth.",
        low=0.0,
        high=1.0,
        sweep=sweep,
        advanced=advanced,
    )


def block_at(model: LanguageModel, depth: float, *, first: int = 0) -> str:
    """Name the block that lies at a share of the model's depth.

    Args:
        first: The first one that comes into question.
    """
    blocks = layer_count(model)
    return block_name(model, min(blocks - 1, max(first, round(depth * blocks))))

"""Which layers the locate-and-edit methods write into, by architecture and depth."""

from collections.abc import Sequence

from editing.errors import UnsupportedModelError
from editing.models.language_model import LanguageModel
from editing.models.projections import (
    adds_to_stream,
    block_name,
    down_projection,
    layer_count,
)

PUBLISHED = {
    ("GPT-NeoX", 6, 512): (0, 2),
    ("GPT-NeoX", 12, 768): (0, 3),
    ("GPT-NeoX", 24, 1024): (3, 7),
    ("GPT-NeoX", 16, 2048): (2, 6),
    ("GPT-NeoX", 24, 2048): (2, 7),
    ("GPT-NeoX", 32, 2560): (3, 9),
    ("GPT-NeoX", 32, 4096): (4, 10),
    ("GPT-J", 28, 4096): (3, 8),
    ("GPT-2", 48, 1600): (13, 17),
}
"""First and last layer by family, depth and width: Pythia from 70m to 6.9b, GPT-J, GPT-2 XL.

Sources: Hewitt et al. 2024 (arXiv 2402.06155), appendix D; Meng et al. 2022 (arXiv 2210.07229).
"""
BACKPACK_LAST, BACKPACK_DEPTH = 4, 12
"""The published Backpack is written into from its first layer to this one of so many."""
FIRST_SHARE, LAST_SHARE = 0.12, 0.35
"""Where in the depth of other models the layers lie."""


def edited_layers(model: LanguageModel) -> Sequence[int]:
    """The layers that are written into together, ascending."""
    depth, family = layer_count(model), model.layout.family
    width = down_projection(model, 0).outputs
    if (known := PUBLISHED.get((family, depth, width))) is not None:
        first, last = known
    elif model.is_backpack:
        first, last = 0, round(BACKPACK_LAST * (depth - 1) / (BACKPACK_DEPTH - 1))
    else:
        first, last = round(FIRST_SHARE * depth), round(LAST_SHARE * depth)
    # What the last layer says before a text's end reaches no later token.
    last = max(0, min(last, depth - 2))
    return range(min(first, last), last + 1)


def written_layers(model: LanguageModel) -> Sequence[int]:
    """The layers that least squares are shared out among.

    It is the last one alone where something stands between MLPs and the hidden state: what several
    layers write does not add up there.
    """
    layers = edited_layers(model)
    return layers if adds_to_stream(model, layers[-1]) else layers[-1:]


def moved_module(model: LanguageModel, layer: int) -> str:
    """Name of the module whose output a search moves.

    That is the block, whose output moves by as much as its MLP's; where it does not, the projection
    that is written into, so that what is found can be written exactly.
    """
    if adds_to_stream(model, layer):
        return block_name(model, layer)
    return down_projection(model, layer).name


def middle_layer(model: LanguageModel) -> int:
    """The layer for a method that writes into one alone."""
    layers = edited_layers(model)
    return layers[len(layers) // 2]


def reason_against(model: LanguageModel) -> str | None:
    """Say why a model's down projections cannot be written into, or None."""
    try:
        for layer in edited_layers(model):
            down_projection(model, layer)
    except UnsupportedModelError as error:
        return str(error)
    return None

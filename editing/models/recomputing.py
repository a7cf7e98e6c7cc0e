"""Blocks that are run again for the backward, so that it needs not remember what is in them."""

from functools import partial
from typing import Any, cast

from torch import nn
from torch.utils import checkpoint as checkpointing

from editing.models.language_model import LanguageModel


def recompute_blocks(model: LanguageModel) -> None:
    """Have a model, for good, keep only the inputs of its blocks until the backward.

    Gradients are the same, bit for bit: nothing in a model in evaluation mode is drawn at random.

    Source: Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost (arXiv 1604.06174).
    """
    again: Any = cast(Any, checkpointing).checkpoint
    for block in cast("nn.ModuleList", model.module.get_submodule(model.layout.blocks)):
        block.forward = partial(
            again, cast(Any, block.forward), use_reentrant=False, preserve_rng_state=False
        )

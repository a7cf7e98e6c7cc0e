"""How much of a general text the gate of a memory would answer, at some thresholds."""

from collections.abc import Sequence

import torch

from editing.batches import TokenSequence
from editing.editors.serac.embedding import read_features
from editing.editors.serac.serac_edit import SeracEdit
from editing.models.language_model import LanguageModel


@torch.no_grad()
def general_shares(
    model: LanguageModel,
    edit: SeracEdit,
    sequences: Sequence[TokenSequence],
    thresholds: Sequence[float],
) -> list[float]:
    """Return the share of tokens that rows would answer after, for each threshold."""
    gate = edit.gate(model, edit.scope, edit.memory)
    scores = [
        gate(torch.tensor([sequences[number].ids]), None, features.cpu()[None]).scores[0]
        for number, features in read_features(model, edit.block_read(model), sequences)
    ]
    every = torch.cat(scores)
    return [float((every > threshold).double().mean()) for threshold in thresholds]

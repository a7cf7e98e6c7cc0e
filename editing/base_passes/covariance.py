"""Second moments of the keys that MLP down projections read in general text.

A key k is the input of a down projection at one token; C = E[k k^T], uncentred, over all tokens of
a text. What methods that write into these projections hold still is measured by it.

Source: Meng et al. 2022, Mass-Editing Memory in a Transformer (arXiv 2210.07229), section 4.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.batches import TokenSequence, batched, pad
from editing.models.activations import activations
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection
from editing.progress import Progress, Report

BATCH_TOKENS = 4096
SUMMED_NUMBERS = 500_000_000
"""Entries of covariances that are summed in one pass; more layers take more passes."""


@dataclass(frozen=True, slots=True)
class KeyCovariance:
    """C of one projection."""

    mean: Tensor
    """(width, width) mean of k k^T, in float32 at least."""
    tokens: Tensor
    """(1,) how many keys it is the mean of."""

    @property
    def count(self) -> int:
        """How many keys it is the mean of."""
        return int(self.tokens)


def compute_key_covariances(
    model: LanguageModel,
    projections: Sequence[Projection],
    sequences: Sequence[TokenSequence],
    *,
    report: Report,
) -> dict[str, KeyCovariance]:
    """Read a text as far as the projections; return their covariances by their names.

    Args:
        report: Told after each batch, no hook being on the model; may raise to stop.
    """
    groups = list(_groups(projections))
    found: dict[str, KeyCovariance] = {}
    for number, group in enumerate(groups):
        sums = {p.name: _empty_sum(model, p) for p in group}
        done = number * len(sequences)
        for batch in batched(sequences, BATCH_TOKENS):
            _add(sums, model, batch)
            done += len(batch)
            words = f"Key covariances of {len(projections)} layers"
            report(Progress("base passes", done, len(groups) * len(sequences), words))
        count = sum(len(sequence.ids) for sequence in sequences)
        for name, total in sums.items():
            found[name] = KeyCovariance((total / count).cpu(), torch.tensor([count]))
    return found


def _groups(projections: Sequence[Projection]) -> Iterator[list[Projection]]:
    """As many at a time as memory is meant for."""
    group: list[Projection] = []
    for projection in projections:
        if group and sum(p.inputs**2 for p in [*group, projection]) > SUMMED_NUMBERS:
            yield group
            group = []
        group.append(projection)
    if group:
        yield group


def _empty_sum(model: LanguageModel, projection: Projection) -> Tensor:
    wide = torch.promote_types(model.dtype, torch.float32)
    return torch.zeros(projection.inputs, projection.inputs, dtype=wide, device=model.device)


def _add(sums: dict[str, Tensor], model: LanguageModel, batch: Sequence[TokenSequence]) -> None:
    ids, mask = pad(batch, device=model.device)
    seen = activations(model, ids, mask, inputs=list(sums)).inputs
    for name, total in sums.items():
        keys = seen[name][mask.bool()].to(total.dtype)
        total.addmm_(keys.T, keys)

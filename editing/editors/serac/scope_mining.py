"""Negatives that are hard: texts near a row's prompt that the row is not for.

Of the 100 nearest, the 25 nearest are left alone, for many of them say the same in other words; of
the rest the nearer ones are drawn more often.

Source: Mitchell et al. 2022, Memory-Based Model Editing at Scale (arXiv 2206.06520).
"""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from editing.editors.serac.scope_texts import GENERAL, Query

NEAREST, DROPPED = 100, 25
SHARPNESS = 0.1
"""Cosines are divided by this."""

Mined = tuple[list[int], Tensor]
"""Numbers of queries, and how likely each is drawn."""


def mine(
    keys: Mapping[int, Tensor], queries: Mapping[int, Tensor], about: Sequence[Query]
) -> dict[int, Mined]:
    """Find each key's hard negatives.

    Args:
        keys: A vector (width,) of each key by its number.
        queries: The same of queries.
        about: All queries, by their numbers.
    """
    numbers = [number for number in queries if about[number].role != GENERAL]
    if not numbers or not keys:
        return {}
    vectors = _normalised([queries[number] for number in numbers])
    found: dict[int, Mined] = {}
    for key, cosines in zip(keys, _normalised(list(keys.values())) @ vectors.T, strict=True):
        order = cast("list[int]", cosines.argsort(descending=True).tolist())
        other = [n for n in order if key not in about[numbers[n]].meant | about[numbers[n]].ignored]
        if hard := other[DROPPED:NEAREST]:
            found[key] = [numbers[n] for n in hard], (cosines[hard] / SHARPNESS).softmax(-1)
    return found


def _normalised(vectors: Sequence[Tensor]) -> Tensor:
    return torch.nn.functional.normalize(torch.stack(list(vectors)).float(), dim=-1)

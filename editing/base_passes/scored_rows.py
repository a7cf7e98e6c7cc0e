"""Log-probabilities where they are asked for, and nowhere else.

The product with the output embedding is a large part of a small model's work; an example's prefix
needs none of it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from editing.batches import TokenSequence, pad
from editing.models.language_model import LanguageModel


def scored_log_probs(
    model: LanguageModel,
    sequences: Sequence[TokenSequence],
    places: Sequence[int] | None = None,
) -> list[Tensor]:
    """Run the module over a batch; gradients flow where they are switched on.

    Args:
        places: One position of each sequence, instead of its scored rows.

    Returns:
        For each sequence log-probabilities (rows, vocab), float32 or wider.
    """
    wanted = [_rows(s) for s in sequences] if places is None else [range(p, p + 1) for p in places]
    kept = sorted({place for own in wanted for place in own})
    where = {place: index for index, place in enumerate(kept)}
    ids, mask = pad(sequences, device=model.device)
    logits: Tensor = model.module(
        input_ids=ids,
        attention_mask=mask,
        use_cache=False,
        logits_to_keep=torch.tensor(kept, device=model.device),
    ).logits
    wide = torch.promote_types(logits.dtype, torch.float32)
    return [
        logits[row, where[own[0]] : where[own[-1]] + 1, : model.vocab_size].to(wide).log_softmax(-1)
        for row, own in enumerate(wanted)
    ]


def _rows(sequence: TokenSequence) -> range:
    """The positions whose next token is scored."""
    return range(sequence.first_scored - 1, len(sequence.ids) - 1)

"""Keys and values of facts: what a projection reads, and what a block says, at their lookups."""

from collections.abc import Sequence

import torch
from torch import Tensor

from editing.base_passes.arrays import cut
from editing.batches import TokenSequence, batched, pad
from editing.editors.locate.facts import Fact, Prompt
from editing.models.activations import activations
from editing.models.language_model import LanguageModel

BATCH_TOKENS = 4096


def averaged_keys(model: LanguageModel, projection: str, facts: Sequence[Fact]) -> Tensor:
    """One key a fact, (inputs, facts), float64 on the CPU.

    It is the mean of the bare prompt's key and of the mean over those behind a template.

    Source: Meng et al. 2022 (arXiv 2210.07229), their code.
    """
    prompts = [prompt[0] for fact in facts for prompt in fact.prompts]
    keys = values_at(model, prompts, input_of=projection).cpu().double()
    counts = [len(fact.prompts) for fact in facts]
    means = [_mean(own) for own in cut(keys, counts)]
    return torch.stack(means, dim=1)


def block_values(model: LanguageModel, block: str, facts: Sequence[Fact]) -> Tensor:
    """What a block says at the bare prompts' lookups, (dim, facts), float64 on the CPU."""
    prompts = [fact.prompts[0][0] for fact in facts]
    return values_at(model, prompts, output_of=block).cpu().double().T


def values_at(
    model: LanguageModel, prompts: Sequence[Prompt], *, input_of: str = "", output_of: str = ""
) -> Tensor:
    """A module's input, or its output, at each prompt's lookup: (prompts, width)."""
    # What comes after the lookup cannot change what stands there.
    heads = [TokenSequence(p.sequence.ids[: p.lookup + 1], 1) for p in prompts]
    order = sorted(range(len(heads)), key=lambda number: len(heads[number].ids))
    rows: list[Tensor] = []
    for batch in batched([heads[number] for number in order], BATCH_TOKENS):
        ids, mask = pad(batch, device=model.device)
        if input_of:
            seen = activations(model, ids, mask, inputs=[input_of]).inputs[input_of]
        else:
            seen = activations(model, ids, mask, outputs=[output_of]).outputs[output_of]
        rows += [seen[row, len(head.ids) - 1] for row, head in enumerate(batch)]
    places = torch.tensor(order).argsort()
    return torch.stack(rows)[places.to(rows[0].device)]


def _mean(keys: Tensor) -> Tensor:
    """Of (prompts, inputs), the bare prompt's first."""
    return keys[0] if len(keys) == 1 else (keys[0] + keys[1:].mean(dim=0)) / 2

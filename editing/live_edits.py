"""Edits held beside their model, so that a prompt's next word at other strengths costs one forward.

Differences of weights are written to the same memory each time: asking the system for fresh
memory costs several times more than the sums.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import final

import torch
from torch import Tensor

from editing.batches import prompt_ids
from editing.editors.base import Edit
from editing.editors.sense_edit import SenseEdit
from editing.editors.weight_delta import Factors, WeightDelta
from editing.errors import EditingError
from editing.models.applied import Change, Originals
from editing.models.language_model import LanguageModel, backpack_of

SenseStrengths = Mapping[tuple[int, int], float]
"""By token id and sense, how strongly an edit's sense is put on; 1 where it is not named."""


@final
class LiveEdits:
    """Edits of one model, whatever their methods, at strengths that change again and again."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = tuple(edits)
        self._rooms: dict[str, Tensor] = {}

    @property
    def is_of_senses(self) -> bool:
        """Whether every edit moves senses alone, so that logits are linear in the strengths."""
        return all(isinstance(edit, SenseEdit) for edit in self.edits)

    @torch.no_grad()
    def logits(
        self,
        model: LanguageModel,
        prompt: str,
        strengths: Sequence[float],
        senses: Sequence[SenseStrengths] = (),
        own: SenseStrengths | None = None,
    ) -> Tensor:
        """Predict what follows a prompt.

        Args:
            model: The untouched model, which leaves as it came.
            prompt: Cut from the left where it is longer than the context.
            strengths: Of each edit.
            senses: For each edit, how strongly its single senses are put on besides that; none
                for all as they are.
            own: How strongly the model's own senses count, 1 being as they are; of a Backpack.

        Returns:
            (vocab,) logits, in at least float32.

        Raises:
            EditingError: The prompt has no token, or an edit cannot be put on.
        """
        ids, _ = prompt_ids(model.tokenizer, prompt, model.context)
        if not ids:
            raise EditingError("There is no text yet. Type a few words.")
        turned = senses or [{} for _ in self.edits]
        with ExitStack() as on:
            if own:
                on.enter_context(own_senses(model, own).applied(model))
            for edit, strength, own in zip(self.edits, strengths, turned, strict=True):
                if not isinstance(edit, WeightDelta):
                    on.enter_context(_turned(edit, own).applied(model, strength))
            # Last, as what is taken off first is not put on anew when the others go.
            on.enter_context(model.applied.put_on(self._weights(model, strengths)))
            inputs = torch.tensor([ids], device=model.device)
            logits = model.module(input_ids=inputs, use_cache=False).logits
        last = logits[0, -1, : model.vocab_size]
        return last.to(torch.promote_types(last.dtype, torch.float32)).cpu()

    def _weights(self, model: LanguageModel, strengths: Sequence[float]) -> Change:
        """What the edits of weights do together, each at its strength."""
        pairs = [
            (edit.changes, strength)
            for edit, strength in zip(self.edits, strengths, strict=True)
            if isinstance(edit, WeightDelta)
        ]

        def add(originals: Originals) -> None:
            for name in dict.fromkeys(name for changes, _ in pairs for name in changes):
                parameter = model.module.get_parameter(name)
                moved = self._room(name, parameter)
                moved.copy_(parameter.data)
                for changes, strength in pairs:
                    if name in changes:
                        _add(moved, changes[name], strength)
                originals.replace_values(parameter, moved)

        return add

    def _room(self, name: str, parameter: Tensor) -> Tensor:
        room = self._rooms.get(name)
        if room is None or room.device != parameter.device:
            wide = torch.promote_types(parameter.dtype, torch.float32)
            room = self._rooms[name] = torch.empty_like(parameter.data, dtype=wide)
        return room


def most_likely(logits: Tensor, top: int) -> list[tuple[int, float]]:
    """Name the likeliest words by their ids, with their probabilities, likeliest first."""
    shares, ids = logits.softmax(dim=-1).topk(min(top, logits.shape[-1]))
    return [(int(number), float(share)) for number, share in zip(ids, shares, strict=True)]


def own_senses(model: LanguageModel, strengths: SenseStrengths) -> SenseEdit:
    """An edit that makes senses of the untouched model count more or less."""
    tokens, senses = (torch.tensor(column) for column in zip(*strengths, strict=True))
    vectors = backpack_of(model).backpack.sense_vectors(tokens.to(model.device))
    more = torch.tensor([strength - 1 for strength in strengths.values()]).to(vectors)
    chosen = vectors[torch.arange(len(tokens)), senses.to(vectors.device)]
    return SenseEdit(tokens, senses, (more[:, None] * chosen).cpu(), torch.zeros(len(tokens)))


def _turned(edit: Edit, senses: SenseStrengths) -> Edit:
    if not senses or not isinstance(edit, SenseEdit):
        return edit
    keys = zip(map(int, edit.token_ids), map(int, edit.senses), strict=True)
    factors = torch.tensor([senses.get(key, 1.0) for key in keys]).to(edit.deltas)
    return replace(edit, deltas=factors[:, None] * edit.deltas)


def _add(moved: Tensor, difference: Tensor | Factors, strength: float) -> None:
    if isinstance(difference, Factors):
        moved.addmm_(difference.left.to(moved), difference.right.to(moved), alpha=strength)
    else:
        moved.add_(difference.to(moved), alpha=strength)

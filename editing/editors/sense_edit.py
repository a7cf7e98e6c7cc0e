"""A sense edit: differences added to a few sense vectors of a Backpack."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor
from typing_extensions import override

from editing.base_passes import BasePass, Candidates, SenseIndex, SensePass, candidate_losses
from editing.base_passes.candidates import touched_rows
from editing.editors.base import Edit, EditState, TokenLosses
from editing.models.applied import Change, Originals
from editing.models.backpack import SenseEdits
from editing.models.language_model import LanguageModel, backpack_of
from editing.progress import Report, unheard


@final
@dataclass(frozen=True, slots=True)
class SenseEdit(Edit):
    """Differences of chosen senses, wherever their word occurs."""

    from_sense_passes: ClassVar[bool] = True
    scored_together: ClassVar[bool] = True

    token_ids: Tensor
    """(senses,)."""
    senses: Tensor
    """(senses,)."""
    deltas: Tensor
    """(senses, dim)."""
    scores: Tensor
    """(senses,) normalised selection scores."""

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not bool(self.deltas.any())

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        module = backpack_of(model)
        own = [self.token_ids, self.senses, (strength * self.deltas).to(module.dtype)]

        def add(originals: Originals) -> None:
            before, added = module.backpack.sense_edits, own
            if before is not None:
                held = [before.token_ids, before.senses, before.deltas]
                added = [torch.cat([a.to(b.device), b]) for a, b in zip(held, own, strict=True)]
            edits = SenseEdits(*(t.to(module.device) for t in added))
            originals.replace(module.backpack, "sense_edits", edits)
            originals.replace(module.config, "num_edited_senses", len(added[0]))

        return add

    @override
    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        scaled = torch.stack([strength * self.deltas for strength in strengths])
        return sense_token_losses(model, self.index(model), scaled)

    @override
    def touched(self, base: BasePass) -> int:
        moved = self.deltas.any(dim=1)
        if not moved.any():
            return 0
        base = with_senses(base)
        index = SenseIndex.of(self.token_ids[moved], self.senses[moved], base.query.shape[1])
        return touched_rows(base, index)

    def index(self, model: LanguageModel) -> SenseIndex:
        """Where each word's senses stand among the differences."""
        k = backpack_of(model).config.num_senses
        return SenseIndex.of(self.token_ids, self.senses, k)

    @override
    def state(self) -> EditState:
        tensors = {
            "token_ids": self.token_ids,
            "senses": self.senses,
            "deltas": self.deltas.float() if self.deltas.dtype != torch.float64 else self.deltas,
            "scores": self.scores,
        }
        return EditState(tensors, {})


def sense_token_losses(
    model: LanguageModel, index: SenseIndex, deltas: Tensor, report: Report = unheard
) -> TokenLosses:
    """Score candidates (candidates, senses, dim) of the same senses, all in one pass."""
    candidates = Candidates(index, deltas)

    def losses(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
        passed, output = with_senses(base), output_rows(model)  # not kept: it may be a wide copy
        return candidate_losses(passed, output, candidates, report=report, sequences=sequences)

    return losses


def with_senses(base: BasePass) -> SensePass:
    """Narrow a pass to one that sense edits can be scored from.

    Raises:
        TypeError: It is another; a fault of the program, not of the person.
    """
    if isinstance(base, SensePass):
        return base
    raise TypeError("A sense edit is scored from a SensePass.")


def output_rows(model: LanguageModel) -> Tensor:
    """The real rows of the output embedding, (vocab, dim), in at least float32."""
    weight = backpack_of(model).lm_head.weight.detach()[: model.vocab_size].cpu()
    return weight if weight.dtype == torch.float64 else weight.float()


def summed_senses(edits: Sequence[SenseEdit]) -> SenseEdit:
    """Add differences of the same sense up, in order; scores of the first mention stay."""
    places: dict[tuple[int, int], int] = {}
    deltas: list[Tensor] = []
    scores: list[Tensor] = []
    for edit in edits:
        for row in range(len(edit.senses)):
            key = (int(edit.token_ids[row]), int(edit.senses[row]))
            if key in places:
                deltas[places[key]] = deltas[places[key]] + edit.deltas[row]
            else:
                places[key] = len(deltas)
                deltas.append(edit.deltas[row])
                scores.append(edit.scores[row])
    token_ids, senses = torch.tensor(list(places), dtype=torch.long).T.contiguous()
    return SenseEdit(token_ids, senses, torch.stack(deltas), torch.stack(scores))

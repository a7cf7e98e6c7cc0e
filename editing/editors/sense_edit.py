"""A sense edit: differences added to a few sense vectors of a Backpack."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor
from typing_extensions import override

from editing.base_passes import BasePass, Candidates, SenseIndex, candidate_losses
from editing.base_passes.candidates import touched_rows
from editing.editors.base import Edit, EditState, TokenLosses
from editing.models.backpack import SenseEdits
from editing.models.language_model import LanguageModel, backpack_of
from editing.progress import Report, unheard


@final
@dataclass(frozen=True, slots=True)
class SenseEdit(Edit):
    """Differences of chosen senses, wherever their word occurs."""

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

    @contextmanager
    def _lend(self, model: LanguageModel, strength: float) -> Iterator[LanguageModel]:
        module = backpack_of(model)
        before, count = module.backpack.sense_edits, module.config.num_edited_senses
        own = [self.token_ids, self.senses, (strength * self.deltas).to(module.dtype)]
        if before is not None:
            held = [before.token_ids, before.senses, before.deltas]
            own = [torch.cat([a.to(b.device), b]) for a, b in zip(held, own, strict=True)]
        try:
            module.backpack.sense_edits = SenseEdits(*(t.to(module.device) for t in own))
            module.config.num_edited_senses = len(own[0])
            yield model
        finally:
            module.backpack.sense_edits, module.config.num_edited_senses = before, count

    @override
    def applied(
        self, model: LanguageModel, strength: float = 1.0
    ) -> AbstractContextManager[LanguageModel]:
        return self._lend(model, strength)

    @override
    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        scaled = torch.stack([strength * self.deltas for strength in strengths])
        return sense_token_losses(model, self.index(model), scaled)

    @override
    def touched(self, base: BasePass) -> int:
        moved = self.deltas.any(dim=1)
        if not moved.any():
            return 0
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
    output = output_rows(model)
    candidates = Candidates(index, deltas)

    def losses(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
        return candidate_losses(base, output, candidates, report=report, sequences=sequences)

    return losses


def output_rows(model: LanguageModel) -> Tensor:
    """The real rows of the output embedding, (vocab, dim), in at least float32."""
    weight = backpack_of(model).lm_head.weight.detach()[: model.vocab_size].cpu()
    return weight if weight.dtype == torch.float64 else weight.float()

"""An edit that lends a model the edit of a small one: nothing of the model itself changes."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast, final

import torch
from torch import Tensor
from transformers import PreTrainedModel
from typing_extensions import override

from editing.base_passes import BasePass
from editing.base_passes.base_pass import in_batches
from editing.batches import TokenSequence, pad
from editing.editors.base import Edit, EditState, TokenLosses
from editing.editors.borrowed_edit import BorrowedEdit, loaded_small_model, log_ratio
from editing.editors.sense_edit import SenseEdit
from editing.models.applied import Change, Originals
from editing.models.backpack import Ensemble, LogitEnsembleForCausalLM, LogRatio, moved_logits
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard

OF_SMALL = "small."

LoadSmall = Callable[[str, EditState], Edit]


@final
@dataclass(frozen=True, slots=True)
class EnsembleEdit(Edit):
    """Adds beta * (log p_edited - log p_base) of a small model to a model's logits."""

    wraps_module: ClassVar[int] = 2
    scored_together: ClassVar[bool] = True

    borrowed: BorrowedEdit
    beta: float
    held: list[LogRatio] = field(default_factory=list[LogRatio], compare=False, repr=False)
    """The small model before and after its edit, once it is loaded."""

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        weight, module = strength * self.beta, model.module
        ratio = self._ratio(model) if weight else None

        def wrap(originals: Originals) -> None:
            if ratio is not None:
                ensemble = Ensemble(module.forward, module.config, ratio, weight)
                originals.replace(module, "forward", ensemble)

        return wrap

    @override
    def token_losses(
        self, model: LanguageModel, strengths: Sequence[float], report: Report = unheard
    ) -> TokenLosses:
        weights = [strength * self.beta for strength in strengths]
        moving = [place for place, weight in enumerate(weights) if weight]

        def losses(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
            chosen = range(base.sequences) if sequences is None else sequences
            scored = base.nll.expand(len(weights), -1).clone()
            if not moving:
                return scored
            ratio, wanted = self._ratio(model), [weights[place] for place in moving]
            for numbers, batch in in_batches(model, base, chosen, report, "evaluating"):
                changes = _changes(model, ratio, wanted, batch)
                for number, change in zip(numbers, changes, strict=True):
                    scored[moving, base.rows_of(number)] += change
            return scored

        return losses

    @override
    def touched(self, base: BasePass) -> int:
        if not self.beta:
            return 0
        reached = _reached(self.borrowed.edit, base.ids)
        rows = 0
        for number in range(base.sequences):
            places = reached[base.tokens_of(number)].nonzero()[:, 0]
            if len(places):
                first, own = int(base.first_row[number]), base.rows_of(number)
                end = min(first + own.stop - own.start, self.borrowed.context)
                rows += max(0, end - max(first, int(places[0])))
        return rows

    @override
    def beside(self) -> Sequence[str]:
        small = self.borrowed
        return [
            f"A small model, `{small.source}`, lies in this folder before and after its edit "
            f"{small.name} (strength {small.strength:g}), and what the edit does to its "
            f"log-probabilities is added {self.beta:g} times; its licence holds too"
        ]

    @override
    def exported_module(self, model: LanguageModel, strength: float) -> PreTrainedModel:
        large, weight = copy.deepcopy(model.module), strength * self.beta
        if not weight:
            return large
        return LogitEnsembleForCausalLM.of(large, copy.deepcopy(self._ratio(model)), weight)

    @override
    def state(self) -> EditState:
        small, own = self.borrowed, self.borrowed.edit.state()
        tensors = {OF_SMALL + name: tensor for name, tensor in own.tensors.items()}
        return EditState(
            tensors,
            {
                "beta": self.beta,
                "vocabulary": small.vocabulary,
                "small": {
                    "source": small.source,
                    "fingerprint": small.fingerprint,
                    "context": small.context,
                },
                "edit": {
                    "name": small.name,
                    "method": small.method,
                    "strength": small.strength,
                    "state": dict(own.record),
                },
            },
        )

    @classmethod
    def from_state(cls, state: EditState, load_small: LoadSmall) -> "EnsembleEdit":
        """Make an edit from what `state` returned; the small model is loaded when it is needed."""
        record = cast("dict[str, Any]", state.record)
        small, edit = record["small"], record["edit"]
        tensors = {name.removeprefix(OF_SMALL): tensor for name, tensor in state.tensors.items()}
        borrowed = BorrowedEdit(
            source=small["source"],
            fingerprint=small["fingerprint"],
            context=small["context"],
            name=edit["name"],
            method=edit["method"],
            edit=load_small(edit["method"], EditState(tensors, edit["state"])),
            strength=edit["strength"],
            vocabulary=record["vocabulary"],
        )
        return cls(borrowed, record["beta"])

    def _ratio(self, model: LanguageModel) -> LogRatio:
        if not self.held:
            small = loaded_small_model(self.borrowed, model)
            self.held.append(log_ratio(self.borrowed, small))
        return self.held[0]


def _reached(edit: Edit, ids: Tensor) -> Tensor:
    """Where a text has words that the edit changes, (tokens,); anywhere unless it is of senses."""
    if isinstance(edit, SenseEdit):
        return torch.isin(ids, edit.token_ids[edit.deltas.any(dim=1)])
    return torch.ones_like(ids, dtype=torch.bool)


@torch.no_grad()
def _changes(
    model: LanguageModel, ratio: LogRatio, weights: Sequence[float], batch: Sequence[TokenSequence]
) -> list[Tensor]:
    """What each weight adds to a sequence's losses, (weights, rows), nats; all models run once.

    Zero, exactly, where the small model's edit changes nothing.
    """
    ids, mask = pad(batch, device=model.device)
    logits: Tensor = model.module(input_ids=ids, attention_mask=mask, use_cache=False).logits
    ratios = ratio(ids, mask)
    changes: list[Tensor] = []
    for row, sequence in enumerate(batch):
        kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
        targets = ids[row, sequence.first_scored : len(sequence.ids), None]
        own = logits[row, kept, : model.vocab_size]
        scored = [
            _losses(moved_logits(own, ratios[row, kept], weight), targets)
            for weight in (0.0, *weights)
        ]
        changes.append(torch.stack(scored[1:]).sub_(scored[0]).cpu())
    return changes


def _losses(logits: Tensor, targets: Tensor) -> Tensor:
    return logits.logsumexp(-1) - logits.gather(-1, targets)[:, 0]

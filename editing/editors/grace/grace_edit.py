"""An edit that is a codebook on one layer: near a key the row's value comes out of the layer."""

import copy
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, cast, final

import torch
from torch import Tensor
from transformers import PreTrainedModel
from typing_extensions import override

from editing.base_passes import BasePass
from editing.base_passes.base_pass import in_batches
from editing.batches import pad
from editing.editors.base import EditState, TokenLosses, module_token_losses
from editing.editors.memory_edit import GateReadings, Judged, Measure, MemoryEdit
from editing.errors import EditingError
from editing.examples import JSON
from editing.models.activations import activations
from editing.models.applied import Change, Originals
from editing.models.backpack import Codebook, GraceForCausalLM, WithCodebook
from editing.models.language_model import LanguageModel
from editing.progress import Report

OFF = -1.0
"""A radius that reaches nothing."""
REACHES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""The last one inside the ball is the widest; at 0 the model is untouched."""
SMALLEST = 1e-12
"""A radius counts as no less, where distances are told in radii."""


@final
@dataclass(frozen=True, slots=True)
class GraceEdit(MemoryEdit):
    """Rows on a block's input and output."""

    wraps_module: ClassVar[int] = 1
    measure: ClassVar[Measure] = Measure.DISTANCE
    grid: ClassVar[tuple[float, ...]] = REACHES

    block: str
    keys: Tensor
    """(rows, d)."""
    values: Tensor
    """(rows, d)."""
    radii: Tensor
    """(rows,) in the units of the block's input."""
    rows: tuple[Mapping[str, JSON], ...] = field(default=())
    """What each row was made of, and whether it is on."""
    reach: float = 1.0
    """What all radii are multiplied by; 0 switches all rows off."""

    @property
    def is_silent(self) -> bool:
        """Whether no row can ever answer."""
        return not self.reach or not any(row["enabled"] for row in self.rows)

    def codebook(self) -> Codebook:
        """The rows as they are put on a model."""
        is_on = torch.tensor([bool(row["enabled"]) for row in self.rows])
        return Codebook(
            self.keys.clone(), self.values.clone(), torch.where(is_on, self.reach * self.radii, OFF)
        )

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        block = model.module.get_submodule(self.block)
        codebook = self.codebook().to(model.device) if strength and not self.is_silent else None

        def wrap(originals: Originals) -> None:
            if codebook is not None:
                originals.replace(block, "forward", WithCodebook(block.forward, codebook, strength))

        return wrap

    def losses_at(
        self, model: LanguageModel, reaches: Sequence[float], report: Report
    ) -> TokenLosses:
        """Score texts with the radii multiplied by several numbers."""
        candidates = [replace(self, reach=reach) for reach in reaches]
        return module_token_losses(
            model, [functools.partial(each.applied, model) for each in candidates], report
        )

    @property
    @override
    def answers_from(self) -> float:
        return self.reach

    @override
    def at_threshold(self, threshold: float) -> "GraceEdit":
        return replace(self, reach=threshold)

    @override
    def row_records(self) -> tuple[dict[str, JSON], ...]:
        return tuple(dict(row) for row in self.rows)

    @override
    def judged(self, model: LanguageModel, ids: Tensor) -> Judged:
        inputs = activations(model, ids, torch.ones_like(ids), inputs=[self.block])
        distances, _, rows = self._nearest(inputs.inputs[self.block][0])
        radii = self.reach * self.radii[rows]
        return Judged(distances, radii, rows, (distances <= radii) & (not self.is_silent))

    @override
    def readings(self, model: LanguageModel, base: BasePass, report: Report) -> GateReadings:
        scores, rows = torch.zeros(base.rows), torch.zeros(base.rows, dtype=torch.long)
        for numbers, batch in in_batches(model, base, range(base.sequences), report, "evaluating"):
            ids, mask = pad(batch, device=model.device)
            inputs = activations(model, ids, mask, inputs=[self.block]).inputs[self.block]
            for number, sequence, own in zip(numbers, batch, inputs, strict=True):
                kept = slice(sequence.first_scored - 1, len(sequence.ids) - 1)
                _, scores[base.rows_of(number)], rows[base.rows_of(number)] = self._nearest(
                    own[kept]
                )
        return GateReadings(scores, rows)

    def _nearest(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Find the row that answers, or else the one that would have to reach least further.

        Args:
            inputs: (places, d) of the block.

        Returns:
            (places,) its distance; how far away any row is at least, in radii; and its number.
        """
        codebook = self.codebook().to(inputs.device)
        distances = codebook.distances(inputs).cpu()
        is_on = torch.tensor([bool(row["enabled"]) for row in self.rows])
        shares = (distances / self.radii.clamp(min=SMALLEST)).masked_fill(~is_on, torch.inf)
        least, rows = shares.min(dim=-1)
        reached, answering = (found.cpu() for found in codebook.nearest(inputs))
        rows = torch.where(reached.isfinite(), answering, rows)
        return distances.gather(-1, rows[:, None])[:, 0], least, rows

    @override
    def switched(self, row: str, *, on: bool) -> "GraceEdit":
        if row not in [each["id"] for each in self.rows]:
            raise EditingError(f"The codebook holds no row {row!r}.")
        rows = [{**each, "enabled": on} if each["id"] == row else each for each in self.rows]
        return replace(self, rows=tuple(rows))

    @override
    def touched(self, base: BasePass) -> int:
        return 0 if self.is_silent else base.rows

    @override
    def exported_module(self, model: LanguageModel, strength: float) -> PreTrainedModel:
        base = copy.deepcopy(model.module)
        if self.is_silent or not strength:
            return base
        rows = [dict(row) for row in self.rows]
        return GraceForCausalLM.of(
            base, self.codebook().to(model.device), self.block, strength=strength, rows=rows
        )

    @override
    def state(self) -> EditState:
        return EditState(
            {"keys": self.keys, "values": self.values, "radii": self.radii},
            {"block": self.block, "reach": self.reach, "rows": [dict(row) for row in self.rows]},
        )

    @classmethod
    def from_state(cls, state: EditState) -> "GraceEdit":
        """Make an edit from what `state` returned."""
        record = cast("dict[str, Any]", state.record)
        own = dict(state.tensors)
        return cls(
            block=record["block"],
            keys=own["keys"],
            values=own["values"],
            radii=own["radii"],
            rows=tuple(record["rows"]),
            reach=record["reach"],
        )

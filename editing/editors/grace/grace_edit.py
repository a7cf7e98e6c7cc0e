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
from editing.editors.base import Edit, EditState, TokenLosses, module_token_losses
from editing.errors import EditingError
from editing.examples import JSON
from editing.models.applied import Change, Originals
from editing.models.backpack import Codebook, GraceForCausalLM, WithCodebook
from editing.models.language_model import LanguageModel
from editing.progress import Report

OFF = -1.0
"""A radius that reaches nothing."""


@final
@dataclass(frozen=True, slots=True)
class GraceEdit(Edit):
    """Rows on a block's input and output."""

    wraps_module: ClassVar[int] = 1
    answers_by_rows: ClassVar[bool] = True

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

    def row_records(self) -> tuple[dict[str, JSON], ...]:
        """The rows as plain values: id, text, kind, time, enabled and what they were made of."""
        return tuple(dict(row) for row in self.rows)

    def switched(self, row: str, *, on: bool) -> "GraceEdit":
        """Switch a row, given by its id, on or off.

        Raises:
            EditingError: There is no such row.
        """
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

"""AlphaEdit: write facts in directions that the keys of general text hardly use.

Targets and layers are MEMIT's. Each layer's least squares are solved among differences that leave
alone whatever lies outside those directions, which takes the place of MEMIT's covariance term.

Source: Fang et al. 2024, AlphaEdit (arXiv 2410.02355). The authors keep the directions whose
variance is below an absolute number, which means something else on every model; here it is a share
of all directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor
from typing_extensions import override

from editing.base_passes import KeyCovariance
from editing.editors.base import Edit, FitContext
from editing.editors.locate.fitting import Method
from editing.editors.locate.locate_settings import (
    clamp_setting,
    kl_factor_setting,
    rate_setting,
    steps_setting,
    subject_setting,
)
from editing.editors.locate.locating_editor import LocatingEditor
from editing.editors.locate.update import alphaedit_update, free_directions
from editing.editors.weight_delta import Factors, WeightDelta
from editing.examples import JSON
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection
from editing.settings import Scale, check_ranges, setting

HOLDS_KEYS = "holds_projected_keys"
"""In an edit's record: the factors on the side of the keys are the projected keys themselves."""


@dataclass(frozen=True, slots=True)
class AlphaEditSettings:
    """Hyperparameters of AlphaEdit."""

    subject: str = subject_setting()
    clamp: float = clamp_setting()
    kl_factor: float = kl_factor_setting()
    free_share: float = setting(
        0.6,
        label="Share of directions",
        help="How many of the directions that keys can take may be written into, the least used.",
        low=0.01,
        high=1.0,
        sweep=(0.3, 0.99),
    )
    ridge: float = setting(
        10.0,
        label="Ridge",
        help="Holds the size of the difference; more of it writes less.",
        low=1e-9,
        high=1e9,
        scale=Scale.LOG,
        advanced=True,
    )
    steps: int = steps_setting()
    rate: float = rate_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class AlphaEdit(LocatingEditor[AlphaEditSettings]):
    """Writes facts into a few layers, beside what general text uses."""

    name: ClassVar[str] = "alphaedit"
    label: ClassVar[str] = "AlphaEdit"
    help: ClassVar[str] = "MEMIT in directions that general text hardly uses; edits add up well."
    Settings = AlphaEditSettings
    squares_solved: ClassVar[int] = 5

    @override
    def method(
        self, model: LanguageModel, settings: AlphaEditSettings, context: FitContext
    ) -> Method:
        below = () if context.on is None else context.on.made_of()

        def make_writer(projection: Projection, covariance: KeyCovariance) -> _Writer:
            free, energy = free_directions(covariance, settings.free_share)
            earlier = earlier_keys(below, projection)
            return _Writer(free, energy, covariance.count, settings.ridge, earlier)

        return Method(self.layers(model), make_writer, one_by_one=False)


def earlier_keys(below: Sequence[Edit], projection: Projection) -> Tensor:
    """The projected keys, (inputs, any), that edits of this method have written into a weight."""
    keys = [torch.empty(projection.inputs, 0, dtype=torch.float64)]
    for edit in below:
        change = _change(edit, projection)
        if change is not None:
            keys.append((change.left if projection.is_transposed else change.right.T).double())
    return torch.cat(keys, dim=1)


def _change(edit: Edit, projection: Projection) -> Factors | None:
    """What an edit of this method does to a weight; None for other methods' edits."""
    if not isinstance(edit, WeightDelta):
        return None
    facts = edit.record.get("weights")
    own = facts.get(projection.name) if isinstance(facts, dict) else None
    change = edit.changes.get(projection.weight_name)
    holds_keys = isinstance(own, dict) and own.get(HOLDS_KEYS) is True
    return change if holds_keys and isinstance(change, Factors) else None


@dataclass(frozen=True, slots=True)
class _Writer:
    free: Tensor
    energy: float
    tokens: int
    ridge: float
    earlier: Tensor

    def write(self, keys: Tensor, residuals: Tensor) -> Factors:
        return alphaedit_update(keys, residuals, self.free, self.ridge, self.earlier)

    def facts(self) -> dict[str, JSON]:
        return {
            "tokens": self.tokens,
            "free_directions": self.free.shape[1],
            "of_directions": self.free.shape[0],
            "energy_of_general_keys": round(self.energy, 9),
            "earlier_keys": self.earlier.shape[1],
            HOLDS_KEYS: True,
        }

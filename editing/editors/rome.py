"""ROME: write one fact after another into the MLP down projection of one layer.

For each example a hidden state at its subject is sought from which the model says what it should.
A difference of rank one then moves what the projection says at the subject's key by exactly that
much, and as little as can be at the keys of general text.

Source: Meng et al. 2022, Locating and Editing Factual Associations in GPT (arXiv 2202.05262). The
authors' code measures the value at another key than the one it divides by, after which models break
down; here one averaged key stands in both places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor
from typing_extensions import override

from editing.base_passes import KeyCovariance
from editing.editors.base import FitContext
from editing.editors.locate.fitting import Method
from editing.editors.locate.layers import middle_layer
from editing.editors.locate.locate_settings import (
    clamp_setting,
    kl_factor_setting,
    rate_setting,
    steps_setting,
    subject_setting,
)
from editing.editors.locate.locating_editor import LocatingEditor
from editing.editors.locate.update import Factorised, factorised, rome_update
from editing.editors.weight_delta import Factors
from editing.examples import JSON
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection
from editing.settings import check_ranges


@dataclass(frozen=True, slots=True)
class RomeSettings:
    """Hyperparameters of ROME."""

    subject: str = subject_setting()
    clamp: float = clamp_setting()
    kl_factor: float = kl_factor_setting()
    steps: int = steps_setting()
    rate: float = rate_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class Rome(LocatingEditor[RomeSettings]):
    """Writes facts into one layer, one after another."""

    name: ClassVar[str] = "rome"
    label: ClassVar[str] = "ROME"
    help: ClassVar[str] = "Writes each example into one layer exactly; meant for very few of them."
    Settings = RomeSettings

    @override
    def layers(self, model: LanguageModel) -> Sequence[int]:
        return [middle_layer(model)]

    @override
    def method(self, model: LanguageModel, settings: RomeSettings, context: FitContext) -> Method:
        def make_writer(projection: Projection, covariance: KeyCovariance) -> _Writer:
            del projection
            return _Writer(factorised(covariance), covariance.count)

        return Method(self.layers(model), make_writer, one_by_one=True)


@dataclass(frozen=True, slots=True)
class _Writer:
    spread: Factorised
    tokens: int

    def write(self, keys: Tensor, residuals: Tensor) -> Factors:
        return rome_update(keys[:, 0], residuals[:, 0], self.spread)

    def facts(self) -> dict[str, JSON]:
        return {"tokens": self.tokens, "ridge": self.spread.ridge}

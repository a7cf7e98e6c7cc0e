"""MEMIT: write facts into the MLP down projections of a few layers in closed form.

For each example a hidden state at its subject is sought from which the model says what it should;
least squares then change each layer's projection so that the states arise, while the keys of
general text are held by their covariance.

Source: Meng et al. 2022, Mass-Editing Memory in a Transformer (arXiv 2210.07229); kinds of
examples and settings as in Hewitt et al. 2024 (arXiv 2402.06155), appendix D.
"""

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor
from typing_extensions import override

from editing.base_passes import KeyCovariance
from editing.editors.base import FitContext
from editing.editors.locate.fitting import Method
from editing.editors.locate.locate_settings import (
    clamp_setting,
    kl_factor_setting,
    rate_setting,
    steps_setting,
    subject_setting,
)
from editing.editors.locate.locating_editor import LocatingEditor
from editing.editors.locate.update import Factorised, factorised, memit_update
from editing.editors.weight_delta import Factors
from editing.examples import JSON
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection
from editing.settings import Scale, check_ranges, setting


@dataclass(frozen=True, slots=True)
class MemitSettings:
    """Hyperparameters of MEMIT."""

    subject: str = subject_setting()
    covariance_weight: float = setting(
        42_000.0,
        label="Covariance weight",
        help="How strongly the keys of general text are held; more of it writes less. Small models "
        "need less: about 1,000 for the bundled ones.",
        low=1e-6,
        high=1e12,
        sweep=(300.0, 75_000.0),
        scale=Scale.LOG,
    )
    clamp: float = clamp_setting()
    kl_factor: float = kl_factor_setting()
    steps: int = steps_setting()
    rate: float = rate_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class Memit(LocatingEditor[MemitSettings]):
    """Writes facts into a few layers at once."""

    name: ClassVar[str] = "memit"
    label: ClassVar[str] = "MEMIT"
    help: ClassVar[str] = "Writes all examples into a few layers in closed form; for any model."
    Settings = MemitSettings

    @override
    def method(self, model: LanguageModel, settings: MemitSettings, context: FitContext) -> Method:
        def make_writer(projection: Projection, covariance: KeyCovariance) -> _Writer:
            del projection
            return _Writer(factorised(covariance), covariance.count, settings.covariance_weight)

        return Method(self.layers(model), make_writer, one_by_one=False)


@dataclass(frozen=True, slots=True)
class _Writer:
    spread: Factorised
    tokens: int
    weight: float

    def write(self, keys: Tensor, residuals: Tensor) -> Factors:
        return memit_update(keys, residuals, self.spread, self.weight)

    def facts(self) -> dict[str, JSON]:
        return {"tokens": self.tokens, "ridge": self.spread.ridge}

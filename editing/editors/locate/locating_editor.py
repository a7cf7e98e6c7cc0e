"""What MEMIT, ROME and AlphaEdit are alike in: they differ in the layers and in what is written."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from typing_extensions import override

from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.locate.fitting import LocateSettings, Method, fit_located
from editing.editors.locate.layers import reason_against, written_layers
from editing.editors.memory import Workload, locating, weights
from editing.editors.weight_delta import load_weight_delta
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.projections import down_projection
from editing.objectives import EncodedExamples

LocateSettingsT = TypeVar("LocateSettingsT", bound=LocateSettings)


class LocatingEditor(Editor[LocateSettingsT]):
    """Looks for a hidden state for each example and writes it into down projections."""

    step_name: ClassVar[str] = "update"
    goes_on_edits: ClassVar[bool] = True
    makes_adapters: ClassVar[bool] = True
    squares_solved: ClassVar[int] = 4
    """Matrices of a key's width by itself that preparing a writer holds at a time."""

    def layers(self, model: LanguageModel) -> Sequence[int]:
        """Which layers are written into, ascending."""
        return written_layers(model)

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: LocateSettingsT) -> int:
        del settings
        projections = [down_projection(model, layer) for layer in self.layers(model)]
        held = locating(model, work, projections, squares=self.squares_solved)
        return weights(model, work) + held

    @abstractmethod
    def method(
        self, model: LanguageModel, settings: LocateSettingsT, context: FitContext
    ) -> Method:
        """Say which layers are written into, and how."""

    @override
    def unsupported_reason(self, model: LanguageModel) -> str | None:
        return super().unsupported_reason(model) or reason_against(model)

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: LocateSettingsT,
        context: FitContext,
    ) -> Edit:
        method = self.method(model, settings, context)
        return fit_located(model, examples, regularisation, settings, context, method)

    @override
    def load(self, state: EditState) -> Edit:
        return load_weight_delta(state)

"""Full finetuning: every parameter of the model is trained.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 5.
"""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor
from typing_extensions import override

from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.finetuning import ADAM_8BIT
from editing.editors.memory import FLOAT32, Loop, Workload, moments, training, weights
from editing.editors.module_trainee import Kept
from editing.editors.private_copy import private_copy
from editing.editors.training_settings import (
    accumulation_setting,
    check_optimiser,
    epochs_setting,
    kl_direction_setting,
    kl_weight_setting,
    learning_rate_setting,
    optimiser_setting,
    recomputation_setting,
)
from editing.editors.weight_delta import WeightDelta, load_weight_delta
from editing.editors.weight_training import WorkingCopy, train_weights
from editing.general_text import GeneralText
from editing.models.footprint import parameter_count
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.settings import check_ranges


@dataclass(frozen=True, slots=True)
class FullFinetuningSettings:
    """Hyperparameters of full finetuning."""

    learning_rate: float = learning_rate_setting(1.6e-6, sweep=(10**-8.5, 10**-4))
    epochs: int = epochs_setting()
    kl_weight: float = kl_weight_setting(0.25)
    kl_direction: str = kl_direction_setting()
    accumulation: str = accumulation_setting()
    gradient_checkpointing: bool = recomputation_setting()
    optimiser: str = optimiser_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_optimiser(self.optimiser)
        check_ranges(self)


@final
class FullFinetuning(Editor[FullFinetuningSettings]):
    """Trains every weight a little."""

    name: ClassVar[str] = "full-finetuning"
    label: ClassVar[str] = "Full finetuning"
    help: ClassVar[str] = "Trains every weight of any model; slow, and the edit is as large as it."
    Settings = FullFinetuningSettings
    goes_on_edits: ClassVar[bool] = True
    smaller: ClassVar[str] = "lora"

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: FullFinetuningSettings) -> int:
        numbers = parameter_count(model)
        own = numbers * work.number()
        eight_bit = settings.optimiser == ADAM_8BIT
        loop = Loop(
            trained={name for name, _ in model.module.named_parameters()},
            held=2 * own + moments(own, work, eight_bit=eight_bit),  # a copy and its gradients
            kept=numbers * FLOAT32,
            snapshot=own,
            epochs=settings.epochs,
            recomputed=settings.gradient_checkpointing,
        )
        return weights(model, work) + training(model, work, loop)

    @override
    def edit_size(self, model: LanguageModel) -> int:
        return parameter_count(model) * FLOAT32

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: FullFinetuningSettings,
        context: FitContext,
    ) -> Edit:
        working = _working_copy(model, context.on)
        kept = train_weights(model, working, examples, regularisation, settings, context)
        return WeightDelta(kept)

    @override
    def load(self, state: EditState) -> Edit:
        return load_weight_delta(state)


def _working_copy(model: LanguageModel, on: Edit | None) -> WorkingCopy:
    trained, start = private_copy(model, on=on), private_copy(model, on=on)
    names = dict(trained.module.named_parameters())
    untouched = dict(start.module.named_parameters())

    def difference(name: str) -> Tensor:
        after, before = names[name].detach(), untouched[name].detach()
        wide = torch.promote_types(after.dtype, torch.float32)
        return after.to(wide).cpu() - before.to(wide).cpu()

    def copied() -> Kept:
        return {name: difference(name) for name in names}

    for parameter in names.values():
        parameter.data = parameter.data.clone()
        parameter.requires_grad_(True)
    return WorkingCopy(trained, tuple(names.values()), copied)

"""Sense finetuning: train independent differences of a few sense vectors, all else frozen.

The senses that the canonical examples use more than general text are chosen; a difference is
learnt for each, added wherever its word occurs; the last epoch inside the degradation ball is
kept. The weights alpha never change, so training and evaluation need only base passes.

Source: Hewitt et al. 2024, Model Editing with Canonical Examples (arXiv 2402.06155), section 6.2.
"""

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from typing_extensions import override

from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.finetuning import FinetuningPlan, Training, train
from editing.editors.memory import Workload, sense_training, weights
from editing.editors.sense_edit import (
    SenseEdit,
    output_rows,
    sense_token_losses,
    summed_senses,
)
from editing.editors.sense_selection import SelectedSenses, select_senses
from editing.editors.sense_trainee import SenseTrainee
from editing.editors.training_settings import (
    accumulation_setting,
    epochs_setting,
    kl_direction_setting,
    kl_weight_setting,
    learning_rate_setting,
    senses_per_example_setting,
)
from editing.errors import UnsupportedModelError
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel, backpack_of
from editing.objectives import EncodedExamples
from editing.progress import never_stopping
from editing.settings import Scale, check_ranges, setting


@dataclass(frozen=True, slots=True)
class SenseFinetuningSettings:
    """Hyperparameters of sense finetuning."""

    learning_rate: float = learning_rate_setting(0.015, sweep=(10**-4, 10**-1.5))
    epochs: int = epochs_setting()
    kl_weight: float = kl_weight_setting(0.3)
    senses_per_example: int = senses_per_example_setting()
    selection_weight: float = setting(
        1000.0,
        label="Selection weight",
        help="How strongly senses that general text uses too are passed over.",
        low=0.0,
        high=1e9,
        scale=Scale.LOG,
        advanced=True,
    )
    kl_direction: str = kl_direction_setting()
    accumulation: str = accumulation_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_ranges(self)


@final
class SenseFinetuning(Editor[SenseFinetuningSettings]):
    """Edits a Backpack by finetuning chosen sense vectors."""

    name: ClassVar[str] = "sense-finetuning"
    label: ClassVar[str] = "Sense finetuning"
    help: ClassVar[str] = "Trains a few sense vectors of a Backpack; small, fast and local."
    Settings = SenseFinetuningSettings
    from_sense_passes: ClassVar[bool] = True
    goes_on_edits: ClassVar[bool] = True

    @override
    def memory(
        self, model: LanguageModel, work: Workload, settings: SenseFinetuningSettings
    ) -> int:
        return weights(model, work) + sense_training(
            model, work, settings.senses_per_example * work.examples, settings.epochs
        )

    @override
    def unsupported_reason(self, model: LanguageModel) -> str | None:
        if model.is_backpack:
            return super().unsupported_reason(model)
        return f"It changes sense vectors, and a {model.layout.family} has none."

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: SenseFinetuningSettings,
        context: FitContext,
    ) -> Edit:
        trainee, selected = _prepare(model, examples, regularisation, settings, context)
        plan = FinetuningPlan(
            learning_rate=settings.learning_rate,
            epochs=settings.epochs,
            examples=len(examples),
            windows=trainee.background.sequences,
            accumulation=settings.accumulation,
            seed=context.seed,
        )

        def after_epoch(training: Training) -> None:
            last = sense_token_losses(model, trainee.index, trainee.candidates[-1][None])
            context.judge.watch(training.epoch, training.losses[-1], last)

        training = train(
            trainee,
            plan,
            report=context.report,
            checkpoints=context.checkpoints,
            after_epoch=after_epoch,
        )
        candidates = torch.stack(trainee.candidates)
        report = never_stopping(context.report)
        losses = sense_token_losses(model, trainee.index, candidates, report)
        kept = context.judge.decide(training.losses, losses)
        own = (candidates[kept] - candidates[0])[: trainee.trained]
        return SenseEdit(selected.token_ids, selected.senses, own, selected.scores)

    @override
    def load(self, state: EditState) -> Edit:
        tensors = state.tensors
        return SenseEdit(
            tensors["token_ids"], tensors["senses"], tensors["deltas"], tensors["scores"]
        )


def _prepare(
    model: LanguageModel,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: SenseFinetuningSettings,
    context: FitContext,
) -> tuple[SenseTrainee, SelectedSenses]:
    """Pass the base over the texts, choose the senses, start their differences at zero."""
    report = context.report
    example_pass = context.passes.sense_pass(model, examples.sequences, report=report)
    background = context.passes.sense_pass(model, regularisation.sequences, report=report)
    selected = select_senses(
        examples,
        example_pass,
        background,
        per_example=settings.senses_per_example,
        selection_weight=settings.selection_weight,
        report=report,
    )
    config = backpack_of(model).config
    output = output_rows(model)
    start = _start(selected, context.on, config.n_embd)
    trainee = SenseTrainee(
        deltas=start.deltas.to(output.dtype),
        trained=len(selected.senses),
        index=start.index(model),
        output=output,
        examples=examples,
        example_pass=example_pass,
        background=background,
        kl_weight=settings.kl_weight,
        kl_direction=settings.kl_direction,
    )
    return trainee, selected


def _start(selected: SelectedSenses, on: Edit | None, dim: int) -> SenseEdit:
    """The selected senses at zero and, behind them, those of the edits below that are no choice.

    A selected sense that an edit below has changed starts with that difference.
    """
    zeros = torch.zeros(len(selected.senses), dim)
    start = SenseEdit(selected.token_ids, selected.senses, zeros, selected.scores)
    if on is None:
        return start
    if isinstance(on, SenseEdit):
        return summed_senses([start, on])
    raise UnsupportedModelError(
        "Sense finetuning goes on sense edits only, because it reads what the untouched trunk "
        "says. Fit it first, and the other edit on it."
    )

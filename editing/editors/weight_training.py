"""Train weights with the one loop, each epoch judged as soon as it is over.

What is trained is a working copy of the module, so that the model itself can be asked questions in
the meantime.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import torch
from torch import nn

from editing.base_passes import OutputHead
from editing.editors.base import FitContext, module_token_losses
from editing.editors.finetuning import FinetuningPlan, Training, train
from editing.editors.module_trainee import Kept, ModuleTrainee
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.recomputing import recompute_blocks
from editing.objectives import EncodedExamples
from editing.progress import StoppedEarly


class WeightTrainingSettings(Protocol):
    """Settings that all methods training weights have."""

    @property
    def learning_rate(self) -> float:
        """Adam's rate in the first epoch."""
        ...

    @property
    def epochs(self) -> int:
        """Passes over the canonical examples."""
        ...

    @property
    def kl_weight(self) -> float:
        """Lambda."""
        ...

    @property
    def kl_direction(self) -> str:
        """Which of the two distributions is averaged over."""
        ...

    @property
    def accumulation(self) -> str:
        """Whether all accumulated examples count."""
        ...

    @property
    def gradient_checkpointing(self) -> bool:
        """Whether blocks are run again for the backward."""
        ...

    @property
    def optimiser(self) -> str:
        """ADAM, or with moments in 8 bits."""
        ...


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A copy of a model that is trained in its stead."""

    model: LanguageModel
    parameters: Sequence[nn.Parameter]
    """Those that are trained."""
    copied: Callable[[], Kept]
    """Copies what the training has made of them so far."""


def train_weights(
    model: LanguageModel,
    working: WorkingCopy,
    examples: EncodedExamples,
    regularisation: GeneralText,
    settings: WeightTrainingSettings,
    context: FitContext,
) -> Kept:
    """Train; return the copy of the last candidate that the judge had kept.

    It is empty where that is the untouched model.
    """
    report, judge = context.report, context.judge
    references = context.passes.hidden_pass(model, regularisation.sequences, report=report)
    trainee = ModuleTrainee(
        model=working.model,
        parameters=working.parameters,
        examples=examples,
        references=references,
        base_head=OutputHead.of(model),
        kl_weight=settings.kl_weight,
        kl_direction=settings.kl_direction,
        judge=judge,
    )
    if settings.gradient_checkpointing:
        recompute_blocks(working.model)
    plan = FinetuningPlan(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        examples=len(examples),
        windows=references.sequences,
        accumulation=settings.accumulation,
        optimiser=settings.optimiser,
        seed=context.seed,
    )
    run = partial(train, trainee, plan, report=report, checkpoints=context.checkpoints)
    if judge.last_first is None:
        run(after_epoch=partial(_judged, working, trainee, context))
    else:
        _train_then_judge(working, trainee, context, run)
    return trainee.kept


def _judged(
    working: WorkingCopy, trainee: ModuleTrainee, context: FitContext, training: Training
) -> None:
    """Have the judge look at the weights as they are."""
    epoch, loss = training.epoch, training.losses[training.epoch]

    def keep() -> None:
        trainee.kept = working.copied() if epoch else {}

    losses = module_token_losses(working.model, [nullcontext], context.report)
    context.judge.accept(epoch, loss, losses, keep=keep)


def _train_then_judge(
    working: WorkingCopy,
    trainee: ModuleTrainee,
    context: FitContext,
    run: Callable[..., Training],
) -> None:
    """Put every epoch's weights aside on the disk; judge them afterwards, the last first."""
    last = context.judge.last_first
    with TemporaryDirectory(prefix="exemplar-") as folder:

        def put_aside(training: Training) -> None:
            path = Path(folder) / str(training.epoch)
            torch.save([parameter.data for parameter in working.parameters], path)
            if training.epoch == last:
                raise StoppedEarly

        training = run(after_epoch=put_aside)
        with suppress(StoppedEarly):
            for epoch in reversed(range(training.epoch + 1)):
                saved = torch.load(Path(folder) / str(epoch), weights_only=True)
                for parameter, value in zip(working.parameters, saved, strict=True):
                    parameter.data.copy_(value)
                _judged(working, trainee, context, replace(training, epoch=epoch))

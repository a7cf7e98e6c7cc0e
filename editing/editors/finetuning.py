"""The one training loop: Adam over canonical examples and windows of the regularisation text.

One example a micro-batch, five accumulated a step, the rate falling along a cosine from epoch to
epoch. One generator draws the order, another the windows, so that measuring more or less often
changes nothing.

Source: Hewitt et al. 2024 (arXiv 2402.06155), section 5 and appendix C.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import torch
from torch import Tensor

from editing.base_passes.arrays import whole_numbers
from editing.editors.base import Checkpoints
from editing.progress import Progress, Report, StoppedEarly

ACCUMULATED = 5
BETAS = (0.9, 0.995)
TRUE_ACCUMULATION, REFERENCE_ACCUMULATION = "true", "reference"
ADAM, ADAM_8BIT = "adam", "adam-8bit"


class Trainee(Protocol):
    """What the loop trains."""

    @property
    def parameters(self) -> Sequence[Tensor]:
        """Leaves whose `grad` `accumulate` adds to."""
        ...

    def accumulate(self, examples: Sequence[int], windows: Sequence[int], share: float) -> float:
        """Add `share` times the gradient of the summed losses of these micro-batches.

        Returns the sum of the micro-batches' losses, nats.
        """
        ...

    def end_epoch(self) -> None:
        """Keep what the epoch made of the parameters, where that is needed later."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint needs beside the parameters."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        ...


@dataclass(frozen=True, slots=True)
class FinetuningPlan:
    """How long and how fast to train, on how much."""

    learning_rate: float
    epochs: int
    examples: int
    windows: int
    """Windows of the regularisation text; 0 where there is no KL term."""
    accumulation: str
    seed: int
    optimiser: str = ADAM

    def rate(self, epoch: int) -> float:
        """The rate of an epoch, counted from 0."""
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * epoch / self.epochs))


@dataclass(slots=True)
class Training:
    """A training under way: what a checkpoint holds."""

    optimiser: torch.optim.Optimizer
    order: torch.Generator
    draws: torch.Generator
    epoch: int
    """Epochs done."""
    losses: list[float | None]
    """Mean loss of each epoch's micro-batches, nats; None for the untouched model."""

    @classmethod
    def begin(cls, trainee: Trainee, plan: FinetuningPlan) -> "Training":
        """Start at epoch 0."""
        return cls(
            optimiser=_optimiser(trainee.parameters, plan),
            order=torch.Generator().manual_seed(2 * plan.seed),
            draws=torch.Generator().manual_seed(2 * plan.seed + 1),
            epoch=0,
            losses=[None],
        )

    def state(self, trainee: Trainee) -> dict[str, Any]:
        """All that a later process needs to go on bit for bit."""
        return {
            "parameters": [p.detach().clone() for p in trainee.parameters],
            "optimiser": self.optimiser.state_dict(),
            "order": self.order.get_state(),
            "draws": self.draws.get_state(),
            "epoch": self.epoch,
            "losses": self.losses,
            "trainee": trainee.state(),
        }

    def restore(self, trainee: Trainee, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for parameter, saved in zip(trainee.parameters, state["parameters"], strict=True):
            parameter.data.copy_(saved)
        self.optimiser.load_state_dict(state["optimiser"])
        self.order.set_state(state["order"])
        self.draws.set_state(state["draws"])
        self.epoch = state["epoch"]
        self.losses = list(state["losses"])
        trainee.restore(state["trainee"])


def train(
    trainee: Trainee,
    plan: FinetuningPlan,
    *,
    report: Report,
    checkpoints: Checkpoints | None,
    after_epoch: Callable[[Training], None],
) -> Training:
    """Train to the end, or until a report asks to stop and keep what is there.

    Args:
        after_epoch: Told after every epoch and before the first; may raise StoppedEarly.
    """
    training = Training.begin(trainee, plan)
    if checkpoints is not None and (state := checkpoints.load()) is not None:
        training.restore(trainee, state)
    try:
        after_epoch(training)
        while training.epoch < plan.epochs:
            _train_epoch(trainee, plan, training, report)
            if checkpoints is not None:
                checkpoints.save(training.state(trainee))
            after_epoch(training)
    except StoppedEarly:
        pass
    return training


def has_8bit() -> bool:
    """Whether moments can be kept in 8 bits here."""
    return find_spec("bitsandbytes") is not None


def _optimiser(parameters: Sequence[Tensor], plan: FinetuningPlan) -> torch.optim.Optimizer:
    if plan.optimiser != ADAM_8BIT:
        return torch.optim.Adam(parameters, lr=plan.learning_rate, betas=BETAS)
    package: Any = import_module("bitsandbytes")
    return package.optim.Adam8bit(parameters, lr=plan.learning_rate, betas=BETAS)


def _train_epoch(
    trainee: Trainee, plan: FinetuningPlan, training: Training, report: Report
) -> None:
    for group in training.optimiser.param_groups:
        group["lr"] = plan.rate(training.epoch)
    order = whole_numbers(torch.randperm(plan.examples, generator=training.order))
    total = 0.0
    for begin in range(0, plan.examples, ACCUMULATED):
        examples = order[begin : begin + ACCUMULATED]
        windows: list[int] = []
        if plan.windows:
            drawn = torch.randint(plan.windows, (len(examples),), generator=training.draws)
            windows = whole_numbers(drawn)
        total += _step(trainee, plan, training.optimiser, examples, windows)
        done = training.epoch * plan.examples + begin + len(examples)
        report(Progress("training", done, plan.epochs * plan.examples))
    training.epoch += 1
    trainee.end_epoch()
    training.losses.append(total / plan.examples)


def _step(
    trainee: Trainee,
    plan: FinetuningPlan,
    optimiser: torch.optim.Optimizer,
    examples: list[int],
    windows: list[int],
) -> float:
    optimiser.zero_grad(set_to_none=False)
    total = 0.0
    share = 1 / len(examples)
    if plan.accumulation == REFERENCE_ACCUMULATION:
        # The authors' code clears gradients before every micro-batch: only the last one counts.
        total += trainee.accumulate(examples[:-1], windows[:-1], 0.0) if examples[:-1] else 0.0
        examples, windows = examples[-1:], windows[-1:]
    total += trainee.accumulate(examples, windows, share)
    optimiser.step()
    return total

"""The pretraining loop: warm up, hold, decay to zero by the end of the time given.

The state on disk holds everything, so an interrupted training goes on where it was.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import torch
from torch import Tensor
from torch.optim import Optimizer
from transformers import PreTrainedModel

from editing.models.pretraining.loss import OutputLoss
from editing.models.pretraining.optimiser import optimisers_for
from editing.models.pretraining.shapes import hidden_states, output_weight

logger = logging.getLogger(__name__)

MUON_LR = 0.02
ADAM_LR = 0.004


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rates and times of a training."""

    minutes: float
    """Length of the whole training, earlier sessions included."""
    muon_lr: float = MUON_LR
    adam_lr: float = ADAM_LR
    warmup_steps: int = 60
    decay_share: float = 0.35
    """Last part of the time, over which the rates fall linearly to zero."""
    save_minutes: float = 5.0
    log_steps: int = 50
    measure_steps: int = 500

    def factor(self, step: int, seconds: float) -> float:
        """Share of the peak rate at this step and time."""
        left = 1.0 - seconds / (60 * self.minutes)
        decay = min(1.0, max(0.0, left / self.decay_share))
        return min(1.0, (step + 1) / self.warmup_steps) * decay


@dataclass(slots=True)
class TrainingState:
    """All that goes on from one session to the next."""

    model: PreTrainedModel
    optimisers: list[Optimizer]
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    log: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    @classmethod
    def fresh(cls, model: PreTrainedModel, schedule: Schedule) -> "TrainingState":
        """Start from untrained or committed weights."""
        rates = {"muon_lr": schedule.muon_lr, "adam_lr": schedule.adam_lr}
        return cls(model, optimisers_for(model, **rates))

    def save(self, path: Path) -> None:
        """Write the state whole: a temporary name first, then a rename."""
        partial = path.with_suffix(".partial")
        record = {
            "model": self.model.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "counters": (self.step, self.tokens, self.seconds),
            "log": self.log,
        }
        torch.save(record, partial)
        partial.rename(path)

    def restore(self, path: Path) -> None:
        """Go on from a state that `save` wrote."""
        record = torch.load(path, weights_only=True)
        self.model.load_state_dict(record["model"])
        for optimiser, state in zip(self.optimisers, record["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.step, self.tokens, self.seconds = record["counters"]
        self.log = record["log"]


def train(
    state: TrainingState,
    batches: Iterator[Tensor],
    validation: Tensor,
    schedule: Schedule,
    path: Path,
) -> None:
    """Train until the time is over; saves to `path` as it goes, at the end and when interrupted.

    Args:
        batches: (windows, length) token ids, for ever.
        validation: (windows, length) token ids measured now and then.
    """
    try:
        _train(state, batches, validation, schedule, path)
    finally:
        state.save(path)


def _train(
    state: TrainingState,
    batches: Iterator[Tensor],
    validation: Tensor,
    schedule: Schedule,
    path: Path,
) -> None:
    before, began, saved = state.seconds, time.monotonic(), time.monotonic()
    recent: list[float] = []
    while (factor := schedule.factor(state.step, state.seconds)) > 0:
        batch = next(batches)
        recent.append(_step(state, batch, factor))
        state.step += 1
        state.tokens += batch.numel()
        state.seconds = before + time.monotonic() - began
        if state.step % schedule.log_steps == 0:
            _log(state, schedule, sum(recent) / len(recent))
            recent.clear()
        if state.step % schedule.measure_steps == 0:
            loss = validation_loss(state.model, validation)
            state.log[-1]["validation_loss"] = loss
            logger.info("step %d: validation loss %.4f", state.step, loss)
        if time.monotonic() - saved > 60 * schedule.save_minutes:
            state.save(path)
            saved = time.monotonic()


def window_loss(model: PreTrainedModel, batch: Tensor) -> Tensor:
    """Mean NLL (nats) of all tokens but each window's first; differentiable."""
    hidden = hidden_states(model, batch)[:, :-1]
    targets = batch[:, 1:].reshape(-1)
    rows = hidden.reshape(len(targets), -1)
    return cast("Tensor", OutputLoss.apply(rows, output_weight(model), targets))


@torch.no_grad()
def validation_loss(model: PreTrainedModel, windows: Tensor) -> float:
    """Mean NLL (nats) over windows, under the training's own precision."""
    model.eval()
    chunks = cast("tuple[Tensor, ...]", windows.split(16))
    with torch.autocast("cpu", torch.bfloat16):
        losses = [window_loss(model, chunk).item() for chunk in chunks]
    model.train()
    return sum(losses) / len(losses)


def _step(state: TrainingState, batch: Tensor, factor: float) -> float:
    with torch.autocast("cpu", torch.bfloat16):
        loss = window_loss(state.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    for optimiser in state.optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    return loss.item()


def _log(state: TrainingState, schedule: Schedule, loss: float) -> None:
    left = schedule.minutes - state.seconds / 60
    rate = state.tokens / state.seconds
    entry = {"step": state.step, "tokens": state.tokens, "seconds": state.seconds, "loss": loss}
    state.log.append(entry)
    logger.info(
        "step %d, %.2f M tokens, loss %.3f, %.0f tokens/s, %.0f min left",
        state.step, state.tokens / 1e6, loss, rate, left,
    )  # fmt: skip

"""What a training that serves many fits leaves behind, to go on from after an interruption."""

import hashlib
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from editing.checkpoints import FileCheckpoints
from editing.errors import EditingError

TIMES = 20
"""How often a training is kept, about."""
DAMAGED = (
    *(EditingError, OSError, EOFError, RuntimeError),
    *(ValueError, KeyError, TypeError, pickle.UnpicklingError),
)
"""What reading a state that is not whole, or a newer version's, comes to: it counts as none."""


@dataclass(frozen=True, slots=True)
class Trainee:
    """All that the steps of a training change."""

    tensors: Sequence[Tensor]
    optimiser: torch.optim.Optimizer
    generator: torch.Generator
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None


@dataclass(frozen=True, slots=True)
class KeptTraining:
    """The last state of one training, in a file beside what it will become."""

    path: Path | None
    """What it will become; None keeps nothing."""
    learns_from: object
    """What it learns from: a state of another text or other rows counts as none."""

    def begin(self, trainee: Trainee) -> int:
        """Put a training where it was interrupted; return how many steps that is on."""
        state = self._load()
        if state is None or state["learns_from"] != self._fingerprint():
            return 0
        with torch.no_grad():
            for tensor, kept in zip(trainee.tensors, state["tensors"], strict=True):
                tensor.copy_(kept)
        trainee.optimiser.load_state_dict(state["optimiser"])
        trainee.generator.set_state(state["generator"])
        if trainee.schedule is not None:
            trainee.schedule.load_state_dict(state["schedule"])
        return int(state["done"])

    def keep(self, trainee: Trainee, done: int, steps: int) -> None:
        """Keep the state after so many steps, every now and then."""
        if self.path is None or done % max(1, steps // TIMES) or done == steps:
            return
        state: dict[str, Any] = {
            "done": done,
            "learns_from": self._fingerprint(),
            "tensors": [tensor.detach().cpu() for tensor in trainee.tensors],
            "optimiser": trainee.optimiser.state_dict(),
            "generator": trainee.generator.get_state(),
            "schedule": None if trainee.schedule is None else trainee.schedule.state_dict(),
        }
        self._checkpoints(self.path).save(state)

    def end(self) -> None:
        """Drop the state: the training is over, and what came of it is kept."""
        if self.path is not None:
            self._checkpoints(self.path).path.unlink(missing_ok=True)

    def _load(self) -> dict[str, Any] | None:
        if self.path is None:
            return None
        with suppress(*DAMAGED):
            return self._checkpoints(self.path).load()
        return None

    def _checkpoints(self, path: Path) -> FileCheckpoints:
        return FileCheckpoints(path.with_suffix(".checkpoint"))

    def _fingerprint(self) -> str:
        return hashlib.sha256(repr(self.learns_from).encode()).hexdigest()

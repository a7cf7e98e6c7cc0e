"""The contract of a method: an editor fits an edit to a model; an edit is put on and taken off."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from torch import Tensor

from editing.base_passes import BasePass
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples
from editing.progress import Report

SettingsT = TypeVar("SettingsT")

TokenLosses = Callable[[BasePass, Sequence[int] | None], Tensor]
"""Score candidates: (candidates, rows) NLL of a base pass's rows; the second argument limits the
work to some sequences, the rows of others keeping the base's loss."""


@dataclass(frozen=True, slots=True)
class EditState:
    """All that has to be saved to have an edit again."""

    tensors: Mapping[str, Tensor]
    record: Mapping[str, JSON]


class Edit(ABC):
    """A change that can be put on its model and taken off again."""

    @abstractmethod
    def applied(
        self, model: LanguageModel, strength: float = 1.0
    ) -> AbstractContextManager[LanguageModel]:
        """Lend `model` with the edit on it; on exit its weights are bit for bit as before."""

    @abstractmethod
    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        """Score texts at each strength from their base passes."""

    @abstractmethod
    def touched(self, base: BasePass) -> int:
        """How many of the pass's rows the edit can change."""

    @abstractmethod
    def state(self) -> EditState:
        """Return what has to be saved."""


class Judge(Protocol):
    """Keeps the degradation ball out of the editors: measures candidates, says which are inside."""

    def watch(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        """Look at one epoch while training goes on: quick, approximate, for the eye."""
        ...

    def decide(self, train_losses: Sequence[float | None], losses: TokenLosses) -> int:
        """Measure all candidates exactly; return the last one inside the ball."""
        ...


class Checkpoints(Protocol):
    """Where a fit keeps what it needs to go on after an interruption."""

    def load(self) -> dict[str, Any] | None:
        """Return the last state saved, or None."""
        ...

    def save(self, state: dict[str, Any]) -> None:
        """Replace the last state saved."""
        ...


class BasePasses(Protocol):
    """Gives base passes, from a cache where there is one."""

    def base_pass(
        self, model: LanguageModel, sequences: Sequence[Any], *, report: Report
    ) -> BasePass:
        """Return the pass of the model over the sequences."""
        ...


@dataclass(frozen=True, slots=True)
class FitContext:
    """What a fit works with beside the model and the examples."""

    passes: BasePasses
    judge: Judge
    report: Report
    seed: int
    checkpoints: Checkpoints | None = None


class Editor(ABC, Generic[SettingsT]):
    """A method. Editors hold no state."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    Settings: type[SettingsT]

    @abstractmethod
    def unsupported_reason(self, model: LanguageModel) -> str | None:
        """Say why this method does not go with the model, or None."""

    @abstractmethod
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: SettingsT,
        context: FitContext,
    ) -> Edit:
        """Learn an edit; the model leaves as it came.

        Returns the last candidate that the judge finds inside the ball, or the empty edit.
        """

    @abstractmethod
    def load(self, state: EditState) -> Edit:
        """Make an edit from what `Edit.state` returned."""

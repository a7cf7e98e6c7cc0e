"""The contract of a method: an editor fits an edit to a model; an edit is put on and taken off."""

import copy
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from torch import Tensor
from transformers import PreTrainedModel

from editing.base_passes import (
    BasePass,
    HiddenPass,
    KeyCovariance,
    SensePass,
    score_with_module,
)
from editing.editors.memory import Workload, scoring, weights
from editing.examples import JSON
from editing.general_text import GeneralText
from editing.models.applied import Change
from editing.models.language_model import LanguageModel
from editing.models.projections import Projection
from editing.objectives import EncodedExamples
from editing.progress import Report, unheard

SettingsT = TypeVar("SettingsT")

OVER_ALL = 3
"""`Edit.wraps_module` of what changes nothing within the model, only what it predicts."""

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

    from_sense_passes: ClassVar[bool] = False
    """Whether `token_losses` reads what only a SensePass holds; otherwise the module is run."""
    scored_together: ClassVar[bool] = False
    """Whether `token_losses` scores many strengths at about the cost of one."""
    wraps_module: ClassVar[int] = 0
    """How far out `exported_module` puts something around the model's module; 0 for nowhere. Of a
    stack, what goes further out goes last: what is OVER_ALL over all others."""
    answers_by_rows: ClassVar[bool] = False
    """Whether rows of a memory answer where they apply, and the model is left alone elsewhere."""

    @abstractmethod
    def change(self, model: LanguageModel, strength: float) -> Change:
        """What the edit does to the model's module, after the changes that are on it already."""

    @contextmanager
    def applied(self, model: LanguageModel, strength: float = 1.0) -> Generator[LanguageModel]:
        """Lend `model` with the edit on it, after those that are on it already.

        On exit, in whatever order, its weights are bit for bit as they are without this edit.
        """
        with model.applied.put_on(self.change(model, strength)):
            yield model

    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        """Score texts at each strength; the default runs the module once for each."""
        return module_token_losses(
            model, [functools.partial(self.applied, model, strength) for strength in strengths]
        )

    def exported_module(self, model: LanguageModel, strength: float) -> PreTrainedModel:
        """Return a module of its own that has the edit in it and can be saved."""
        with self.applied(model, strength) as edited:
            return copy.deepcopy(edited.module)

    def beside(self) -> Sequence[str]:
        """Say what else lies in a folder that the edit is exported to, of whichever licence."""
        return ()

    def made_of(self) -> "Sequence[Edit]":
        """The edits that this one puts on, in order: itself, where it is no stack."""
        return (self,)

    @abstractmethod
    def touched(self, base: BasePass) -> int:
        """How many of the pass's rows the edit can change."""

    @abstractmethod
    def state(self) -> EditState:
        """Return what has to be saved."""


class Judge(Protocol):
    """Keeps the degradation ball out of the editors: measures candidates, says which are inside.

    An editor whose candidates are small asks `decide` once for all of them, and `watch` on the
    way; one whose candidates are whole weights asks `accept` after each.
    """

    @property
    def last_first(self) -> int | None:
        """The epoch to train to, where whole weights are to be judged after it, the last first.

        None where each is to be judged as it comes.
        """
        ...

    def watch(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        """Look at one epoch while training goes on: quick, approximate, for the eye."""
        ...

    def decide(self, train_losses: Sequence[float | None], losses: TokenLosses) -> int:
        """Measure all candidates exactly; return the last one inside the ball."""
        ...

    def accept(
        self,
        epoch: int,
        train_loss: float | None,
        losses: TokenLosses,
        *,
        keep: Callable[[], None],
    ) -> None:
        """Measure one candidate exactly; `keep` is called if it is to be kept.

        Epoch 0 comes first, unless `last_first` says otherwise. May raise StoppedEarly after that.
        """
        ...

    def state(self) -> dict[str, Any]:
        """Return what has been accepted and refused, for a checkpoint."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
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

    def sense_pass(
        self, model: LanguageModel, sequences: Sequence[Any], *, report: Report
    ) -> SensePass:
        """Return the same of a Backpack, with what its senses need."""
        ...

    def hidden_pass(
        self, model: LanguageModel, sequences: Sequence[Any], *, report: Report
    ) -> HiddenPass:
        """Return the same of any model, with its last hidden states."""
        ...

    def key_covariances(
        self,
        model: LanguageModel,
        projections: Sequence[Projection],
        sequences: Sequence[Any],
        *,
        report: Report,
    ) -> Mapping[str, KeyCovariance]:
        """Return the covariances of what some projections read in a text, by their names."""
        ...


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """An edit of the library, and how strongly it is wanted."""

    name: str
    method: str
    edit: Edit
    strength: float


class Resources(Protocol):
    """Other models, the edits kept for them, and what methods have learnt once for all."""

    def model(self, source: str) -> LanguageModel:
        """Load a model; an EditingError if it cannot be."""
        ...

    def edit(self, name: str, model: LanguageModel) -> KeptEdit:
        """Read an edit made for `model`, NAME or NAME@STRENGTH; an EditingError if it cannot be."""
        ...

    def folder(self, name: str) -> Path:
        """Return the folder in which a method keeps what serves many fits."""
        ...


@dataclass(frozen=True, slots=True)
class FitContext:
    """What a fit works with beside the model and the examples."""

    passes: BasePasses
    judge: Judge
    report: Report
    seed: int
    checkpoints: Checkpoints | None = None
    on: "Edit | None" = None
    """Edits that stay on the model while this one is learnt and judged. The ball and the KL term
    refer to the untouched model all the same."""
    resources: Resources | None = None
    """What a method that builds on other models and edits gets them from."""


class Editor(ABC, Generic[SettingsT]):
    """A method. Editors hold no state."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    Settings: type[SettingsT]
    from_sense_passes: ClassVar[bool] = False
    """As of its edits: what the judge has to measure on."""
    goes_on_edits: ClassVar[bool] = False
    """Whether `fit` heeds `FitContext.on`."""
    writes_in_turn: ClassVar[bool] = False
    """Whether it writes examples one after the other, without heed of `FitContext.on`: fitting
    several at once is then fitting one after the other."""
    makes_adapters: ClassVar[bool] = False
    """Whether its edits are of low rank, so that PEFT can carry them."""
    reads_weights: ClassVar[bool] = True
    """Whether weights are read or copied themselves, instead of the model being run alone."""
    smaller: ClassVar[str] = ""
    """Name of a method that does nearly the same in less memory."""
    step_name: ClassVar[str] = "epoch"
    """What the candidates that the judge measures are called."""
    step_values: ClassVar[tuple[float, ...]] = ()
    """What the candidates are known by, from number 0; empty where they are counted."""

    def memory(self, model: LanguageModel, work: Workload, settings: SettingsT) -> int:
        """About how many bytes a fit takes at its peak, over the program without a model.

        The default is that of a method which runs the model and holds little beside it.

        Args:
            model: It, or its outline.
            work: How long the texts are, and what is computed in.
            settings: What is asked for.
        """
        del settings
        return weights(model, work) + scoring(model, work)

    def edit_size(self, model: LanguageModel) -> int:
        """About how many bytes an edit takes on the disk, where that is not little."""
        del model
        return 0

    def unsupported_reason(self, model: LanguageModel) -> str | None:
        """Say why this method does not go with the model; None where it does."""
        if self.reads_weights and model.is_offloaded:
            return (
                "It needs all weights at hand, and some of this model's are fetched only while "
                "they are used. Take a method that leaves the model as it is, such as GRACE, or "
                "one device that holds the model."
            )
        return None

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


def module_token_losses(
    model: LanguageModel,
    candidates: Sequence[Callable[[], AbstractContextManager[object]]],
    report: Report = unheard,
) -> TokenLosses:
    """Score by running the module, once within each candidate's context."""

    def losses(base: BasePass, sequences: Sequence[int] | None) -> Tensor:
        chosen = range(base.sequences) if sequences is None else sequences
        scored = base.nll.expand(len(candidates), -1).clone()
        for candidate, row in zip(candidates, scored, strict=True):
            with candidate():
                score_with_module(model, base, chosen, row, report=report, phase="evaluating")
        return scored

    return losses

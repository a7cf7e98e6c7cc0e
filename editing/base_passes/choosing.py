"""Which kind of pass something is scored from: the one place that chooses."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from editing.base_passes.base_pass import BasePass, compute_base_pass
from editing.base_passes.sense_pass import SensePass, compute_sense_pass
from editing.batches import TokenSequence
from editing.models.language_model import LanguageModel
from editing.progress import Report


class PassOver(Protocol):
    """Passes a model over sequences."""

    def __call__(
        self, model: LanguageModel, sequences: Sequence[TokenSequence], *, report: Report
    ) -> BasePass:
        """Return the pass."""
        ...


class Passes(Protocol):
    """Gives either kind of pass."""

    @property
    def base_pass(self) -> PassOver:
        """Passes any model."""
        ...

    @property
    def sense_pass(self) -> PassOver:
        """Passes a Backpack, with what its senses need."""
        ...


class ReadsPasses(Protocol):
    """A method, or an edit."""

    from_sense_passes: ClassVar[bool]
    """Whether scoring reads what only a SensePass holds."""


class FreshPasses:
    """Passes for a moment's use, kept nowhere."""

    def base_pass(
        self, model: LanguageModel, sequences: Sequence[TokenSequence], *, report: Report
    ) -> BasePass:
        """Pass any model."""
        return compute_base_pass(model, sequences, report=report)

    def sense_pass(
        self, model: LanguageModel, sequences: Sequence[TokenSequence], *, report: Report
    ) -> SensePass:
        """Pass a Backpack, with what its senses need."""
        return compute_sense_pass(model, sequences, report=report)


def pass_for(scored: ReadsPasses | None, passes: Passes) -> PassOver:
    """Return the pass that a method's or an edit's losses are made from.

    Args:
        scored: None for the untouched model.
    """
    reads_senses = scored is not None and scored.from_sense_passes
    return passes.sense_pass if reads_senses else passes.base_pass

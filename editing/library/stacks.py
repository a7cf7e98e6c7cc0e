"""Stacks: edits of the library put on the untouched base together, each at a strength."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import torch
from transformers import PreTrainedModel
from typing_extensions import override

from editing.base_passes import BasePass
from editing.editors.base import Edit, EditState, TokenLosses
from editing.editors.sense_edit import SenseEdit, sense_token_losses, summed_senses
from editing.errors import EditingError, UnsupportedModelError
from editing.library.files import read_edit
from editing.library.index import Library
from editing.models.applied import AppliedChanges, Change, Originals
from editing.models.language_model import LanguageModel


@dataclass(frozen=True, slots=True)
class StackedEdit:
    """One edit of a stack."""

    id: str
    name: str
    strength: float
    edit: Edit
    record: dict[str, Any]
    """What its `edit.json` says."""


@final
@dataclass(frozen=True, slots=True)
class EditStack(Edit):
    """Edits of any kind, each at a strength, put on one after the other."""

    parts: tuple[tuple[Edit, float], ...]

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        changes = [edit.change(model, own * strength) for edit, own in self._outwards()]

        def make_all(originals: Originals) -> None:
            for change in changes:
                change(originals)

        return make_all

    def _outwards(self) -> list[tuple[Edit, float]]:
        """The parts as they are put on: what goes around the model last."""
        return sorted(self.parts, key=lambda part: part[0].wraps_module)

    @override
    def made_of(self) -> Sequence[Edit]:
        return tuple(each for edit, _ in self.parts for each in edit.made_of())

    @override
    def exported_module(self, model: LanguageModel, strength: float) -> PreTrainedModel:
        inside = EditStack(tuple(part for part in self.parts if not part[0].wraps_module))
        with inside.applied(model, strength) as edited:
            module = copy.deepcopy(edited.module)
        for edit, own in self._outwards():
            if edit.wraps_module:
                within = replace(model, module=module, applied=AppliedChanges())
                module = edit.exported_module(within, own * strength)
        return module

    @override
    def touched(self, base: BasePass) -> int:
        return base.rows

    @override
    def state(self) -> EditState:
        raise TypeError("A stack is kept as the names of its edits, not as an edit.")


@final
@dataclass(frozen=True, slots=True)
class EditOnTop(Edit):
    """An edit as it is measured on top of another, which stays at its own strength."""

    below: Edit
    top: Edit

    @property
    @override
    def from_sense_passes(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - read only, here as there
        return self.below.from_sense_passes and self.top.from_sense_passes

    def at(self, strength: float) -> Edit:
        """Both as one edit, the upper one at a strength."""
        if isinstance(self.below, SenseEdit) and isinstance(self.top, SenseEdit):
            return summed_senses([self.below, _scaled(self.top, strength)])
        return EditStack(((self.below, 1.0), (self.top, strength)))

    @override
    def change(self, model: LanguageModel, strength: float) -> Change:
        return self.at(strength).change(model, 1.0)

    @override
    def token_losses(self, model: LanguageModel, strengths: Sequence[float]) -> TokenLosses:
        each = [self.at(strength) for strength in strengths]
        of_senses = [edit for edit in each if isinstance(edit, SenseEdit)]
        if len(of_senses) < len(each):
            return Edit.token_losses(self, model, strengths)
        deltas = torch.stack([edit.deltas for edit in of_senses])
        return sense_token_losses(model, of_senses[0].index(model), deltas)

    @override
    def touched(self, base: BasePass) -> int:
        return self.at(1.0).touched(base)

    @override
    def state(self) -> EditState:
        raise TypeError("What is kept is the upper edit alone, with the names of those below.")


def load_stack(
    library: Library, names: Sequence[str], model: LanguageModel
) -> tuple[StackedEdit, ...]:
    """Load edits given as NAME or NAME@STRENGTH; without a strength, at the one they were kept at.

    Raises:
        EditingError: An edit is not there, damaged, made for another base, or a strength is none.
    """
    return tuple(_load(library, name, model) for name in names)


def combined(stack: Sequence[StackedEdit]) -> tuple[Edit, float] | None:
    """Return one edit and a strength that do what the stack does; None for an empty one.

    Differences are summed in the stack's order, in float32; those of sense edits stay one sense
    edit, which is the quickest to measure.
    """
    if not stack:
        return None
    if len(stack) == 1:
        return stack[0].edit, stack[0].strength
    parts = [(item.edit, item.strength) for item in stack if isinstance(item.edit, SenseEdit)]
    if len(parts) < len(stack):
        return EditStack(tuple((item.edit, item.strength) for item in stack)), 1.0
    return summed_senses([_scaled(edit, strength) for edit, strength in parts]), 1.0


def as_one(stack: Sequence[StackedEdit]) -> Edit | None:
    """Return one edit that does at strength 1 what the stack does; None for an empty one."""
    if (put_on := combined(stack)) is None:
        return None
    edit, strength = put_on
    if strength == 1.0:
        return edit
    if isinstance(edit, SenseEdit):
        return _scaled(edit, strength)
    return EditStack(((edit, strength),))


def parse_strength(text: str) -> tuple[str, float | None]:
    """Split NAME@STRENGTH.

    Raises:
        EditingError: What follows the @ is not a number from 0.
    """
    name, at, strength = text.rpartition("@")
    if not at:
        return text, None
    try:
        value = float(strength)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise EditingError(f"{text}: {strength!r} is no strength. It is a number from 0.")
    return name, value


def _load(library: Library, text: str, model: LanguageModel) -> StackedEdit:
    name, strength = parse_strength(text)
    row = library.edit(name)
    edit, record = read_edit(library.folder_of(row))
    if row.model_fingerprint != model.fingerprint:
        raise UnsupportedModelError(
            f"The edit {row.name} was made for another model ({row.model}, fingerprint "
            f"{row.model_fingerprint[:12]}) than {model.source} ({model.fingerprint[:12]}). "
            "Choose the model it was made for."
        )
    kept = float(record["result"]["strength"])
    return StackedEdit(row.id, row.name, kept if strength is None else strength, edit, record)


def _scaled(edit: SenseEdit, strength: float) -> SenseEdit:
    return replace(edit, deltas=strength * edit.deltas)

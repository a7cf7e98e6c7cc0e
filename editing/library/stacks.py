"""Stacks: edits of the library put on the untouched base together, each at a strength."""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, final

import torch
from torch import Tensor
from typing_extensions import override

from editing.base_passes import BasePass
from editing.editors.base import Edit, EditState
from editing.editors.sense_edit import SenseEdit
from editing.errors import EditingError, UnsupportedModelError
from editing.library.files import read_edit
from editing.library.index import Library
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

    @contextmanager
    def _lend(self, model: LanguageModel, strength: float) -> Generator[LanguageModel]:
        with ExitStack() as worn:
            for edit, own in self.parts:
                worn.enter_context(edit.applied(model, own * strength))
            yield model

    @override
    def applied(
        self, model: LanguageModel, strength: float = 1.0
    ) -> AbstractContextManager[LanguageModel]:
        return self._lend(model, strength)

    @override
    def touched(self, base: BasePass) -> int:
        return base.rows

    @override
    def state(self) -> EditState:
        raise TypeError("A stack is kept as the names of its edits, not as an edit.")


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
    return _summed([_scaled(edit, strength) for edit, strength in parts]), 1.0


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


def _summed(edits: Sequence[SenseEdit]) -> SenseEdit:
    """Add differences of the same sense up, in order; scores of the first mention stay."""
    places: dict[tuple[int, int], int] = {}
    deltas: list[Tensor] = []
    scores: list[Tensor] = []
    for edit in edits:
        for row in range(len(edit.senses)):
            key = (int(edit.token_ids[row]), int(edit.senses[row]))
            if key in places:
                deltas[places[key]] = deltas[places[key]] + edit.deltas[row]
            else:
                places[key] = len(deltas)
                deltas.append(edit.deltas[row])
                scores.append(edit.scores[row])
    keys = torch.tensor(list(places), dtype=torch.long)
    return SenseEdit(keys[:, 0], keys[:, 1], torch.stack(deltas), torch.stack(scores))

"""The same run once more: its settings, its seed, its examples as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from PySide6.QtCore import QCoreApplication

from app.gui.context import GuiContext
from app.operations.data import chosen_examples
from app.operations.requests import EditRequest
from editing.errors import EditingError, LibraryError
from editing.examples import Example, ExampleSet, Role, example_from_row, row_from_example
from editing.library.edit_row import EditRow
from editing.library.lineage import parents_of
from editing.library.records import read_record

_OWN_DATA = {"evaluate": None, "hard_negatives": None, "kind": None, "threshold": None}


@dataclass(frozen=True, slots=True)
class Repetition:
    """A run that does what another did."""

    request: EditRequest
    remark: str = ""
    """What had to be done so that it can."""


def repetition(context: GuiContext, edit: EditRow) -> Repetition:
    """Prepare the run that made an edit once more.

    Where its examples have changed since or are gone, the copy kept with the edit is saved as a set
    of its own and used.

    Raises:
        EditingError: The edit's folder cannot be read, or its examples are gone.
    """
    record = read_record(context.library.folder_of(edit))
    asked = cast("Mapping[str, Any]", record["request"])
    known = {field.name for field in fields(EditRequest)} - {"data_dir"}
    request = EditRequest.from_json({name: asked[name] for name in asked if name in known})
    name = context.library.free_name(edit.name)
    request = replace(request, save=name, on=_parents(context, edit, request))
    if request.task is not None:
        return Repetition(request)
    kept = kept_examples(record)
    if not _has_changed(context, request, record.get("examples") or {}):
        return Repetition(request)
    if Role.CANONICAL not in kept:
        raise LibraryError(
            f"The examples of {edit.name} are gone, and this edit was made before copies of them "
            "were kept. Import them, then start a new run."
        )
    copied = _save_copy(context, edit, kept)
    remark = QCoreApplication.translate(
        "library",
        "Its examples have changed since; the copy kept with it is now the set “{}”.",
    ).format(copied)
    return Repetition(replace(request, examples=copied, **_OWN_DATA), remark)


def kept_examples(record: Mapping[str, Any]) -> dict[Role, tuple[Example, ...]]:
    """Read the examples that an edit's record keeps; of a task, only those it learnt."""
    kept = cast("Mapping[str, Sequence[Mapping[str, Any]]]", record.get("examples") or {})
    known = {str(role) for role in Role}
    return {
        Role(role): tuple(example_from_row(row) for row in rows)
        for role, rows in kept.items()
        if role in known
    }


def _parents(context: GuiContext, edit: EditRow, request: EditRequest) -> tuple[str, ...]:
    """Name the edits it was learnt on as they are called now."""
    parents = parents_of(context.library.db, edit.id) if request.on else []
    names: list[str] = []
    for parent in parents:
        name = context.library.edit(parent.id or parent.name).name
        names.append(name if parent.strength is None else f"{name}@{parent.strength:.10g}")
    return tuple(names)


def _has_changed(
    context: GuiContext, request: EditRequest, kept: Mapping[str, Sequence[Mapping[str, Any]]]
) -> bool:
    """Say whether the examples a run names are not those it had; without a copy, whether gone."""
    try:
        now = chosen_examples(replace(request, data_dir=str(context.data_folder)))
    except EditingError:
        return True
    rows = {str(role): [row_from_example(row) for row in now.rows(role)] for role in Role}
    return any(rows.get(role) != list(each) for role, each in kept.items())


def _save_copy(context: GuiContext, edit: EditRow, kept: Mapping[Role, tuple[Example, ...]]) -> str:
    wanted = f"{edit.data or edit.name} (of {edit.name})"
    tries = [wanted, *(f"{wanted} {number}" for number in range(2, 1000))]
    name = next(each for each in tries if each not in context.sets)
    context.sets.save(
        ExampleSet(
            name,
            kept.get(Role.CANONICAL, ()),
            kept.get(Role.EVALUATION, ()),
            kept.get(Role.HARD_NEGATIVE, ()),
        )
    )
    context.events.sets_changed.emit()
    return name

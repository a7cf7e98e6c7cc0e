"""Change a memory for the window: rows on, off and new, and the threshold; nothing is trained.

The changed edit is written as a folder of its own; whoever asked takes it into the library.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.provenance import now
from app.operations.requests import Request
from app.operations.rows.files import rows_of_file
from editing.editors.base import Edit
from editing.editors.memory_edit import MemoryEdit
from editing.editors.memory_rows import MemoryRow, new_rows
from editing.editors.serac.serac_edit import SeracEdit
from editing.errors import EditingError
from editing.examples import ExampleSet, example_from_row, resolved
from editing.library.files import read_edit, write_edit
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard

FIGURES = (
    *("success_rate", "hard_negatives", "general_loss", "degradation", "inside_ball"),
    "edit_success",
)
"""What a result says that depends on the rows that are on and on the threshold."""


@dataclass(frozen=True, slots=True)
class MemoryChange(Request):
    """Change the rows of an edit that answers by rows, or the threshold it answers from."""

    edit: str
    """Name or id."""
    on: tuple[str, ...] = ()
    """Ids of rows to switch on."""
    off: tuple[str, ...] = ()
    add: tuple[dict[str, Any], ...] = ()
    """Examples to write as rows, as the files have them."""
    file: str | None = None
    """A file of examples, or of a memory's rows, to write as well."""
    threshold: float | None = None
    """From which score on rows answer, or up to how many of their radii; None leaves it."""
    data_dir: str | None = None


def run_change_memory(
    request: MemoryChange, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """Write the changed edit into the library's folder of edits, where it has no row yet.

    Returns:
        Its `folder`, the ids of rows that were `added`, and the `seconds` it took.

    Raises:
        EditingError: There is no such edit or row, or rows cannot be written.
    """
    begin = time.monotonic()
    with open_library(request.data_dir) as library:
        row = library.edit(request.edit)
        edit, record = read_edit(library.folder_of(row))
        rows = _rows(request)
        before = memory_of_edit(edit, row.name)
        changed = _switched(before, request)
        if rows:
            loaded = (models or LoadedModels()).model(row.model, report)
            changed = _with_rows(changed, row.name, loaded, rows)
        if request.threshold is not None:
            changed = changed.at_threshold(_threshold(request.threshold))
        told = _record(record, before, changed)
        folder = write_edit(library.edits_folder, changed.state(), told)
    return {
        "folder": str(folder),
        "added": [each.id for each in rows],
        "seconds": time.monotonic() - begin,
    }


def memory_of_edit(edit: Edit, name: str) -> MemoryEdit:
    """Return an edit that answers by rows.

    Raises:
        EditingError: It is none.
    """
    if isinstance(edit, MemoryEdit):
        return edit
    raise EditingError(f"{name} has no rows: it changes the model itself. Name a memory.")


def _switched(edit: MemoryEdit, request: MemoryChange) -> MemoryEdit:
    for is_on, ids in ((True, request.on), (False, request.off)):
        for each in ids:
            edit = edit.switched(each, on=is_on)
    return edit


def _threshold(wanted: float) -> float:
    if not 0 <= wanted <= 1:
        raise EditingError(f"{wanted:g} is no threshold. Give a number from 0 to 1.")
    return wanted


def _rows(request: MemoryChange) -> tuple[MemoryRow, ...]:
    """The rows to write: those given, then those of the file.

    Raises:
        EditingError: A row is none, or the file cannot be read.
    """
    examples = [example_from_row(row) for row in request.add]
    given = new_rows(resolved(ExampleSet("rows", tuple(examples))).canonical) if examples else ()
    return (*given, *(() if request.file is None else rows_of_file(Path(request.file))))


def _with_rows(
    edit: MemoryEdit, name: str, model: LanguageModel, rows: Sequence[MemoryRow]
) -> MemoryEdit:
    if isinstance(edit, SeracEdit):
        return edit.with_memory_rows(model, rows)
    raise EditingError(
        f"The rows of {name} are trained, so none can be written in. Fit a new edit instead."
    )


def _record(record: Mapping[str, Any], edit: MemoryEdit, changed: MemoryEdit) -> dict[str, Any]:
    """Say what is known of the changed edit: figures are those of the rows that were measured."""
    result: dict[str, Any] = dict(record["result"])
    measured: dict[str, Any] = record.get("measured") or {
        "rows": _rows_on(edit),
        "threshold": None,
        "figures": {name: result.get(name) for name in FIGURES},
    }
    if measured["threshold"] is None:
        measured = {**measured, "threshold": edit.answers_from}
    scope, threshold = result.get("scope"), changed.answers_from
    if scope is not None:
        result["scope"] = {**scope, "threshold": threshold, "problem": changed.problem()}
    if _rows_on(changed) != measured["rows"]:
        result |= _figures(measured["figures"], None)
    elif threshold == measured["threshold"]:
        result |= measured["figures"]
    else:
        path = () if scope is None else scope["path"]
        point = next((each for each in path if each["threshold"] == threshold), None)
        result |= _figures(measured["figures"], point)
    dropped = ("id", "state", "files", "checksum", "format")
    kept = {key: value for key, value in record.items() if key not in dropped}
    return {**kept, "created": now(), "result": result, "measured": measured}


def _rows_on(edit: MemoryEdit) -> list[str]:
    """The ids of the rows that are on."""
    return sorted(str(row["id"]) for row in edit.row_records() if row["enabled"])


def _figures(measured: Mapping[str, Any], point: Mapping[str, Any] | None) -> dict[str, Any]:
    """A result's figures at a threshold that was measured; those before stay in any case."""

    def change(name: str, after: float | None) -> dict[str, float | None]:
        return {"before": (measured.get(name) or {}).get("before"), "after": after}

    at: Mapping[str, Any] = {} if point is None else point
    loss, degraded = change("general_loss", None), at.get("degradation")
    if loss["before"] is not None and degraded is not None:
        loss["after"] = loss["before"] * (1 + degraded)
    return {
        "success_rate": change("success_rate", at.get("success_rate")),
        "hard_negatives": change("hard_negatives", at.get("hard_negatives")),
        "general_loss": loss,
        "degradation": degraded,
        "inside_ball": at.get("inside_ball"),
        "edit_success": None,
    }

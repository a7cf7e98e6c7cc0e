"""Rows of memories: listed, switched on and off, added, taken from a file and written to one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.rows.changes import MemoryChange, memory_of_edit, run_change_memory
from app.operations.rows.requests import RowsRequest
from editing.errors import EditingError
from editing.library.edit_row import EditRow
from editing.library.files import read_edit
from editing.library.index import Library
from editing.progress import Report, unheard


def run_rows(
    request: RowsRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """List or change the rows of an edit.

    Returns:
        What `rows --json` prints: the edit's `name` and `id`, and `rows`, each with id, time, text,
        kind, prefix, suffix, other_suffix and enabled.

    Raises:
        EditingError: The edit has no rows, there is no such row, or rows cannot be added.
    """
    with open_library(request.data_dir) as library:
        before = library.edit(request.edit)
        _records(library, before)
        if request.save is not None and request.changes:
            library.check_name(request.save)
    row = _changed(request, before, report, models) if request.changes else before
    with open_library(request.data_dir) as library:
        return {"name": row.name, "id": row.id, "rows": _records(library, row)}


def write_rows(request: RowsRequest, to: Path) -> int:
    """Write the rows of an edit into a new file, JSONL, and return how many there are.

    Raises:
        EditingError: The edit has no rows, or there is such a file already.
    """
    found = run_rows(request)["rows"]
    if to.exists():
        raise EditingError(f"There is a file {to} already. Give a new name.")
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in found]
    to.write_text("".join(lines), encoding="utf-8")
    return len(found)


def _records(library: Library, row: EditRow) -> tuple[Mapping[str, Any], ...]:
    edit, _ = read_edit(library.folder_of(row))
    return memory_of_edit(edit, row.name).row_records()


def _changed(
    request: RowsRequest, before: EditRow, report: Report, models: LoadedModels | None
) -> EditRow:
    """Take the changed edit in; where it keeps the name, the one before goes into the trash."""
    change = MemoryChange(
        edit=before.id,
        on=request.on,
        off=request.off,
        file=None if request.add is None else str(Path(request.add).expanduser()),
        data_dir=request.data_dir,
    )
    written = Path(run_change_memory(change, report, models=models)["folder"])
    name = request.save or before.name
    with open_library(request.data_dir) as library:
        if before.name.casefold() == name.casefold():
            library.trash(before.id)
        return library.add_edit(written, name=name)

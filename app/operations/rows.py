"""Rows of memories: listed, switched on and off, added, taken from a file and written to one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.provenance import now
from app.operations.rows_requests import RowsRequest
from editing.editors.base import Edit
from editing.editors.grace.grace_edit import GraceEdit
from editing.editors.memory_rows import MemoryRow, new_rows, rows_from_lines
from editing.editors.serac.serac_edit import SeracEdit
from editing.errors import EditingError
from editing.examples import ExampleSet, read_examples, resolved
from editing.library.files import read_edit, write_edit
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
        row = library.edit(request.edit)
        edit, record = read_edit(library.folder_of(row))
        rows = _with_rows(edit, row.name)
        if not request.changes:
            return {"name": row.name, "id": row.id, "rows": rows.row_records()}
        if request.save is not None:
            library.check_name(request.save)
        changed = _changed(rows, request, row.model, report, models)
        folder = write_edit(library.edits_folder, changed.state(), _unmeasured(record, row.name))
        kept = _take_in(library, folder, row.id, request.save or row.name)
    return {**kept, "rows": changed.row_records()}


def write_rows(request: RowsRequest, to: Path) -> int:
    """Write the rows of an edit into a new file, JSONL, and return how many there are.

    Raises:
        EditingError: The edit has no rows, or there is such a file already.
    """
    found = run_rows(request)["rows"]
    if to.exists():
        raise EditingError(f"There is a file {to} already. Give a new name.")
    to.write_text(_lines(found), encoding="utf-8")
    return len(found)


def _with_rows(edit: Edit, name: str) -> SeracEdit | GraceEdit:
    if isinstance(edit, SeracEdit | GraceEdit):
        return edit
    raise EditingError(f"{name} has no rows: it changes the model itself. Name a memory.")


def _changed(
    edit: SeracEdit | GraceEdit,
    request: RowsRequest,
    model: str,
    report: Report,
    models: LoadedModels | None,
) -> SeracEdit | GraceEdit:
    for is_on, ids in ((True, request.on), (False, request.off)):
        for each in ids:
            edit = edit.switched(each, on=is_on)
    if request.add is None:
        return edit
    if not isinstance(edit, SeracEdit):
        raise EditingError("Rows of a codebook have to be trained. Fit a new edit instead.")
    rows = rows_of_file(Path(request.add).expanduser())
    return edit.with_memory_rows((models or LoadedModels()).model(model, report), rows)


def rows_of_file(path: Path) -> Sequence[MemoryRow]:
    """Read rows of a memory, or examples as new ones.

    Raises:
        EditingError: The file holds neither.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EditingError(f"{path} cannot be read as text. Give a file of examples.") from error
    if '"enabled"' in text.partition("\n")[0]:
        return rows_from_lines(text)
    examples = read_examples(path).all_good(str(path))
    return new_rows(resolved(ExampleSet(path.stem, tuple(examples))).canonical)


def _unmeasured(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is written about an edit whose rows have changed: its measures are of other rows."""
    nothing = {"before": None, "after": None}
    dropped = ("id", "state", "files", "checksum", "format")
    return {
        **{key: value for key, value in record.items() if key not in dropped},
        "created": now(),
        "notes": f"{record['notes']}\nRows changed since {name} was measured.".strip(),
        "result": {
            **record["result"],
            "success_rate": nothing,
            "general_loss": nothing,
            "hard_negatives": nothing,
            "degradation": None,
            "inside_ball": None,
            "edit_success": None,
        },
    }


def _take_in(library: Library, folder: Path, before: str, name: str) -> dict[str, Any]:
    """Take the changed edit in; where it keeps the name, the one before goes into the trash."""
    if library.edit(before).name.casefold() == name.casefold():
        library.trash(before)
    row = library.add_edit(folder, name=name)
    return {"name": row.name, "id": row.id}


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

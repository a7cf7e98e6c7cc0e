"""Edits as tests make them: rows, and folders as the engine writes them."""

from dataclasses import replace

from app.operations.requests import EditRequest
from editing.library.edit_row import EditRow
from editing.library.records import sha256_of, write_record
from tests.gui.job_kit import edit_result


def edit_row(edit_id="e1", name="Capitals", **changes):
    """An edit as the library lists it."""
    row = EditRow(
        id=edit_id,
        name=name,
        created="2026-11-20T10:00:00+00:00",
        method="sense-finetuning",
        model="starter",
        model_fingerprint="f00d",
        budget=1e-4,
        seed=0,
        strength=1.0,
        kept_epoch=6,
        inside_ball=True,
        degradation=6e-5,
        success_before=0.31,
        success_after=0.78,
        hard_negatives_before=20.0,
        hard_negatives_after=20.1,
        size_bytes=184_000,
    )
    return replace(row, **changes)


def put_edit(context, name="Capitals", edit_id="20261120-100000-aaaaaa", said=None, **changes):
    """Put an edit into the library as the engine writes one.

    `said` changes what its record says, `changes` its result.
    """
    folder = context.library.edits_folder / edit_id
    folder.mkdir(parents=True)
    tensors = folder / "edit.safetensors"
    tensors.write_bytes(b"\0" * 64)
    result = {**edit_result(name), **changes}
    record = {
        "id": edit_id,
        "name": name,
        "created": "2026-11-20T10:00:00+00:00",
        "method": result["method"],
        "model": {"source": "starter", "fingerprint": "f00d"},
        "notes": "",
        "tags": [],
        "request": EditRequest(model="starter", examples="Capitals", save=name).to_json(),
        "data": {
            "name": "Capitals",
            "canonical": {"rows": 12, "sha256": "aa"},
            "evaluation": {"rows": 36, "sha256": "bb"},
            "hard_negatives": {"rows": 24, "sha256": "cc"},
            "texts": {},
        },
        "versions": {"exemplar": "0.1.0"},
        "result": result,
        "files": {tensors.name: sha256_of(tensors)},
        **(said or {}),
    }
    write_record(folder, record)
    row = context.library.add_edit(folder)
    context.events.library_changed.emit()
    return row

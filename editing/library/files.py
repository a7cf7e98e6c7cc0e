"""Edit folders with their tensors: written whole or not at all, read back and checked."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError

from editing.editors import find_editor
from editing.editors.base import Edit, EditState
from editing.errors import LibraryError
from editing.library.damage import changed_files
from editing.library.records import (
    TENSORS,
    new_edit_id,
    read_record,
    sha256_of,
    sync_folder,
    write_record,
)


def write_edit(parent: Path, state: EditState, record: Mapping[str, Any]) -> Path:
    """Write an edit folder under a new id: temporary name, fsync, rename.

    Args:
        parent: Where the folder goes.
        state: What the edit needs to be had again.
        record: Everything else `edit.json` says.

    Raises:
        LibraryError: The place cannot be written.
    """
    identity = new_edit_id()
    temporary = parent / f".{identity}.part"
    try:
        temporary.mkdir(parents=True)
        tensors = {name: tensor.cpu().contiguous() for name, tensor in state.tensors.items()}
        safetensors.torch.save_file(tensors, temporary / TENSORS, metadata={"format": "pt"})
        _sync_file(temporary / TENSORS)
        files = {TENSORS: sha256_of(temporary / TENSORS)}
        full = {**record, "id": identity, "state": dict(state.record), "files": files}
        write_record(temporary, full)
        temporary.rename(parent / identity)
        sync_folder(parent)
    except OSError as error:
        raise LibraryError(
            f"The edit cannot be written into {parent} ({error.strerror}). Make room or choose "
            "another data folder."
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return parent / identity


def read_edit(folder: Path) -> tuple[Edit, dict[str, Any]]:
    """Read an edit and its record, every byte checked.

    Raises:
        LibraryError: The folder is no edit, damaged, or of a newer version.
    """
    record = read_record(folder)
    if damages := changed_files(folder, record["files"]):
        raise LibraryError(f"{damages[0]}. Restore the file, or fit the edit again.")
    try:
        tensors = safetensors.torch.load_file(folder / TENSORS)
    except SafetensorError as error:
        raise LibraryError(f"{folder / TENSORS} cannot be read ({error}).") from error
    state = EditState(tensors, record["state"])
    return find_editor(record["method"]).load(state), record


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())

"""What a model is and what can be done with it, found out without loading its weights."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from app.operations.preflight.memory import memory_needed
from app.operations.shelf.checks import ModelCheck, ModelChecks, stamp_of
from app.operations.shelf.listing import KnownModel
from app.operations.shelf.outlines import outline_of
from editing.editors import EDITORS
from editing.errors import EditingError
from editing.models.folder import FolderFacts, inspect_folder
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import model_folder
from editing.models.speed import weights_bytes

Facts = dict[str, Any]


def look_at(known: KnownModel, data_dir: str | None) -> Facts:
    """Say all that can be said of a model without loading it.

    Returns:
        What `KnownModel.to_json` has and `problem`, a sentence where it cannot be opened; where it
        can, its facts, see `facts_of`, and `checked`, what the last check found.
    """
    told = known.to_json() | {"problem": "", "removable": _removable(known)}
    if not known.is_whole:
        return told
    try:
        folder = model_folder(known.source)
        files = inspect_folder(folder)
        outline = outline_of(known.source, files, data_dir)
    except (EditingError, OSError) as error:
        return told | {"problem": str(error)}
    checked = ModelChecks(data_dir).get(known.source)
    return told | facts_of(outline, files) | {"checked": told_of_check(checked, files)}


def facts_of(model: LanguageModel, files: FolderFacts) -> Facts:
    """Put what is known of a model in plain values; sizes are bytes.

    Args:
        model: It, or its outline.
        files: What its folder holds.
    """
    senses = backpack_of(model).config.num_senses if model.is_backpack else None
    return {
        "folder": str(files.folder),
        "architecture": files.architecture,
        "family": model.layout.family,
        "layers": files.layers,
        "parameters": sum(parameter.numel() for parameter in model.module.parameters()),
        "context": model.context,
        "vocabulary": model.vocab_size,
        "rows": files.rows,
        "dtype": files.dtype,
        "tokenizer": type(model.tokenizer).__name__,
        "senses": senses,
        "size": files.size,
        "memory": weights_bytes(model),
        "memory_free": psutil.virtual_memory().available,
        "notes": list(files.notes),
        "methods": methods_for(model),
    }


def methods_for(model: LanguageModel) -> list[dict[str, Any]]:
    """Say of each method whether it goes with a model, why not, and about what memory it needs."""
    return [
        {
            "method": editor.name,
            "label": editor.label,
            "reason": editor.unsupported_reason(model),
            "memory": memory_needed(model, editor),
        }
        for editor in EDITORS.values()
    ]


def told_of_check(check: ModelCheck | None, files: FolderFacts) -> dict[str, Any] | None:
    """Say in plain values what the last check found, and whether the files changed since."""
    if check is None:
        return None
    told = asdict(check)
    del told["files"]
    return told | {"is_current": check.fits(stamp_of(files.files))}


def _removable(known: KnownModel) -> dict[str, int] | None:
    """Count the files that were fetched for an added model and may go with it, and their bytes."""
    if known.entry is None:
        return None
    there = [path for name in known.entry.fetched if (path := Path(name)).is_file()]
    blobs = [path for path in there if not path.is_symlink()]
    return {"files": len(there), "size": sum(path.stat().st_size for path in blobs)}

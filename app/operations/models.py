"""Models kept loaded between requests, and what the program knows of the models there are."""

import os
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import psutil

from app.operations.places import open_library
from app.operations.shelf.checks import ModelCheck, ModelChecks, stamp_of
from app.operations.shelf.facts import Facts, facts_of, look_at, told_of_check
from app.operations.shelf.listing import known_models
from app.operations.shelf.outlines import outline_of
from app.operations.shelf.shelf import ModelShelf
from editing.models.folder import inspect_folder
from editing.models.language_model import LanguageModel
from editing.models.loading import chosen_device, chosen_dtype, load_model, model_folder
from editing.models.speed import weights_bytes
from editing.models.starter import BUNDLED
from editing.progress import Progress, Report, unheard

_NAMED = 3
"""Of many edits, so many are named."""


class LoadedModels:
    """The models used last, by what they were loaded from; owned by whoever answers requests."""

    def __init__(self, limit: int = 2) -> None:
        self._limit = limit
        self._models: OrderedDict[tuple[str, str], LanguageModel] = OrderedDict()

    def __contains__(self, source: str) -> bool:
        """Whether a model is loaded."""
        return any(source == loaded for loaded, _ in self._models)

    def model(self, source: str, report: Report, dtype: str | None = None) -> LanguageModel:
        """Return a model, loading it if it is not there.

        Args:
            source: What to load.
            report: Hears of it.
            dtype: What to compute in; None as the program is set (EXEMPLAR_DTYPE), else float32.

        Raises:
            EditingError: It cannot be loaded.
        """
        key = source, dtype or os.environ.get("EXEMPLAR_DTYPE") or "float32"
        if key not in self._models:
            report(Progress("loading model", 0, 1, source))
            self._models[key] = self._load(*key)
            report(Progress("loading model", 1, 1, source))
        self._models.move_to_end(key)
        while len(self._models) > self._limit:
            self._models.popitem(last=False)
        return self._models[key]

    def _load(self, source: str, dtype: str) -> LanguageModel:
        added = None if source in BUNDLED else ModelShelf(None).entry(source)
        words = added.tokenizer if added is not None and added.tokenizer else None
        device = chosen_device(os.environ.get("EXEMPLAR_DEVICE"))
        return load_model(source, tokenizer=words, device=device, dtype=chosen_dtype(dtype))


def list_models(data_dir: str | None) -> list[dict[str, Any]]:
    """List the bundled models, those that were added, and the bases of the library's edits."""
    known = known_models(data_dir, _bases(data_dir))
    return [model.to_json() for model in known if model.is_whole]


def look_at_models(
    data_dir: str | None, report: Report = unheard, *, sources: Collection[str] | None = None
) -> list[Facts]:
    """Say of models what they are and what can be done with them, loading none.

    Args:
        data_dir: The data folder.
        report: Hears how far it is.
        sources: Look at these alone; None for all that are known.
    """
    looked: list[Facts] = []
    known = known_models(data_dir, _bases(data_dir))
    wanted = [model for model in known if sources is None or model.source in sources]
    for number, model in enumerate(wanted):
        report(Progress("looking at models", number, len(wanted), model.source))
        looked.append(look_at(model, data_dir))
    return looked


def check_model(
    source: str,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    data_dir: str | None = None,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> dict[str, Any]:
    """Read every byte of a model, load it, and say what it is and what can be done with it.

    What was found is kept, and the next check says whether the files are still the same.

    Args:
        source: Any model, on the list or not.
        report: Hears how far it is.
        models: Where it is loaded.
        data_dir: The data folder.
        alone: Entered while something is done with models.

    Returns:
        Its facts, see `facts_of`, `checksum` of the weights' files, `fingerprint` (empty where the
        memory does not hold the model), `notes` and `before`, the last check.

    Raises:
        EditingError: It is damaged, or cannot be opened here.
    """
    with alone():
        files = inspect_folder(model_folder(source))
        outline = outline_of(source, files, data_dir)
    stamp, before = stamp_of(files.files), ModelChecks(data_dir).get(source)
    checksum = files.checksum(report)
    with alone():
        model, notes = _loaded(source, outline, models or LoadedModels(), report)
        facts = facts_of(model or outline, files)
    fingerprint = "" if model is None else model.fingerprint
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ModelChecks(data_dir).put(source, ModelCheck(checksum, fingerprint, now, stamp))
    notes += _differences(source, before, checksum, fingerprint, data_dir)
    return facts | {
        "model": source,
        "fingerprint": fingerprint,
        "checksum": checksum,
        "before": told_of_check(before, files),
        "notes": [*facts["notes"], *notes],
    }


def _loaded(
    source: str, outline: LanguageModel, models: LoadedModels, report: Report
) -> tuple[LanguageModel | None, list[str]]:
    """Load a model unless the memory does not hold it, which is then noted."""
    needed, free = weights_bytes(outline), psutil.virtual_memory().available
    is_on_cpu = os.environ.get("EXEMPLAR_DEVICE", "cpu") == "cpu"
    if is_on_cpu and needed > free and source not in models:
        note = (
            f"It was not loaded: its weights take {needed / 1e9:.1f} GB in float32 and "
            f"{free / 1e9:.1f} GB of memory are free. Its files are whole; close other programs to "
            "have its numbers looked at as well."
        )
        return None, [note]
    return models.model(source, report), []


def _differences(
    source: str,
    before: ModelCheck | None,
    checksum: str,
    fingerprint: str,
    data_dir: str | None,
) -> list[str]:
    notes: list[str] = []
    if before is not None and before.checksum != checksum:
        notes.append(f"Its files are not those of the last check ({before.time[:10]}).")
    with open_library(data_dir) as library:
        made = [edit for edit in library.edits() if edit.model == source]
    others = [edit.name for edit in made if edit.model_fingerprint != fingerprint]
    if fingerprint and others:
        named = ", ".join(others[:_NAMED]) + (", …" if len(others) > _NAMED else "")
        notes.append(f"{len(others)} of {len(made)} edits were made for other weights: {named}.")
    return notes


def _bases(data_dir: str | None) -> list[str]:
    with open_library(data_dir) as library:
        return [edit.model for edit in library.edits()]

"""Add a model from a folder or the hub, and remove it again."""

import dataclasses
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from app.operations.shelf.hub_plans import checked_plan, told_of_plan
from app.operations.shelf.shelf import ModelShelf, ShelfEntry
from editing.errors import EditingError
from editing.models.folder import FolderFacts, inspect_folder
from editing.models.hub import Hub, cached_folder, fetch, files_to_come, hub_id_of
from editing.models.starter import BUNDLED
from editing.models.tokenizer_loading import check_vocabulary, load_tokenizer, tokenizer_folder
from editing.progress import Report, unheard

Told = Callable[[dict[str, Any]], None]
"""Hears what a download needs before anything is fetched; may raise to leave it."""


def add_folder(
    folder: str, data_dir: str | None, *, tokenizer: str | None = None
) -> dict[str, Any]:
    """Add a model's folder, which stays where it is.

    Args:
        tokenizer: The folder of its tokenizer, where its own has none.

    Raises:
        EditingError: It is not a model that can be opened here.
    """
    path = Path(folder).expanduser().resolve()
    facts = inspect_folder(path)
    words = Path(tokenizer).expanduser().resolve() if tokenizer else tokenizer_folder(path)
    check_vocabulary(load_tokenizer(words), facts.rows, words)
    beside = "" if words == path else str(words)
    entry = _entry(ShelfEntry(str(path), "folder", tokenizer=beside), facts)
    ModelShelf(data_dir).put(entry)
    return told_of(entry) | {"notes": list(facts.notes)}


def add_from_hub(
    source: str,
    data_dir: str | None,
    report: Report = unheard,
    *,
    hub: Hub | None = None,
    told: Told | None = None,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> dict[str, Any]:
    """Fetch a model of the hub into the hub's cache and add it.

    Stopped, it keeps what has come, and the next try goes on from there. Where the hub cannot be
    asked, what the cache has of it is added as it is.

    Args:
        source: OWNER/NAME or OWNER/NAME@REVISION.
        data_dir: The data folder.
        report: Hears how far it is.
        hub: Which hub, and whose cache.
        told: Hears what it takes.
        alone: Entered while something is done with models.

    Raises:
        EditingError: The hub refuses, the disk is too small, or it cannot be opened here.
    """
    hub, shelf = hub or Hub(), ModelShelf(data_dir)
    try:
        plan = checked_plan(source, hub)
    except EditingError as error:
        with alone():
            return _added_from_cache(source, shelf, hub, error)
    if told is not None:
        told(told_of_plan(source, plan))
    known = shelf.entry(source) or ShelfEntry(source, "hub", is_whole=False)
    coming = files_to_come(plan, hub)
    entry = dataclasses.replace(
        known,
        commit=plan.commit,
        fetched=tuple(dict.fromkeys([*known.fetched, *map(str, coming)])),
        is_whole=known.is_whole and not coming,
    )
    shelf.put(entry)  # before the first byte: this process may be killed at any time
    folder = fetch(plan, hub, report)
    with alone():
        facts = inspect_folder(folder)
    entry = _entry(dataclasses.replace(entry, is_whole=True), facts)
    shelf.put(entry)
    return told_of(entry) | {"folder": str(folder), "notes": list(facts.notes)}


def _added_from_cache(
    source: str, shelf: ModelShelf, hub: Hub, error: EditingError
) -> dict[str, Any]:
    model = hub_id_of(source)
    folder = None if model is None else cached_folder(model, hub)
    if folder is None:
        raise error
    facts = inspect_folder(folder)
    known = shelf.entry(source) or ShelfEntry(source, "hub", commit=folder.name)
    entry = _entry(dataclasses.replace(known, is_whole=True), facts)
    shelf.put(entry)
    notes = [f"The hub was not asked, and what is on this computer is used. {error}", *facts.notes]
    return told_of(entry) | {"folder": str(folder), "notes": notes}


def remove_model(
    source: str, data_dir: str | None, *, delete_files: bool = False, hub: Hub | None = None
) -> dict[str, Any]:
    """Take a model off the list; of its files only those that were fetched for it may be deleted.

    Raises:
        EditingError: It is not on the list.
    """
    shelf = ModelShelf(data_dir)
    if source in BUNDLED:
        raise EditingError(f"{source} comes with Exemplar and cannot be removed.")
    entry = shelf.entry(source) or shelf.entry(str(Path(source).expanduser().resolve()))
    if entry is None:
        there = ", ".join(entry.source for entry in shelf.entries()) or "none"
        raise EditingError(f"{source} is not on the list of added models. There are: {there}.")
    deleted = _deleted(entry, hub or Hub()) if delete_files else []
    shelf.take_out(entry.source)
    kept = sum(Path(name).exists() for name in entry.fetched)
    return {"source": entry.source, "deleted": deleted, "kept": kept}


def told_of(entry: ShelfEntry) -> dict[str, Any]:
    """Say what is known of an added model in plain values."""
    about = dataclasses.asdict(entry)
    del about["fetched"]
    return about


def _entry(entry: ShelfEntry, facts: FolderFacts) -> ShelfEntry:
    return dataclasses.replace(
        entry,
        architecture=facts.architecture,
        family=facts.layout.family,
        parameters=facts.parameters,
        dtype=facts.dtype,
        size=facts.size,
    )


def _deleted(entry: ShelfEntry, hub: Hub) -> list[str]:
    """Delete what was fetched for a model and nothing else needs; return what was."""
    model = hub_id_of(entry.source)
    if entry.kind != "hub" or model is None:
        return []
    root = hub.cache_folder / model.folder
    ours = [Path(name) for name in entry.fetched if Path(name).is_relative_to(root)]
    links = [path for path in ours if path.parent.parent.name == "snapshots"]
    deleted = [str(path) for path in links if _unlinked(path)]
    needed = {path.resolve() for path in root.glob("snapshots/*/*")}
    blobs = [path for path in ours if path.parent.name == "blobs" and path.resolve() not in needed]
    deleted += [str(path) for path in blobs if _unlinked(path)]
    begun = root.glob("blobs/*.exemplar.incomplete")
    deleted += [str(path) for path in begun if _unlinked(path)]
    _tidy(root)
    return deleted


def _unlinked(path: Path) -> bool:
    there = path.is_symlink() or path.is_file()
    path.unlink(missing_ok=True)
    return there


def _tidy(root: Path) -> None:
    """Take away what is left empty: snapshots without files, and then the model's folder."""
    for snapshot in root.glob("snapshots/*"):
        if not any(snapshot.iterdir()):
            snapshot.rmdir()
            for reference in root.glob("refs/*"):
                if reference.is_file() and reference.read_text().strip() == snapshot.name:
                    reference.unlink()
    if root.is_dir() and not any(root.glob("snapshots/*")) and not any(root.glob("blobs/*")):
        shutil.rmtree(root)

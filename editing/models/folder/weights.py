"""Which files hold a model's weights, and whether they are what their index says."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from editing.errors import EditingError
from editing.models.folder.paths import safe_file
from editing.models.folder.tensors import StoredTensor, tensors_of

_WHOLE, _SHARDS = ("model.safetensors", "pytorch_model.bin"), ".index.json"
_NAMED = 3
"""Of what is missing, so many are named."""


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """All weights of a folder, as their files' headers tell."""

    files: tuple[Path, ...]
    tensors: dict[str, StoredTensor]
    promised: int | None = None
    """Bytes of all tensors as the index has it; None without one."""

    @property
    def held(self) -> int:
        """Bytes of all tensors, as the files have them."""
        return sum(tensor.size for tensor in self.tensors.values())

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(path.stat().st_size for path in self.files)


def stored_weights(folder: Path) -> StoredWeights:
    """Find a folder's weights, safetensors first, and check every file against the index.

    Raises:
        EditingError: There are none, a file is missing or damaged, or the index leads elsewhere.
    """
    for name in _WHOLE:
        if (folder / name).is_file():
            path = safe_file(folder, name)
            return _gathered((path,))
        if (folder / f"{name}{_SHARDS}").is_file():
            return _sharded(folder, f"{name}{_SHARDS}")
    others = sorted(p.name for p in folder.iterdir() if p.suffix in {".h5", ".msgpack", ".gguf"})
    there = f", and {', '.join(others[:_NAMED])} cannot be opened here" if others else ""
    raise EditingError(
        f"The model in {folder} cannot be loaded: it has no weights{there}. Fetch its "
        "model.safetensors or pytorch_model.bin."
    )


def _gathered(paths: tuple[Path, ...]) -> StoredWeights:
    found = [tensor for path in paths for tensor in tensors_of(path)]
    return StoredWeights(paths, {tensor.name: tensor for tensor in found})


def _sharded(folder: Path, index: str) -> StoredWeights:
    where, promised = _index(folder, index)
    names = sorted(set(where.values()))
    paths = tuple(safe_file(folder, name, named_by=index) for name in names)
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        raise EditingError(
            f"The model in {folder} cannot be loaded: {index} names {len(names)} files, and "
            f"{_listed(absent)} {'is' if len(absent) == 1 else 'are'} missing. Fetch what is "
            "missing from where the others came."
        )
    found = _gathered(paths)
    lost = [n for n, file in where.items() if n not in found.tensors or not _is_in(found, n, file)]
    if lost:
        raise EditingError(
            f"The weights in {folder} are incomplete: {index} places {_listed(lost)} in files that "
            "do not have it. Fetch the model again."
        )
    return replace(found, promised=promised)


def _is_in(found: StoredWeights, name: str, file: str) -> bool:
    return found.tensors[name].file == file


def _index(folder: Path, name: str) -> tuple[dict[str, str], int | None]:
    """Read which file has which tensor, and how many bytes all of them are said to take."""
    path = safe_file(folder, name)
    try:
        index = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        places, total = index["weight_map"], index.get("metadata", {}).get("total_size")
        where = {str(tensor): str(file) for tensor, file in places.items()}
        return where, None if total is None else int(total)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EditingError(
            f"{path} does not say which file holds which weights. Fetch this file again."
        ) from error


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more

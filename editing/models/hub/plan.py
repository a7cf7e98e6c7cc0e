"""What fetching a model takes, before anything is fetched: its files, the disk, the memory."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from huggingface_hub import HfApi
from huggingface_hub.hf_api import ModelInfo, RepoSibling

from editing.errors import EditingError
from editing.models.hub.connection import Hub, HubId, explained
from editing.models.hub.local import COMMIT

_TEXTS = re.compile(r"(?!adapter_config\.json)[\w.-]+\.(?:json|txt|model|jinja)")
"""But for what names another model, which would be opened in place of this one."""
_SAFE = re.compile(r"model[\w.-]*\.safetensors")
_PICKLED = re.compile(r"pytorch_model[\w.-]*\.bin")
_WHOLE = ("model.safetensors", "pytorch_model.bin")
_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WIDE = 4
"""Bytes of a parameter as it is computed with on a CPU."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a model; its blob is the SHA-256 of its bytes, or git's hash of them."""

    name: str
    size: int
    blob: str


@dataclass(frozen=True, slots=True)
class DownloadPlan:
    """All that is known before the first byte of a file is fetched. Sizes are bytes."""

    model: HubId
    commit: str
    files: tuple[HubFile, ...]
    kept: int
    """Bytes that are here already, whole files and the beginnings of others."""
    memory: int
    """For the weights in float32, as they are used on a CPU."""
    disk_free: int
    memory_free: int

    @property
    def size(self) -> int:
        """Of all files."""
        return sum(file.size for file in self.files)

    @property
    def to_fetch(self) -> int:
        """Still to come through the line."""
        return self.size - self.kept


def plan_download(model: HubId, hub: Hub) -> DownloadPlan:
    """Ask the hub what a model consists of.

    Raises:
        EditingError: The hub refuses, cannot be reached, or has no model to open there.
    """
    with explained(model):
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        info = api.model_info(model.name, revision=model.revision, files_metadata=True)
    if info.sha is None or not COMMIT.fullmatch(info.sha):
        raise EditingError(f"The hub names no commit for {model}. Try again later.")
    files = _chosen(model, info.siblings or [])
    root = hub.cache_folder / model.folder
    return DownloadPlan(
        model,
        info.sha,
        files,
        sum(kept_bytes(root, file) for file in files),
        _memory(info, files),
        shutil.disk_usage(_existing(hub.cache_folder)).free,
        psutil.virtual_memory().available,
    )


def kept_bytes(root: Path, file: HubFile) -> int:
    """How much of a file is in a model's folder of the cache already."""
    if (whole := root / "blobs" / file.blob).is_file():
        return whole.stat().st_size
    begun = partial_path(root, file)
    return min(begun.stat().st_size, file.size) if begun.is_file() else 0


def partial_path(root: Path, file: HubFile) -> Path:
    """Where the beginning of a file waits for the rest."""
    return root / "blobs" / f"{file.blob}.exemplar.incomplete"


def _chosen(model: HubId, there: Sequence[RepoSibling]) -> tuple[HubFile, ...]:
    """Configuration, tokenizer and weights; safetensors where there are any."""
    files = [_file(model, one) for one in there if "/" not in one.rfilename]
    weights = [f for f in files if f and _SAFE.fullmatch(f.name)]
    weights = weights or [f for f in files if f and _PICKLED.fullmatch(f.name)]
    whole = [f for f in weights if f.name in _WHOLE]
    weights = whole or weights  # beside the whole there may be others of another precision
    others = [f for f in files if f and _TEXTS.fullmatch(f.name)]
    if not weights or not any(f.name == "config.json" for f in others):
        raise EditingError(
            f"{model} has no model that can be opened here: it needs a config.json and weights as "
            "safetensors or pytorch_model.bin. Choose another model or revision."
        )
    return tuple(sorted({*others, *weights}, key=lambda file: file.size))


def _file(model: HubId, one: RepoSibling) -> HubFile | None:
    blob = one.lfs.sha256 if one.lfs is not None else one.blob_id
    if not any(kind.fullmatch(one.rfilename) for kind in (_TEXTS, _SAFE, _PICKLED)):
        return None
    if blob is None or one.size is None or not _BLOB.fullmatch(blob):
        raise EditingError(f"The hub says neither size nor hash of {one.rfilename} of {model}.")
    return HubFile(one.rfilename, one.size, blob)


def _memory(info: ModelInfo, files: Sequence[HubFile]) -> int:
    """From the hub's count of parameters; without one the weights are taken to be float32."""
    if info.safetensors is not None:
        return info.safetensors.total * _WIDE
    return sum(file.size for file in files if file.name.endswith((".safetensors", ".bin")))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())

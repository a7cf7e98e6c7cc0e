"""Base passes on disk, found by content: the same model and text are never passed twice."""

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from editing.base_passes.base_pass import BasePass, compute_base_pass
from editing.batches import TokenSequence
from editing.models.language_model import LanguageModel
from editing.progress import Progress, Report

FORMAT = 1
MANIFEST = "manifest.json"
"""Written last, so that its presence means the pass is whole."""
FROM_SEQUENCES = ("ids", "sequence_begin", "row_begin", "first_row", "targets")


class BasePassCache:
    """A folder of base passes, the least recently used ones dropped beyond `limit_bytes`."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes

    def base_pass(
        self, model: LanguageModel, sequences: Sequence[TokenSequence], *, report: Report
    ) -> BasePass:
        """Open the pass of this model over these sequences, computing it if it is not there."""
        entry = self.folder / _content_key(model, sequences)
        if not _is_whole(entry):
            self._compute(model, sequences, entry, report)
        (entry / MANIFEST).touch()
        report(Progress("base passes", len(sequences), len(sequences)))
        return _open(entry)

    def _compute(
        self,
        model: LanguageModel,
        sequences: Sequence[TokenSequence],
        entry: Path,
        report: Report,
    ) -> None:
        partial = entry.with_name(f"{entry.name}.{time.time_ns()}.partial")
        partial.mkdir(parents=True)
        try:
            computed = compute_base_pass(model, sequences, report=report, folder=partial)
            _write(computed, partial)
            shutil.rmtree(entry, ignore_errors=True)
            partial.rename(entry)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        self._make_room(entry)

    def _make_room(self, keep: Path) -> None:
        """Drop the least recently used passes, never the one just made."""
        entries = [path.parent for path in self.folder.glob(f"*/{MANIFEST}")]
        entries.sort(key=lambda entry: (entry / MANIFEST).stat().st_mtime)
        sizes = {entry: _size(entry) for entry in entries}
        total = sum(sizes.values())
        for entry in entries:
            if total <= self.limit_bytes:
                return
            if entry != keep:
                shutil.rmtree(entry, ignore_errors=True)
                total -= sizes[entry]


def _content_key(model: LanguageModel, sequences: Sequence[TokenSequence]) -> str:
    digest = hashlib.sha256(f"{FORMAT} {model.fingerprint} {model.dtype}\n".encode())
    for sequence in sequences:
        digest.update(np.array([sequence.first_scored, *sequence.ids], dtype=np.int64).tobytes())
        digest.update(b"\n")
    return digest.hexdigest()[:40]


def _write(computed: BasePass, folder: Path) -> None:
    """Add what `compute_base_pass` does not map to files itself, then the manifest."""
    for item in fields(computed):
        tensor: Tensor = getattr(computed, item.name)
        if item.name in FROM_SEQUENCES or tensor.numel() == 0:
            np.save(folder / f"{item.name}.npy", tensor.numpy())
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    manifest = {"format": FORMAT, "sizes": sizes}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _is_whole(entry: Path) -> bool:
    """Whether a pass is there with all its files in full length."""
    if not (entry / MANIFEST).is_file():
        return False
    sizes = json.loads((entry / MANIFEST).read_text(encoding="utf-8")).get("sizes")
    return sizes == {p.name: p.stat().st_size for p in entry.iterdir() if p.name != MANIFEST}


def _open(folder: Path) -> BasePass:
    arrays: dict[str, Tensor] = {}
    for item in fields(BasePass):
        path = folder / f"{item.name}.npy"
        small = item.name in FROM_SEQUENCES
        array = np.load(path) if small else np.load(path, mmap_mode="c")
        arrays[item.name] = torch.from_numpy(array)
    return BasePass(**arrays)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())

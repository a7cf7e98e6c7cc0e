"""What the last look at every byte of a model found, kept in the data folder. Torch-free."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from filelock import FileLock

from app import paths

_FILE = "model-checks.json"
Stamp = tuple[tuple[str, int, int], ...]
"""Name, bytes and time of change (in ns) of each file."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """A model's files as they were once hashed, and the model loaded from them."""

    checksum: str
    fingerprint: str
    """Empty where the memory did not hold the model."""
    time: str
    """ISO time, UTC."""
    files: Stamp = ()

    def fits(self, files: Stamp) -> bool:
        """Whether the files look as they did then."""
        return self.files == files


class ModelChecks:
    """The last check of each model, by its source."""

    def __init__(self, data_dir: str | None) -> None:
        self._path = paths.data_folder(data_dir) / _FILE

    def get(self, source: str) -> ModelCheck | None:
        """Return the last check; None where there was none, or it cannot be read any more."""
        record = self._read().get(source)
        try:
            return None if record is None else _from_record(record)
        except (KeyError, TypeError, ValueError):
            return None

    def put(self, source: str, check: ModelCheck) -> None:
        """Keep a check in place of the last one."""
        with FileLock(self._path.with_suffix(".lock")):
            record = self._read() | {source: asdict(check)}
            partial = self._path.with_suffix(".part")
            partial.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
            partial.replace(self._path)

    def _read(self) -> dict[str, Any]:
        try:
            record: object = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return cast("dict[str, Any]", record) if isinstance(record, dict) else {}


def stamp_of(files: Sequence[Path]) -> Stamp:
    """Describe files without reading them."""
    found = [(path.name, path.stat()) for path in sorted(files)]
    return tuple((name, about.st_size, about.st_mtime_ns) for name, about in found)


def _from_record(record: Mapping[str, Any]) -> ModelCheck:
    files = tuple((str(n), int(size), int(time)) for n, size, time in record["files"])
    return ModelCheck(record["checksum"], record["fingerprint"], record["time"], files)

"""The models a person has added: a list in the data folder, which says where each one lies.

Torch-free. A model's files stay where they are; of those that were fetched for it the list keeps
the names, because only these may be deleted with it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from filelock import FileLock

from app import paths
from editing.errors import EditingError

_VERSION = 1
Kind = Literal["folder", "hub"]


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One added model."""

    source: str
    """A folder, or the hub's ID or ID@REVISION."""
    kind: Kind
    architecture: str = ""
    family: str = ""
    parameters: int = 0
    dtype: str = ""
    size: int = 0
    """Bytes of the weights' files."""
    tokenizer: str = ""
    """The folder of its tokenizer where its own has none."""
    commit: str = ""
    fetched: tuple[str, ...] = ()
    """Files that were fetched for it and were not there before."""
    is_whole: bool = True
    """Whether it can be opened; a download that was stopped is kept here too."""


class ModelShelf:
    """The list of added models of one data folder."""

    def __init__(self, data_dir: str | None) -> None:
        self._path = paths.data_folder(data_dir) / "models.json"

    def entries(self) -> tuple[ShelfEntry, ...]:
        """Return the added models, the oldest first.

        Raises:
            EditingError: The list is damaged, or of a newer version.
        """
        try:
            return _entries(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return ()
        except (ValueError, KeyError, TypeError) as error:
            raise EditingError(
                f"{self._path} cannot be used ({error}). Delete it and add the models again; no "
                "model's files are lost with it."
            ) from error

    def entry(self, source: str) -> ShelfEntry | None:
        """Return an added model by its source."""
        return next((entry for entry in self.entries() if entry.source == source), None)

    def put(self, entry: ShelfEntry) -> None:
        """Add a model, or say something else of one that is there."""
        with self._lock():
            others = [other for other in self.entries() if other.source != entry.source]
            self._write([*others, entry])

    def take_out(self, source: str) -> None:
        """Forget a model."""
        with self._lock():
            self._write([entry for entry in self.entries() if entry.source != source])

    def _lock(self) -> FileLock:
        """Keep the window's engine and the command line from losing each other's entries."""
        return FileLock(self._path.with_suffix(".lock"))

    def _write(self, entries: Sequence[ShelfEntry]) -> None:
        record = {"version": _VERSION, "models": [asdict(entry) for entry in entries]}
        partial = self._path.with_suffix(".part")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(record, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)


def _entries(record: dict[str, Any]) -> tuple[ShelfEntry, ...]:
    if record["version"] > _VERSION:
        raise ValueError("it is of a newer version of Exemplar")
    rows = cast("list[dict[str, Any]]", record["models"])
    changed: list[dict[str, Any]] = [{**row, "fetched": tuple(row["fetched"])} for row in rows]
    return tuple(ShelfEntry(**row) for row in changed)

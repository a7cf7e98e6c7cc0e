"""Where long work leaves its state, to go on from after it was interrupted."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch

from editing.errors import EditingError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class FileCheckpoints:
    """The last state in one file, which is there whole or not at all."""

    path: Path

    def load(self) -> dict[str, Any] | None:
        """Return the state that was saved last, None where there is none.

        Raises:
            EditingError: A newer version of the program wrote it.
        """
        if not self.path.exists():
            return None
        # Through torch's weights-only reader: a checkpoint runs no code.
        record = cast("dict[str, Any]", torch.load(self.path, "cpu", weights_only=True))
        if record["format"] > _FORMAT:
            raise EditingError(
                f"{self.path} was written by a newer version of Exemplar. Go on with that version."
            )
        return record["state"]

    def save(self, state: dict[str, Any]) -> None:
        """Keep a state of tensors and plain values in place of the one before."""
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            torch.save({"format": _FORMAT, "state": state}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Put the renaming itself on the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

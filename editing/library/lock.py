"""One process at a time: a lock on a file, let go by the system when its holder ends."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from editing.errors import LibraryError

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def library_lock(folder: Path, *, patience_s: float = 5.0) -> Generator[None]:
    """Hold the library's lock, as migrations and rebuilding do.

    Raises:
        LibraryError: Another process holds it and does not let go in time.
    """
    with (folder / "library.lock").open("a+b") as file:
        _wait_for(file, folder, time.monotonic() + patience_s)
        yield


def _wait_for(file: BinaryIO, folder: Path, deadline: float) -> None:
    while True:
        try:
            _take(file)
        except OSError as error:
            if time.monotonic() >= deadline:
                raise LibraryError(
                    f"Another Exemplar is rebuilding or updating the library in {folder}. "
                    "Wait until it is done and try again."
                ) from error
            time.sleep(0.05)
        else:
            return

"""A folder that work is added to line by line: a header says what about, each line what is done.

A line is written when its work is done, so that whatever ends the program costs that work only.
"""

import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from editing.errors import EditingError, LibraryError
from editing.library.lock import library_lock

FORMAT = 1
LineT = TypeVar("LineT")


@dataclass(frozen=True, slots=True)
class LineFolder:
    """Where a header and its lines are kept."""

    path: Path
    header_name: str
    lines_name: str
    what: str
    """What it holds, in a word, for messages: a sweep, a curve."""

    @contextmanager
    def taken(self) -> Generator[None]:
        """Hold the folder: one process at a time adds lines to it.

        Raises:
            EditingError: Another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            try:
                held.enter_context(library_lock(self.path, patience_s=0.0))
            except LibraryError as error:
                raise EditingError(
                    f"Another process is at work on the {self.what} {self.path.name}. Wait until "
                    "it is done."
                ) from error
            yield

    def header(self) -> dict[str, Any]:
        """Read what the lines are about.

        Raises:
            EditingError: It is not there, not readable, or of a newer version.
        """
        path = self.path / self.header_name
        try:
            header = json.loads(path.read_text(encoding="utf-8"))
            version = int(header["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EditingError(
                f"{path} is no {self.what}'s file ({error}). Run the {self.what} again."
            ) from error
        if version > FORMAT:
            raise EditingError(f"{path} was written by a newer Exemplar. Update Exemplar.")
        return header

    def write_header(self, header: Mapping[str, Any]) -> None:
        """Replace what the lines are about."""
        part = self.path / f"{self.header_name}.part"
        text = json.dumps({"format": FORMAT, **header}, ensure_ascii=False, indent=1)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(self.path / self.header_name)

    def lines(self, read: Callable[[Any], LineT]) -> list[LineT]:
        """Read what is done; a line that was only begun does not count.

        Args:
            read: Makes a line's content of its JSON.

        Raises:
            EditingError: A line is damaged.
        """
        path = self.path / self.lines_name
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        found: list[LineT] = []
        for number, line in enumerate(text.split("\n")[:-1], 1):  # what has no line end is torn
            try:
                found.append(read(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise EditingError(
                    f"{path}: line {number} is damaged ({error}). Delete it and run the "
                    f"{self.what} again: only that is repeated."
                ) from error
        return found

    def add(self, line: Mapping[str, Any]) -> None:
        """Append a line, on the disk when this returns."""
        text = json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
        path = self.path / self.lines_name
        whole = path.read_bytes().rfind(b"\n") + 1 if path.is_file() else 0
        with path.open("ab") as file:
            file.truncate(whole)  # what a killed process had begun to write
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())

"""Files that are not as they were written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from editing.library.records import sha256_of


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is missing or changed."""

    path: Path
    what: str

    @override
    def __str__(self) -> str:
        """Name the file and what is wrong with it."""
        return f"{self.path} {self.what}"


def changed_files(folder: Path, expected: Mapping[str, str]) -> list[Damage]:
    """Hash the files of a folder and name those that differ from `expected` (name to SHA-256)."""
    damages: list[Damage] = []
    for name, sha256 in sorted(expected.items()):
        path = folder / name
        if not path.is_file():
            damages.append(Damage(path, "is missing"))
        elif sha256_of(path) != sha256:
            damages.append(Damage(path, "has changed since it was written"))
    return damages

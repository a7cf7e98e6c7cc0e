"""Which models there are: bundled, added, begun, and bases of edits. Torch-free."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.operations.shelf.shelf import ModelShelf, ShelfEntry
from editing.models.starter import BUNDLED, bundled_models

Kind = Literal["bundled", "folder", "hub", "base"]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model the program knows of."""

    source: str
    kind: Kind
    """A base is one that edits of the library were made for and that is on no list."""
    edits: int = 0
    """How many edits of the library were made for it."""
    entry: ShelfEntry | None = None

    @property
    def name(self) -> str:
        """What lists call it."""
        return model_name(self.source)

    @property
    def is_whole(self) -> bool:
        """Whether all its files should be there; a download that was stopped is known too."""
        return self.entry is None or self.entry.is_whole

    def to_json(self) -> dict[str, Any]:
        """Write it as plain values."""
        return {
            "name": self.name,
            "source": self.source,
            "kind": self.kind,
            "edits": self.edits,
            "is_whole": self.is_whole,
        }


def known_models(data_dir: str | None, bases: Iterable[str]) -> list[KnownModel]:
    """List every model: those that come with the program, the added ones, other bases of edits.

    Args:
        data_dir: The data folder.
        bases: The source of the base of each edit.

    Raises:
        EditingError: The list of added models is damaged.
    """
    entries = {entry.source: entry for entry in ModelShelf(data_dir).entries()}
    counts = dict.fromkeys([*bundled_models(), *entries], 0)
    for source in bases:
        counts[source] = counts.get(source, 0) + 1
    return [
        KnownModel(source, _kind(source, entries.get(source)), count, entries.get(source))
        for source, count in counts.items()
    ]


def model_name(source: str) -> str:
    """Name a model shortly: a folder by its last part, a model of the hub in full."""
    if source in BUNDLED:
        return source.capitalize()
    return Path(source).name if Path(source).is_absolute() else source


def _kind(source: str, entry: ShelfEntry | None) -> Kind:
    if source in BUNDLED:
        return "bundled"
    return "base" if entry is None else entry.kind

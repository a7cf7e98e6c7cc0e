"""What people thought of texts that edited models wrote; kept with the edit, in its record.

Torch-free. Like an edit's notes they are in its folder, so no rebuild of the index loses them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from editing.errors import LibraryError
from editing.library.index import Library
from editing.library.records import read_record

JUDGED_TEXTS = "judged_texts"
"""The entry of an edit's record."""


@dataclass(frozen=True, slots=True)
class JudgedText:
    """One text, how it came about, and what somebody thought of it."""

    prompt: str
    continuation: str
    put_on: tuple[tuple[str, float], ...]
    """The ids of the edits that were on the model, in order, and how strongly each."""
    seed: int
    temperature: float
    tokens: int
    liked: bool | None = None
    """Thumbs up or down; None for neither."""
    note: str = ""
    judged: str = ""
    """When, in ISO format."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of it."""
        return self.liked is None and not self.note.strip()

    @property
    def text(self) -> "JudgedText":
        """The text alone, whatever is said of it."""
        return replace(self, liked=None, note="", judged="")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "JudgedText":
        """Read what the record has; entries of a newer version are passed over."""
        known: dict[str, Any] = {name: values[name] for name in cls.__slots__ if name in values}
        pairs = values["put_on"]
        known["put_on"] = tuple((str(edit), float(strength)) for edit, strength in pairs)
        return cls(**known)


def judged_texts(library: Library, edit_id: str) -> list[JudgedText]:
    """List what is kept with an edit, the newest first.

    Raises:
        LibraryError: The edit is not there, or its record cannot be read.
    """
    record = read_record(library.folder_of(library.edit(edit_id)))
    try:
        found = [JudgedText.from_json(each) for each in record.get(JUDGED_TEXTS, ())]
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"The judged texts of {edit_id} cannot be read ({error}).") from error
    return sorted(found, key=lambda each: each.judged, reverse=True)


def keep_judgement(library: Library, edit_id: str, judged: JudgedText) -> None:
    """Keep what is thought of a text, in place of what was; nothing said forgets it.

    Raises:
        LibraryError: The edit is not there, or its record cannot be read or written.
    """
    others = [each for each in judged_texts(library, edit_id) if each.text != judged.text]
    kept = others if judged.is_empty else [judged, *others]
    library.keep_texts(edit_id, [asdict(each) for each in kept])

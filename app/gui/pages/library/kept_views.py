"""How the table of edits is looked at, and the views kept under a name, as one file. Torch-free."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.jobs.tagged import from_record
from editing.errors import EditingError

FORMAT = 1
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Look:
    """Which edits are listed, how they are sorted, and which columns are shown."""

    text: str = ""
    """What is searched for."""
    condition: str = ""
    """One of the table's conditions; empty for all."""
    order: str = "CREATED"
    """The name of an `Order`."""
    descending: bool = True
    hidden: tuple[str, ...] = ()
    """Columns that are not shown, each by the name of its `Order`."""


@dataclass(frozen=True, slots=True)
class KeptView:
    """A look under a name."""

    name: str
    look: Look


@dataclass(frozen=True, slots=True)
class KeptViews:
    """What the file holds."""

    views: tuple[KeptView, ...] = ()
    hidden: tuple[str, ...] = ()
    """Columns that are not shown at the next start."""
    compact: bool = False
    """Whether rows stand close."""

    def named(self, name: str) -> Look | None:
        """Find a look by its name, whatever the case."""
        found = (v.look for v in self.views if v.name.casefold() == name.casefold())
        return next(found, None)

    def with_view(self, view: KeptView) -> KeptViews:
        """Keep one more view, in the place of one of the same name.

        Raises:
            EditingError: The name is empty or too long.
        """
        if not view.name.strip() or len(view.name) > LONGEST_NAME:
            raise EditingError(f"A view needs a name of at most {LONGEST_NAME} characters.")
        views = (*self.without(view.name).views, view)
        return replace(self, views=tuple(sorted(views, key=lambda each: each.name.casefold())))

    def without(self, name: str) -> KeptViews:
        """Forget a view."""
        others = tuple(v for v in self.views if v.name.casefold() != name.casefold())
        return replace(self, views=others)


def load_views(data_folder: Path) -> KeptViews:
    """Read what was kept; the table as it comes where nothing was.

    Raises:
        EditingError: The file is damaged or of a newer version.
    """
    file = _file(data_folder)
    if not file.exists():
        return KeptViews()
    try:
        return _from_record(file, json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EditingError(f"{file} is damaged. Delete it to begin without views.") from error


def save_views(data_folder: Path, kept: KeptViews) -> None:
    """Write the file so that a crash leaves either the old one or the new one.

    Raises:
        EditingError: What is there is damaged or of a newer version; it is not written over.
    """
    load_views(data_folder)
    file = _file(data_folder)
    part = file.with_suffix(".part")
    record = {"format": FORMAT, **asdict(kept)}
    part.write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    part.replace(file)


def _from_record(file: Path, record: dict[str, Any]) -> KeptViews:
    if record["format"] > FORMAT:
        raise EditingError(f"{file} was written by a newer Exemplar. Update Exemplar.")
    views = tuple(KeptView(str(each["name"]), _look(each["look"])) for each in record["views"])
    return KeptViews(views, tuple(map(str, record["hidden"])), bool(record["compact"]))


def _look(record: dict[str, Any]) -> Look:
    look = from_record(Look, record)
    return replace(look, hidden=tuple(map(str, look.hidden)))


def _file(data_folder: Path) -> Path:
    return data_folder / "library-views.json"

"""How the edits of each column were made, as rows of a table with a column each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from PySide6.QtCore import QCoreApplication

from app.gui.pages.compare.choice import Choice
from app.gui.tables import figures
from app.gui.tables.setting_pairs import setting_pairs
from editing.library.edit_row import EditRow

translate = QCoreApplication.translate
Records = Callable[[EditRow], Mapping[str, Any]]
"""Reads what an edit's folder says; empty where it cannot be read."""


def setting_rows(
    choices: Sequence[Choice], record_of: Records, labels: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Name every setting with its value in each column.

    Args:
        choices: The columns.
        record_of: Reads an edit.
        labels: What the settings are called.
    """
    known = [_settings_of(choice, record_of, labels) for choice in choices]
    names = list(dict.fromkeys(name for each in known for name in each))
    return [(name, *(each.get(name, figures.NOTHING) for each in known)) for name in names]


def _settings_of(choice: Choice, record_of: Records, labels: Mapping[str, str]) -> dict[str, str]:
    """Say how the edits of a column were made, those of a stack one after the other."""
    said: dict[str, list[str]] = {}
    strength = translate("compare", "Put on at strength")
    for part in choice.parts:
        record = record_of(part.edit)
        request = cast("Mapping[str, Any]", record.get("request") or {})
        result = cast("Mapping[str, Any]", record.get("result") or {})
        for name, value in setting_pairs({**request, "save": None}, result, labels):
            said.setdefault(name, []).append(value)
        said.setdefault(strength, []).append(f"{part.strength:.2f}")
    return {name: " + ".join(dict.fromkeys(values)) for name, values in said.items()}

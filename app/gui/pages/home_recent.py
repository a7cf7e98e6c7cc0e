"""What was last worked on, as (key, name, one line about it)."""

from app.gui.tables.readings import per_cent
from editing.library.edit_row import EditRow
from editing.library.example_sets import ExampleSets, SetInfo
from editing.library.index import Library

MOST = 3


def recent_sets(sets: ExampleSets) -> list[tuple[str, str, str]]:
    """List the sets changed last."""
    infos = sorted(sets.infos(), key=lambda info: info.changed, reverse=True)
    return [(info.name, info.name, _sizes(info)) for info in infos[:MOST]]


def recent_edits(library: Library) -> list[tuple[str, str, str]]:
    """List the edits made last."""
    return [(edit.id, edit.name, _outcome(edit)) for edit in library.edits()[:MOST]]


def _sizes(info: SetInfo) -> str:
    rows = "1 example" if info.canonical == 1 else f"{info.canonical} examples"
    return f"{rows}, {info.evaluation} to judge by" if info.evaluation else rows


def _outcome(edit: EditRow) -> str:
    if edit.success_before is None or edit.success_after is None:
        return edit.method
    before, after = per_cent(edit.success_before), per_cent(edit.success_after)
    cost = "" if edit.degradation is None else f", degradation {edit.degradation:+.1g}"
    return f"success {before} → {after}{cost}"

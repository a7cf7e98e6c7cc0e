"""What was last worked on, as (key, name, one line about it)."""

from app.gui.words import set_size
from editing.library.edit_row import EditRow
from editing.library.example_sets import ExampleSets
from editing.library.index import Library

MOST = 3


def recent_sets(sets: ExampleSets) -> list[tuple[str, str, str]]:
    """List the sets changed last."""
    infos = sorted(sets.infos(), key=lambda info: info.changed, reverse=True)
    return [(info.name, info.name, set_size(info)) for info in infos[:MOST]]


def recent_edits(library: Library) -> list[tuple[str, str, str]]:
    """List the edits made last."""
    return [(edit.id, edit.name, _outcome(edit)) for edit in library.edits()[:MOST]]


def _outcome(edit: EditRow) -> str:
    if edit.success_before is None or edit.success_after is None:
        return edit.method
    cost = "" if edit.degradation is None else f", degradation {edit.degradation:+.1g}"
    before, after = 100 * edit.success_before, 100 * edit.success_after
    return f"success {before:.0f} % → {after:.0f} %{cost}"

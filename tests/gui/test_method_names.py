"""What the window calls methods: as the engine does."""

from app.gui.tables.method_names import NAMES, method_name
from editing.editors import EDITORS


def test_the_window_knows_every_method_by_the_engines_name() -> None:
    assert {name: editor.label for name, editor in EDITORS.items()} == NAMES
    assert {method_name(name) for name in EDITORS} == set(NAMES.values())
    assert method_name("unheard-of") == "unheard-of"

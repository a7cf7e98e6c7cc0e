"""What the engine can do: methods with their settings, for forms and help."""

from dataclasses import asdict
from typing import Any

from app.operations.models import list_models
from app.operations.results import step_json
from editing.editors import EDITORS
from editing.editors.base import Editor
from editing.settings import settings_of


def run_describe(data_dir: str | None = None) -> dict[str, Any]:
    """Describe the editors and name the models that are known."""
    return {
        "editors": [_editor(editor) for editor in EDITORS.values()],
        "models": list_models(data_dir),
    }


def _editor(editor: Editor[Any]) -> dict[str, Any]:
    return {
        "name": editor.name,
        "label": editor.label,
        "help": editor.help,
        "makes_adapters": editor.makes_adapters,
        "answers_by_rows": editor.writes_in_turn,
        "step": step_json(editor),
        "settings": [asdict(setting) for setting in settings_of(editor.Settings)],
    }

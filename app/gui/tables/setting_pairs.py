"""What an edit was asked for, in words: the request's fields and the method's settings."""

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.gui.tables import figures
from app.gui.tables.method_names import method_name

translate = QCoreApplication.translate
NAMES = {
    "model": QT_TRANSLATE_NOOP("settings", "Model"),
    "task": QT_TRANSLATE_NOOP("settings", "Task"),
    "split": QT_TRANSLATE_NOOP("settings", "Split"),
    "examples": QT_TRANSLATE_NOOP("settings", "Examples"),
    "evaluate": QT_TRANSLATE_NOOP("settings", "Evaluation examples"),
    "hard_negatives": QT_TRANSLATE_NOOP("settings", "Hard negatives"),
    "kind": QT_TRANSLATE_NOOP("settings", "Kind of rows without one"),
    "threshold": QT_TRANSLATE_NOOP("settings", "Threshold of rows without one"),
    "general_text": QT_TRANSLATE_NOOP("settings", "General text"),
    "general_tokens": QT_TRANSLATE_NOOP("settings", "Tokens of general text"),
    "regularisation_text": QT_TRANSLATE_NOOP("settings", "Regularisation text"),
    "regularisation_tokens": QT_TRANSLATE_NOOP("settings", "Tokens of regularisation text"),
    "method": QT_TRANSLATE_NOOP("settings", "Method"),
    "budget": QT_TRANSLATE_NOOP("settings", "Degradation budget"),
    "budgets": QT_TRANSLATE_NOOP("settings", "Degradation budgets"),
    "configurations": QT_TRANSLATE_NOOP("settings", "Configurations"),
    "test_seeds": QT_TRANSLATE_NOOP("settings", "Test seeds"),
    "sampler": QT_TRANSLATE_NOOP("settings", "Drawn"),
    "seed": QT_TRANSLATE_NOOP("settings", "Seed"),
    "fit_to_ball": QT_TRANSLATE_NOOP("settings", "Fit to the budget"),
    "save": QT_TRANSLATE_NOOP("settings", "Name in the library"),
    "skip_bad_rows": QT_TRANSLATE_NOOP("settings", "Skip bad rows"),
}


def setting_pairs(
    request: Mapping[str, Any], result: Mapping[str, Any] | None, labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    """List everything a run was started with; with its result, the method's defaults too.

    Args:
        request: What was asked for.
        result: What came of it, if anything has.
        labels: What the method calls its settings.
    """
    plain = {name: request.get(name) for name in NAMES if request.get(name) is not None}
    if "method" in plain:
        plain["method"] = method_name(str(plain["method"]))
    pairs = [
        (translate("settings", str(NAMES[name])), words_for(value)) for name, value in plain.items()
    ]
    used: Any = (result or {}).get("settings") or request.get("settings") or {}
    settings = cast("Mapping[str, Any]", used)
    return [*pairs, *((labels.get(name, name), words_for(v)) for name, v in settings.items())]


def setting_labels(description: Mapping[str, Any] | None) -> dict[str, str]:
    """Read what the methods call their settings from the engine's description."""
    editors = (description or {}).get("editors", [])
    return {each["name"]: each["label"] for editor in editors for each in editor["settings"]}


def words_for(value: object) -> str:
    """Write a setting's value as a person reads it."""
    if isinstance(value, bool):
        return translate("settings", "yes") if value else translate("settings", "no")
    if isinstance(value, list | tuple):
        return ", ".join(words_for(each) for each in cast("list[object]", value))
    if isinstance(value, float):
        return figures.plain(value) if abs(value) < 1 else f"{value:g}"
    return str(value)

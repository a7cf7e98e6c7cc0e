"""The help's texts: files of resources/help, and each method's settings as the engine has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate

FIRST = (
    "welcome",
    "home",
    "examples",
    "runs",
    "senses",
    "compare",
    "library",
    "memory",
    "models",
    "terms",
    "choosing",
    "settings",
    "keyboard",
    "trouble",
)
"""The order of the pages that are not about a method."""
METHODS = "methods/"


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page of the help."""

    name: str
    """Its file's path in resources/help, without the ending."""
    title: str
    text: str
    """Markdown."""


def help_pages(description: Mapping[str, Any] | None) -> list[HelpPage]:
    """Return every page in order.

    Args:
        description: The engine's answer to `describe`, which lists the methods; without it the
            methods' pages lack their settings.
    """
    editors: Sequence[Mapping[str, Any]] = (description or {}).get("editors", ())
    known = {str(editor["name"]): editor for editor in editors}
    written = sorted(
        entry.name.removesuffix(".md")
        for entry in (files("resources") / "help" / "methods").iterdir()
        if entry.name.endswith(".md")
    )
    names = [*known, *(name for name in written if name not in known)]
    return [*map(_page, FIRST), *(method_page(name, known.get(name)) for name in names)]


def method_page(name: str, editor: Mapping[str, Any] | None) -> HelpPage:
    """Write a method's page: what we say of it, and its settings as they describe themselves."""
    file = files("resources") / "help" / "methods" / f"{name}.md"
    if file.is_file():
        text = file.read_text(encoding="utf-8")
    else:
        text = f"# {editor['label'] if editor else name}\n\n{editor['help'] if editor else ''}\n"
    settings: Sequence[Mapping[str, Any]] = editor.get("settings", ()) if editor else ()
    if settings:
        heading = translate("help", "Settings")
        text += f"\n## {heading}\n\n" + "\n".join(map(_setting, settings)) + "\n"
    return HelpPage(METHODS + name, _title(text), text)


def _page(name: str) -> HelpPage:
    text = (files("resources") / "help" / f"{name}.md").read_text(encoding="utf-8")
    return HelpPage(name, _title(text), text)


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ").strip()


def _setting(setting: Mapping[str, Any]) -> str:
    said = [f"**{setting['label']}.** {setting['help']}", _values(setting)]
    if setting.get("advanced"):
        said.append(translate("help", "It is among the advanced ones."))
    return "* " + " ".join(filter(None, said))


def _values(setting: Mapping[str, Any]) -> str:
    default = setting["default"]
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    if not shown:
        return ""
    choices: Sequence[str] = setting.get("choices") or ()
    if choices:
        return translate("help", "One of {choices}; {default} unless you choose.").format(
            choices=", ".join(choices), default=shown
        )
    return translate("help", "{default} unless you choose.").format(default=shown)

"""Everything the person can do or open, as the command palette lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from app.gui.context import GuiContext
from app.gui.tables.method_names import method_name
from app.gui.widgets.command_palette import Command

translate = QCoreApplication.translate

MOST_OF_A_KIND = 2000
"""Edits, sets or runs; nobody scrolls through more, and typing finds the newest."""


def commands_of(
    context: GuiContext, actions: Sequence[QAction], pages: Sequence[QAction]
) -> list[Command]:
    """List the actions and pages first, then what can be opened, newest first."""
    return [
        *action_commands(
            [each for each in actions if each not in pages], translate("commands", "Action")
        ),
        *action_commands(pages, translate("commands", "Page")),
        *_sets(context),
        *_edits(context),
        *_runs(context),
        *_models(context),
    ]


def action_commands(actions: Sequence[QAction], kind: str) -> list[Command]:
    """List the actions that can be done now, each text once."""
    found: dict[str, Command] = {}
    for each in actions:
        name = plain_text(each)
        if each.isEnabled() and each.isVisible() and name not in found:
            found[name] = Command(name, kind, each.trigger, each.toolTip(), keys_of(each))
    return list(found.values())


def plain_text(action: QAction) -> str:
    """Return an action's text without its marks for the keyboard."""
    return action.text().replace("&", "").partition("\t")[0]


def keys_of(action: QAction) -> str:
    """Return an action's shortcut as this system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def _sets(context: GuiContext) -> list[Command]:
    opened = partial(context.events.open, "examples", "set")
    names = context.sets.names()[:MOST_OF_A_KIND]
    return [
        Command(name, translate("commands", "Example set"), partial(opened, name)) for name in names
    ]


def _edits(context: GuiContext) -> list[Command]:
    opened = partial(context.events.open, "library", "edit")
    rows = context.library.edits()[:MOST_OF_A_KIND]
    return [
        Command(
            row.name,
            translate("commands", "Edit"),
            partial(opened, row.id),
            f"{method_name(row.method)}, {row.created[:10]}",
        )
        for row in rows
    ]


def _runs(context: GuiContext) -> list[Command]:
    opened = partial(context.events.open, "runs", "run")
    jobs = context.jobs.jobs()[::-1][:MOST_OF_A_KIND]
    return [
        Command(view.title, translate("commands", "Run"), partial(opened, view.id), str(view.state))
        for view in jobs
    ]


def _models(context: GuiContext) -> list[Command]:
    opened = partial(context.events.open, "models", "model")
    known: Sequence[Mapping[str, Any]] = (context.engine.description or {}).get("models", ())
    kind = translate("commands", "Model")
    return [
        Command(each["name"], kind, partial(opened, each["source"]), each["source"])
        for each in known
    ]

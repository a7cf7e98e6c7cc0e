"""Everything that can be done with an open example set, as actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.gui.widgets.buttons import action
from editing.examples import Kind


def _tr(text: str) -> str:
    return QCoreApplication.translate("examples", text)


class SetActions:
    """What concerns the whole set; they work wherever the cursor is on the page."""

    def __init__(self, owner: QWidget) -> None:
        self.run = action(
            owner,
            _tr("Run edit…"),
            tip=_tr("Teach the model these examples."),
            shortcut="Ctrl+R",
            icon="play",
        )
        self.undo = action(
            owner,
            _tr("Undo"),
            tip=_tr("Take back the last change of this set."),
            shortcut="Ctrl+Z",
            icon="undo",
        )
        self.redo = action(
            owner,
            _tr("Redo"),
            tip=_tr("Do again what was taken back."),
            shortcut="Ctrl+Shift+Z",
            icon="redo",
        )
        self.read = action(
            owner,
            _tr("Import…"),
            tip=_tr("Add the rows of a .jsonl, .csv or .tsv file."),
            icon="import",
        )
        self.write = action(
            owner,
            _tr("Export this list…"),
            tip=_tr("Write these rows as .jsonl, .csv or .tsv."),
            shortcut="Ctrl+S",
            icon="export",
        )
        self.find = action(
            owner,
            _tr("Filter rows"),
            tip=_tr("Show only rows with certain words."),
            shortcut="Ctrl+F",
            icon="search",
        )
        self.thresholds = action(
            owner,
            _tr("What counts as success…"),
            tip=_tr("Set how probable a continuation has to become."),
            icon="threshold",
        )


class RowActions:
    """What concerns rows; shortcuts that mean other things elsewhere work only in the table."""

    def __init__(self, owner: QWidget, view: QWidget) -> None:
        self.add = action(
            owner,
            _tr("Add an example"),
            tip=_tr("Type a new row at the end."),
            shortcut="Ctrl+Shift+N",
            icon="plus",
        )
        self.delete = action(
            view,
            _tr("Delete rows"),
            tip=_tr("Delete the selected rows; Undo brings them back."),
            shortcut="Del",
            icon="trash",
        )
        self.mend = action(
            owner,
            _tr("Mend spaces"),
            tip=_tr("Put a space before continuations that run into their prefix."),
            icon="space",
        )
        self.copy = action(
            view,
            _tr("Copy cells"),
            tip=_tr("Copy the selected cells for a spreadsheet."),
            shortcut=_keys(QKeySequence.StandardKey.Copy),
        )
        self.paste = action(
            view,
            _tr("Paste rows"),
            tip=_tr("Insert rows from a spreadsheet where the cursor is."),
            shortcut=_keys(QKeySequence.StandardKey.Paste),
        )
        self.kinds = {
            kind: action(
                view,
                _tr("Kind: {kind}").format(kind=kind.label),
                tip=_tr("Make the selected rows “{kind}”.").format(kind=kind.label),
                shortcut=f"Ctrl+Alt+{number}",
            )
            for number, kind in enumerate(Kind, start=1)
        }


def on(act: QAction, do: Callable[[], object]) -> None:
    """Call something when an action is triggered."""
    act.triggered.connect(lambda _checked=False: do())


def _keys(key: QKeySequence.StandardKey) -> str:
    return QKeySequence(key).toString()

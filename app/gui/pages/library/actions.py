"""Everything that can be done on the library page, as actions; the page says what they do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.gui.widgets.buttons import action


class LibraryActions:
    """What concerns the library, and what concerns the edits that are chosen in it."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._build_for_the_library()
        self._build_for_edits()

    def _build_for_the_library(self) -> None:
        self.import_ = self._action(
            _tr("Import…"),
            _tr("Take in an edit that was exported alone; or drop its folder on this page"),
            "import",
        )
        self.verify = self._action(
            _tr("Verify"), _tr("Hash every file again and name those that changed"), "check"
        )
        self.disk = self._action(
            _tr("Disk…"), _tr("See what takes room, and free what is safe to free"), "disk"
        )
        self.trash = self._action(_tr("Trash"), _tr("Show the edits in the trash"), "trash")
        self.trash.setCheckable(True)
        self.empty_trash = self._action(
            _tr("Empty trash"), _tr("Delete every edit in the trash for good"), "trash"
        )
        self.find = self._action(
            _tr("Find an edit"), _tr("Go to the field that searches"), "", "Ctrl+F"
        )
        self.interrupted = self._action(
            _tr("Show interrupted runs"),
            _tr("Runs that ended before they became edits wait on the Runs page"),
            "runs",
        )
        self.runs = self._action(_tr("Go to runs"), _tr("Make an edit"), "runs")

    def _build_for_edits(self) -> None:
        self.stack = self._action(
            _tr("Stack…"),
            _tr("Put several edits on one model, and check the ball for them together"),
            "compare",
        )
        self.delete = self._action(
            _tr("Delete edit"), _tr("Put the chosen edits into the trash"), "trash", "Del"
        )
        self.rename = self._action(
            _tr("Rename edit"), _tr("Give the chosen edit another name"), "pencil", "F2"
        )

    def _action(self, text: str, tip: str, icon: str, keys: str = "") -> QAction:
        return action(self._page, text, tip=tip, icon=icon, shortcut=keys)


def _tr(text: str) -> str:
    return QCoreApplication.translate("library", text)

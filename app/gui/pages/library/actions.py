"""Everything that can be done on the library page, as actions; the page says what they do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.gui.widgets.buttons import action

translate = QCoreApplication.translate


class LibraryActions:
    """What concerns the library, and what concerns the edits that are chosen in it."""

    def __init__(self, page: QWidget) -> None:
        self._page = page
        self._build_for_the_library()
        self._build_for_edits()

    def _build_for_the_library(self) -> None:
        self.import_ = self._action(
            translate("library", "Import…"),
            translate(
                "library",
                "Take in an edit that was exported alone; or drop its folder on this page",
            ),
            "import",
        )
        self.verify = self._action(
            translate("library", "Verify"),
            translate("library", "Hash every file again and name those that changed"),
            "check",
        )
        self.disk = self._action(
            translate("library", "Disk…"),
            translate("library", "See what takes room, and free what is safe to free"),
            "disk",
        )
        self.trash = self._action(
            translate("library", "Trash"),
            translate("library", "Show the edits in the trash"),
            "trash",
        )
        self.trash.setCheckable(True)
        self.empty_trash = self._action(
            translate("library", "Empty trash"),
            translate("library", "Delete every edit in the trash for good"),
            "trash",
        )
        self.find = self._action(
            translate("library", "Find an edit"),
            translate("library", "Go to the field that searches"),
            "",
            "Ctrl+F",
        )
        self.interrupted = self._action(
            translate("library", "Show interrupted runs"),
            translate("library", "Runs that ended before they became edits wait on the Runs page"),
            "runs",
        )
        self.runs = self._action(
            translate("library", "Go to runs"), translate("library", "Make an edit"), "runs"
        )

    def _build_for_edits(self) -> None:
        self.stack = self._action(
            translate("library", "Stack…"),
            translate(
                "library", "Put several edits on one model, and check the budget for them together"
            ),
            "compare",
        )
        self.delete = self._action(
            translate("library", "Delete edit"),
            translate("library", "Put the chosen edits into the trash"),
            "trash",
            "Del",
        )
        self.rename = self._action(
            translate("library", "Rename edit"),
            translate("library", "Give the chosen edit another name"),
            "pencil",
            "F2",
        )

    def _action(self, text: str, tip: str, icon: str, keys: str = "") -> QAction:
        return action(self._page, text, tip=tip, icon=icon, shortcut=keys)

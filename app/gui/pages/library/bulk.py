"""What stands beside the list while several edits are chosen: which, and what to do with all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.gui.metrics import characters
from app.gui.pages.library.tags import tags_in
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, title
from app.gui.widgets.layouts import column, row, stretched
from editing.library.edit_row import EditRow

NAMED, COMPARED = 12, 4
"""So many edits are named, the others counted; so many can be compared."""


class BulkPanel(QWidget):
    """Asks for it; the page has it done."""

    tags_wanted = Signal(tuple, tuple)
    """Tags to give to every edit, and tags to take from every edit."""
    compare_requested = Signal()
    export_requested = Signal()
    verify_requested = Signal()
    delete_requested = Signal()
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = title("")
        self.names = body("")
        self.tags = QLineEdit()
        self.tags.setAccessibleName(self.tr("Tags for all chosen edits"))
        self.tags.setPlaceholderText(self.tr("capitals, draft"))
        self.tags.textChanged.connect(self._follow)
        self._build_actions()
        self._lay_out()
        self._follow()
        self.setMinimumWidth(characters(52))

    def show_edits(self, edits: Sequence[EditRow], count: int, *, in_trash: bool) -> None:
        """Show which edits are chosen.

        Args:
            edits: The first of them, in the list's order.
            count: How many they are in all.
            in_trash: They lie in the trash.
        """
        self.said.setText(self.tr("{:,} edits are chosen").format(count))
        named = ", ".join(f"“{edit.name}”" for edit in edits[:NAMED])
        more = count - min(len(edits), NAMED)
        self.names.setText(self.tr("{} and {:,} more").format(named, more) if more else named)
        for each in (self.compare, self.add, self.take, self.export, self.delete):
            each.setVisible(not in_trash)
        self.compare.setEnabled(count <= COMPARED)
        for field in (self.tags, self._tags_head):
            field.setVisible(not in_trash)
        self.restore.setVisible(in_trash)

    def _build_actions(self) -> None:
        self.compare = action(
            self,
            self.tr("Compare"),
            tip=self.tr("Put them beside the original; up to {} edits of one model").format(
                COMPARED
            ),
            icon="compare",
            do=self.compare_requested.emit,
        )
        self.add = action(
            self,
            self.tr("Add tags"),
            tip=self.tr("Give these tags to every chosen edit"),
            icon="plus",
            do=lambda: self._ask_for_tags(is_adding=True),
        )
        self.take = action(
            self,
            self.tr("Remove tags"),
            tip=self.tr("Take these tags from every chosen edit"),
            icon="close",
            do=lambda: self._ask_for_tags(is_adding=False),
        )
        self.export = action(
            self,
            self.tr("Export…"),
            tip=self.tr("Write each chosen edit into a folder of its own"),
            shortcut="Ctrl+S",
            icon="export",
            do=self.export_requested.emit,
        )
        self.verify = action(
            self,
            self.tr("Verify them"),
            tip=self.tr("Hash their files again and say whether they are as they were written"),
            icon="check",
            do=self.verify_requested.emit,
        )
        self.delete = action(
            self,
            self.tr("Delete"),
            tip=self.tr("Put the chosen edits into the trash"),
            icon="trash",
            do=self.delete_requested.emit,
        )
        self.restore = action(
            self,
            self.tr("Restore"),
            tip=self.tr("Take the chosen edits out of the trash"),
            icon="undo",
            do=self.restore_requested.emit,
        )

    def _lay_out(self) -> None:
        self._tags_head = caption(self.tr("Tags, separated by commas"))
        self.buttons: list[QPushButton] = [
            button(self.compare, "primary"),
            button(self.export),
            button(self.verify),
            button(self.restore),
            button(self.delete, "danger"),
        ]
        lines = column(self.said, self.names, spacing=2.5, margins=4)
        lines.addLayout(row(*self.buttons[:3], None, spacing=2))
        lines.addSpacing(lines.spacing())
        lines.addWidget(self._tags_head)
        lines.addLayout(
            stretched(row(self.tags, button(self.add), button(self.take), spacing=2), 0)
        )
        lines.addStretch(1)
        lines.addLayout(row(None, *self.buttons[3:], spacing=2))
        self.setLayout(lines)

    def _follow(self) -> None:
        has_tags = bool(tags_in(self.tags.text()))
        self.add.setEnabled(has_tags)
        self.take.setEnabled(has_tags)

    def _ask_for_tags(self, *, is_adding: bool) -> None:
        tags = tags_in(self.tags.text())
        self.tags_wanted.emit(tags if is_adding else (), () if is_adding else tags)

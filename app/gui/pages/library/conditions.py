"""Chips that show only the edits that are as one of them says; with how many there are."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from app.gui.tables.library_table import CONDITIONS
from app.gui.widgets.layouts import row


class ConditionChips(QWidget):
    """One chip for all edits and one for each condition that some edit has."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        for condition in ("", *CONDITIONS):
            chip = QToolButton()
            chip.setCheckable(True)
            chip.setProperty("role", "button")
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            chip.clicked.connect(self.changed)
            known = CONDITIONS.get(condition)
            chip.setToolTip(known.meaning if known else self.tr("Show every edit"))
            self._group.addButton(chip)
            self.chips[condition] = chip
        self.chips[""].setChecked(True)
        self.setLayout(row(*self.chips.values(), None, spacing=1))

    @property
    def condition(self) -> str:
        """The condition chosen; empty for all."""
        return next(name for name, chip in self.chips.items() if chip.isChecked())

    def show_all(self) -> None:
        """Choose no condition."""
        self.chips[""].setChecked(True)

    def choose(self, condition: str) -> None:
        """Choose a condition; all edits where there is no such."""
        self.chips.get(condition, self.chips[""]).setChecked(True)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Say how many edits have each condition; chips of none hide."""
        self.chips[""].setText(self.tr("All {}").format(f"{sum(counts.values()):,}"))
        for name, known in CONDITIONS.items():
            chip, count = self.chips[name], counts.get(name, 0)
            chip.setText(f"{known.word} {count:,}")
            chip.setVisible(count > 0 or chip.isChecked())
        self.setVisible(len(counts) > 1 or bool(self.condition))

"""One edit of a column: which, and how strongly it is put on."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QSlider, QWidget

from app.gui.metrics import characters, gap
from app.gui.pages.compare.choice import Part, kept_strength
from app.gui.widgets.buttons import action, tool_button
from app.gui.widgets.elided_box import ElidedBox
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import muted
from app.gui.widgets.layouts import row
from editing.library.edit_row import EditRow
from editing.library.kept_stacks import KeptStack

STEPS_PER_UNIT = 20
STRONGEST = 4


class PartField(QWidget):
    """Chooses an edit and its strength; the first of a column also offers stacks that are kept."""

    changed = Signal()
    removed = Signal()
    stack_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: list[EditRow] = []
        self.edits = ElidedBox()
        self.edits.setAccessibleName(self.tr("Edit to compare"))
        self.edits.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.edits.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        leave_wheel_to_page(self.edits)
        self.remove = action(
            self,
            self.tr("Remove"),
            tip=self.tr("Take this edit out of the comparison"),
            icon="close",
            do=self.removed.emit,
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STRONGEST * STEPS_PER_UNIT)
        self.slider.setPageStep(STEPS_PER_UNIT // 4)
        self.slider.setAccessibleName(self.tr("Strength τ"))
        self.slider.setToolTip(
            self.tr("How strongly the edit is put on: 0 is the original, 1 as it was trained")
        )
        leave_wheel_to_page(self.slider)
        self.strength_label = muted("")
        self.strength_label.setWordWrap(False)
        self.strength_label.setMinimumWidth(characters(8))
        self._lines = QGridLayout()
        self._lines.setSpacing(gap(1))
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setColumnStretch(0, 1)
        self._lines.addWidget(self.edits, 0, 0)
        self._lines.addWidget(tool_button(self.remove), 0, 1)
        self._lines.addLayout(row(self.slider, self.strength_label, spacing=1), 1, 0)
        self.setLayout(self._lines)
        self.edits.currentIndexChanged.connect(self._on_edit_changed)
        self.slider.valueChanged.connect(self._on_strength_changed)

    def put_beside(self, button: QWidget) -> None:
        """Give a button the place beside the slider."""
        self._lines.addWidget(button, 1, 1)

    def part(self) -> Part | None:
        """Give what is chosen."""
        edit = self._edit()
        return None if edit is None else Part(edit, self.strength)

    @property
    def strength(self) -> float:
        """How strongly the edit is put on: as it was kept, where the slider stands next to that."""
        edit = self._edit()
        if edit is not None and self.slider.value() == _step(kept_strength(edit)):
            return kept_strength(edit)
        return self.slider.value() / STEPS_PER_UNIT

    def offer(self, edits: Sequence[EditRow], stacks: Sequence[KeptStack], chosen: str) -> None:
        """Offer edits, choosing one by its id and keeping the strength of one that stays."""
        before = self.part()
        self.edits.blockSignals(True)
        self._edits = list(edits)
        self.edits.clear()
        for edit in edits:
            self.edits.addItem(edit.name, edit.id)
        if stacks:
            self.edits.insertSeparator(len(edits))
        for stack in stacks:
            self.edits.addItem(self.tr("Stack: {}").format(stack.name), stack)
        self.edits.setCurrentIndex(self.edits.findData(chosen))
        self.edits.blockSignals(False)
        if before is None or before.edit.id != chosen:
            self._on_edit_changed()

    def set_strength(self, strength: float) -> None:
        """Put the edit on more or less strongly."""
        self.slider.setValue(_step(strength))

    def _edit(self) -> EditRow | None:
        place = self.edits.currentIndex()
        return self._edits[place] if 0 <= place < len(self._edits) else None

    def _on_edit_changed(self) -> None:
        chosen = self.edits.currentData()
        if isinstance(chosen, KeptStack):
            self.stack_chosen.emit(chosen.name)
            return
        edit = self._edit()
        self.edits.setToolTip(self.edits.currentText())
        self.slider.blockSignals(True)
        self.slider.setValue(_step(1.0 if edit is None else kept_strength(edit)))
        self.slider.blockSignals(False)
        self._on_strength_changed()

    def _on_strength_changed(self) -> None:
        self.strength_label.setText(f"τ {self.strength:.2f}")
        self.changed.emit()


def _step(strength: float) -> int:
    return round(strength * STEPS_PER_UNIT)

"""What is compared: the original on the left, then up to three edits, each at a strength."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QSlider, QWidget

from app.gui.metrics import characters
from app.gui.pages.fields import leave_wheel_to_page
from app.gui.widgets.buttons import action, tool_button
from app.gui.widgets.card import Card
from app.gui.widgets.labels import muted
from app.gui.widgets.layouts import row
from editing.library.edit_row import EditRow

STEPS_PER_UNIT = 20
STRONGEST = 4
MOST_EDITS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """An edit at a strength."""

    edit: EditRow
    strength: float

    @property
    def argument(self) -> str:
        """How the engine is told of it."""
        return f"{self.edit.name}@{self.strength:.10g}"

    @property
    def label(self) -> str:
        """What stands above its column."""
        is_kept = self.strength == kept_strength(self.edit)
        return self.edit.name if is_kept else f"{self.edit.name}, τ {self.strength:.2f}"


def kept_strength(edit: EditRow) -> float:
    """How strongly an edit was put on when it was measured and kept."""
    return 1.0 if edit.strength is None else edit.strength


class EditColumn(Card):
    """The head of one column: which edit, and how strongly it is put on."""

    changed = Signal()
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._edits: list[EditRow] = []
        self.edits = QComboBox()
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
        self.body.addLayout(row(self.edits, tool_button(self.remove), spacing=1))
        self.body.addLayout(row(self.slider, self.strength_label, spacing=2))
        self.edits.currentIndexChanged.connect(self._on_edit_changed)
        self.slider.valueChanged.connect(self._on_strength_changed)

    def choice(self) -> Choice | None:
        """Give what is chosen."""
        edit = self._edit()
        return None if edit is None else Choice(edit, self.strength)

    @property
    def strength(self) -> float:
        """How strongly the edit is put on: as it was kept, where the slider stands next to that."""
        edit = self._edit()
        if edit is not None and self.slider.value() == _step(kept_strength(edit)):
            return kept_strength(edit)
        return self.slider.value() / STEPS_PER_UNIT

    def offer(self, edits: Sequence[EditRow], chosen: str) -> None:
        """Offer edits, choosing one by its id and keeping the strength of one that stays."""
        before = self.choice()
        self.edits.blockSignals(True)
        self._edits = list(edits)
        self.edits.clear()
        for edit in edits:
            self.edits.addItem(edit.name, edit.id)
        self.edits.setCurrentIndex(self.edits.findData(chosen))
        self.edits.blockSignals(False)
        if before is None or before.edit.id != chosen:
            self._on_edit_changed()

    def _edit(self) -> EditRow | None:
        place = self.edits.currentIndex()
        return self._edits[place] if 0 <= place < len(self._edits) else None

    def _on_edit_changed(self) -> None:
        edit = self._edit()
        self.slider.blockSignals(True)
        self.slider.setValue(_step(1.0 if edit is None else kept_strength(edit)))
        self.slider.blockSignals(False)
        self._on_strength_changed()

    def _on_strength_changed(self) -> None:
        self.strength_label.setText(f"τ {self.strength:.2f}")
        self.changed.emit()


class ColumnHeads(QWidget):
    """The heads of all columns, with a button that adds one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: list[EditRow] = []
        self.columns: list[EditColumn] = []
        self.base = Card(self.tr("Original"))
        self.model = QComboBox()
        self.model.setAccessibleName(self.tr("Base model"))
        self.model.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        leave_wheel_to_page(self.model)
        self.base.body.addWidget(self.model)
        self.add = action(
            self,
            self.tr("Add an edit"),
            tip=self.tr("Put another edit beside these"),
            icon="plus",
            do=self.add_next,
        )
        self.base.corner.addWidget(tool_button(self.add))
        self._row = row(self.base, spacing=3)
        self.setLayout(self._row)
        self._row.setStretch(0, 1)
        self.model.currentIndexChanged.connect(self._on_model_changed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def choices(self) -> list[Choice]:
        """Give the edits compared, from left to right."""
        return [choice for column in self.columns if (choice := column.choice()) is not None]

    def offer(self, models: Sequence[str], edits: Sequence[EditRow], model: str) -> None:
        """Offer base models and all edits; only those of the chosen base can be compared."""
        self._edits = list(edits)
        self.model.blockSignals(True)
        self.model.clear()
        self.model.addItems(list(dict.fromkeys((model, *models))))
        self.model.setCurrentText(model)
        self.model.blockSignals(False)
        known = {edit.id for edit in self._fitting()}
        kept = [choice.edit.id for choice in self.choices() if choice.edit.id in known]
        self.show_edits(kept)

    def show_edits(self, ids: Sequence[str]) -> None:
        """Compare these edits, and no others."""
        fitting = self._fitting()
        known = [edit_id for edit_id in ids if edit_id in {edit.id for edit in fitting}]
        wanted = known[:MOST_EDITS]
        while len(self.columns) > len(wanted):
            self._drop(self.columns[-1])
        while len(self.columns) < len(wanted):
            self._insert()
        for column, edit_id in zip(self.columns, wanted, strict=True):
            column.offer(fitting, edit_id)
        self._follow()

    def choose_model(self, model: str) -> None:
        """Choose the base."""
        if self.model.findText(model) < 0:
            self.model.addItem(model)
        self.model.setCurrentText(model)

    def add_next(self) -> None:
        """Add the first edit that is not compared yet."""
        shown = [choice.edit.id for choice in self.choices()]
        others = [edit.id for edit in self._fitting() if edit.id not in shown]
        if others:
            self.show_edits([*shown, others[0]])

    def _fitting(self) -> list[EditRow]:
        return [edit for edit in self._edits if edit.model == self.model.currentText()]

    def _insert(self) -> None:
        column = EditColumn()
        self.columns.append(column)
        self._row.insertWidget(len(self.columns), column, 1)
        column.changed.connect(self.changed)
        column.removed.connect(self._remover(column))

    def _remover(self, column: EditColumn) -> Callable[[], None]:
        return lambda: self._remove(column)

    def _remove(self, column: EditColumn) -> None:
        self._drop(column)
        self._follow()

    def _drop(self, column: EditColumn) -> None:
        self.columns.remove(column)
        self._row.removeWidget(column)
        column.hide()
        column.deleteLater()

    def _on_model_changed(self) -> None:
        self.show_edits([])

    def _follow(self) -> None:
        room = min(MOST_EDITS, len(self._fitting()))
        self.add.setEnabled(len(self.columns) < room)
        self.changed.emit()


def _step(strength: float) -> int:
    return round(strength * STEPS_PER_UNIT)

"""What counts as success, kind by kind, as a person says it: a probability or a ratio."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QWidget

from app.gui.metrics import gap
from app.gui.widgets.labels import heading, muted
from app.gui.widgets.layouts import column
from app.gui.widgets.numbers import inset_numbers
from editing.examples import (
    DEFAULT_ENTERED,
    ExampleSet,
    Kind,
    entered_from_nats,
    nats_from_entered,
)

_FIELDS = {
    Kind.INCREASE: (QT_TRANSLATE_NOOP("examples", "Say more: at least"), "", 1e-6, 1.0, 4),
    Kind.DECREASE: (QT_TRANSLATE_NOOP("examples", "Say less: at most"), "", 1e-6, 1.0, 6),
    Kind.BALANCE: (
        QT_TRANSLATE_NOOP("examples", "Balance: one at most so many times the other"),
        " : 1",
        1.0,
        1000.0,
        2,
    ),
    Kind.PREFER: (
        QT_TRANSLATE_NOOP("examples", "Prefer A: A at least so many times B"),
        " : 1",
        0.001,
        100000.0,
        2,
    ),
}


class ThresholdsDialog(QDialog):
    """Four numbers; rows with a threshold of their own keep it."""

    chosen = Signal(object)
    """Thresholds in nats, by kind."""

    def __init__(self, examples: ExampleSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What counts as success"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fields = {kind: self._field(kind, examples) for kind in Kind}
        form = QFormLayout()
        form.setSpacing(gap(3))
        for field in self.fields.values():
            form.addRow(field.accessibleName(), field)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        defaults = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        defaults.clicked.connect(self._on_defaults)
        self.accepted.connect(self._on_accepted)
        about = muted(
            self.tr(
                "A row succeeds when its continuation is this probable, or its two continuations "
                "are in this ratio. It is the tick in the column “Now”."
            )
        )
        head = heading(self.tr("What counts as success in “{name}”").format(name=examples.name))
        self.setLayout(column(head, about, form, buttons, spacing=3, margins=5))
        inset_numbers(self)

    def _field(self, kind: Kind, examples: ExampleSet) -> QDoubleSpinBox:
        _, field = threshold_field(kind)
        nats = examples.thresholds.get(kind)
        field.setValue(DEFAULT_ENTERED[kind] if nats is None else entered_from_nats(kind, nats))
        return field

    def _on_defaults(self) -> None:
        for kind, field in self.fields.items():
            field.setValue(DEFAULT_ENTERED[kind])

    def _on_accepted(self) -> None:
        entered = {kind: field.value() for kind, field in self.fields.items()}
        self.chosen.emit(
            {
                kind: nats_from_entered(kind, value)
                for kind, value in entered.items()
                if value != DEFAULT_ENTERED[kind]
            }
        )


def threshold_field(kind: Kind) -> tuple[str, QDoubleSpinBox]:
    """Build the field for a kind's threshold, with what is written before it."""
    marked, suffix, low, high, decimals = _FIELDS[kind]
    label = QCoreApplication.translate("examples", str(marked))
    field = QDoubleSpinBox(decimals=decimals, minimum=low, maximum=high, suffix=suffix)
    field.setAccessibleName(label)
    field.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return label, field

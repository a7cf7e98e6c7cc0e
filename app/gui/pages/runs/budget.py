"""The choice of how much worse a model may get on general text."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.gui.tables import figures
from app.gui.widgets.fields import NumberField, leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row

CHOICES = (
    (1e-3, QT_TRANSLATE_NOOP("runs", "Loose")),
    (1e-4, QT_TRANSLATE_NOOP("runs", "Balanced")),
    (1e-5, QT_TRANSLATE_NOOP("runs", "Strict")),
)
DEFAULT = 1e-4


class BudgetChoice(QWidget):
    """Three usual budgets and one of one's own."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.buttons = [self._button(budget, word) for budget, word in CHOICES]
        self.custom = QRadioButton(self.tr("Custom"))
        self._group.addButton(self.custom)
        self.field = NumberField(is_log=True)
        self.field.setRange(1e-8, 1.0)
        self.field.setAccessibleName(self.tr("Custom degradation budget"))
        leave_wheel_to_page(self.field)
        self.meaning = caption("")
        first = row(*self.buttons[:2], None, spacing=3)
        second = row(self.buttons[2], self.custom, self.field, None, spacing=3)
        self.setLayout(column(first, second, self.meaning, spacing=1))
        self._group.buttonToggled.connect(self._follow)
        self.field.valueChanged.connect(self._follow)
        self.set_value(DEFAULT)

    def value(self) -> float:
        """Give the chosen budget."""
        for button, (budget, _) in zip(self.buttons, CHOICES, strict=True):
            if button.isChecked():
                return budget
        return self.field.value()

    def set_value(self, budget: float) -> None:
        """Choose a budget."""
        self.field.setValue(budget)
        for button, (usual, _) in zip(self.buttons, CHOICES, strict=True):
            if abs(usual - budget) < 1e-9:
                button.setChecked(True)
                return
        self.custom.setChecked(True)

    def _button(self, budget: float, word: object) -> QRadioButton:
        named = QCoreApplication.translate("runs", str(word))
        button = QRadioButton(f"{named} {figures.plain(budget)}")
        self._group.addButton(button)
        return button

    def _follow(self) -> None:
        self.field.setEnabled(self.custom.isChecked())
        share = figures.plain(100 * self.value())
        self.meaning.setText(
            self.tr(
                "The loss on general text may rise by {share} % at most; "
                "the last epoch inside this budget is kept."
            ).format(share=share)
        )
        self.changed.emit()

"""What a sweep needs beside a run: how many configurations and seeds, which balls, how drawn."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QLabel,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.gui.metrics import characters
from app.gui.pages.runs.budget import CHOICES
from app.gui.tables import figures
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row

SAMPLERS = (
    ("random", QT_TRANSLATE_NOOP("runs", "At random")),
    ("tpe", QT_TRANSLATE_NOOP("runs", "Guided by the results (TPE)")),
)


class SweepFields(QWidget):
    """One run, or a search of the settings; the fields of a search are hidden for one run."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.once = QRadioButton(self.tr("One run with these settings"))
        self.search = QRadioButton(self.tr("Search the settings (sweep)"))
        self.once.setChecked(True)
        self._group = QButtonGroup(self)
        for button in (self.once, self.search):
            self._group.addButton(button)
        self.configurations = self._spin(self.tr("Configurations"), 10, 1000)
        self.seeds = self._spin(self.tr("Test seeds"), 3, 100)
        self.sampler = QComboBox()
        self.sampler.setAccessibleName(self.tr("How settings are drawn"))
        for name, words in SAMPLERS:
            self.sampler.addItem(QCoreApplication.translate("runs", str(words)), name)
        leave_wheel_to_page(self.sampler)
        self.balls = [QCheckBox(figures.plain(budget)) for budget, _ in CHOICES]
        for box in self.balls:
            box.setChecked(True)
            box.setAccessibleName(self.tr("Budget {}").format(box.text()))
            box.toggled.connect(self.changed)
        self._fields = QWidget()
        self._fields.setLayout(self._laid_out())
        self._fields.hide()
        self.setLayout(
            column(row(self.once, self.search, None, spacing=4), self._fields, spacing=2)
        )
        self.search.toggled.connect(self._on_toggled)

    @property
    def is_sweep(self) -> bool:
        """Whether settings are searched."""
        return self.search.isChecked()

    @property
    def budgets(self) -> tuple[float, ...]:
        """The balls that are ticked, the loosest first."""
        pairs = zip(self.balls, CHOICES, strict=True)
        return tuple(budget for box, (budget, _) in pairs if box.isChecked())

    @property
    def runs(self) -> int:
        """About how many runs that makes."""
        return self.configurations.value() + self.seeds.value() * max(1, len(self.budgets) - 1)

    def _laid_out(self) -> QVBoxLayout:
        count = row(
            _named(self.tr("Configurations"), self.configurations),
            _named(self.tr("Test seeds"), self.seeds),
            _named(self.tr("Drawn"), self.sampler),
            None,
            spacing=4,
        )
        balls = row(QLabel(self.tr("Budgets")), *self.balls, None, spacing=3)
        remark = caption(
            self.tr(
                "Settings at their defaults are drawn from their ranges, changed ones stay fixed. "
                "Configurations are searched on a task\u2019s validation split; the best at each "
                "budget is run anew on its test split."
            )
        )
        return column(count, balls, remark, spacing=2)

    def _spin(self, name: str, value: int, most: int) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(1, most)
        spin.setValue(value)
        spin.setAccessibleName(name)
        spin.setMinimumWidth(characters(10))
        spin.valueChanged.connect(self.changed)
        leave_wheel_to_page(spin)
        return spin

    def _on_toggled(self, is_on: bool) -> None:
        self._fields.setVisible(is_on)
        self.changed.emit()


def _named(text: str, field: QWidget) -> QWidget:
    holder, label = QWidget(), QLabel(text)
    label.setBuddy(field)
    holder.setLayout(row(label, field, spacing=1.5))
    return holder

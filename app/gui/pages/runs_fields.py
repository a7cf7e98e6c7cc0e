"""Fields made from descriptions of hyperparameters; a dot marks what is not at its default."""

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from app.gui.metrics import characters
from app.gui.tables import figures
from app.gui.widgets.layouts import row
from editing.settings import Scale, Setting

NO_LIMIT = 1e9
STEPS = (1, 2, 5, 10)
"""Arrow keys of a logarithmic field go through these, decade by decade."""

Value = int | float | bool | str


def setting_from_json(record: Mapping[str, Any]) -> Setting:
    """Read a description as the engine's answer has it."""
    sweep = record.get("sweep")
    return Setting(
        name=record["name"],
        label=record["label"],
        help=record["help"],
        kind=record["kind"],
        default=record["default"],
        low=record["low"],
        high=record["high"],
        sweep=(sweep[0], sweep[1]) if sweep else None,
        scale=Scale(record["scale"]),
        choices=tuple(record["choices"]),
        advanced=record["advanced"],
    )


class NumberField(QDoubleSpinBox):
    """A number of any size, shown with the digits it has; logarithmic ones step 1, 2, 5, 10."""

    def __init__(self, *, is_log: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_log = is_log
        self.setLocale(QLocale.c())
        self.setDecimals(12)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setMinimumWidth(characters(14))

    @override
    def textFromValue(self, val: float) -> str:
        return f"{val:.6g}" if val >= 1e-3 or val == 0 else f"{val:.4g}".replace("e-0", "e-")

    @override
    def valueFromText(self, text: str) -> float:
        return float(text)

    @override
    def validate(self, input: str, pos: int) -> tuple[QValidator.State, str, int]:
        state = QValidator.State
        try:
            value = float(input)
        except ValueError:
            is_begun = all(letter in "0123456789.eE+-" for letter in input)
            return (state.Intermediate if is_begun else state.Invalid, input, pos)
        inside = self.minimum() <= value <= self.maximum()
        return (state.Acceptable if inside else state.Intermediate, input, pos)

    @override
    def stepBy(self, steps: int) -> None:
        if not self._is_log or self.value() <= 0:
            super().stepBy(steps)
            return
        value = self.value()
        for _ in range(abs(steps)):
            value = _next(value) if steps > 0 else 1 / _next(1 / value)
        self.setValue(value)


class SettingField(QWidget):
    """One hyperparameter: what edits it, and a dot that puts it back to its default."""

    changed = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self.editor = _editor_for(setting)
        self.editor.setToolTip(setting.help)
        self.editor.setAccessibleName(setting.label)
        self.editor.setAccessibleDescription(setting.help)
        leave_wheel_to_page(self.editor)
        self.label = QLabel(setting.label)
        self.label.setBuddy(self.editor)
        self.label.setToolTip(setting.help)
        self.reset = QToolButton()
        self.reset.setText("●")
        default = words_for(setting.default)
        self.reset.setToolTip(self.tr("Not at its default. Put it back to {}").format(default))
        self.reset.setAccessibleName(
            self.tr("Put {name} back to {default}").format(name=setting.label, default=default)
        )
        self.reset.clicked.connect(self._on_reset_clicked)
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.setLayout(row(self.editor, self.reset, None, spacing=1))
        self._connect()
        self._follow()

    def value(self) -> Value:
        """Give what is in the field."""
        match self.editor:
            case QSpinBox() | QDoubleSpinBox():
                return self.editor.value()
            case QCheckBox():
                return self.editor.isChecked()
            case _:
                return self.editor.currentText()

    def set_value(self, value: Value) -> None:
        """Put a value into the field."""
        match self.editor:
            case QSpinBox():
                self.editor.setValue(int(value))
            case QDoubleSpinBox():
                self.editor.setValue(float(value))
            case QCheckBox():
                self.editor.setChecked(bool(value))
            case _:
                self.editor.setCurrentText(str(value))

    @property
    def is_default(self) -> bool:
        """Whether the field stands at its default."""
        value, default = self.value(), self.setting.default
        if isinstance(value, float) and isinstance(default, int | float):
            return math.isclose(value, default, rel_tol=1e-9, abs_tol=1e-12)
        return value == default

    def _connect(self) -> None:
        match self.editor:
            case QSpinBox() | QDoubleSpinBox():
                self.editor.valueChanged.connect(self._follow)
            case QCheckBox():
                self.editor.toggled.connect(self._follow)
            case _:
                self.editor.currentTextChanged.connect(self._follow)

    def _follow(self) -> None:
        self.reset.setVisible(not self.is_default)
        self.changed.emit()

    def _on_reset_clicked(self) -> None:
        self.set_value(self.setting.default)
        self.editor.setFocus()


class WheelFilter(QObject):
    """Leaves the wheel to the page unless the field has the focus."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


def leave_wheel_to_page(field: QWidget) -> None:
    """Keep a scrolling page from changing values it only passes over."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(WheelFilter(field))


def words_for(value: object) -> str:
    """Write a setting's value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return figures.plain(value) if abs(value) < 1 else f"{value:g}"
    return str(value)


def _editor_for(setting: Setting) -> QSpinBox | NumberField | QCheckBox | QComboBox:
    low = -NO_LIMIT if setting.low is None else setting.low
    high = NO_LIMIT if setting.high is None else setting.high
    if setting.kind == "choice":
        combo = QComboBox()
        combo.addItems(list(setting.choices))
        combo.setCurrentText(str(setting.default))
        return combo
    if setting.kind == "bool":
        box = QCheckBox()
        box.setChecked(bool(setting.default))
        return box
    if setting.kind == "int":
        spin = QSpinBox()
        spin.setRange(int(low), int(high))
        spin.setValue(int(setting.default))
        spin.setMinimumWidth(characters(14))
        return spin
    number = NumberField(is_log=setting.scale is Scale.LOG)
    number.setRange(low, high)
    number.setValue(float(setting.default))
    return number


def _next(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(step * decade for step in STEPS if step * decade > value * (1 + 1e-9))

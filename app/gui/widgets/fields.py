"""Fields that several pages use: numbers of any size, and what keeps the wheel off them."""

import math

from PySide6.QtCore import QEvent, QLocale, QObject, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget
from typing_extensions import override

from app.gui.metrics import characters

STEPS = (1, 2, 5, 10)
"""Arrow keys of a logarithmic field go through these, decade by decade."""


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


class WheelFilter(QObject):
    """Leaves the wheel to the page unless the field has the focus."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QWheelEvent) or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


def leave_wheel_to_page(field: QWidget) -> None:
    """Keep a scrolling page from changing values it only passes over."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(WheelFilter(field))


def _next(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(step * decade for step in STEPS if step * decade > value * (1 + 1e-9))

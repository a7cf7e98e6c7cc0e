"""Contrast as it is drawn: what stands out most in a widget's picture against what fills it."""

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget

from app.gui.tokens import contrast

ENOUGH = 4.5
FEWEST_LETTERS = 2
STEPS = 8
"""Colours closer than that, of 256, are the same ground."""


def faint_texts(root: QWidget) -> list[str]:
    """List the labels and buttons of a window whose text is drawn too faintly.

    What is disabled, hidden or covered is left out.
    """
    QApplication.processEvents()
    whole = root.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    scale = whole.devicePixelRatio()
    found = []
    for widget in root.findChildren(QWidget):
        text = _text_of(widget)
        if sum(letter.isalnum() for letter in text) < FEWEST_LETTERS or not _is_seen(widget, root):
            continue
        place = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size()).intersected(root.rect())
        area = QRect(place.topLeft() * scale, place.size() * scale)
        drawn = contrast_in(whole.copy(area))
        if drawn < ENOUGH:
            found.append(f"{drawn:.2f} {type(widget).__name__} {text[:40]!r}")
    return found


def contrast_in(image: QImage) -> float:
    """Measure the strongest contrast against the commonest colour of a picture."""
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = pixels[:, : 4 * image.width()].reshape(-1, 4)[:, 2::-1]
    coarse, counts = np.unique(pixels // STEPS, axis=0, return_counts=True)
    common = coarse[counts.argmax()]
    ground = pixels[(pixels // STEPS == common).all(axis=1)][0]
    colours = np.unique(pixels, axis=0)
    return max(contrast(_name(ground), _name(colour)) for colour in colours)


def _name(colour: np.ndarray) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in colour)


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QToolButton) and _shows_only_its_icon(widget):
        return ""
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return ""


def _shows_only_its_icon(button: QToolButton) -> bool:
    only = Qt.ToolButtonStyle.ToolButtonIconOnly
    return button.toolButtonStyle() is only and not button.icon().isNull()


def _is_seen(widget: QWidget, root: QWidget) -> bool:
    """Whether a widget can be used, and its middle is what one sees there."""
    if not (widget.isVisible() and widget.isEnabled()) or widget.visibleRegion().isEmpty():
        return False
    if widget.window() is not root.window() or widget.height() < 4 or widget.width() < 4:
        return False
    middle = widget.mapTo(root, widget.rect().center())
    top = root.childAt(middle)
    return top is not None and (top is widget or widget.isAncestorOf(top))

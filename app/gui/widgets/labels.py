"""Labels in the few sizes and tones the window uses."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def display(text: str) -> QLabel:
    """Write the largest line of a page that welcomes."""
    return _label(text, "display")


def title(text: str) -> QLabel:
    """Write a page's title."""
    return _label(text, "title")


def heading(text: str) -> QLabel:
    """Write the title of a card or a section."""
    return _label(text, "heading")


def body(text: str) -> QLabel:
    """Write a paragraph."""
    return _wrapping(_label(text, "body"))


def muted(text: str) -> QLabel:
    """Write a paragraph that steps back."""
    return _wrapping(_label(text, "muted"))


def caption(text: str) -> QLabel:
    """Write a small remark."""
    return _wrapping(_label(text, "caption"))


def number(text: str) -> QLabel:
    """Write a measure that a card is about."""
    return _label(text, "number")


def chip(text: str, tone: str = "") -> QLabel:
    """Write a word on a small rounded ground, coloured by what it means."""
    label = _label(text, "chip")
    label.setProperty("tone", tone)
    return label


def set_tone(widget: QWidget, tone: str) -> None:
    """Colour a label, chip or frame as "positive", "warning", "danger", "accent" or plain ""."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        restyle(widget)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at a widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label


def _wrapping(label: QLabel) -> QLabel:
    label.setWordWrap(True)
    return label

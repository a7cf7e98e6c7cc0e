"""Rows and columns with the window's distances."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.gui.metrics import gap

Item = QWidget | QLayout | None
"""Something to place; None takes all the room that is left."""


def row(*items: Item, spacing: float = 2, margins: float = 0) -> QHBoxLayout:
    """Place things beside each other."""
    layout = QHBoxLayout()
    _fill(layout, items, spacing, margins)
    return layout


def stretched(layout: QHBoxLayout, place: int, share: int = 1) -> QHBoxLayout:
    """Give one place of a row the room that is left."""
    layout.setStretch(place, share)
    return layout


def column(*items: Item, spacing: float = 2, margins: float = 0) -> QVBoxLayout:
    """Place things below each other."""
    layout = QVBoxLayout()
    _fill(layout, items, spacing, margins)
    return layout


def shared(
    *parts: QWidget,
    sizes: tuple[int, int] | None = None,
    grows: int | None = None,
    orientation: Qt.Orientation = Qt.Orientation.Horizontal,
) -> QSplitter:
    """Let parts share the room: a bar between them can be dragged, and none closes wholly.

    Args:
        parts: From the left, or from the top.
        sizes: What two of them begin with.
        grows: The place of the one that takes what a larger window brings; None for all alike.
        orientation: Vertical lays them below each other.
    """
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for part in parts:
        splitter.addWidget(part)
    if grows is not None:
        splitter.setStretchFactor(grows, 1)
    if sizes is not None:
        splitter.setSizes(sizes)
    return splitter


def boxed(layout: QLayout, role: str = "", parent: QWidget | None = None) -> QFrame:
    """Make a frame of a layout."""
    frame = QFrame(parent)
    frame.setProperty("role", role)
    frame.setLayout(layout)
    return frame


def line() -> QFrame:
    """Draw a soft horizontal line."""
    frame = QFrame()
    frame.setProperty("role", "line")
    return frame


class TallEnough(QScrollArea):
    """Scrolls rather than squeezes: Qt forgets that text needs more height where it is narrow."""

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_height()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        done = super().eventFilter(watched, event)
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._give_height()
        return done

    def _give_height(self) -> None:
        content = self.widget()
        if content is None:  # pyright: ignore[reportUnnecessaryComparison]  # nothing to show yet
            return
        layout = content.layout()
        if layout is not None and layout.hasHeightForWidth():  # pyright: ignore[reportUnnecessaryComparison]  # None where it has none
            needed = layout.totalHeightForWidth(self.viewport().width())
            content.setMinimumHeight(max(needed, layout.totalSizeHint().height()))


def scrolled(content: QWidget) -> QScrollArea:
    """Let a page scroll when the window is too small for it."""
    content.setProperty("role", "page")
    area = TallEnough()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None at the end
        widget, inner = item.widget(), item.layout()
        if widget is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None for layouts
            widget.hide()
            widget.deleteLater()
        elif inner is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None for spacers
            clear(inner)


def _fill(layout: QBoxLayout, items: tuple[Item, ...], spacing: float, margins: float) -> None:
    layout.setSpacing(gap(spacing))
    edge = gap(margins) if margins else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)

"""The rail at the left: one button a page, the chosen one lit, a badge where something goes on."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.icons import set_icon
from app.gui.metrics import characters, gap
from app.gui.palette import tokens_of


class RailButton(QToolButton):
    """A page's icon and word, with a count at the right while something goes on there."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._badge = ""
        self.setDefaultAction(action)
        self.setProperty("role", "rail")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(gap(5), gap(5)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(action.text())

    def set_badge(self, text: str) -> None:
        """Show a short text at the right, or nothing."""
        self._badge = text
        action = self.defaultAction()
        self.setAccessibleName(f"{action.text()}, {text}" if text else action.text())
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._badge:
            return
        tokens, painter = tokens_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = gap(4.5)
        width = max(height, painter.fontMetrics().horizontalAdvance(self._badge) + gap(2))
        place = QRectF(self.width() - width - gap(2), (self.height() - height) / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(place, height / 2, height / 2)
        painter.setPen(QColor(tokens.on_accent))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._badge)
        painter.end()


class Rail(QFrame):
    """The list of pages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setAccessibleName("Pages")
        self.setFixedWidth(characters(20))
        self._buttons: dict[str, RailButton] = {}
        self._group = QActionGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(gap(2), gap(3), gap(2), gap(3))
        self._layout.setSpacing(gap(0.5))
        self._layout.addStretch(1)

    def add_page(self, name: str, action: QAction, icon: str, do: Callable[[], None]) -> None:
        """Offer a page; the action is checked while it is shown."""
        action.setCheckable(True)
        self._group.addAction(action)
        set_icon(action, icon)
        action.triggered.connect(lambda _checked=False: do())
        self._buttons[name] = RailButton(action)
        self._layout.insertWidget(len(self._buttons) - 1, self._buttons[name])

    def button(self, name: str) -> RailButton:
        """Return a page's button."""
        return self._buttons[name]

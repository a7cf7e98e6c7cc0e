"""A line that opens something: its name, and one remark that steps back."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from typing_extensions import override

from app.gui.icons import picture
from app.gui.metrics import gap
from app.gui.palette import tokens_of


class RecentRow(QAbstractButton):
    """A clickable row of a card."""

    def __init__(
        self, icon: str, name: str, details: str, parent: QWidget | None = None, *, tone: str = ""
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._tone = tone or "muted"
        self._details = details
        self.setText(name)
        self.setToolTip(self.tr("Open “{name}”.").format(name=name))
        self.setAccessibleName(f"{name}, {details}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumHeight(gap(11))

    @override
    def sizeHint(self) -> QSize:
        return QSize(gap(60), gap(11))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = tokens_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
        painter.setBrush(QColor(tokens.sunken if self.underMouse() else tokens.surface))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), gap(1.6), gap(1.6))
        side = gap(4.5)
        drawn = picture(self._icon, getattr(tokens, self._tone), side, self.devicePixelRatioF())
        painter.drawPixmap(gap(2), (self.height() - side) // 2, drawn)
        words = self.rect().adjusted(side + gap(4), gap(1.2), -gap(2), -gap(1.2))
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, top, self._short(painter, self.text(), words.width()))
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        painter.setPen(QColor(getattr(tokens, self._tone)))
        painter.drawText(words, bottom, self._short(painter, self._details, words.width()))
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        elif event.type() == QEvent.Type.FontChange:
            self.setMinimumHeight(gap(11))
        super().changeEvent(event)

    @staticmethod
    def _short(painter: QPainter, text: str, width: int) -> str:
        return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)

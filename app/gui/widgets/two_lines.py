"""Draws list entries as a name and, below it, one remark that steps back."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import tokens_in

DETAILS = Qt.ItemDataRole.UserRole + 1
"""The role of the second line."""


class TwoLines(QStyledItemDelegate):
    """For lists whose entries have a DETAILS text."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(gap(30), gap(12))

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens, area = tokens_in(option.palette), QRect(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(area, gap(1.6), gap(1.6))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.sunken))
            painter.drawRoundedRect(area, gap(1.6), gap(1.6))
        words = area.adjusted(gap(2.5), gap(1.6), -gap(2), -gap(1.6))
        _write(painter, words, str(index.data() or ""), tokens.text, Qt.AlignmentFlag.AlignTop)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        details = str(index.data(DETAILS) or "")
        _write(painter, words, details, tokens.muted, Qt.AlignmentFlag.AlignBottom)
        painter.restore()


def _write(painter: QPainter, area: QRect, text: str, colour: str, where: Qt.AlignmentFlag) -> None:
    painter.setPen(QColor(colour))
    how = Qt.TextElideMode.ElideRight
    painter.drawText(area, where, painter.fontMetrics().elidedText(text, how, area.width()))

"""Paints fields of a heat map: their tint stays when they are chosen, a frame shows the cursor."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from app.gui.palette import tokens_in_use

_FRAME = 2


class FieldDelegate(QStyledItemDelegate):
    """Frames the field that the cursor is on."""

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        plain = QStyleOptionViewItem(option)
        chosen = QStyle.StateFlag.State_Selected
        is_chosen = bool(plain.state & chosen)
        plain.state &= ~(chosen | QStyle.StateFlag.State_HasFocus)
        super().paint(painter, plain, index)
        if is_chosen:
            painter.save()
            painter.setPen(QPen(QColor(tokens_in_use().accent), _FRAME))
            painter.drawRect(plain.rect.adjusted(1, 1, -1, -1))
            painter.restore()

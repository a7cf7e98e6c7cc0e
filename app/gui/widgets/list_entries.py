"""What delegates that draw entries of a list have in common: a soft ground, words with an end."""

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import tokens_in
from app.gui.tokens import Tokens

Index = QModelIndex | QPersistentModelIndex


class ListEntries(QStyledItemDelegate):
    """Draws the ground of an entry, chosen or under the mouse; a subclass writes on it."""

    height: float = 8
    """Of an entry, in quarters of a line."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(gap(30), gap(self.height))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, area = tokens_in(option.palette), QRect(option.rect).adjusted(1, 1, -1, -1)
        with _kept(painter):
            painter.setPen(Qt.PenStyle.NoPen)
            if option.state & QStyle.StateFlag.State_Selected:
                _fill(painter, area, tokens.accent_soft)
            elif option.state & QStyle.StateFlag.State_MouseOver:
                _fill(painter, area, tokens.sunken)
            self.write(painter, area, index, tokens)

    def write(self, painter: QPainter, area: QRect, index: Index, tokens: Tokens) -> None:
        """Write an entry's words onto its ground."""
        raise NotImplementedError


def write_in(
    painter: QPainter, area: QRect, text: str, colour: str, *, where: Qt.AlignmentFlag
) -> None:
    """Write one line; a long one ends in dots."""
    painter.setPen(QColor(colour))
    how = Qt.TextElideMode.ElideRight
    painter.drawText(area, where, painter.fontMetrics().elidedText(text, how, area.width()))


@contextmanager
def _kept(painter: QPainter) -> Generator[None]:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    yield
    painter.restore()


def _fill(painter: QPainter, area: QRect, colour: str) -> None:
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(area, gap(1.6), gap(1.6))

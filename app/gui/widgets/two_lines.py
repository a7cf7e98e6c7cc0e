"""Draws list entries as a name and, below it, one remark that steps back."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.tokens import Tokens
from app.gui.widgets.list_entries import Index, ListEntries, write_in

DETAILS = Qt.ItemDataRole.UserRole + 1
"""The role of the second line."""


class TwoLines(ListEntries):
    """For lists whose entries have a DETAILS text."""

    height = 12

    @override
    def write(self, painter: QPainter, area: QRect, index: Index, tokens: Tokens) -> None:
        words = area.adjusted(gap(2.5), gap(1.6), -gap(2), -gap(1.6))
        name, details = str(index.data() or ""), str(index.data(DETAILS) or "")
        write_in(painter, words, name, tokens.text, where=Qt.AlignmentFlag.AlignTop)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        painter.setFont(font)
        write_in(painter, words, details, tokens.muted, where=Qt.AlignmentFlag.AlignBottom)

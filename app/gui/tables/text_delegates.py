"""Cells with texts longer than one line of theirs: cut at the beginning, or wrapped."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from app.gui.tables.pairs_table import beside_cells

Index = QModelIndex | QPersistentModelIndex


class EndingDelegate(QStyledItemDelegate):
    """Shows the end of a text: of a prefix, the words next to its continuation."""

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class WrappingDelegate(QStyledItemDelegate):
    """Asks for as many lines as a text takes between the paddings; Qt forgets these."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        narrower = QStyleOptionViewItem(option)
        narrower.rect = option.rect.adjusted(0, 0, -beside_cells(), 0)
        return super().sizeHint(narrower, index)

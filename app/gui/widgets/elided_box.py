"""A list to choose from that says with an ellipsis where its text is longer than its room."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox
from typing_extensions import override


class ElidedBox(QComboBox):
    """Qt cuts such a text off in the middle of a letter."""

    @override
    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self)
        elide = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, elide, field.width() - 2 * _EDGE
        )


_EDGE = 2
"""Qt leaves so many pixels free at either side of the text."""

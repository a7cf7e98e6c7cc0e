"""How the cells of the examples table are drawn and typed into."""

from functools import partial

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from app.gui.icons import picture
from app.gui.metrics import gap
from app.gui.palette import tokens_in
from app.gui.tables.example_cells import (
    SPACE_SIGN,
    Column,
    ExampleRole,
    Gauge,
    typed_spaces,
    visible_spaces,
)
from app.gui.tokens import Tokens
from editing.examples import Kind

Index = QModelIndex | QPersistentModelIndex
KIND_ICONS = {
    Kind.INCREASE: "up",
    Kind.DECREASE: "down",
    Kind.BALANCE: "balance",
    Kind.PREFER: "prefer",
}


class ExamplesDelegate(QStyledItemDelegate):
    """Kinds as icon and word, unused cells hatched, what the model says as a small gauge."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), gap(8))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = tokens_in(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option, tokens, applies=bool(index.data(ExampleRole.APPLIES)))
        area = QRectF(option.rect).adjusted(gap(2), 0, -gap(2), 0)
        column = index.column()
        if column == Column.KIND:
            _paint_kind(painter, area, index, tokens)
        elif column == Column.NOW:
            _paint_now(painter, area, index, tokens)
        else:
            _paint_text(painter, area, index, tokens)
        painter.restore()

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        if index.column() != Column.KIND:
            editor = _TextEditor(parent)
            editor.setAccessibleName(Column(index.column()).title)
            return editor
        choice = QComboBox(parent)
        choice.setAccessibleName("Kind")
        for kind in Kind:
            choice.addItem(kind.label, str(kind))
        choice.activated.connect(partial(self._finish, choice))
        return choice

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(editor.findData(text), 0))
            editor.showPopup()
        elif isinstance(editor, QLineEdit):
            starts = not text and index.column() in (Column.WANTED, Column.OTHER)
            prefix = str(
                index.sibling(index.row(), Column.PREFIX).data(Qt.ItemDataRole.EditRole) or ""
            )
            editor.setText(
                SPACE_SIGN if starts and not prefix.endswith(" ") else visible_spaces(text)
            )

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QLineEdit):
            text = typed_spaces(editor.text())
            old = str(index.data(Qt.ItemDataRole.EditRole) or "")
            model.setData(index, text if text.strip() or old.strip() else old)

    def _finish(self, editor: QWidget, _row: int) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    @staticmethod
    def _ground(
        painter: QPainter, option: QStyleOptionViewItem, tokens: Tokens, *, applies: bool
    ) -> None:
        area = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.accent_soft))
        if not applies:
            hatch = QBrush(QColor(tokens.border), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(area, hatch)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(QRectF(area).adjusted(1, 1, -1, -1))


class _TextEditor(QLineEdit):
    """A line in which spaces at either end stay visible while one types."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._show_spaces)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the text, as tables do, but not the space before it: typing leaves that there."""
        super().focusInEvent(event)
        text = self.text()
        start = len(text) - len(text.lstrip(SPACE_SIGN))
        self.setSelection(start, len(text) - start)
        if start == len(text):
            self.end(False)

    def _show_spaces(self, text: str) -> None:
        shown = visible_spaces(typed_spaces(text))
        if shown != text:
            place = self.cursorPosition()
            self.setText(shown)
            self.setCursorPosition(place)


def _paint_kind(painter: QPainter, area: QRectF, index: Index, tokens: Tokens) -> None:
    name = str(index.data(ExampleRole.KIND) or "")  # Qt hands enums of strings on as strings
    text, side = str(index.data() or ""), gap(4)
    kind = Kind(name) if name else None
    colour = getattr(tokens, name) if name else tokens.danger
    if kind is not None:
        ratio = painter.device().devicePixelRatioF()
        drawn = picture(KIND_ICONS[kind], colour, side, ratio)
        painter.drawPixmap(int(area.left()), int(area.center().y() - side / 2), drawn)
    painter.setPen(QColor(colour))
    _write(painter, area.adjusted(side + gap(1), 0, 0, 0), text)


def _paint_text(painter: QPainter, area: QRectF, index: Index, tokens: Tokens) -> None:
    is_empty_row = index.data(ExampleRole.KIND) is None and not index.data(Qt.ItemDataRole.EditRole)
    is_error = index.column() == Column.FLAGS and bool(index.data(ExampleRole.ERROR))
    colour = tokens.text
    if index.column() == Column.FLAGS:
        colour = tokens.danger if is_error else tokens.warning
    elif is_empty_row:
        colour = tokens.muted
        painter.setFont(_italic(painter.font()))
    painter.setPen(QColor(colour))
    middle = index.column() == Column.PREFIX
    how = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    _write(painter, area, str(index.data() or ""), how)


def _paint_now(painter: QPainter, area: QRectF, index: Index, tokens: Tokens) -> None:
    gauge = index.data(ExampleRole.GAUGE)
    if not isinstance(gauge, Gauge):
        painter.setPen(QColor(tokens.muted))
        _write(painter, area, str(index.data() or ""))
        return
    colour = {True: tokens.positive, False: tokens.text, None: tokens.text}[gauge.holds]
    side = gap(3.5)
    if gauge.holds:
        drawn = picture("check", colour, side, painter.device().devicePixelRatioF())
        painter.drawPixmap(int(area.left()), int(area.center().y() - side / 2), drawn)
    painter.setPen(QColor(colour))
    words = area.adjusted(side + gap(1), 0, 0, 0)
    if gauge.fraction is None:
        _write(painter, words, gauge.text)
        return
    lifted = words.adjusted(0, -gap(1.2), 0, -gap(1.2))
    _write(painter, lifted, gauge.text)
    _paint_scale(painter, words, gauge, tokens)


def _paint_scale(painter: QPainter, area: QRectF, gauge: Gauge, tokens: Tokens) -> None:
    thick = max(2.0, gap(0.75))
    track = QRectF(area.left(), area.bottom() - gap(2), area.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.border))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    filled = QRectF(track)
    filled.setWidth(track.width() * (gauge.fraction or 0.0))
    painter.setBrush(QColor(tokens.positive if gauge.holds else tokens.border_strong))
    painter.drawRoundedRect(filled, thick / 2, thick / 2)
    if gauge.tick is None:
        return
    x = track.left() + track.width() * gauge.tick
    painter.setPen(QPen(QColor(tokens.text), 1.5))
    painter.drawLine(int(x), int(track.top() - gap(0.75)), int(x), int(track.bottom() + gap(0.75)))


def _write(
    painter: QPainter,
    area: QRectF,
    text: str,
    how: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    shown = painter.fontMetrics().elidedText(text.replace("\n", " ⏎ "), how, int(area.width()))
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _italic(font: QFont) -> QFont:
    slanted = QFont(font)
    slanted.setItalic(True)
    return slanted

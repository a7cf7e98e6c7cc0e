"""How the cells of the examples table are painted."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from app.gui.icons import picture
from app.gui.metrics import gap
from app.gui.tables.example_columns import Column, ExampleRole, Gauge, Marked
from app.gui.tokens import Tokens
from editing.examples import Kind

Index = QModelIndex | QPersistentModelIndex
KIND_ICONS = {
    Kind.INCREASE: "up",
    Kind.DECREASE: "down",
    Kind.BALANCE: "balance",
    Kind.PREFER: "prefer",
}
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_ELLIPSIS = "…"


def fix_word() -> str:
    """What the button in a cell that can be mended says."""
    return QCoreApplication.translate("examples", "Fix")


class Look:
    """The colours in use, and the icons drawn in them so far."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._pictures: dict[tuple[str, str, int, float], QPixmap] = {}

    def picture(self, painter: QPainter, name: str, colour: str, side: int) -> QPixmap:
        """Return an icon, drawn the first time it is wanted."""
        key = (name, colour, side, painter.device().devicePixelRatioF())
        if key not in self._pictures:
            self._pictures[key] = picture(*key)
        return self._pictures[key]


@dataclass(frozen=True, slots=True)
class Ink:
    """A stretch of a text, and how it is written."""

    begin: int
    end: int
    style: QTextCharFormat


def paint_kind(painter: QPainter, area: QRectF, index: Index, look: Look) -> None:
    """Draw a kind as its icon and its name."""
    name = str(index.data(ExampleRole.KIND) or "")  # Qt hands enums of strings on as strings
    text, side = str(index.data() or ""), gap(4)
    colour = getattr(look.tokens, name) if name else look.tokens.danger
    if name:
        drawn = look.picture(painter, KIND_ICONS[Kind(name)], colour, side)
        painter.drawPixmap(int(area.left()), int(area.center().y() - side / 2), drawn)
    painter.setPen(QColor(colour))
    _write(painter, area.adjusted(side + gap(1), 0, 0, 0), text)


def paint_text(painter: QPainter, area: QRectF, index: Index, look: Look) -> None:
    """Write a text with what is searched for highlighted and the subject underlined."""
    text = str(index.data() or "")
    is_empty_row = index.data(ExampleRole.KIND) is None and not index.data(Qt.ItemDataRole.EditRole)
    is_quiet = is_empty_row or bool(index.data(ExampleRole.IS_QUIET))
    painter.setPen(QColor(look.tokens.muted if is_quiet else look.tokens.text))
    if is_quiet:
        painter.setFont(_italic(painter.font()))
    middle = index.column() == Column.PREFIX
    how = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    inks = [*_subject(index.data(ExampleRole.SUBJECT), look)]
    if not is_empty_row:
        inks += _hits(text, index.data(ExampleRole.HITS) or (), look)
    _write(painter, area, text, how, inks)


def paint_remarks(painter: QPainter, area: QRectF, index: Index, look: Look) -> None:
    """Write remarks in the colour of the gravest, and offer to mend what can be mended."""
    is_error = bool(index.data(ExampleRole.ERROR))
    if index.data(ExampleRole.MENDABLE):
        place = fix_area(area)
        painter.setPen(QColor(look.tokens.accent))
        painter.setFont(_underlined(painter.font()))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, fix_word())
        painter.setFont(_underlined(painter.font(), underlined=False))
        area = area.adjusted(0, 0, -place.width(), 0)
    painter.setPen(QColor(look.tokens.danger if is_error else look.tokens.warning))
    _write(painter, area, str(index.data() or ""))


def fix_area(area: QRectF) -> QRectF:
    """Where in the cell of the remarks a click mends the row."""
    return QRectF(area.right() - gap(7), area.top(), gap(7), area.height())


def paint_change(painter: QPainter, area: QRectF, index: Index, look: Look) -> None:
    """Write how an edit changes a row, green for better and red for worse."""
    improves = index.data(ExampleRole.IMPROVES)
    colour = {True: look.tokens.positive, False: look.tokens.danger, None: look.tokens.text}[
        improves
    ]
    painter.setPen(QColor(colour))
    _write(painter, area, str(index.data() or ""))


def paint_gauge(painter: QPainter, area: QRectF, index: Index, look: Look) -> None:
    """Draw a probability as a number over a scale with a tick where success begins."""
    gauge = index.data(ExampleRole.GAUGE)
    side = gap(3.5)
    words = area.adjusted(side + gap(1), 0, 0, 0)
    if not isinstance(gauge, Gauge):
        painter.setPen(QColor(look.tokens.muted))
        _write(painter, area, str(index.data() or ""))
        return
    colour = (
        look.tokens.positive
        if gauge.holds
        else look.tokens.muted
        if gauge.is_stale
        else look.tokens.text
    )
    painter.setPen(QColor(colour))
    corner = QRectF(area.left(), area.top(), side, area.height())
    if gauge.holds:
        drawn = look.picture(painter, "check", colour, side)
        painter.drawPixmap(int(area.left()), int(area.center().y() - side / 2), drawn)
    elif gauge.is_stale:
        painter.drawText(corner, _LEFT, _ELLIPSIS)
    if gauge.fraction is None:
        _write(painter, words, gauge.text)
        return
    lifted = words.adjusted(0, -gap(1.2), 0, -gap(1.2))
    _write(painter, lifted, gauge.text)
    _paint_scale(painter, words, gauge, look)


def paint_ground(painter: QPainter, area: QRectF, look: Look, *, applies: bool) -> None:
    """Hatch a cell that the row's kind does not use."""
    if not applies:
        painter.fillRect(area, QBrush(QColor(look.tokens.border), Qt.BrushStyle.BDiagPattern))


def paint_problem(painter: QPainter, area: QRectF, severity: str, look: Look) -> None:
    """Mark a cell that a remark is about in its upper corner."""
    if not severity:
        return
    side = gap(1.8)
    colours = {
        "error": look.tokens.danger,
        "warning": look.tokens.warning,
        "info": look.tokens.border_strong,
    }
    corner = area.topRight()
    marker = [corner, corner - QPointF(side, 0), corner + QPointF(0, side)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours[severity]))
    painter.drawPolygon(QPolygonF(marker))


def paint_cursor(painter: QPainter, area: QRectF, look: Look) -> None:
    """Frame the cell that the keyboard is on."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(look.tokens.accent), 2))
    painter.drawRect(area.adjusted(1, 1, -1, -1))


def _paint_scale(painter: QPainter, area: QRectF, gauge: Gauge, look: Look) -> None:
    thick = max(2.0, gap(0.75))
    track = QRectF(area.left(), area.bottom() - gap(2), area.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.tokens.border))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    filled = QRectF(track)
    filled.setWidth(track.width() * (gauge.fraction or 0.0))
    painter.setBrush(QColor(look.tokens.positive if gauge.holds else look.tokens.border_strong))
    painter.drawRoundedRect(filled, thick / 2, thick / 2)
    if gauge.tick is None:
        return
    x = track.left() + track.width() * gauge.tick
    painter.setPen(QPen(QColor(look.tokens.text), 1.5))
    painter.drawLine(int(x), int(track.top() - gap(0.75)), int(x), int(track.bottom() + gap(0.75)))


def _subject(marked: object, look: Look) -> list[Ink]:
    """Underline the subject: through where the person marked it, dotted where it is proposed."""
    if not isinstance(marked, Marked):
        return []
    style = QTextCharFormat()
    lines = QTextCharFormat.UnderlineStyle
    style.setUnderlineStyle(lines.SingleUnderline if marked.by_hand else lines.DotLine)
    style.setUnderlineColor(
        QColor(look.tokens.accent if marked.by_hand else look.tokens.border_strong)
    )
    return [Ink(marked.begin, marked.end, style)]


def _hits(text: str, words: Sequence[str], look: Look) -> list[Ink]:
    style = QTextCharFormat()
    style.setBackground(QColor(look.tokens.warning_soft))
    style.setForeground(QColor(look.tokens.text))
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that folds into two: places would not be the same
        return []
    found: list[Ink] = []
    for word in words:
        begin = folded.find(word)
        while begin >= 0:
            found.append(Ink(begin, begin + len(word), style))
            begin = folded.find(word, begin + len(word))
    return found


def _write(
    painter: QPainter,
    area: QRectF,
    text: str,
    how: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    inks: Sequence[Ink] = (),
) -> None:
    shown = painter.fontMetrics().elidedText(text, how, int(area.width()))
    if not inks:
        painter.drawText(area, _LEFT, shown)
        return
    layout = QTextLayout(shown, painter.font())
    layout.setTextOption(QTextOption(_LEFT))
    layout.setFormats(_formats(text, shown, inks))
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(max(area.width(), 1.0) * 2)
    layout.endLayout()
    height = painter.fontMetrics().height()  # as drawText places what has no inks
    layout.draw(painter, QPointF(area.left(), area.top() + (area.height() - height + 1) // 2))


def _formats(text: str, shown: str, inks: Sequence[Ink]) -> list[QTextLayout.FormatRange]:
    """Put styles where their stretches stand in a text that may have lost its middle."""
    head = len(shown) if shown == text else shown.find(_ELLIPSIS)
    lost = len(text) - len(shown)
    found: list[QTextLayout.FormatRange] = []
    for ink in inks:
        parts = [(ink.begin, min(ink.end, head))]
        if shown != text:
            parts.append((max(ink.begin - lost, head + 1), ink.end - lost))
        for begin, end in parts:
            if begin < end:
                each = QTextLayout.FormatRange()
                each.start, each.length, each.format = begin, end - begin, ink.style  # pyright: ignore[reportAttributeAccessIssue]  # the stubs lack them
                found.append(each)
    return found


def _italic(font: QFont) -> QFont:
    slanted = QFont(font)
    slanted.setItalic(True)
    return slanted


def _underlined(font: QFont, *, underlined: bool = True) -> QFont:
    drawn = QFont(font)
    drawn.setUnderline(underlined)
    return drawn

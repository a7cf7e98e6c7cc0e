"""Parallel coordinates: every configuration of a sweep as a line over its settings and results."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import mixed, tokens_of
from app.gui.widgets.painted import PaintedWidget

_REACH = 6.0
"""Points between the pointer and the line that it means."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One upright line."""

    label: str
    low: float
    high: float
    is_log: bool = False
    is_change: bool = False

    def place(self, value: float) -> float:
        """Where a value stands between 0, the bottom, and 1."""
        low, high, at = self.low, self.high, value
        if self.is_log:
            low, high, at = (math.log(max(each, 1e-300)) for each in (low, high, value))
        if high <= low:
            return 0.5
        return min(1.0, max(0.0, (at - low) / (high - low)))

    def text(self, value: float) -> str:
        """Write one end of the axis."""
        return f"{value:+.1f}" if self.is_change else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One configuration."""

    name: str
    values: tuple[float, ...]
    merit: float
    """Between 0 and 1: how strongly it is drawn."""
    said: str


class ParallelPlot(PaintedWidget):
    """Lines from axis to axis; arrow keys or the pointer choose one."""

    chosen_changed = Signal(str)
    """A configuration's name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: tuple[Axis, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._chosen = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("All configurations, settings beside results"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(gap(44))

    @property
    def chosen(self) -> str:
        """The chosen configuration's name."""
        return self._chosen

    def show_lines(self, axes: Sequence[Axis], lines: Sequence[Line]) -> None:
        """Draw other lines, the best ones last, so that they lie above."""
        self._axes = tuple(axes)
        self._lines = tuple(sorted(lines, key=lambda line: line.merit))
        self._tell()

    def choose(self, name: str) -> None:
        """Bring one configuration out."""
        if name != self._chosen:
            self._chosen = name
            self._tell()
            self.chosen_changed.emit(name)

    @override
    def sizeHint(self) -> QSize:
        return QSize(gap(120), gap(46))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_Left: -1,
        }.get(Qt.Key(event.key()))
        if steps is None or not self._lines:
            super().keyPressEvent(event)
            return
        names = [line.name for line in self._lines]
        at = names.index(self._chosen) + steps if self._chosen in names else len(names) - 1
        self.choose(names[max(0, min(at, len(names) - 1))])

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if near is not None:
            self.setFocus()
            self.choose(near.name)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        self.setToolTip("" if near is None else near.said)
        shape = Qt.CursorShape.ArrowCursor if near is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), tokens_of(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.surface))
        weak, strong = QColor(tokens.border_strong), QColor(tokens.series[0])
        for line in self._lines:
            colour = mixed(weak, strong, line.merit)
            colour.setAlphaF(0.35 + 0.55 * line.merit)
            painter.setPen(QPen(colour, 1 + line.merit))
            painter.drawPath(self._path(line))
        self._paint_chosen(painter)
        for place, axis in enumerate(self._axes):
            self._paint_axis(painter, place, axis)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()

    def _paint_chosen(self, painter: QPainter) -> None:
        line = next((each for each in self._lines if each.name == self._chosen), None)
        if line is None:
            return
        colour = QColor(tokens_of(self).series[1])
        painter.setPen(QPen(colour, 3))
        painter.drawPath(self._path(line))
        painter.setBrush(colour)
        for point in self._points(line):
            painter.drawEllipse(point, gap(0.75), gap(0.75))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_axis(self, painter: QPainter, place: int, axis: Axis) -> None:
        tokens, area, x = tokens_of(self), self._area(), self._x(place)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        wide = area.width() / max(1, len(self._axes) - 1) if len(self._axes) > 1 else area.width()
        high = QFontMetrics(self.font()).height()
        painter.setPen(QColor(tokens.text))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        label = painter.fontMetrics().elidedText(
            axis.label, Qt.TextElideMode.ElideRight, round(wide)
        )
        top = area.top() - 2 * high - gap(1)
        painter.drawText(QRectF(x - wide / 2, top, wide, high), flags, label)
        painter.setPen(QColor(tokens.muted))
        ends = ((area.top() - high - gap(0.5), axis.high), (area.bottom() + gap(0.5), axis.low))
        for y, value in ends:
            painter.drawText(QRectF(x - wide / 2, y, wide, high), flags, axis.text(value))

    def _area(self) -> QRectF:
        line = QFontMetrics(self.font()).height()
        side, top = gap(16), 2 * line + gap(3)
        return QRectF(self.rect()).adjusted(side, top, -side, -(line + gap(2)))

    def _x(self, place: int) -> float:
        area = self._area()
        return area.left() + area.width() * place / max(1, len(self._axes) - 1)

    def _points(self, line: Line) -> list[QPointF]:
        area = self._area()
        return [
            QPointF(self._x(place), area.bottom() - area.height() * axis.place(value))
            for place, (axis, value) in enumerate(zip(self._axes, line.values, strict=True))
        ]

    def _path(self, line: Line) -> QPainterPath:
        points = self._points(line)
        path = QPainterPath(points[0])
        for before, point in itertools.pairwise(points):
            bend = (point.x() - before.x()) * 0.35
            path.cubicTo(before + QPointF(bend, 0), point - QPointF(bend, 0), point)
        return path

    def _near(self, at: QPointF) -> Line | None:
        """The uppermost line under the pointer."""
        spot = QRectF(at.x() - _REACH, at.y() - _REACH, 2 * _REACH, 2 * _REACH)
        for line in reversed(self._lines):
            path = self._path(line)
            back = path.toReversed()
            path.connectPath(back)
            if path.intersects(spot):
                return line
        return None

    def _tell(self) -> None:
        line = next((each for each in self._lines if each.name == self._chosen), None)
        count = self.tr("{} configurations.").format(len(self._lines))
        self.setAccessibleDescription(count if line is None else f"{count} {line.said}")
        self.update()

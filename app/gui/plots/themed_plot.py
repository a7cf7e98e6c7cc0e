"""A plot that wears the window's palette and hands out its data."""

import csv
import io
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QGuiApplication, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.palette import tokens_of
from app.gui.tokens import Tokens

REDRAW_MS = 100
EXPORT_SCALE = 2
Chart = Any
"""A pyqtgraph PlotItem; that package carries no types."""


@dataclass(frozen=True, slots=True)
class PlotTable:
    """The numbers behind a plot, as its CSV holds them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_csv(self) -> str:
        """Write the table as CSV text."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class PlotColours:
    """What a plot paints with."""

    background: QColor
    text: QColor
    axis: QColor
    line: QColor
    kept: QColor
    inside: QColor
    budget: QColor

    @classmethod
    def of(cls, tokens: Tokens) -> "PlotColours":
        """Choose the colours of a plot from the theme's."""
        shade = QColor(tokens.accent)
        shade.setAlphaF(0.12)
        return cls(
            background=QColor(tokens.surface),
            text=QColor(tokens.text),
            axis=QColor(tokens.border_strong),
            line=QColor(tokens.series[0]),
            kept=QColor(tokens.series[1]),
            inside=shade,
            budget=QColor(tokens.accent),
        )


class ThemedPlot(QWidget):
    """One or more stacked charts, redrawn at most ten times a second and only while visible."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph as pg  # half a second of imports that the window must not wait for

        self.setAccessibleName(name)
        self.canvas: Any = pg.GraphicsLayoutWidget()
        self.canvas.setAccessibleName(name)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._charts: list[Any] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self._is_stale = False
        self.is_zoomed = False
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._on_timer)
        self._add_actions()

    def add_chart(self, row: int) -> Chart:
        """Add a chart below the others, without pyqtgraph's own menu and buttons."""
        chart = self.canvas.addPlot(row=row, col=0)
        chart.setMenuEnabled(False)
        chart.hideButtons()
        chart.showGrid(x=True, y=True, alpha=0.15)
        for side in ("left", "bottom"):
            chart.getAxis(side).enableAutoSIPrefix(False)
        chart.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self._charts.append(chart)
        return chart

    def redraw_soon(self) -> None:
        """Draw what has changed at the next beat of the timer, once however much has come."""
        self._is_stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        """Draw now, in the colours of the current palette."""
        self._is_stale = False
        colours = PlotColours.of(tokens_of(self))
        self.canvas.setBackground(colours.background)
        for chart in self._charts:
            for side in ("left", "bottom"):
                axis = chart.getAxis(side)
                axis.setPen(colours.axis)
                axis.setTextPen(colours.text)
                axis.setTickFont(self.font())
                axis.labelStyle = {"color": colours.text.name()}
                axis.setLabel(axis.labelText)
        self.draw(colours)
        self.setAccessibleDescription(self.summary())

    @abstractmethod
    def draw(self, colours: PlotColours) -> None:
        """Put the data on the charts."""

    @abstractmethod
    def summary(self) -> str:
        """Say in a sentence what the plot shows, for those who do not see it."""

    @abstractmethod
    def table(self) -> PlotTable:
        """Give the numbers behind the plot."""

    def reset_view(self) -> None:
        """Show everything again after zooming."""
        self.is_zoomed = False
        self.redraw()

    def save_png(self, path: Path) -> None:
        """Write a picture at twice the size on screen.

        Raises:
            OSError: The picture cannot be written there.
        """
        self.redraw()
        picture = QPixmap(self.canvas.size() * EXPORT_SCALE)
        picture.setDevicePixelRatio(EXPORT_SCALE)
        painter = QPainter(picture)
        self.canvas.render(painter, QRectF(self.canvas.rect()))
        painter.end()
        if not picture.save(str(path), "PNG"):  # pyright: ignore[reportCallIssue, reportArgumentType]
            raise OSError(f"The picture cannot be written to {path}. Choose another folder.")

    def save_csv(self, path: Path) -> None:
        """Write the numbers behind the plot."""
        path.write_text(self.table().to_csv(), encoding="utf-8")

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.redraw_soon()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def _add_actions(self) -> None:
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for text, slot in (
            (self.tr("Reset view"), self.reset_view),
            (self.tr("Copy data"), self._on_copy),
            (self.tr("Save picture…"), self._on_save_png),
            (self.tr("Save data…"), self._on_save_csv),
        ):
            action = QAction(text, self)
            action.triggered.connect(slot)
            self.addAction(action)

    def _on_timer(self) -> None:
        if not (self._is_stale and self.isVisible()):
            self._timer.stop()
            return
        self.redraw()

    def _on_zoomed(self) -> None:
        self.is_zoomed = True

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.table().to_csv())

    def _on_save_png(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save picture"), "plot.png", self.tr("Picture (*.png)")
        )
        if path:
            self.save_png(Path(path))

    def _on_save_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save data"), "plot.csv", self.tr("Table (*.csv)")
        )
        if path:
            self.save_csv(Path(path))


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Mix two colours; `share` is how much of the second."""

    def between(one: float, other: float) -> float:
        return one * (1 - share) + other * share

    return QColor.fromRgbF(
        between(first.redF(), second.redF()),
        between(first.greenF(), second.greenF()),
        between(first.blueF(), second.blueF()),
    )

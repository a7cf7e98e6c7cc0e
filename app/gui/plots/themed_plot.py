"""A plot that wears the window's palette and hands out its data."""

import csv
import io
from abc import abstractmethod
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.metrics import gap
from app.gui.palette import tokens_of
from app.gui.plots import export
from app.gui.tokens import LIGHT, Tokens
from app.gui.widgets.buttons import action
from app.gui.widgets.menu_button import menu_button

REDRAW_MS = 100
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

    label_share = 1.0
    """The size of what stands on the axes, as a share of other text's."""

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
        self._name = name
        self._is_built = False
        self._is_stale = False
        self.is_zoomed = False
        self._timer = QTimer(self)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._on_timer)
        self._add_actions()

    def add_chart(self, row: int, view: Chart | None = None) -> Chart:
        """Add a chart below the others, without pyqtgraph's own menu and buttons.

        Args:
            row: Where it stands.
            view: A ViewBox of its own kind; None for the usual one.
        """
        own = {} if view is None else {"viewBox": view}
        chart = self.canvas.addPlot(row=row, col=0, enableMenu=False, **own)
        chart.setMenuEnabled(False)
        chart.hideButtons()
        chart.showGrid(x=True, y=True, alpha=0.15)
        for side in ("left", "bottom"):
            chart.getAxis(side).enableAutoSIPrefix(False)
        chart.getViewBox().sigRangeChangedManually.connect(self._on_zoomed)
        self._charts.append(chart)
        return chart

    def legend(self, offset: tuple[int, int]) -> Any:  # noqa: ANN401  # pyqtgraph has no types
        """Make a legend whose words are as large as other small text.

        Args:
            offset: From the left and top in pixels; negative ones from the right and bottom.
        """
        import pyqtgraph as pg

        size = f"{self.font().pointSizeF() * 0.92:.0f}pt"
        return pg.LegendItem(offset=offset, labelTextSize=size)

    def redraw_soon(self) -> None:
        """Draw what has changed at the next beat of the timer, once however much has come."""
        self._is_stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        """Draw now, in the colours of the current palette."""
        self._is_stale = False
        self._redraw_in(PlotColours.of(tokens_of(self)))
        self.setAccessibleDescription(self.summary())

    def build(self) -> None:
        """Add charts that take long; called once, before the plot is first drawn."""

    def _redraw_in(self, colours: PlotColours) -> None:
        if not self._is_built:
            self._is_built = True
            self.build()
        self.canvas.setBackground(colours.background)
        size = self.font().pointSizeF() * self.label_share
        for chart in self._charts:
            for side in ("left", "bottom"):
                axis = chart.getAxis(side)
                axis.setPen(colours.axis)
                axis.setTextPen(colours.text)
                axis.setTickFont(self.font())
                axis.labelStyle = {"color": colours.text.name(), "font-size": f"{size:.2f}pt"}
                axis.setLabel(axis.labelText)
        self.draw(colours)

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
        """Write a picture at twice the size on screen, in light colours as all files are.

        Raises:
            EditingError: It cannot be written there.
        """
        with self._on_paper() as colours:
            export.save_png(self.canvas, path, colours.background)

    def save_svg(self, path: Path) -> None:
        """Write the plot as lines and text.

        Raises:
            EditingError: It cannot be written there.
        """
        with self._on_paper():
            export.save_svg(self.canvas, path, self._name)

    def save_pdf(self, path: Path) -> None:
        """Write the plot on a page of its own size.

        Raises:
            EditingError: It cannot be written there.
        """
        with self._on_paper():
            export.save_pdf(self.canvas, path, self._name)

    def to_svg(self) -> str:
        """Draw the plot as SVG text, to stand inside a page."""
        with self._on_paper():
            text = export.svg_of(self.canvas, self._name).decode()
        return text[text.index("<svg") :]

    def save_csv(self, path: Path) -> None:
        """Write the numbers behind the plot.

        Raises:
            EditingError: They cannot be written there.
        """
        try:
            path.write_text(self.table().to_csv(), encoding="utf-8")
        except OSError as error:
            raise export.unwritable(path) from error

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.redraw_soon()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self.menu.sizeHint()
        self.menu.setGeometry(
            self.width() - size.width() - gap(1), gap(1), size.width(), size.height()
        )

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def _add_actions(self) -> None:
        """Put everything a plot can do into one menu: at its corner, and at the right button."""
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        picture = self.tr("Write the plot, in light colours, as a file")
        made = [
            action(
                self,
                self.tr("Reset view"),
                tip=self.tr("Show everything again after zooming"),
                do=self.reset_view,
            ),
            action(
                self,
                self.tr("Copy data"),
                tip=self.tr("Put the numbers behind the plot on the clipboard, as CSV"),
                do=self._on_copy,
            ),
        ]
        for text, ending, save in (
            (self.tr("Save as PNG…"), "png", self.save_png),
            (self.tr("Save as SVG…"), "svg", self.save_svg),
            (self.tr("Save as PDF…"), "pdf", self.save_pdf),
            (self.tr("Save data as CSV…"), "csv", self.save_csv),
        ):
            made.append(action(self, text, tip=picture, do=partial(self._save, ending, save)))
        name = self.tr("{}: save and copy").format(self._name)
        self.menu = menu_button(self, name, made)
        self.menu.raise_()

    def _on_timer(self) -> None:
        if not (self._is_stale and self.isVisible()):
            self._timer.stop()
            return
        self.redraw()

    def _on_zoomed(self) -> None:
        self.is_zoomed = True

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.table().to_csv())

    def _save(self, ending: str, save: Callable[[Path], None]) -> None:
        suggested = f"{self._name.lower().replace(' ', '-')}.{ending}"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save {}").format(self._name), suggested, f"{ending.upper()} (*.{ending})"
        )
        if path:
            save(ended(Path(path), ending))

    @contextmanager
    def _on_paper(self) -> Generator[PlotColours]:
        """Wear light colours for as long as something is written."""
        colours = PlotColours.of(LIGHT)
        self._redraw_in(colours)
        try:
            yield colours
        finally:
            self.redraw()


def ended(path: Path, ending: str) -> Path:
    """Give a file's name its ending where it was left out; what is there already stays."""
    if path.suffix.lower() == f".{ending}":
        return path
    tries = [path.with_name(f"{path.name}{number}.{ending}") for number in ("", *range(2, 1000))]
    return next(each for each in tries if not each.exists())

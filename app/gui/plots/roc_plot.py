"""How often a memory answers where it should, against how often where it should not."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.palette import tokens_of
from app.gui.plots.themed_plot import PlotColours, PlotTable, ThemedPlot

_PERCENT = 100.0
Points = Sequence[Mapping[str, float | None]]
"""Each with `threshold`, `recall`, `hard` and `general`; a share is None of nothing."""


class RocPlot(ThemedPlot):
    """A line for each kind of text that is out of scope, and where the threshold stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("plots", "Right answers against wrong ones"), parent
        )
        import pyqtgraph as pg

        self._points: Points = ()
        self._chosen: Mapping[str, float | None] = {}
        self._kinds = (("hard", self.tr("Hard negatives")), ("general", self.tr("General text")))
        self.chart: Any = self.add_chart(0)
        self.chart.setLabel("left", self.tr("Answered in scope %"))
        self.chart.setLabel("bottom", self.tr("Answered out of scope %"))
        self.chart.setMouseEnabled(x=False, y=False)
        self._chance: Any = pg.PlotDataItem([0, _PERCENT], [0, _PERCENT])
        self.chart.addItem(self._chance)
        self._legend: Any = self.legend((-10, -30))
        self._legend.setParentItem(self.chart.getViewBox())
        self._lines: list[Any] = []
        self._marks: list[Any] = []
        for number, (_, name) in enumerate(self._kinds):
            line = pg.PlotDataItem(antialias=True)
            mark = pg.ScatterPlotItem(size=11, symbol="os"[number])
            self.chart.addItem(line)
            self.chart.addItem(mark)
            self._legend.addItem(line, name)
            self._lines.append(line)
            self._marks.append(mark)

    def show_points(self, points: Points) -> None:
        """Take the points of another memory."""
        self._points = points
        self.redraw_soon()

    def show_threshold(self, shares: Mapping[str, float | None]) -> None:
        """Mark what is answered at the threshold: `recall`, `hard` and `general`."""
        self._chosen = shares
        self.redraw_soon()

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        series = tokens_of(self).series
        self._chance.setPen(pg.mkPen(colours.axis, style=Qt.PenStyle.DotLine))
        styles = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
        for number, (kind, _) in enumerate(self._kinds):
            colour = series[number + 1]
            found = self._of(kind, self._points)
            self._lines[number].setData([x for x, _ in found], [y for _, y in found])
            self._lines[number].setPen(pg.mkPen(colour, width=2, style=styles[number]))
            chosen = self._of(kind, [self._chosen] if self._chosen else [])
            self._marks[number].setData([x for x, _ in chosen], [y for _, y in chosen])
            self._marks[number].setBrush(pg.mkBrush(colour))
            self._marks[number].setPen(pg.mkPen(colours.text))
        for _, label in self._legend.items:
            label.setText(label.text, color=colours.text)
        self.chart.setXRange(0, _PERCENT, padding=0.02)
        self.chart.setYRange(0, _PERCENT, padding=0.02)

    @override
    def summary(self) -> str:
        recall = self._chosen.get("recall")
        if recall is None:
            return self.tr("Nothing has been measured.")
        wrong = [
            f"{_PERCENT * share:.1f} % ({name})"
            for kind, name in self._kinds
            if (share := self._chosen.get(kind)) is not None
        ]
        return self.tr("Answered in scope {recall:.0f} %; out of scope {wrong}.").format(
            recall=_PERCENT * recall, wrong=", ".join(wrong)
        )

    @override
    def table(self) -> PlotTable:
        names = ("threshold", "recall", "hard", "general")
        rows = tuple(
            tuple("" if (value := point[name]) is None else f"{value:.5g}" for name in names)
            for point in self._points
        )
        return PlotTable(names, rows)

    def _of(self, kind: str, points: Points) -> list[tuple[float, float]]:
        return [
            (_PERCENT * wrong, _PERCENT * right)
            for point in points
            if (wrong := point[kind]) is not None and (right := point["recall"]) is not None
        ]

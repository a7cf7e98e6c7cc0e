"""Scores of a memory's gate as histograms, with the threshold as a line to drag."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.palette import tokens_of
from app.gui.plots.themed_plot import PlotColours, PlotTable, ThemedPlot

BINS = 25
_PERCENT = 100.0
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class GatePlot(ThemedPlot):
    """Which share of texts of each kind scores how high; a row answers right of the line."""

    threshold_dragged = Signal(float)
    """Where the line was dragged to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("plots", "Scores of the gate, by what was read"), parent
        )
        import pyqtgraph as pg

        self._scores: tuple[Sequence[float], ...] = ((), (), ())
        self._names = (self.tr("In scope"), self.tr("Hard negatives"), self.tr("General text"))
        self._threshold = 1.0
        self.chart: Any = self.add_chart(0)
        self.chart.setLabel("left", self.tr("Share of texts %"))
        self.chart.setLabel("bottom", self.tr("Score (a row answers right of the line)"))
        self.chart.setMouseEnabled(x=False, y=False)
        self._curves = [pg.PlotDataItem(stepMode="center") for _ in self._names]
        self._legend: Any = pg.LegendItem(offset=(-10, 10), labelTextSize="9pt")
        self._legend.setParentItem(self.chart.getViewBox())
        for curve, name in zip(self._curves, self._names, strict=True):
            self.chart.addItem(curve)
            self._legend.addItem(curve, name)
        self.line: Any = pg.InfiniteLine(pos=1.0, angle=90, movable=True, bounds=(0.0, 1.0))
        self.line.sigDragged.connect(self._on_dragged)
        self.chart.addItem(self.line, ignoreBounds=True)

    def show_scores(
        self, in_scope: Sequence[float], hard: Sequence[float], general: Sequence[float]
    ) -> None:
        """Take other scores, each between 0 and 1."""
        self._scores = (tuple(in_scope), tuple(hard), tuple(general))
        self.redraw_soon()

    def show_threshold(self, threshold: float) -> None:
        """Put the line elsewhere; nothing is emitted."""
        self._threshold = threshold
        self.line.setValue(threshold)
        self.redraw_soon()

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        edges = [place / BINS for place in range(BINS + 1)]
        series = tokens_of(self).series
        for number, (curve, scores) in enumerate(zip(self._curves, self._scores, strict=True)):
            curve.setData(edges, shares(scores))
            curve.setPen(pg.mkPen(series[number], width=2, style=_DASHES[number]))
        self.line.setPen(pg.mkPen(colours.budget, width=2))
        self.line.setHoverPen(pg.mkPen(colours.kept, width=3))
        for _, label in self._legend.items:
            label.setText(label.text, color=colours.text)
        self.chart.setXRange(0, 1, padding=0.02)
        top = max((share for scores in self._scores for share in shares(scores)), default=0.0)
        self.chart.setYRange(0, max(top, 10.0), padding=0.05)

    @override
    def summary(self) -> str:
        if not any(self._scores):
            return self.tr("No score has been measured.")
        above = [_share_above(scores, self._threshold) for scores in self._scores]
        return self.tr("At {threshold:.2f}, rows answer for {shares}.").format(
            threshold=self._threshold,
            shares=", ".join(
                f"{share:.0f} % ({name})" for share, name in zip(above, self._names, strict=True)
            ),
        )

    @override
    def table(self) -> PlotTable:
        columns = [shares(scores) for scores in self._scores]
        rows = tuple(
            (f"{place / BINS:g}", f"{(place + 1) / BINS:g}", *(f"{c[place]:.4f}" for c in columns))
            for place in range(BINS)
        )
        return PlotTable(("from", "to", "in_scope", "hard_negatives", "general_text"), rows)

    def _on_dragged(self) -> None:
        self.threshold_dragged.emit(float(self.line.value()))


def shares(scores: Sequence[float]) -> list[float]:
    """Count scores between 0 and 1 in BINS equal bins, as percentages of all of them."""
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, int(score * BINS))] += 1
    return [_PERCENT * count / max(1, len(scores)) for count in counts]


def _share_above(scores: Sequence[float], threshold: float) -> float:
    return _PERCENT * sum(score > threshold for score in scores) / max(1, len(scores))

"""Scores of a memory's gate, or distances of a codebook's, with the threshold as a line to drag."""

import math
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


NEAREST, FARTHEST = 2.0, 25.0
"""Radii that are shown at least and at most; what is further off stands in the last bin."""
_MOST_OF = 0.9
"""Of the distances are shown where they are."""


class GatePlot(ThemedPlot):
    """Which share of texts of each kind scores how high; a row answers right of the line.

    By distance, how far texts are from the nearest row; one answers left of the line.
    """

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
        self._by_distance = False
        self._most = 1.0
        """Where the last bin ends."""
        self.chart: Any = self.add_chart(0)
        self.chart.setLabel("left", self.tr("Share of texts %"))
        self.chart.setMouseEnabled(x=False, y=False)
        self._curves = [pg.PlotDataItem(stepMode="center") for _ in self._names]
        self._legend: Any = self.legend((-10, 10))
        self._legend.setParentItem(self.chart.getViewBox())
        for curve, name in zip(self._curves, self._names, strict=True):
            self.chart.addItem(curve)
            self._legend.addItem(curve, name)
        self.line: Any = pg.InfiniteLine(pos=1.0, angle=90, movable=True, bounds=(0.0, 1.0))
        self.line.sigDragged.connect(self._on_dragged)
        self.chart.addItem(self.line, ignoreBounds=True)

    def show_scores(
        self,
        in_scope: Sequence[float],
        hard: Sequence[float],
        general: Sequence[float],
        *,
        by_distance: bool = False,
    ) -> None:
        """Take other scores, each between 0 and 1, or distances in radii of the nearest row."""
        self._scores = (tuple(in_scope), tuple(hard), tuple(general))
        self._by_distance = by_distance
        self._most = _span([*in_scope, *hard, *general]) if by_distance else 1.0
        self.line.setBounds((0.0, 1.0))
        self.redraw_soon()

    def show_threshold(self, threshold: float) -> None:
        """Put the line elsewhere; nothing is emitted."""
        self._threshold = threshold
        self.line.setValue(threshold)
        self.redraw_soon()

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        most = self._most
        edges = [most * place / BINS for place in range(BINS + 1)]
        series = tokens_of(self).series
        for number, (curve, scores) in enumerate(zip(self._curves, self._scores, strict=True)):
            curve.setData(edges, shares(scores, most))
            curve.setPen(pg.mkPen(series[number], width=2, style=_DASHES[number]))
        self.line.setPen(pg.mkPen(colours.budget, width=2))
        self.line.setHoverPen(pg.mkPen(colours.kept, width=3))
        for _, label in self._legend.items:
            label.setText(label.text, color=colours.text)
        words = self.tr("Score (a row answers right of the line)")
        if self._by_distance:
            words = self.tr("Distance in radii of the row (it answers left of the line)")
        self.chart.setLabel("bottom", words)
        self.chart.setXRange(0, most, padding=0.02)
        top = max((share for scores in self._scores for share in shares(scores, most)), default=0.0)
        # Most texts are far from every row, below the legend: it has the space above them.
        room = 1.4 if self._by_distance else 1.0
        self.chart.setYRange(0, room * max(top, 10.0), padding=0.05)

    @override
    def summary(self) -> str:
        if not any(self._scores):
            return self.tr("No score has been measured.")
        above = [self._share_answered(scores) for scores in self._scores]
        return self.tr("At {threshold:.2f}, rows answer for {shares}.").format(
            threshold=self._threshold,
            shares=", ".join(
                f"{share:.0f} % ({name})" for share, name in zip(above, self._names, strict=True)
            ),
        )

    @override
    def table(self) -> PlotTable:
        most = self._most
        columns = [shares(scores, most) for scores in self._scores]
        edges = [f"{most * place / BINS:g}" for place in range(BINS + 1)]
        rows = tuple(
            (edges[place], edges[place + 1], *(f"{c[place]:.4f}" for c in columns))
            for place in range(BINS)
        )
        return PlotTable(("from", "to", "in_scope", "hard_negatives", "general_text"), rows)

    def _on_dragged(self) -> None:
        self.threshold_dragged.emit(float(self.line.value()))

    def _share_answered(self, scores: Sequence[float]) -> float:
        if self._by_distance:
            count = sum(score <= self._threshold and self._threshold > 0 for score in scores)
        else:
            count = sum(score > self._threshold for score in scores)
        return _PERCENT * count / max(1, len(scores))


def shares(scores: Sequence[float], most: float = 1.0) -> list[float]:
    """Count scores from 0 in BINS equal bins, as percentages of all; the last has all from there.

    Args:
        most: Where the last bin ends.
    """
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, int(score / most * BINS))] += 1
    return [_PERCENT * count / max(1, len(scores)) for count in counts]


def _span(distances: Sequence[float]) -> float:
    """How far to show distances, in whole radii."""
    if not distances:
        return NEAREST
    place = round(_MOST_OF * (len(distances) - 1))
    return min(FARTHEST, max(NEAREST, float(math.ceil(sorted(distances)[place]))))

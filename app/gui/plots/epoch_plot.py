"""Success, degradation, hard negatives and loss over the epochs, one chart below the other."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.plots.success_plot import epoch_table
from app.gui.plots.themed_plot import Chart, PlotColours, PlotTable, ThemedPlot
from app.gui.tables import figures
from app.gui.tables.steps import EPOCHS, Steps
from editing.results import EpochResult

_Measure = Callable[[EpochResult], float | None]
MOST_TICKS = 12


class EpochPlot(ThemedPlot):
    """How the measures of one run went, epoch by epoch."""

    label_share = 0.85  # the charts are low

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("plots", "Measures over the epochs"), parent)
        self._epochs: tuple[EpochResult, ...] = ()
        self._budget = 1e-4
        self._kept: int | None = None
        self._steps = EPOCHS
        self._measures: tuple[tuple[str, _Measure], ...] = (
            (self.tr("Success %"), lambda epoch: _times(epoch.success_rate, 100)),
            (
                self.tr("Budget used %"),
                lambda epoch: _times(epoch.degradation, 100 / self._budget),
            ),
            (self.tr("Hard negatives"), lambda epoch: epoch.hard_negatives),
            (self.tr("Training loss"), lambda epoch: epoch.train_loss),
        )
        self._lines: list[Any] = []
        self._marks: list[Any] = []

    @override
    def build(self) -> None:
        import pyqtgraph as pg

        self._lines = [
            self._add_measure(row, label) for row, (label, _) in enumerate(self._measures)
        ]
        self._limit: Any = pg.InfiniteLine(pos=100.0, angle=0)
        self._charts[1].addItem(self._limit, ignoreBounds=True)
        for chart in self._charts:
            mark = pg.InfiniteLine(angle=90)
            mark.hide()
            chart.addItem(mark, ignoreBounds=True)
            self._marks.append(mark)
        self._charts[0].getViewBox().sigXRangeChanged.connect(self._on_range_changed)
        for chart, least in zip(self._charts, (10, 20, 0.1, 0.1), strict=True):
            chart.setLimits(minYRange=least)

    def show_epochs(
        self,
        epochs: Sequence[EpochResult],
        budget: float,
        kept_epoch: int | None,
        steps: Steps = EPOCHS,
    ) -> None:
        """Take a run's epochs so far; they are drawn at the next beat."""
        self._epochs, self._budget, self._kept = tuple(epochs), budget, kept_epoch
        self._steps = steps
        self.redraw_soon()

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        self._limit.setPen(pg.mkPen(colours.budget, style=Qt.PenStyle.DashLine))
        for line, (_, measure) in zip(self._lines, self._measures, strict=True):
            points = [
                (self._steps.value(e.epoch), value)
                for e in self._epochs
                if (value := measure(e)) is not None
            ]
            line.setData([x for x, _ in points], [y for _, y in points])
            line.setPen(pg.mkPen(colours.line))
            line.setSymbolBrush(colours.line)
            line.setSymbolPen(pg.mkPen(colours.background))
        for mark in self._marks:
            mark.setVisible(self._kept is not None)
            mark.setValue(self._steps.value(self._kept or 0))
            mark.setPen(pg.mkPen(colours.kept, style=Qt.PenStyle.DotLine))
        self._charts[-1].setLabel("bottom", self._steps.title)
        if not self.is_zoomed:
            self._set_ranges()

    def _set_ranges(self) -> None:
        for chart in self._charts:
            chart.enableAutoRange(y=True)
        reached = [self._steps.value(epoch.epoch) for epoch in self._epochs]
        farthest = max(reached, default=10.0)
        self._charts[0].setXRange(0, farthest if farthest > 0 else 1, padding=0.03)

    def _on_range_changed(self, _view: Any, ends: Sequence[float]) -> None:  # noqa: ANN401
        """Let whole numbers alone have ticks where candidates are counted."""
        levels = None if self._steps.values else [(_whole_step(ends[1] - ends[0]), 0)]
        for chart in self._charts:
            chart.getAxis("bottom").setTickSpacing(levels=levels)

    @override
    def summary(self) -> str:
        if not self._epochs:
            return self.tr("Nothing has been measured yet.")
        last = self._epochs[-1]
        return self.tr("At {step}: success {success}, training loss {loss}.").format(
            step=self._steps.label(last.epoch),
            success=figures.percent(last.success_rate, decimals=1),
            loss=figures.NOTHING if last.train_loss is None else f"{last.train_loss:.3f}",
        )

    @override
    def table(self) -> PlotTable:
        return epoch_table(self._epochs)

    def _add_measure(self, row: int, label: str) -> Chart:
        import pyqtgraph as pg

        chart = self.add_chart(row)
        chart.setLabel("left", label)
        chart.getAxis("left").setWidth(70)
        chart.getAxis("bottom").setStyle(showValues=row == len(self._measures) - 1)
        if row:
            chart.setXLink(self._charts[0])
        line = pg.PlotDataItem(symbol="o", symbolSize=6)
        chart.addItem(line)
        return line


def _whole_step(width: float) -> int:
    """Choose how far ticks stand apart, for about ten of them."""
    steps = (digit * 10**place for place in range(9) for digit in (1, 2, 5))
    return next(step for step in steps if width <= MOST_TICKS * step)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor

"""Success against degradation: the path of one edit through its epochs, and the ball."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.palette import mixed
from app.gui.plots import signed_scale
from app.gui.plots.themed_plot import PlotColours, PlotTable, ThemedPlot
from app.gui.tables import figures
from app.gui.tables.steps import EPOCHS, Steps
from editing.results import EpochResult

FAR = 30.0
"""Left of everything a chart could show, as positions on the axis."""
Label = Any
"""A pyqtgraph TextItem; that package carries no types."""
STAR_SIZE, POINT_SIZE = 20, 9
EPOCH_HEADER = (
    "epoch",
    "train_loss",
    "success_rate",
    "general_loss",
    "degradation",
    "hard_negatives",
    "inside_ball",
    "exact",
)


@dataclass(frozen=True, slots=True)
class FittedStrength:
    """An edit as it is kept after its strength was fitted to the ball."""

    strength: float
    measures: EpochResult
    """Of the kept epoch at this strength."""


class SuccessPlot(ThemedPlot):
    """One run's epochs: degradation to the right, success upwards, the kept one starred."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("plots", "Success against degradation"), parent)
        import pyqtgraph as pg

        self._epochs: tuple[EpochResult, ...] = ()
        self._budget = 1e-4
        self._kept: int | None = None
        self._steps = EPOCHS
        self._fitted: FittedStrength | None = None
        self.chart: Any = self.add_chart(0)
        self.chart.setLabel("left", self.tr("Success (% of evaluation examples)"))
        self.chart.setLabel(
            "bottom", self.tr("Degradation (straight inside the budget, logarithmic beyond)")
        )
        self._ball: Any = pg.LinearRegionItem(movable=False)
        self._limit: Any = pg.InfiniteLine(pos=1.0, angle=90)
        self._limit_label: Any = pg.InfLineLabel(
            self._limit, "", position=0.06, anchors=[(0, 1), (0, 1)]
        )
        self._path: Any = pg.PlotDataItem(antialias=True)
        self._reach: Any = pg.PlotDataItem(antialias=True)
        self._points: Any = pg.ScatterPlotItem(hoverable=True, tip=self._tip)
        self._star: Any = pg.ScatterPlotItem(hoverable=True, tip=self._tip)
        self._first_label: Any = pg.TextItem(anchor=(-0.1, 0.2))
        self._kept_label: Any = pg.TextItem(anchor=(1.15, 0.8))
        lines = self._path, self._reach
        for item in (self._ball, self._limit, *lines, self._points, self._star):
            self.chart.addItem(item, ignoreBounds=True)
        for label in (self._first_label, self._kept_label):
            self.chart.addItem(label, ignoreBounds=True)

    def show_epochs(
        self,
        epochs: Sequence[EpochResult],
        budget: float,
        kept_epoch: int | None,
        steps: Steps = EPOCHS,
    ) -> None:
        """Take a run's epochs so far; they are drawn at the next beat.

        Args:
            epochs: From the untouched model on.
            budget: The degradation allowed.
            kept_epoch: The epoch kept, or the best so far while the run goes on.
            steps: What the method calls its epochs.
        """
        self._epochs, self._budget, self._kept = tuple(epochs), budget, kept_epoch
        self._steps = steps
        self.redraw_soon()

    def show_fitted(self, fitted: FittedStrength | None) -> None:
        """Star the edit at its fitted strength instead of the epoch it was made from."""
        self._fitted = fitted
        self.redraw_soon()

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        spots = [spot for spot in map(self._spot, self._epochs) if spot is not None]
        kept = [spot for spot in spots if spot["data"].epoch == self._kept]
        fitted = self._fitted_spot() if kept else None
        if fitted is not None:
            self._draw_reach([kept[0]["pos"], fitted["pos"]], colours)
            kept = [fitted]
        self._reach.setVisible(fitted is not None)
        others = [spot for spot in spots if spot not in kept]
        for spot in others:
            filled = spot["data"].exact
            spot["brush"] = colours.line if filled else colours.background
            spot["pen"] = pg.mkPen(colours.line)
        self._path.setData([s["pos"][0] for s in spots], [s["pos"][1] for s in spots])
        self._path.setPen(pg.mkPen(mixed(colours.background, colours.line, 0.5), width=2))
        self._points.setData(spots=others, size=POINT_SIZE)
        for spot in kept:
            is_exact = spot["data"].exact
            spot["brush"] = colours.kept if is_exact else colours.background
            spot["pen"] = pg.mkPen(colours.background if is_exact else colours.kept, width=1.5)
        self._star.setData(spots=kept, size=STAR_SIZE, symbol="star")
        self.chart.getAxis("bottom").setTicks(signed_scale.ticks(self._budget))
        self._label(self._first_label, self.tr("original"), spots[:1], colours)
        self._label(self._kept_label, self._kept_text(kept), kept, colours)
        self._draw_ball(colours)
        self._set_range(spots if fitted is None else [*spots, fitted])

    def _fitted_spot(self) -> dict[str, Any] | None:
        return None if self._fitted is None else self._spot(self._fitted.measures)

    def _draw_reach(self, ends: Sequence[tuple[float, float]], colours: PlotColours) -> None:
        """Lead from the epoch to the strength that was fitted."""
        import pyqtgraph as pg

        self._reach.setData(*zip(*ends, strict=True))
        self._reach.setPen(pg.mkPen(colours.kept, style=Qt.PenStyle.DotLine, width=2))

    def _kept_text(self, kept: Sequence[dict[str, Any]]) -> str:
        if kept and kept[0]["data"].exact:
            step = self._steps.label(self._kept)
            if self._fitted is None:
                return self.tr("kept, {}").format(step)
            said = self.tr("kept, {step} at strength {strength}")
            return said.format(step=step, strength=f"{self._fitted.strength:.2f}")
        return self.tr("best so far, {}").format(self._steps.label(self._kept))

    def _label(
        self, label: Label, text: str, spots: Sequence[dict[str, Any]], colours: PlotColours
    ) -> None:
        label.setVisible(bool(spots))
        if spots:
            label.setText(text, color=colours.text)
            label.setPos(*spots[0]["pos"])

    def _draw_ball(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        self._ball.setRegion((-FAR, 1.0))
        self._ball.setBrush(colours.inside)
        for line in self._ball.lines:
            line.setPen(pg.mkPen(None))
        self._limit.setPen(pg.mkPen(colours.budget, style=Qt.PenStyle.DashLine))
        self._limit_label.setText(
            self.tr(" budget {}").format(figures.plain(self._budget)), color=colours.text
        )

    def _set_range(self, spots: Sequence[dict[str, Any]]) -> None:
        if self.is_zoomed:
            return
        places = [spot["pos"][0] for spot in spots]
        rates = [spot["pos"][1] for spot in spots] or [0.0, 100.0]
        room = max(0.12 * (max(rates) - min(rates)), 6.0)
        view = self.chart.getViewBox()
        view.setXRange(min([-0.15, *places]) - 0.1, max([1.5, *places]) + 0.25, padding=0)
        view.setYRange(min(rates) - room, max(rates) + room, padding=0)

    def _spot(self, epoch: EpochResult) -> dict[str, Any] | None:
        if epoch.degradation is None or epoch.success_rate is None:
            return None
        at = signed_scale.place(epoch.degradation, self._budget)
        return {"pos": (at, 100 * epoch.success_rate), "data": epoch}

    @override
    def summary(self) -> str:
        last = next((e for e in reversed(self._epochs) if self._spot(e) is not None), None)
        if last is None:
            return self.tr("Nothing has been measured yet.")
        kept = next((e for e in self._epochs if e.epoch == self._kept), last)
        if self._fitted is not None:
            kept = self._fitted.measures
        return self.tr(
            "At {step}: success {success}, degradation {cost} of {budget} allowed."
        ).format(
            step=self._steps.label(kept.epoch),
            success=figures.percent(kept.success_rate, decimals=1),
            cost=figures.degradation(kept.degradation, self._budget),
            budget=figures.plain(self._budget),
        )

    @override
    def table(self) -> PlotTable:
        return epoch_table(self._epochs)

    def _tip(self, x: float, y: float, data: EpochResult) -> str:
        del x, y
        cost = "" if data.degradation is None else f"{data.degradation:.7f}"
        success = figures.percent(data.success_rate, decimals=1)
        step = self._steps.label(data.epoch)
        lines = [
            f"{step[:1].upper()}{step[1:]}",
            self.tr("Success {}").format(success),
            self.tr("Degradation {}").format(cost),
        ]
        if data.hard_negatives is not None:
            lines.append(self.tr("Hard negatives {:.2f}").format(data.hard_negatives))
        if not data.exact:
            lines.append(self.tr("(part of the general text so far)"))
        return "\n".join(lines)


def epoch_table(epochs: Sequence[EpochResult]) -> PlotTable:
    """Write epochs unrounded, one a row, empty where nothing was measured."""
    cells = (tuple(getattr(epoch, name) for name in EPOCH_HEADER) for epoch in epochs)
    rows = (tuple("" if cell is None else str(cell) for cell in row) for row in cells)
    return PlotTable(EPOCH_HEADER, tuple(rows))

"""What a sweep's runs gained against what they cost: all kept epochs, the balls, and the front."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.palette import mixed
from app.gui.plots import signed_scale
from app.gui.plots.success_plot import FAR
from app.gui.plots.themed_plot import PlotColours, PlotTable, ThemedPlot
from app.gui.tables import figures
from app.gui.tables.sweep_table import SEARCH, Trial, front_of

HEADER = ("run", "stage", "budget", "epoch", "success_change", "degradation", "hard_negatives")


class ParetoPlot(ThemedPlot):
    """Degradation to the right, the change of success upwards, a point for each kept epoch."""

    chosen_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("plots", "Success change against degradation"), parent
        )
        import pyqtgraph as pg

        self._trials: tuple[Trial, ...] = ()
        self._budgets: tuple[float, ...] = ()
        self._budget = 1e-4
        self._chosen = ""
        self.chart: Any = self.add_chart(0)
        self.chart.setLabel("left", self.tr("Success, points gained"))
        self.chart.setLabel("bottom", self.tr("Degradation (logarithmic beyond the budget)"))
        self._ball: Any = pg.LinearRegionItem(movable=False)
        self._front: Any = pg.PlotDataItem()
        self._points: Any = pg.ScatterPlotItem(hoverable=True, tip=self._tip)
        for item in (self._ball, self._front, self._points):
            self.chart.addItem(item, ignoreBounds=True)
        self._limits: list[Any] = []
        self._points.sigClicked.connect(self._on_clicked)

    def show_trials(self, trials: Sequence[Trial], budgets: Sequence[float], budget: float) -> None:
        """Take the search's runs so far.

        Args:
            trials: Of any stage; only the search's are drawn.
            budgets: The balls of the sweep, each a line.
            budget: The one whose ball is shaded.
        """
        self._trials = tuple(trial for trial in trials if trial.stage == SEARCH)
        self._budgets, self._budget = tuple(budgets), budget
        self.redraw_soon()

    def choose(self, name: str) -> None:
        """Bring one run out."""
        if name != self._chosen:
            self._chosen = name
            self.redraw_soon()

    def front(self) -> list[tuple[float, float]]:
        """Return the front: degradation and success change of what no other run beats."""
        return front_of([(cost, change) for _, cost, change in self._measured()])

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        spots = [self._spot(*measured, colours) for measured in self._measured()]
        self._points.setData(spots=sorted(spots, key=lambda spot: spot["size"]))
        front = [(signed_scale.place(cost, self._budget), 100 * c) for cost, c in self.front()]
        self._front.setData([x for x, _ in front], [y for _, y in front])
        self._front.setPen(pg.mkPen(colours.kept, width=2))
        self.chart.getAxis("bottom").setTicks(signed_scale.ticks(self._budget))
        self._draw_balls(colours)
        if not self.is_zoomed:
            self._set_range([spot["pos"] for spot in spots])

    def _measured(self) -> list[tuple[Trial, float, float]]:
        """Every kept epoch once, with its degradation and success change."""
        found: dict[tuple[str, int], tuple[Trial, float, float]] = {}
        for trial in self._trials:
            for kept in trial.kept:
                if kept.degradation is not None and kept.success_change is not None:
                    measured = (trial, kept.degradation, kept.success_change)
                    found[trial.name, kept.epoch] = measured
        return list(found.values())

    def _spot(
        self, trial: Trial, cost: float, change: float, colours: PlotColours
    ) -> dict[str, Any]:
        import pyqtgraph as pg

        is_chosen = trial.name == self._chosen
        fill = colours.kept if is_chosen else mixed(colours.background, colours.line, 0.75)
        return {
            "pos": (signed_scale.place(cost, self._budget), 100 * change),
            "data": (trial, cost, change),
            "brush": fill,
            "pen": pg.mkPen(colours.background),
            "size": 15 if is_chosen else 9,
            "symbol": "d" if is_chosen else "o",
        }

    def _draw_balls(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        self._ball.setRegion((-FAR, 1.0))
        self._ball.setBrush(colours.inside)
        for line in self._ball.lines:
            line.setPen(pg.mkPen(None))
        for limit in self._limits:
            self.chart.removeItem(limit)
        self._limits = []
        for budget in self._budgets:
            style = Qt.PenStyle.DashLine if budget == self._budget else Qt.PenStyle.DotLine
            limit = pg.InfiniteLine(
                pos=signed_scale.place(budget, self._budget),
                angle=90,
                pen=pg.mkPen(colours.budget, style=style),
                label=figures.plain(budget),
                labelOpts={"color": colours.text, "position": 0.06, "anchors": [(0, 1), (0, 1)]},
            )
            self.chart.addItem(limit, ignoreBounds=True)
            self._limits.append(limit)

    def _set_range(self, places: Sequence[tuple[float, float]]) -> None:
        across = [x for x, _ in places] + [1.0]
        changes = [y for _, y in places] or [0.0, 10.0]
        room = max(0.12 * (max(changes) - min(changes)), 2.0)
        view = self.chart.getViewBox()
        view.setXRange(min([-0.15, *across]) - 0.1, max(across) + 0.5, padding=0)
        view.setYRange(min(changes) - room, max(changes) + room, padding=0)

    def _on_clicked(self, _item: object, points: Sequence[Any], _event: object) -> None:
        if len(points):
            self.chosen_changed.emit(points[0].data()[0].name)

    def _tip(self, x: float, y: float, data: tuple[Trial, float, float]) -> str:
        del x, y
        trial, cost, change = data
        return self.tr("Run {number}\nSuccess {change} points\nDegradation {cost}").format(
            number=trial.configuration, change=figures.signed(100 * change), cost=f"{cost:.7f}"
        )

    @override
    def summary(self) -> str:
        if not self._trials:
            return self.tr("No run is done yet.")
        best = max(self._trials, key=lambda trial: trial.change_at(self._budget))
        return self.tr("{count} runs; inside {budget} the best gains {change} points.").format(
            count=len(self._trials),
            budget=figures.plain(self._budget),
            change=figures.signed(100 * best.change_at(self._budget)),
        )

    @override
    def table(self) -> PlotTable:
        rows = tuple(
            tuple(
                "" if cell is None else str(cell)
                for cell in (
                    trial.name,
                    trial.stage,
                    kept.budget,
                    kept.epoch,
                    kept.success_change,
                    kept.degradation,
                    kept.hard_negatives,
                )
            )
            for trial in self._trials
            for kept in trial.kept
        )
        return PlotTable(HEADER, rows)

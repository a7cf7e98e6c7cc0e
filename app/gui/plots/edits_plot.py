"""All edits of one base between success and degradation, with the best of them joined."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.palette import mixed, tokens_of
from app.gui.plots import signed_scale
from app.gui.plots.themed_plot import PlotColours, PlotTable, ThemedPlot
from app.gui.tables import figures
from app.gui.tables.method_names import method_name

BUDGETS = (1e-5, 1e-4, 1e-3)
"""Lines that are drawn whatever budgets the edits were made with; the first one is the unit."""
UNIT = BUDGETS[0]
SYMBOLS = ("o", "s", "t1", "d", "p", "h")
"""A shape for each method, as colour alone tells too little."""
POINT_SIZE, CHOSEN_SIZE = 10, 15
HEADER = ("name", "method", "examples", "success_rate", "degradation", "budget", "on_frontier")


@dataclass(frozen=True, slots=True)
class EditPoint:
    """An edit as the plot shows it."""

    id: str
    name: str
    method: str
    data: str
    """What it was judged by."""
    success: float
    """Between 0 and 1."""
    degradation: float
    budget: float | None


class EditsPlot(ThemedPlot):
    """A point an edit, a shape a method; click one, or drag a frame around several."""

    chosen = Signal(list)
    """The ids of the edits clicked or framed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            QCoreApplication.translate("plots", "Edits between success and degradation"), parent
        )
        import pyqtgraph as pg

        from app.gui.plots.brush_view import BrushView

        self._points: tuple[EditPoint, ...] = ()
        self._chosen: frozenset[str] = frozenset()
        self._view = BrushView()
        self._view.brushed.connect(self._on_brushed)
        self.chart: Any = self.add_chart(0, self._view)
        self.chart.setLabel("left", self.tr("Success (% of evaluation examples)"))
        self.chart.setLabel(
            "bottom", self.tr("Degradation (straight up to 0.00001, logarithmic beyond)")
        )
        self._frontier: Any = pg.PlotDataItem(antialias=True)
        self._spots: Any = pg.ScatterPlotItem(hoverable=True, tip=_tip, hoverSize=CHOSEN_SIZE)
        self._raised: Any = pg.ScatterPlotItem(hoverable=True, tip=_tip)
        for spots in (self._spots, self._raised):
            spots.sigClicked.connect(self._on_clicked)
        self.chart.addItem(self._frontier, ignoreBounds=True)
        self.chart.addItem(self._spots, ignoreBounds=True)
        self.chart.addItem(self._raised, ignoreBounds=True)
        self._limits = [self._limit(budget) for budget in BUDGETS]
        self._names: list[Any] = []
        self._legend: Any = self.legend((-10, -10))
        self._legend.setParentItem(self.chart.getViewBox())

    def show_points(self, points: Sequence[EditPoint]) -> None:
        """Take other edits; they are drawn at the next beat."""
        self._points = tuple(points)
        self.is_zoomed = False
        self.redraw_soon()

    def choose(self, ids: Collection[str]) -> None:
        """Raise these edits above the others."""
        if frozenset(ids) != self._chosen:
            self._chosen = frozenset(ids)
            self._draw_chosen(PlotColours.of(tokens_of(self)))

    @override
    def draw(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        best = frontier(self._points)
        self._draw_points(colours)
        self._draw_chosen(colours)
        xs, ys = _steps(best)
        self._frontier.setData(xs, ys)
        line = mixed(colours.background, colours.kept, 0.75)
        self._frontier.setPen(pg.mkPen(line, width=2))
        self._view.wear(pg.mkPen(colours.budget, style=Qt.PenStyle.DashLine), colours.inside)
        for limit, label, budget in self._limits:
            limit.setPen(pg.mkPen(colours.budget, style=Qt.PenStyle.DashLine))
            label.setText(f" {figures.plain(budget)}", color=colours.text)
        self.chart.getAxis("bottom").setTicks(signed_scale.ticks(UNIT))
        self._show_legend(colours)
        if not self.is_zoomed:
            self._set_range()

    @override
    def summary(self) -> str:
        if not self._points:
            return self.tr("No edit of this model has been measured yet.")
        best = frontier(self._points)
        return self.tr("{count} edits, {best} of them on the frontier: {names}.").format(
            count=len(self._points),
            best=len(best),
            names=", ".join(_told(point) for point in best[:5]),
        )

    @override
    def table(self) -> PlotTable:
        best = {point.id for point in frontier(self._points)}
        rows = tuple(
            (
                p.name,
                p.method,
                p.data,
                str(p.success),
                str(p.degradation),
                "" if p.budget is None else str(p.budget),
                str(p.id in best),
            )
            for p in self._points
        )
        return PlotTable(HEADER, rows)

    def _limit(self, budget: float) -> tuple[Any, Any, float]:
        import pyqtgraph as pg

        line = pg.InfiniteLine(pos=signed_scale.place(budget, UNIT), angle=90)
        label = pg.InfLineLabel(line, "", position=0.97, anchors=[(0, 0), (0, 0)])
        self.chart.addItem(line, ignoreBounds=True)
        return line, label, budget

    def _draw_points(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        self._spots.setData(
            **self._places(self._points),
            size=POINT_SIZE,
            brush=pg.mkBrush(colours.line),
            pen=pg.mkPen(colours.background),
        )

    def _draw_chosen(self, colours: PlotColours) -> None:
        """Draw the chosen edits once more, larger, above the others."""
        import pyqtgraph as pg

        self._raised.setData(
            **self._places([point for point in self._points if point.id in self._chosen]),
            size=CHOSEN_SIZE,
            brush=pg.mkBrush(colours.kept),
            pen=pg.mkPen(colours.text),
        )
        self._name_chosen(colours)

    def _places(self, points: Sequence[EditPoint]) -> dict[str, Any]:
        places = [_place(point) for point in points]
        shapes = {m: SYMBOLS[at % len(SYMBOLS)] for at, m in enumerate(_methods(self._points))}
        return {
            "x": [x for x, _ in places],
            "y": [y for _, y in places],
            "data": list(points),
            "symbol": [shapes[point.method] for point in points],
        }

    def _name_chosen(self, colours: PlotColours) -> None:
        """Write the names of the first few chosen edits beside them."""
        import pyqtgraph as pg

        for label in self._names:
            self.chart.removeItem(label)
        shown = [point for point in self._points if point.id in self._chosen][:4]
        self._names = []
        for point in shown:
            label = pg.TextItem(point.name, color=colours.text, anchor=(-0.08, 1.0))
            label.setPos(*_place(point))
            self.chart.addItem(label, ignoreBounds=True)
            self._names.append(label)

    def _show_legend(self, colours: PlotColours) -> None:
        import pyqtgraph as pg

        self._legend.clear()
        self._legend.setLabelTextColor(colours.text)
        ground = QColor(colours.background)
        ground.setAlphaF(0.5)  # a point below it is still seen
        self._legend.setBrush(pg.mkBrush(ground))
        for place, method in enumerate(_methods(self._points)):
            mark = pg.ScatterPlotItem(
                symbol=SYMBOLS[place % len(SYMBOLS)], size=POINT_SIZE, brush=colours.line, pen=None
            )
            self._legend.addItem(mark, method)
        self._legend.setVisible(bool(self._points))

    def _set_range(self) -> None:
        places = [_place(point) for point in self._points] or [(0.0, 0.0), (1.0, 100.0)]
        xs, ys = [x for x, _ in places], [y for _, y in places]
        right = max(*xs, signed_scale.place(BUDGETS[1], UNIT))
        left = min(*xs, 0.0)
        room = max(0.12 * (max(ys) - min(ys)), 6.0)
        view = self.chart.getViewBox()
        view.setXRange(left - 0.4, right + 0.12 * (right - left) + 0.4, padding=0)
        view.setYRange(min(ys) - room, max(ys) + room, padding=0)

    def _on_clicked(self, _: object, spots: Iterable[Any], event: object = None) -> None:
        del event
        self.chosen.emit([spot.data().id for spot in spots][:1])

    def _on_brushed(self, frame: QRectF) -> None:
        inside = [p.id for p in self._points if frame.contains(*_place(p))]
        self.chosen.emit(inside)


def frontier(points: Iterable[EditPoint]) -> list[EditPoint]:
    """Choose the edits that none beats in success without costing more, cheapest first."""
    best: list[EditPoint] = []
    for point in sorted(points, key=lambda p: (p.degradation, -p.success)):
        if not best or point.success > best[-1].success:
            best.append(point)
    return best


def _place(point: EditPoint) -> tuple[float, float]:
    return signed_scale.place(point.degradation, UNIT), 100 * point.success


def _steps(best: Sequence[EditPoint]) -> tuple[list[float], list[float]]:
    """Join the frontier by steps: between two edits, the cheaper one is what one can have."""
    xs: list[float] = []
    ys: list[float] = []
    for point in best:
        x, y = _place(point)
        if ys:
            xs.append(x)
            ys.append(ys[-1])
        xs.append(x)
        ys.append(y)
    return xs, ys


def _methods(points: Iterable[EditPoint]) -> list[str]:
    return sorted({point.method for point in points})


def _told(point: EditPoint) -> str:
    cost = figures.degradation(point.degradation, UNIT)
    return f"{point.name} ({figures.percent(point.success)}, {cost})"


def _tip(x: float, y: float, data: EditPoint) -> str:
    del x, y
    tr = QCoreApplication.translate
    return "\n".join(
        (
            data.name,
            method_name(data.method),
            tr("plots", "Success {}").format(figures.percent(data.success, decimals=1)),
            tr("plots", "Degradation {}").format(figures.degradation(data.degradation, UNIT)),
            tr("plots", "Judged by {}").format(data.data or "?"),
        )
    )

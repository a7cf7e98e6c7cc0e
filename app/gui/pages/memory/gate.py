"""Where a memory answers: scores, right answers against wrong ones, and the threshold to move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from app.gui.metrics import gap
from app.gui.plots.gate_plot import GatePlot
from app.gui.plots.roc_plot import RocPlot
from app.gui.tables import figures
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import body, caption, heading, muted, set_tone
from app.gui.widgets.layouts import column, row, scrolled

_DEGRADATION = 2
"""Its place among the figures."""
Scope = Mapping[str, Any]
"""What an edit's result says under `scope`."""


class GateView(QWidget):
    """Two plots, a slider over the thresholds that were measured, and the figures there."""

    threshold_wanted = Signal(float)
    """The threshold that is to be kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope: Scope | None = None
        self._result: Mapping[str, Any] = {}
        self._by_distance = False
        """Whether rows answer where the model's state is near them, as those of a codebook do."""
        self._path: list[Mapping[str, Any]] = []
        """What was measured at each threshold, the lowest first."""
        self._build_parts()
        self._build()
        self.show_result({})

    @property
    def threshold(self) -> float | None:
        """Where the slider stands."""
        point = self._point()
        return None if point is None else float(point["threshold"])

    def show_result(self, result: Mapping[str, Any]) -> None:
        """Show the gate of an edit, at the threshold it is kept with."""
        self._result, self._scope = result, result.get("scope")
        scope: Scope = self._scope or {}
        self._path = sorted(scope.get("path", ()), key=lambda point: point["threshold"])
        scores: Mapping[str, Sequence[float]] = scope.get("scores") or {}
        self._by_distance = scope.get("measure") == "distance"
        self.histogram.show_scores(
            *(scores.get(key, ()) for key in ("in_scope", "hard", "general")),
            by_distance=self._by_distance,
        )
        self._name_parts()
        self.roc.show_points(scope.get("roc", ()))
        self.slider.setRange(0, max(0, len(self._path) - 1))
        for widget in (self._measured, self._kept):
            widget.setVisible(self._scope is not None)
        self.said.setVisible(self._scope is None)
        problem = str(scope.get("problem") or "")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.put_back()

    def put_back(self) -> None:
        """Stand at the threshold that is kept."""
        if self._scope is None:
            return
        places = [point["threshold"] for point in self._path]
        kept = self._scope["threshold"]
        self.slider.setValue(places.index(kept) if kept in places else len(places) - 1)
        self._on_moved()

    def say(self, sentence: str) -> None:
        """Say why there is no gate to look at."""
        self.said.setText(sentence)

    def _build_parts(self) -> None:
        self.histogram, self.roc = GatePlot(), RocPlot()
        self._scores, self._slider_name = Card(self.tr("Scores")), QLabel()
        self.histogram.threshold_dragged.connect(self._on_dragged)
        for plot in (self.histogram, self.roc):
            plot.setMinimumHeight(gap(46))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(3)
        leave_wheel_to_page(self.slider)
        self.slider.valueChanged.connect(self._on_moved)
        self.at = heading("")
        self.tiles = [_Tile(name) for name in self._names()]
        self.problem, self.said = body(""), muted("")
        set_tone(self.problem, "danger")
        self.use = action(
            self,
            self.tr("Use this threshold"),
            tip=self.tr("Keep the edit with rows that answer as they do here"),
            shortcut="Ctrl+Return",
            icon="threshold",
            do=self._on_use,
        )
        self.back = action(
            self,
            self.tr("Put it back"),
            tip=self.tr("Go back to where the edit is kept"),
            shortcut="Ctrl+Backspace",
            icon="undo",
            do=self.put_back,
        )

    def _build(self) -> None:
        scores, answers = self._scores, Card(self.tr("Right and wrong answers"))
        scores.body.addWidget(self.histogram, 1)
        self._slider_name.setBuddy(self.slider)
        line = row(self._slider_name, self.slider, spacing=3)
        line.setStretch(1, 1)
        scores.body.addLayout(line)
        answers.body.addWidget(self.roc, 1)
        plots = row(scores, answers, spacing=4)
        plots.setStretch(0, 3)
        plots.setStretch(1, 2)
        measured = Card()
        measured.body.addLayout(
            row(self.at, None, button(self.back, "link"), button(self.use, "primary"), spacing=3)
        )
        measured.body.addLayout(row(*self.tiles, spacing=5))
        self._measured, self._kept = QWidget(), measured
        self._measured.setLayout(plots)
        inside = QWidget()
        parts = (self.said, self.problem, self._measured, measured, None)
        lines = column(*parts, spacing=4, margins=4)
        lines.setStretch(2, 100)  # the plots take what is left, and a remark alone stays above
        inside.setLayout(lines)
        self.setLayout(column(scrolled(inside), spacing=0))

    def _name_parts(self) -> None:
        """Call things what they are: a memory has scores, a codebook distances."""
        title, name = self.tr("Scores"), self.tr("Threshold")
        tip = self.tr("From which score on rows answer; the arrow keys go from one to the next")
        use = self.tr("Use this threshold")
        if self._by_distance:
            title, name = self.tr("Distances"), self.tr("Reach")
            tip = self.tr(
                "Up to which share of their radii rows answer; the arrow keys go from one to the "
                "next"
            )
            use = self.tr("Use this reach")
        self._scores.set_title(title)
        self._slider_name.setText(name)
        self.slider.setAccessibleName(name)
        self.slider.setToolTip(tip)
        self.use.setText(use)

    def _said_of(self, threshold: float, *, is_kept: bool) -> str:
        words = self.tr("Threshold {value}, as kept") if is_kept else self.tr("Threshold {value}")
        if self._by_distance:
            words = self.tr("Reach {value}, as kept") if is_kept else self.tr("Reach {value}")
        return words.format(value=f"{threshold:g}")

    def _point(self) -> Mapping[str, Any] | None:
        place = self.slider.value()
        return self._path[place] if place < len(self._path) else None

    def _on_dragged(self, threshold: float) -> None:
        """Go to the nearest threshold that was measured."""
        places = range(len(self._path))
        nearest = min(places, key=lambda n: abs(self._path[n]["threshold"] - threshold), default=0)
        if nearest == self.slider.value():
            self._on_moved()
        self.slider.setValue(nearest)

    def _on_moved(self) -> None:
        point = self._point()
        if point is None or self._scope is None:
            return
        threshold = float(point["threshold"])
        self.histogram.show_threshold(threshold)
        self.roc.show_threshold({key: point[key] for key in ("recall", "hard", "general")})
        is_kept = threshold == self._scope["threshold"]
        self.at.setText(self._said_of(threshold, is_kept=is_kept))
        self.use.setEnabled(not is_kept)
        self.back.setEnabled(not is_kept)
        for tile, figure in zip(self.tiles, self._figures(point), strict=True):
            tile.show_figure(figure)
        self.tiles[_DEGRADATION].tell_inside(inside=bool(point["inside_ball"]))

    def _names(self) -> tuple[str, ...]:
        return (
            self.tr("Success"),
            self.tr("Hard negatives, nats"),
            self.tr("Degradation"),
            self.tr("Answered in scope"),
            self.tr("Wrongly: hard negatives"),
            self.tr("Wrongly: general text"),
        )

    def _figures(self, point: Mapping[str, Any]) -> tuple[str, ...]:
        budget = float(self._result.get("budget") or 1e-4)
        success, hard = self._before("success_rate"), self._before("hard_negatives")
        after = figures.percent(point["success_rate"], decimals=1)
        return (
            figures.arrow(figures.percent(success, decimals=1), after),
            figures.arrow(_nats(hard), _nats(point["hard_negatives"])),
            figures.degradation(point["degradation"], budget),
            figures.percent(point["recall"], decimals=1),
            figures.percent(point["hard"], decimals=1),
            figures.percent(point["general"], decimals=2),
        )

    def _before(self, name: str) -> float | None:
        measured: Mapping[str, float | None] = self._result.get(name) or {}
        return measured.get("before")

    def _on_use(self) -> None:
        if self.threshold is not None:
            self.threshold_wanted.emit(self.threshold)


class _Tile(QWidget):
    """A figure under its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._label, self._figure = caption(name), heading("")
        self._label.setWordWrap(False)
        self.setLayout(column(self._label, self._figure, spacing=0.5))

    @property
    def text(self) -> str:
        """The figure as it is read."""
        return self._figure.text()

    def show_figure(self, figure: str) -> None:
        """Show another figure."""
        self._figure.setText(figure)
        self._figure.setAccessibleName(f"{self._name}: {figure}")

    def tell_inside(self, *, inside: bool) -> None:
        """Say in words and colour whether it is inside the budget."""
        words = self.tr("inside the budget") if inside else self.tr("outside the budget")
        self._label.setText(f"{self._name}, {words}")
        set_tone(self._figure, "positive" if inside else "danger")


def _nats(value: float | None) -> str:
    return figures.NOTHING if value is None else f"{value:.2f}"

"""The configurations of a sweep as a table: what was drawn, and what it brought at one budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from app.gui.tables import figures
from app.gui.tables.row_table import RIGHT, Index, RowTable

SEARCH = "search"
TRIAL_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run keeps at one budget."""

    budget: float
    epoch: int
    success_change: float | None
    degradation: float | None
    hard_negatives: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a sweep."""

    name: str
    configuration: int
    stage: str
    drawn: Mapping[str, Any]
    kept: tuple[Kept, ...]
    seconds: float
    was_pruned: bool

    def at(self, budget: float) -> Kept | None:
        """Give what it keeps at a budget."""
        return next((kept for kept in self.kept if kept.budget == budget), None)

    def change_at(self, budget: float) -> float:
        """Give the change of its success rate at a budget; nothing counts as none."""
        kept = self.at(budget)
        return 0.0 if kept is None or kept.success_change is None else kept.success_change


def trial_of(record: Mapping[str, Any]) -> Trial:
    """Read a run as the engine tells it."""
    before = record.get("initial_success")
    return Trial(
        name=record["name"],
        configuration=record["configuration"],
        stage=record["stage"],
        drawn=record["drawn"],
        kept=tuple(
            Kept(
                budget=kept["budget"],
                epoch=kept["epoch"],
                success_change=_change(before, kept["success_rate"]),
                degradation=kept["degradation"],
                hard_negatives=kept["hard_negatives"],
            )
            for kept in record["kept"]
        ),
        seconds=record["seconds"],
        was_pruned=record["pruned"],
    )


def front_of(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the Pareto front: no other point has less degradation and at least that success.

    Args:
        points: Pairs of degradation and success.
    """
    front: list[tuple[float, float]] = []
    for cost, success in sorted(points, key=lambda point: (point[0], -point[1])):
        if not front or success > front[-1][1]:
            front.append((cost, success))
    return front


class SweepTable(RowTable[Trial]):
    """One configuration a row, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._budget = 1e-4
        self._order: tuple[int, Qt.SortOrder] | None = None
        self._headers = ()

    def show_trials(
        self, trials: Sequence[Trial], budget: float, labels: Mapping[str, str]
    ) -> None:
        """Take the search's runs, as they stand at a budget."""
        searched = [trial for trial in trials if trial.stage == SEARCH]
        self.beginResetModel()
        self._budget = budget
        self._names = tuple(dict.fromkeys(name for trial in searched for name in trial.drawn))
        settings = [labels.get(name, name) for name in self._names]
        self._headers = [
            self.tr("Run"),
            self.tr("Success"),
            self.tr("Degradation"),
            *settings,
            self.tr("Kept"),
            self.tr("Time"),
        ]
        self._numbers = range(len(self._headers))
        self._rows = sorted(searched, key=lambda trial: -trial.change_at(budget))
        self.endResetModel()
        if self._order is not None:
            self.sort(*self._order)

    def row_of(self, name: str) -> int | None:
        """Find a run's row."""
        return next((row for row, trial in enumerate(self._rows) if trial.name == name), None)

    def trial_at(self, index: Index) -> Trial:
        """Give the run at an index."""
        return self._rows[index.row()]

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        trial = self._rows[index.row()]
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: self._cells(trial)[index.column()],
            Qt.ItemDataRole.TextAlignmentRole: RIGHT,
            TRIAL_ROLE: trial,
        }
        return answers.get(role)

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self._headers):
            return
        self._order = (column, order)
        self.beginResetModel()
        is_down = order is Qt.SortOrder.DescendingOrder
        self._rows.sort(key=lambda trial: self._keys(trial)[column], reverse=is_down)
        self.endResetModel()

    def _keys(self, trial: Trial) -> tuple[Any, ...]:
        kept = trial.at(self._budget)
        cost = 0.0 if kept is None or kept.degradation is None else kept.degradation
        epoch = 0 if kept is None else kept.epoch
        drawn = (trial.drawn.get(name, 0) for name in self._names)
        change = trial.change_at(self._budget)
        return trial.configuration, change, cost, *drawn, epoch, trial.seconds

    def _cells(self, trial: Trial) -> tuple[str, ...]:
        kept = trial.at(self._budget)
        change = None if kept is None or kept.success_change is None else 100 * kept.success_change
        cost = None if kept is None else kept.degradation
        number = f"{trial.configuration}{' ✂' if trial.was_pruned else ''}"
        drawn = (value_text(trial.drawn.get(name)) for name in self._names)
        return (
            number,
            figures.signed(change),
            figures.degradation(cost, self._budget),
            *drawn,
            figures.NOTHING if kept is None else str(kept.epoch),
            figures.duration(trial.seconds),
        )


def value_text(value: object) -> str:
    """Write a drawn value, short."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _change(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before

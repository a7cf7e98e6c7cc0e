"""Judging from the end: as many epochs as the question needs, and no more.

On test only one thing is asked of a run: for each ball, which is the last epoch inside it among
those up to the one that was kept on validation. Where measuring costs more than training, most
epochs need not be measured to know it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from typing_extensions import override

from editing.editors.base import TokenLosses
from editing.evaluation.degradation import is_inside
from editing.evaluation.judge import BallJudge, Seen
from editing.evaluation.yardstick import Measures, Yardstick
from editing.progress import StoppedEarly
from editing.results import EpochResult

_NOTHING = Measures(None, None, None, None, None)


class Measured(Protocol):
    """The measures of one epoch, or the place of one that was not measured."""

    @property
    def epoch(self) -> int:
        """Counted from 0, the untouched model."""
        ...

    @property
    def degradation(self) -> float | None:
        """Relative to the untouched model; None also where training diverged."""
        ...

    @property
    def exact(self) -> bool:
        """False where this was not measured on everything."""
        ...


def is_settled(epochs: Sequence[Measured], budget: float, end: int) -> bool:
    """Say whether the last epoch inside a ball, among those up to `end`, is known.

    Args:
        epochs: Of one run, from epoch 0 on; where it ended before `end`, nothing is known.
    """
    if len(epochs) <= end:
        return False
    for measured in reversed(epochs[: end + 1]):
        if not measured.exact:
            return False
        if measured.epoch == 0 or is_in_ball(measured, budget):
            return True
    return False


def is_in_ball(measured: Measured, budget: float) -> bool:
    """Whether an epoch lies in a ball; what is not a finite number does not."""
    return measured.degradation is not None and is_inside(measured.degradation, budget)


class LastFirstJudge(BallJudge):
    """Finds, for each of several balls, the last epoch inside it up to a given one.

    Candidates of whole weights are asked for once the training has ended, the last one first.
    Those that are measured together anyway are measured as ever.
    """

    def __init__(self, yardstick: Yardstick, ends: Mapping[float, int], seen: Seen) -> None:
        """Judge up to the epoch `ends` names for each budget."""
        super().__init__(yardstick, max(ends), seen)
        self._ends = dict(ends)
        self._last = max(ends.values())
        self.last_first = self._last

    @override
    def watch(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        """End the training where nothing beyond counts; nobody looks on."""
        del train_loss, losses
        if epoch >= self._last:
            raise StoppedEarly

    @override
    def accept(
        self,
        epoch: int,
        train_loss: float | None,
        losses: TokenLosses,
        *,
        keep: Callable[[], None],
    ) -> None:
        """Measure one candidate exactly.

        Raises:
            StoppedEarly: Every ball is settled.
        """
        self._make_room(epoch)
        self._measure(epoch, train_loss, losses)
        inside = [past.epoch for past in self.epochs if past.inside_ball]
        if max(inside, default=0) == epoch:
            self.kept = epoch
            keep()
        self._seen(self.epochs[epoch])
        if all(is_settled(self.epochs, budget, end) for budget, end in self._ends.items()):
            raise StoppedEarly

    def _measure(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        measures = self.yardstick.measures(losses)[0] if epoch else self.yardstick.base
        result = self._result(epoch, train_loss, measures, exact=True)
        self.epochs = (*self.epochs[:epoch], result, *self.epochs[epoch + 1 :])
        self.measures[epoch] = measures

    def _make_room(self, epoch: int) -> None:
        """Know of the epochs up to this one; epoch 0 needs no measuring."""
        if not self.epochs:
            self.epochs = (self._result(0, None, self.yardstick.base, exact=True),)
            self.measures = [self.yardstick.base]
        unknown = range(len(self.epochs), epoch + 1)
        self.epochs += tuple(_unmeasured(epoch) for epoch in unknown)
        self.measures += [_NOTHING for _ in unknown]


def _unmeasured(epoch: int) -> EpochResult:
    return EpochResult(
        epoch=epoch,
        train_loss=None,
        success_rate=None,
        general_loss=None,
        degradation=None,
        hard_negatives=None,
        inside_ball=False,
        exact=False,
    )

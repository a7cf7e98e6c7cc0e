"""The degradation ball as editors meet it: live measures for the eye, exact ones to decide."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from typing import Any

from editing.editors.base import TokenLosses
from editing.evaluation.degradation import is_inside
from editing.evaluation.yardstick import Measures, Yardstick
from editing.progress import StoppedEarly
from editing.results import EpochResult

Seen = Callable[[EpochResult], None]


class BallJudge:
    """Measures candidates against one yardstick and one budget; keeps the exact results."""

    def __init__(
        self,
        yardstick: Yardstick,
        budget: float,
        seen: Seen,
        *,
        will_be_scaled: bool = False,
        starts_untouched: bool = True,
    ) -> None:
        self.yardstick = yardstick
        self.budget = budget
        self.epochs: tuple[EpochResult, ...] = ()
        """Exact results of every candidate, once `decide` has been asked."""
        self.measures: list[Measures] = []
        self.kept = 0
        """The candidate that was decided for."""
        self.last_first: int | None = None
        self._seen = seen
        self._will_be_scaled = will_be_scaled
        self._starts_untouched = starts_untouched

    def watch(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        """Measure one epoch on a part of G and show it."""
        (measures,) = self.yardstick.measures(losses, sample=True)
        self._seen(self._result(epoch, train_loss, measures, exact=False))

    def decide(self, train_losses: Sequence[float | None], losses: TokenLosses) -> int:
        """Measure all candidates exactly; return the last one inside the ball.

        The first candidate is the untouched model, which always is, or the edits it starts on.
        Where the strength is fitted afterwards and nothing else is inside, the last candidate is
        returned to be scaled down.
        """
        self.measures = self.yardstick.measures(losses)
        if len(self.measures) == 1:  # where nothing is measured, all candidates are alike
            self.measures *= len(train_losses)
        self.epochs = tuple(
            self._result(epoch, train_loss, measures, exact=True)
            for epoch, (train_loss, measures) in enumerate(
                zip(train_losses, self.measures, strict=True)
            )
        )
        for result in self.epochs:
            with suppress(StoppedEarly):  # all that could be stopped is done
                self._seen(result)
        inside = [result.epoch for result in self.epochs if result.inside_ball]
        self.kept = max(inside, default=0)
        if self.kept == 0 and self._will_be_scaled:
            self.kept = self.epochs[-1].epoch
        return self.kept

    def accept(
        self,
        epoch: int,
        train_loss: float | None,
        losses: TokenLosses,
        *,
        keep: Callable[[], None],
    ) -> None:
        """Measure one candidate exactly and have it kept where it is inside the ball.

        Where the strength is fitted afterwards, the last one is kept until one is inside.
        """
        is_untouched = epoch == 0 and self._starts_untouched
        measures = self.yardstick.base if is_untouched else self.yardstick.measures(losses)[0]
        result = self._result(epoch, train_loss, measures, exact=True)
        self.epochs = (*self.epochs[:epoch], result)
        self.measures = [*self.measures[:epoch], measures]
        inside = [past.epoch for past in self.epochs if past.inside_ball]
        scaled_down = self._will_be_scaled and max(inside, default=0) == 0
        if result.inside_ball or scaled_down:
            self.kept = epoch
            keep()
        self._seen(result)

    def state(self) -> dict[str, Any]:
        """Return every exact result, as plain values and tensors."""
        return {
            "kept": self.kept,
            "epochs": [asdict(result) for result in self.epochs],
            "measures": [_plain(measures) for measures in self.measures],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.kept = state["kept"]
        self.epochs = tuple(EpochResult(**values) for values in state["epochs"])
        self.measures = [Measures(**values) for values in state["measures"]]

    def _result(
        self, epoch: int, train_loss: float | None, measures: Measures, *, exact: bool
    ) -> EpochResult:
        degraded = measures.degradation
        is_untouched = epoch == 0 and self._starts_untouched
        return EpochResult(
            epoch=epoch,
            train_loss=train_loss,
            success_rate=measures.success_rate,
            general_loss=measures.general_loss,
            degradation=degraded,
            hard_negatives=measures.hard_negatives,
            inside_ball=is_untouched or degraded is None or is_inside(degraded, self.budget),
            exact=exact,
        )


def _plain(measures: Measures) -> dict[str, Any]:
    return {item.name: getattr(measures, item.name) for item in fields(measures)}

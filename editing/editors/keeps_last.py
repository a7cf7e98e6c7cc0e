"""A judge for trainings that no ball holds."""

from collections.abc import Callable, Sequence
from typing import Any, final

from editing.editors.base import TokenLosses


@final
class KeepsLast:
    """A judge that measures nothing: whatever was trained last is kept."""

    @property
    def last_first(self) -> None:
        """No epoch is known to be the last."""
        return None

    def watch(self, epoch: int, train_loss: float | None, losses: TokenLosses) -> None:
        """Look at nothing."""

    def decide(self, train_losses: Sequence[float | None], losses: TokenLosses) -> int:
        """Keep the last candidate."""
        del losses
        return len(train_losses) - 1

    def accept(
        self,
        epoch: int,
        train_loss: float | None,
        losses: TokenLosses,
        *,
        keep: Callable[[], None],
    ) -> None:
        """Keep every candidate, so the last one in the end."""
        del epoch, train_loss, losses
        keep()

    def state(self) -> dict[str, Any]:
        """Return nothing: nothing was measured."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from nothing."""

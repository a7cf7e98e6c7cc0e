"""Two edits of one method as one: what applying the second after the first does, in less room."""

from torch import Tensor

from editing.editors.base import Edit
from editing.editors.locate.update import joined
from editing.editors.sense_edit import SenseEdit, summed_senses
from editing.editors.weight_delta import Factors, WeightDelta
from editing.errors import EditingError

Difference = Tensor | Factors


def summed(below: Edit | None, top: Edit) -> Edit:
    """Return one edit that does what `top` does on `below`, to the rounding of float32.

    Differences are added in order. Those of low rank stay apart up to full rank, so that what a
    method reads of earlier edits is still there.

    Raises:
        EditingError: The two are of kinds that do not add up.
    """
    if below is None:
        return top
    if isinstance(below, SenseEdit) and isinstance(top, SenseEdit):
        return summed_senses([below, top])
    if isinstance(below, WeightDelta) and isinstance(top, WeightDelta):
        changes = dict(below.changes)
        for name, change in top.changes.items():
            changes[name] = _added(changes[name], change) if name in changes else change
        return WeightDelta(changes, top.record or below.record)
    raise EditingError(
        f"A {type(top).__name__} on a {type(below).__name__} cannot be kept as one edit. Put them "
        "on one after the other."
    )


def _added(first: Difference, second: Difference) -> Difference:
    if isinstance(first, Factors) and isinstance(second, Factors):
        rows, columns = first.left.shape[0], first.right.shape[1]
        rank = first.left.shape[1] + second.left.shape[1]
        if rank <= min(rows, columns):
            return joined([first, second])
    return _dense(first) + _dense(second)


def _dense(difference: Difference) -> Tensor:
    return difference.product() if isinstance(difference, Factors) else difference

"""Many edits in a row: what is left of the earlier ones, and what all of them cost.

Each edit is fitted on the model as the edits before it have left it, and nothing is measured while
one is fitted; what is measured is measured after so many edits, at a few points.
"""

from editing.retention.facts import FactsInTurn, facts_in_turn
from editing.retention.in_turn import Chain, EditingInTurn, reason_against
from editing.retention.measuring import BeforeAfter, PointMeasures, Rows, Texts
from editing.retention.summing import summed

__all__ = [
    "BeforeAfter",
    "Chain",
    "EditingInTurn",
    "FactsInTurn",
    "PointMeasures",
    "Rows",
    "Texts",
    "facts_in_turn",
    "reason_against",
    "summed",
]

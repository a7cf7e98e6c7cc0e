"""Edit success and drawdown of the tasks of a memory, as a table of a report."""

from collections.abc import Mapping
from typing import Any

from app.operations.reports.tables import NOTHING, Group, Sweep, Table, method_label

_HEAD = ("Task", "Method", "Budget", "Edit success before", "Edit success", "Drawdown")


def scope_tables(group: Group) -> tuple[Table, ...]:
    """Return the table where there is something to say, at each sweep's largest budget."""
    rows = [
        (
            sweep["labels"]["task"],
            method_label(sweep),
            f"{ball['budget']:g}",
            f"{found['before']:.3f}",
            _text(found["after"]),
            _text(found["drawdown"]),
        )
        for sweep in sorted(group.sweeps, key=_place)
        for ball in sweep["balls"]
        if (found := ball["test"].get("edit_success"))
    ]
    caption = (
        "Edit success (ES) of what is in an edit's scope, from 0 to 1, and drawdown (DD) of what "
        "is not: the share of answers or verdicts that changed; of dialogue, nats a token"
    )
    return (Table(caption, _HEAD, tuple(rows)),) if rows else ()


def _place(sweep: Sweep) -> tuple[str, str]:
    return sweep["labels"]["task"], method_label(sweep)


def _text(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None:
        return NOTHING
    value, error = f"{estimate['mean']:.3f}", estimate["standard_error"]
    return value if error is None else f"{value} ± {error:.3f}"

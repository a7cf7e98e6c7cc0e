"""What the candidates of a method are called: epochs mostly, thresholds or shares for some."""

from collections.abc import Mapping
from typing import Any


def step_label(step: Mapping[str, Any] | None, number: int) -> str:
    """Name a candidate in words, as in `epoch 6` or `threshold 0.62`.

    Args:
        step: As of `step_json`; None of what was written before there were any.
    """
    name, values = ("epoch", ()) if step is None else (step["name"], step["values"])
    return f"{name} {values[number]:g}" if number < len(values) else f"{name} {number}"

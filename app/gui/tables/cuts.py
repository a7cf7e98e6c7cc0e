"""What is said of prefixes cut to the model's context, and of continuations inside a word."""

from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


def prefix_cut(tokens: int) -> str:
    """Say how many tokens of one prefix the model did not see."""
    said = translate(
        "cuts",
        "It is longer than the model's context: {:,} tokens were cut from its left, and the model "
        "did not see them.",
    )
    return said.format(tokens)


def tokenised_said(result: Mapping[str, Any]) -> str:
    """Say what had to be done to put examples into tokens; empty where nothing is special.

    Args:
        result: What `edit` or `evaluate` print with --json.
    """
    roles = cast("Mapping[str, Mapping[str, int]]", result.get("tokenised") or {})
    cut, dropped, apart, rows = (
        sum(counts.get(key, 0) for counts in roles.values())
        for key in ("cut", "dropped", "apart", "examples")
    )
    said: list[str] = []
    if cut:
        text = translate(
            "cuts",
            "{cut} of {rows} examples are longer than the model's context: {dropped:,} tokens were "
            "cut from the left of their prefixes.",
        )
        said.append(text.format(cut=cut, rows=rows, dropped=dropped))
    if apart:
        text = translate(
            "cuts", "In {apart} of {rows} examples no token starts where the continuation does."
        )
        said.append(text.format(apart=apart, rows=rows))
    return " ".join(said)

"""Whether the running Python meets requirements such as `torch>=2.13,<2.14`.

Standard library only, like all that runs before the environment is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata


def are_met(requirements: Sequence[str]) -> bool:
    """Whether every package is there in a version that fits."""
    return all(_is_met(requirement) for requirement in requirements)


def _is_met(requirement: str) -> bool:
    parts = re.match(r"([\w.-]+)(?:\[[^]]*\])?([^;]*)", requirement)
    if parts is None:
        return False
    try:
        found = _release(metadata.version(parts[1]))
    except metadata.PackageNotFoundError:
        return False
    clauses = re.findall(r"(>=|<=|==|!=|<|>)\s*([\d.]+)", parts[2])
    return all(_fits(found, operator, _release(wanted)) for operator, wanted in clauses)


def _fits(found: tuple[int, ...], operator: str, wanted: tuple[int, ...]) -> bool:
    same = found[: len(wanted)] == wanted  # `==5.23.*` and `==5.23` both mean these leading numbers
    return {
        "==": same,
        "!=": not same,
        ">=": found >= wanted,
        "<=": found <= wanted or same,
        ">": found > wanted and not same,
        "<": found < wanted,
    }[operator]


def _release(version: str) -> tuple[int, ...]:
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in numbers[0].split(".")) if numbers else ()

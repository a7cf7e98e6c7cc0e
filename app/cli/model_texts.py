"""What the command line says of models, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.cli.tables import aligned

_TOLD_APART = ("notes", "methods", "size", "model")
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def model_lines(models: Sequence[Mapping[str, Any]]) -> list[str]:
    """List models, a line each."""
    return [f"{model['source']}  ({model['edits']} edits)" for model in models]


def check_lines(facts: Mapping[str, Any]) -> list[str]:
    """Say what a model is, and what can be done with it."""
    told = {name: value for name, value in facts.items() if name not in _TOLD_APART}
    rows = [(name, "-" if value is None else f"{value}") for name, value in told.items()]
    methods = [(row["label"], row["reason"] or "works with it") for row in facts["methods"]]
    size = ("size", bytes_spoken(facts["size"]))
    return [facts["model"], *aligned([*rows, size]), "", *aligned(methods)]


def plan_lines(plan: Mapping[str, Any]) -> list[str]:
    """Say what fetching a model takes and what there is."""
    here = plan["size"] - plan["to_fetch"]
    kept = f", {bytes_spoken(here)} of them are here already" if here else ""
    lines = [
        f"{plan['source']} at {plan['commit'][:12]}: {len(plan['files'])} files, "
        f"{bytes_spoken(plan['size'])}{kept}.",
        f"Disk: {bytes_spoken(plan['to_fetch'])} needed, {bytes_spoken(plan['disk_free'])} free. "
        f"Memory: {bytes_spoken(plan['memory'])} for the weights, "
        f"{bytes_spoken(plan['memory_free'])} free.",
    ]
    if plan["memory"] > plan["memory_free"]:
        lines.append("The memory that is free now will not hold this model in float32.")
    return lines


def added_line(model: Mapping[str, Any]) -> str:
    """Say that a model is there now."""
    return (
        f"{model['source']} is added: {model['architecture']} with {model['parameters']:,} "
        f"parameters in {model['dtype']}, {bytes_spoken(model['size'])}."
    )


def removed_lines(result: Mapping[str, Any]) -> list[str]:
    """Say what is gone and what stays."""
    count = len(result["deleted"])
    files = f"{count} files are deleted" if count else "None of its files is deleted"
    stay = "; those that were fetched stay in the hub's cache" if result["kept"] else ""
    return [f"{result['source']} is off the list. {files}{stay if not count else ''}."]


def kept_token_line(place: str, reason: str) -> str:
    """Say where the token is now, and why there."""
    return f"{reason} The token is kept in {place}.".lstrip()


def token_places_line(places: Sequence[str]) -> str:
    """Say where there is a token, that which is used first."""
    return f"A token is kept in {', and in '.join(places)}." if places else "No token is kept."


def removed_token_lines(removed: Sequence[str], left: Sequence[str]) -> list[str]:
    """Say where there is no token any more, and where there still is one."""
    gone = f"The token is taken out of {' and '.join(removed)}." if removed else "None was kept."
    return [gone, *([f"There is still one in {', '.join(left)}."] if left else [])]


def bytes_spoken(size: float) -> str:
    """Say a number of bytes in units of a thousand."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit < 2 else f"{size:.1f} {_UNITS[unit]}"

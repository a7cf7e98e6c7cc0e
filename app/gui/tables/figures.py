"""Figures in words a person reads: percentages, degradations, times, sizes."""

import math
from datetime import datetime

NOTHING = "\u2013"
MINUS = "\u2212"
NO_BREAK = "\u00a0"


def percent(share: float | None, *, decimals: int = 0) -> str:
    """Write a share between 0 and 1, as in `31 %`."""
    return NOTHING if share is None else f"{100 * share:.{decimals}f}{NO_BREAK}%"


def degradation(value: float | None, budget: float) -> str:
    """Write a degradation with as many decimals as its budget asks for, as in `0.000060`."""
    if value is None:
        return NOTHING
    return f"{value:.{_decimals(budget)}f}".replace("-", MINUS)


def plain(value: float) -> str:
    """Write a small number without an exponent and without trailing zeros, as in `0.0001`."""
    if value == 0:
        return "0"
    text = f"{value:.12f}".rstrip("0").rstrip(".") if abs(value) >= 1e-7 else f"{value:g}"
    return text.replace("-", MINUS) if abs(value) >= 1e-7 else text


def signed(value: float | None, *, decimals: int = 1) -> str:
    """Write a difference with its sign, as in `+0.1`; the minus is a real one."""
    if value is None:
        return NOTHING
    text = f"{value:+.{decimals}f}"
    return "±" + text[1:] if float(text) == 0 else text.replace("-", MINUS)


def arrow(before: str, after: str) -> str:
    """Write a change, as in `31 % → 78 %`; nothing where neither is known."""
    return NOTHING if before == after == NOTHING else f"{before} → {after}"


def duration(seconds: float | None) -> str:
    """Write how long something took, as in `1 min 24 s`."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(size_bytes: int | None) -> str:
    """Write a file size, as in `184 kB`."""
    if size_bytes is None:
        return NOTHING
    value, units = float(size_bytes), ["B", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    decimals = 0 if value >= 10 or units[0] == "B" else 1
    return f"{value:.{decimals}f}{NO_BREAK}{units[0]}"


def date(timestamp: str | float | None) -> str:
    """Write a moment as day and time, from an ISO text or seconds since 1970."""
    if timestamp is None or timestamp == "":
        return NOTHING
    if isinstance(timestamp, str):
        try:
            moment = datetime.fromisoformat(timestamp)
        except ValueError:
            return timestamp
        moment = moment.astimezone() if moment.tzinfo else moment
    else:
        moment = datetime.fromtimestamp(timestamp).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M")


def visible_spaces(text: str) -> str:
    """Show leading and trailing spaces, which change the tokens, as in `␣Kabul`."""
    bare = text.strip(" ")
    if not bare:
        return "␣" * len(text)
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(text.rstrip(" "))
    return "␣" * before + bare.replace("\n", "⏎") + "␣" * after


def _decimals(budget: float) -> int:
    return max(2 - math.floor(math.log10(budget)), 3) if budget > 0 else 6

"""Many edits in a row as a report tells of them: tables, and lines to draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.operations.content import precision_told
from app.operations.reports.tables import NOTHING, Table

Curve = Mapping[str, Any]
"""What `retention --json` prints of one method."""
Point = Mapping[str, Any]
HUNDRED = 100
TIMES = ("seconds", "cpu_seconds", "preparing_seconds", "preparing_cpu_seconds")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of several series over the number of edits."""

    name: str
    """What its file is called, without an ending."""
    caption: str
    label: str
    """What the height is, with its unit."""
    series: Mapping[str, tuple[tuple[float, float], ...]]
    """(edits, height), by what a line is called."""


@dataclass(frozen=True, slots=True)
class CurveGroup:
    """Curves that may be compared: one model, one task, one pair of texts, one set of points."""

    model: str
    task: str
    general_text: str
    curves: tuple[Curve, ...]

    @property
    def title(self) -> str:
        """What the section is called."""
        return f"Many edits in a row: {self.model}, {self.task}, degradation on {self.general_text}"

    @property
    def points(self) -> list[int]:
        """All numbers of edits after which something was measured."""
        return sorted({point["edits"] for curve in self.curves for point in curve["results"]})


def curve_groups(curves: Sequence[Curve]) -> list[CurveGroup]:
    """Put together what may be compared."""
    by_key: dict[tuple[str, ...], list[Curve]] = {}
    for curve in curves:
        if curve["results"]:
            key = (curve["fingerprint"], curve["labels"]["task"], _text(curve))
            by_key.setdefault(key, []).append(curve)
    return [
        CurveGroup(own[0]["model"], key[1], key[2], tuple(sorted(own, key=curve_label)))
        for key, own in sorted(by_key.items())
    ]


def curve_label(curve: Curve) -> str:
    """Name a curve's method, with the settings that were given."""
    given = [f"{name} {value}" for name, value in sorted(curve["given"].items())]
    label: str = curve["labels"]["method"]
    return f"{label} ({', '.join(given)})" if given else label


def curve_tables(group: CurveGroup) -> tuple[Table, ...]:
    """A method a row, a number of edits a column; a table for each measure."""
    measures: tuple[tuple[str, Callable[[Point], str]], ...] = (
        ("Edits whose own prompt holds (before all edits), %", _retention),
        ("The latest ten of them, %", lambda point: f"{HUNDRED * point['latest']:.0f}"),
        ("Success on other contexts of what was edited, change in points", _contexts),
        ("Degradation", _degradation),
        ("Hard negatives' loss of what was edited, change in nats", _hard_negatives),
        ("Processor seconds an edit", lambda p: f"{p['cpu_seconds'] / p['edits']:.2g}"),
    )
    return tuple(_table(group, caption, written) for caption, written in measures)


def curve_pictures(group: CurveGroup, number: int) -> tuple[Lines, ...]:
    """Retention and degradation against the number of edits, a line a method."""
    name = "retention" if not number else f"retention-{number + 1}"
    degraded = {
        curve_label(curve): tuple(
            (point["edits"], point["degradation"])
            for point in curve["results"]
            if point["degradation"] is not None
        )
        for curve in group.curves
    }
    held = {
        curve_label(curve): tuple(
            (point["edits"], HUNDRED * point["retention"]) for point in curve["results"]
        )
        for curve in group.curves
    }
    pictures = [Lines(name, "Edits that hold, by the number of edits", "%", held)]
    if any(degraded.values()):
        caption = "Degradation on general text, by the number of edits"
        pictures.append(Lines(f"{name}-degradation", caption, "relative", degraded))
    return tuple(pictures)


def curve_source(curve: Curve) -> str:
    """Say by which command a curve came about, how long it took and where."""
    last = curve["results"][-1]
    machine = last["versions"]
    reach = [
        f"{name} {point[name]:g} after {point['edits']}"
        for point in curve["results"]
        for name in ("threshold", "reach")
        if name in point
    ]
    missing = ", ".join(map(str, curve["missing"]))
    words = (
        f"{curve['curve']}: `{curve['command']}`",
        f"{last['edits']} edits: {last['seconds']:.0f} s, processor {last['cpu_seconds']:.0f} s",
        *([f"rows' {', '.join(reach)}"] if reach else []),
        f"{machine['machine']}, {machine['threads']} threads, Python {machine['python']}, torch "
        f"{machine['torch']}",
        *([f"not measured yet: after {missing} edits"] if missing else []),
    )
    return "; ".join(words)


def curve_rows(curve: Curve) -> list[dict[str, Any]]:
    """A row for every point, for other programs."""
    rows: list[dict[str, Any]] = []
    for point in curve["results"]:
        own = {"curve": curve["curve"], "model": curve["model"], "task": curve["task"]}
        own |= {"method": curve["method"], "edits": point["edits"]}
        for name in ("retention", "retention_before", "latest", "latest_edits", "degradation"):
            own[name] = point[name]
        for name in ("contexts", "hard_negatives", "general_loss"):
            part: Mapping[str, Any] = point[name] or {}
            own |= {f"{name}_{key}": part.get(key) for key in ("before", "after", "rows")}
        own |= {name: point[name] for name in (*TIMES, "finished")}
        own |= {name: point.get(name) for name in ("threshold", "reach")}
        own |= {f"setting_{name}": value for name, value in curve["settings"].items()}
        rows.append(own)
    return rows


def _table(group: CurveGroup, caption: str, written: Callable[[Point], str]) -> Table:
    rows: list[tuple[str, ...]] = []
    for curve in group.curves:
        of = {point["edits"]: written(point) for point in curve["results"]}
        rows.append((curve_label(curve), *(of.get(edits, NOTHING) for edits in group.points)))
    heads = [f"{edits} edit{'' if edits == 1 else 's'}" for edits in group.points]
    return Table(caption, ("Method", *heads), tuple(rows))


def _retention(point: Point) -> str:
    return f"{HUNDRED * point['retention']:.1f} ({HUNDRED * point['retention_before']:.1f})"


def _contexts(point: Point) -> str:
    part = point["contexts"]
    return NOTHING if part is None else f"{HUNDRED * (part['after'] - part['before']):+.1f}"


def _hard_negatives(point: Point) -> str:
    part = point["hard_negatives"]
    return NOTHING if part is None else f"{part['after'] - part['before']:+.3f}"


def _degradation(point: Point) -> str:
    return NOTHING if point["degradation"] is None else f"{point['degradation']:.1e}"


def _text(curve: Curve) -> str:
    loss = curve["results"][0]["general_loss"]
    if loss is None:
        return "no text"
    return f"{curve['general_text']}, {loss['rows']} tokens{precision_told(curve)}"

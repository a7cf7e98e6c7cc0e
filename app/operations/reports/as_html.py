"""A report as one HTML file that needs no other: tables, and bars drawn as SVG."""

from collections.abc import Iterable, Sequence
from html import escape

from app.operations.reports.colours import COLOURS
from app.operations.reports.document import Section
from app.operations.reports.line_plot import line_figure
from app.operations.reports.tables import Bar, Bars, Table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
th, td { border-bottom: 1px solid #8886; padding: 0.25rem 0.75rem; text-align: left;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: 0.85em; overflow-wrap: anywhere; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
svg line { stroke: currentColor; }
"""
_BAR, _GAP, _LEFT, _TOP, _HEIGHT = 22, 36, 48, 16, 220
_CHARACTER = 7
_WHISKER = 4


def as_html(document: Sequence[Section]) -> str:
    """Write the document."""
    body = "\n".join(_section(section, number) for number, section in enumerate(document))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(document[0].title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section, number: int) -> str:
    heading = "h2" if number else "h1"
    parts = [f"<{heading}>{escape(section.title)}</{heading}>"]
    parts += [f"<p>{_inline(sentence)}</p>" for sentence in section.sentences]
    parts += [_plot(plot) for plot in section.plots if plot.bars]
    parts += [line_figure(picture) for picture in section.pictures]
    parts += [_table(table) for table in section.tables]
    if section.bullets:
        parts += ["<ul>", *(f"<li>{_inline(bullet)}</li>" for bullet in section.bullets), "</ul>"]
    parts += [
        f"<details><summary>{escape(table.caption)}</summary>{_table(table)}</details>"
        for table in section.details
    ]
    return "\n".join(parts)


def _inline(text: str) -> str:
    """Escape, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _table(table: Table) -> str:
    head = _row("th", table.head)
    rows = "\n".join(_row("td", row) for row in table.rows)
    return (
        f"<table>\n<caption>{escape(table.caption)}</caption>\n<thead>{head}</thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>"
    )


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _plot(plot: Bars) -> str:
    """Draw grouped bars with whiskers of one standard error."""
    scale = _Scale.of(plot)
    step = max(
        len(plot.series) * _BAR + _GAP,
        max(len(place) for place in plot.places) * _CHARACTER + _GAP // 2,
    )
    width = _LEFT + step * len(plot.places) + _GAP
    height = _TOP + _HEIGHT + 2 * _GAP
    parts = [
        f'<figure><figcaption>{escape(plot.caption)}</figcaption>\n<svg role="img" '
        f'aria-label="{escape(plot.caption)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        *(_tick(scale, value, width) for value in (scale.low, 0.0, scale.high)),
    ]
    for i, place in enumerate(plot.places):
        left = _LEFT + i * step + _GAP // 2
        parts.append(f'<text x="{left}" y="{_TOP + _HEIGHT + 18}">{escape(place)}</text>')
        for j, series in enumerate(plot.series):
            if (place, series) in plot.bars:
                colour = COLOURS[j % len(COLOURS)]
                hint = f"{place}, {series}"
                parts.append(_bar(scale, plot.bars[place, series], left + j * _BAR, colour, hint))
    return "\n".join([*parts, *_legend(plot.series), "</svg></figure>"])


def _bar(scale: "_Scale", bar: Bar, left: int, colour: str, hint: str) -> str:
    zero, end = scale.y(0.0), scale.y(bar.value)
    middle = left + _BAR / 2 - 1
    whisker = ""
    if bar.error:
        low, high = scale.y(bar.value - bar.error), scale.y(bar.value + bar.error)
        whisker = (
            f'<line x1="{middle}" x2="{middle}" y1="{high:.1f}" y2="{low:.1f}"/>'
            f'<line x1="{middle - _WHISKER}" x2="{middle + _WHISKER}" y1="{high:.1f}" '
            f'y2="{high:.1f}"/>'
            f'<line x1="{middle - _WHISKER}" x2="{middle + _WHISKER}" y1="{low:.1f}" '
            f'y2="{low:.1f}"/>'
        )
    return (
        f'<rect x="{left}" y="{min(zero, end):.1f}" width="{_BAR - 2}" '
        f'height="{abs(zero - end):.1f}" fill="{colour}">'
        f"<title>{escape(hint)}: {bar.value:+.1f} ± {bar.error:.1f}</title></rect>{whisker}"
    )


def _tick(scale: "_Scale", value: float, width: int) -> str:
    y = scale.y(value)
    opacity = 1 if value == 0 else 0.25
    return (
        f'<line x1="{_LEFT}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}" opacity="{opacity}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    )


def _legend(series: Sequence[str]) -> list[str]:
    parts: list[str] = []
    left = _LEFT
    y = _TOP + _HEIGHT + 2 * _GAP - 14
    for i, name in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        parts.append(f'<rect x="{left}" y="{y - 10}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="{y}">{escape(name)}</text>')
        left += 18 + _CHARACTER * len(name) + _GAP
    return parts


class _Scale:
    """From points to heights on the page."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    @classmethod
    def of(cls, plot: Bars) -> "_Scale":
        ends = [each for bar in plot.bars.values() for each in _ends(bar)]
        low, high = min([0.0, *ends]), max([0.0, *ends])
        return cls(_rounded(low), _rounded(high) or 1.0)

    def y(self, value: float) -> float:
        """Height from the top."""
        return _TOP + _HEIGHT * (self.high - value) / (self.high - self.low)


def _ends(bar: Bar) -> tuple[float, float]:
    return bar.value - bar.error, bar.value + bar.error


def _rounded(value: float) -> float:
    """The next round number away from zero."""
    if value == 0:
        return 0.0
    size = abs(value)
    step = 1.0
    while step < size:
        step *= 10
    while step / 10 >= size:
        step /= 10
    for part in (0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0):
        if step * part >= size:
            return round(step * part, 10) * (1 if value > 0 else -1)
    return value

"""Lines over the number of edits, drawn as SVG: for the HTML report and as a file of their own."""

import math
from collections.abc import Sequence
from html import escape

from app.operations.reports.colours import COLOURS
from app.operations.reports.curves import Lines

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 640, 260, 64, 20, 44
_LEGEND_LINE = 20
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4")
"""Lines are told apart by these as well as by their colours."""
_LARGE_RANGE = 100
"""From here on heights are drawn by their size, decade by decade."""
_SMALLEST = 1e-6
"""What is nearer to zero than this is drawn as zero, where heights are drawn by their size."""
_STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#444}line{stroke:#888}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>"
)


def line_plot(lines: Lines, *, alone: bool = False) -> str:
    """Draw a picture.

    Args:
        alone: Whether it is a file of its own, which brings its style along.
    """
    across, up = _Across.of(lines), _Up.of(lines)
    height = _TOP + _HEIGHT + _BELOW + _LEGEND_LINE * len(lines.series)
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    parts = [
        f'<svg{space} role="img" aria-label="{escape(lines.caption)}" width="{_WIDTH}" '
        f'height="{height}" viewBox="0 0 {_WIDTH} {height}">',
        *([_STYLE] if alone else []),
        f'<text x="4" y="12">{escape(lines.label)}</text>',
        *(up.tick(value) for value in up.ticks),
        *(across.tick(edits) for edits in across.ticks),
        f'<text x="{_WIDTH / 2:.0f}" y="{_TOP + _HEIGHT + 34}" text-anchor="middle">edits</text>',
    ]
    for number, (name, points) in enumerate(lines.series.items()):
        parts += _series(number, name, [(across.x(e), up.y(h), e, h) for e, h in points])
    return "\n".join([*parts, "</svg>"])


def line_figure(lines: Lines) -> str:
    """Draw a picture with its caption, as a part of an HTML page."""
    caption = f"<figcaption>{escape(lines.caption)}</figcaption>"
    return f"<figure>{caption}\n{line_plot(lines)}</figure>"


class _Across:
    """From numbers of edits to places from the left, by their logarithm."""

    def __init__(self, ticks: Sequence[float]) -> None:
        self.ticks = ticks
        self._low = math.log(min(ticks))
        self._range = (math.log(max(ticks)) - self._low) or 1.0

    @classmethod
    def of(cls, lines: Lines) -> "_Across":
        points = (edits for own in lines.series.values() for edits, _ in own)
        return cls(sorted(set(points)) or [1.0])

    def x(self, edits: float) -> float:
        """Place from the left."""
        room = _WIDTH - _LEFT - 24
        return _LEFT + 8 + room * (math.log(edits) - self._low) / self._range

    def tick(self, edits: float) -> str:
        """A number under its place."""
        x = self.x(edits)
        return (
            f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{edits:g}</text>'
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" opacity="0.15"/>'
        )


class _Up:
    """From heights to places from the top: evenly, or decade by decade on both sides of zero."""

    def __init__(self, ticks: Sequence[float], *, by_size: bool) -> None:
        self.ticks = ticks
        self._by_size = by_size
        self._low, self._high = self._place(min(ticks)), self._place(max(ticks))

    @classmethod
    def of(cls, lines: Lines) -> "_Up":
        heights = [height for own in lines.series.values() for _, height in own]
        sizes = [abs(height) for height in heights if abs(height) >= _SMALLEST]
        if not sizes or max(sizes) < _LARGE_RANGE * min(sizes) or max(sizes) > 1:
            top = max([*heights, 1e-12])
            step = 10 ** math.floor(math.log10(top))
            high = math.ceil(top / step) * step
            return cls([min(0.0, *heights), high / 2, high], by_size=False)
        largest = math.ceil(math.log10(max(sizes)))
        decades = range(round(math.log10(_SMALLEST)), largest + 1)
        below = [-(10.0**each) for each in decades if -(10.0**each) >= min(heights) * 10]
        below = below if min(heights) < -_SMALLEST else []
        return cls([*below[::-1], 0.0, *(10.0**each for each in decades)], by_size=True)

    def y(self, height: float) -> float:
        """Place from the top."""
        share = (self._place(height) - self._low) / ((self._high - self._low) or 1.0)
        return _TOP + _HEIGHT * (1 - share)

    def tick(self, height: float) -> str:
        """A line at a height, and the height beside it."""
        y = self.y(height)
        return (
            f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" '
            f'opacity="{0.8 if height == 0 else 0.25}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{height:g}</text>'
        )

    def _place(self, height: float) -> float:
        if not self._by_size:
            return height
        size = max(0.0, math.log10(max(abs(height), _SMALLEST) / _SMALLEST) + 1)
        return math.copysign(0.0 if abs(height) < _SMALLEST else size, height)


def _series(
    number: int, name: str, points: Sequence[tuple[float, float, float, float]]
) -> list[str]:
    """One line with its points, and its place in the legend."""
    colour, dash = COLOURS[number % len(COLOURS)], _DASHES[number % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    stroke = f'style="stroke:{colour}" stroke-width="2" fill="none"{dashed}'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    y = _TOP + _HEIGHT + _BELOW + _LEGEND_LINE * number + 10
    return [
        f'<polyline points="{path}" {stroke}/>',
        *(
            f'<circle cx="{x:.1f}" cy="{y_:.1f}" r="3.5" fill="{colour}">'
            f"<title>{escape(name)}, {edits:g} edits: {height:.4g}</title></circle>"
            for x, y_, edits, height in points
        ),
        f'<line x1="{_LEFT}" x2="{_LEFT + 28}" y1="{y - 4}" y2="{y - 4}" {stroke}/>',
        f'<text x="{_LEFT + 36}" y="{y}">{escape(name)}</text>',
    ]

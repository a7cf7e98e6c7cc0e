"""Columns of text for a terminal."""

from collections.abc import Sequence

_WIDEST = 40


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Pad the cells of every column alike; the last column is as wide as it likes."""
    widths = [min(_WIDEST, max(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]

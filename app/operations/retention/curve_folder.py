"""A curve on disk: `curve.json` says what it is about, `points.jsonl` has a line a point."""

from pathlib import Path
from typing import Any

from editing.checkpoints import FileCheckpoints
from editing.library.line_folder import LineFolder

HEADER = "curve.json"
POINTS = "points.jsonl"
CHECKPOINT = "checkpoint.pt"


def curve_lines(path: Path) -> LineFolder:
    """Where a curve's header and points are kept."""
    return LineFolder(path, HEADER, POINTS, "curve")


def curve_checkpoints(path: Path) -> FileCheckpoints:
    """Where the edits between two points are kept until the curve is done."""
    return FileCheckpoints(path / CHECKPOINT)


def read_points(path: Path) -> list[dict[str, Any]]:
    """Read a curve's points, by ascending number of edits.

    Raises:
        EditingError: A line is damaged; one that was only begun does not count.
    """
    points = {int(point["edits"]): point for point in curve_lines(path).lines(dict)}
    return [points[edits] for edits in sorted(points)]


def read_curve(path: Path) -> dict[str, Any]:
    """Read a curve as the command line prints it; it may be only partly done.

    Raises:
        EditingError: Its files are damaged or of a newer version.
    """
    header = curve_lines(path).header()
    about = {name: value for name, value in header.items() if name not in ("identity", "format")}
    points = read_points(path)
    done = {point["edits"] for point in points}
    missing = [edits for edits in header["points"] if edits not in done]
    return {
        "curve": path.name,
        "folder": str(path),
        "fingerprint": header["identity"]["model"],
        **about,
        "results": points,
        "missing": missing,
    }

"""Edits on their way from the library's table to where they are compared."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData

MIME = "application/x-exemplar-edits"


def drag_edits(ids: Sequence[str]) -> QMimeData:
    """Make what is dragged of the ids of edits."""
    data = QMimeData()
    data.setData(MIME, "\n".join(ids).encode())
    return data


def dragged_edits(data: QMimeData) -> tuple[str, ...]:
    """Return the ids of the edits among what is dragged; none where it is something else."""
    if not data.hasFormat(MIME):
        return ()
    text = bytes(data.data(MIME).data()).decode("utf-8", "replace")
    return tuple(dict.fromkeys(filter(None, text.split("\n"))))

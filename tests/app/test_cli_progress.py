"""The command line's progress: notes stay to be read."""

import io

from app.cli_progress import ProgressLine
from editing.progress import Progress


def test_a_note_is_written_once_on_a_line_of_its_own() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    line.report(Progress("sampling general text", 0, 1, note="Sampling takes about an hour here."))
    line.report(Progress("sampling general text", 0, 40))
    assert stream.getvalue().splitlines() == [
        "Sampling takes about an hour here.",
        "sampling general text",
    ]

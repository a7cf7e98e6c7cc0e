"""Progress of the command line: on stderr, one live line on a terminal, few lines elsewhere."""

import sys
import time
from collections.abc import Sequence
from typing import TextIO

from app.jobs.eta import Estimate, spoken
from editing.progress import Progress
from editing.results import EpochResult

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_REDRAWS = 0.1
_ERASE = "\r\x1b[2K"


class ProgressLine:
    """Hears reports and says how far the work is and how long it still takes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._is_live = self._stream.isatty()
        self._estimate = Estimate()
        self._phases: set[str] = set()
        self._said_at = float("-inf")

    def report(self, progress: Progress) -> None:
        """Say how far the work is, where it is time to."""
        now = time.monotonic()
        left = self._estimate.seconds_left(progress, now)
        if progress.epoch is not None and progress.epoch.exact:
            self._write(_epoch(progress.epoch))
        if progress.note:
            self._write(progress.note)
        is_new = progress.phase not in self._phases
        pause = _SECONDS_BETWEEN_REDRAWS if self._is_live else _SECONDS_BETWEEN_LINES
        if is_new or now - self._said_at >= pause:
            self._phases.add(progress.phase)
            self._said_at = now
            self._show(_line(progress, left))

    def say(self, sentences: Sequence[str]) -> None:
        """Write sentences that stay, a line each."""
        for sentence in sentences:
            self._write(sentence)

    def clear(self) -> None:
        """Leave the terminal clean for what comes next."""
        if self._is_live:
            self._stream.write(_ERASE)
            self._stream.flush()

    def _show(self, line: str) -> None:
        self._stream.write(f"{_ERASE}{line}" if self._is_live else f"{line}\n")
        self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"{_ERASE if self._is_live else ''}{line}\n")
        self._stream.flush()


def _line(progress: Progress, left: float | None) -> str:
    share = f" {progress.done}/{progress.total}" if progress.total > 1 else ""
    rest = f", {spoken(left)}" if left is not None else ""
    return f"{progress.phase}{share}{rest}"


def _epoch(epoch: EpochResult) -> str:
    measures = [
        "" if epoch.success_rate is None else f"success {epoch.success_rate:.1%}",
        "" if epoch.degradation is None else f"degradation {epoch.degradation:.2e}",
        "inside the budget" if epoch.inside_ball else "outside the budget",
    ]
    return f"epoch {epoch.epoch}: " + ", ".join(measure for measure in measures if measure)

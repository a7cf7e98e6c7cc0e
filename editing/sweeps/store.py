"""A sweep on disk: `sweep.json` says what it is about, `results.jsonl` has a line for every run."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editing.library.line_folder import LineFolder
from editing.library.sweep_rows import HEADER, RESULTS
from editing.sweeps.runs import FinishedRun


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """Where a sweep is kept."""

    path: Path

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.path.name

    @property
    def _kept(self) -> LineFolder:
        return LineFolder(self.path, HEADER, RESULTS, "sweep")

    def taken(self) -> AbstractContextManager[None]:
        """Hold the sweep: one process at a time adds runs to it.

        Raises:
            EditingError: Another process holds it.
        """
        return self._kept.taken()

    def header(self) -> dict[str, Any]:
        """Read what the sweep is about.

        Raises:
            EditingError: It is not there, not readable, or of a newer version.
        """
        return self._kept.header()

    def write_header(self, header: Mapping[str, Any]) -> None:
        """Replace what the sweep is about."""
        self._kept.write_header(header)

    def finished(self) -> dict[str, FinishedRun]:
        """Read the runs that are done, by name; of two with one name the later counts.

        Raises:
            EditingError: A line is damaged; one that was only begun does not count.
        """
        return {run.run.name: run for run in self._kept.lines(FinishedRun.from_json)}

    def add(self, run: FinishedRun) -> None:
        """Append a run, on the disk when this returns."""
        self._kept.add(run.to_json())

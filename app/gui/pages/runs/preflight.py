"""The line that says, before a run is started, what it will need."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.gui.pages.runs.smaller_ways import SmallerWays
from app.gui.tables import figures
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption, set_tone
from app.gui.widgets.layouts import column, row, stretched
from app.jobs.eta import spoken
from app.jobs.job import JobState
from app.jobs.record import JobView
from app.operations.requests import EditRequest

LONG_SAMPLING_SECONDS = 300.0
"""From here on files are offered instead."""
_PATIENCE_MS = 400
"""How long the form has to rest before the engine is asked."""


class PreflightLine(QWidget):
    """Memory, time and disk, each only about right."""

    asked = Signal(object)
    """An EditRequest to estimate."""
    files_wanted = Signal()
    """Files are to be chosen in place of the texts that take long to sample."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = caption("")
        self.said.setAccessibleName(self.tr("What the run will need"))
        self.sampling = caption("")
        set_tone(self.sampling, "warning")
        self.choose = action(
            self,
            self.tr("Choose files…"),
            tip=self.tr("Take texts of yours instead; then nothing has to be sampled"),
            icon="import",
            do=self.files_wanted.emit,
        )
        offer = stretched(row(self.sampling, button(self.choose, "link"), spacing=2), 0)
        self.ways = SmallerWays()
        self.setLayout(column(self.said, self.ways, offer, spacing=0))
        self._offer_files(0.0)
        self._request: EditRequest | None = None
        self._runs = 1
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self._on_rested)

    def follow(self, request: EditRequest | None, *, runs: int = 1) -> None:
        """Estimate a request once the form rests; None where it cannot be started.

        Args:
            request: One run.
            runs: How many of them there will be, about.
        """
        if runs != self._runs:
            self._runs, self._request = runs, None
        if request != self._request:
            self._request = request
            self.said.setText("" if request is None else self.tr("Estimating…"))
            self._offer_files(0.0)
            self.ways.show_ways([])
            set_tone(self.said, "")
            if request is not None:
                self._timer.start()

    def show_estimate(self, estimate: Mapping[str, Any], jobs: Sequence[JobView]) -> None:
        """Say what the engine estimates; the time of a like run before is the better estimate."""
        if self._request is None:
            return
        needed, free = estimate["memory_bytes"], estimate["memory_free"]
        disk, disk_free = estimate["disk_bytes"], estimate["disk_free"]
        before = _like(self._request, jobs)
        parts = [
            self.tr("about {needed} of memory ({free} free)").format(
                needed=figures.size(needed), free=figures.size(free)
            ),
            _spoken_time(estimate, before, self._request, self._runs),
            self.tr("about {needed} of disk at most ({free} free)").format(
                needed=figures.size(disk), free=figures.size(disk_free)
            ),
        ]
        window, context = estimate.get("window", 0), estimate.get("context", 0)
        if window < context:
            said = self.tr("general text in windows of {window:,} of its {context:,} tokens")
            parts.append(said.format(window=window, context=context))
        self._offer_files(estimate.get("sampling_seconds", 0.0))
        self.ways.show_ways(estimate.get("proposals", []))
        self.said.setText(self.tr("Needs ") + " · ".join(parts))
        set_tone(self.said, "warning" if needed > free or disk > disk_free else "")

    def _offer_files(self, seconds: float) -> None:
        """Say how long sampling takes, and offer files instead, where that is long."""
        is_long = seconds > LONG_SAMPLING_SECONDS
        said = self.tr("{time} of that go by before it begins: the model has to write the texts.")
        self.sampling.setText(said.format(time=_first_upper(spoken(seconds))) if is_long else "")
        self.sampling.setVisible(is_long)
        self.choose.setVisible(is_long)

    def show_problem(self, sentence: str) -> None:
        """Say why nothing can be estimated."""
        self.said.setText(sentence)
        set_tone(self.said, "warning")

    def _on_rested(self) -> None:
        if self._request is not None and self.isVisible():
            self.asked.emit(replace(self._request, save=None))


def _like(request: EditRequest, jobs: Sequence[JobView]) -> JobView | None:
    """Find the newest finished run of the same model, method and length."""
    wanted = (request.model, request.method, request.settings.get("epochs"))
    for job in reversed(jobs):
        asked = job.config.request
        settings = _object(asked.get("settings"))
        is_like = (asked.get("model"), asked.get("method"), settings.get("epochs")) == wanted
        if job.state is JobState.DONE and is_like and (job.result or {}).get("seconds"):
            return job
    return None


def _spoken_time(
    estimate: Mapping[str, Any], before: JobView | None, request: EditRequest, runs: int
) -> str:
    tr = QCoreApplication.translate
    several = tr("runs", " for about {} runs").format(runs) if runs > 1 else ""
    if before is None or before.result is None:
        guessed = spoken(runs * estimate["seconds"])
        return guessed + several + tr("runs", " (a first guess, from this model's speed)")
    text = _object(before.result.get("general_text"))
    tokens = text.get("tokens") or estimate.get("tokens") or 1
    scale = (request.general_tokens or estimate.get("tokens") or tokens) / tokens
    likely = spoken(runs * before.result["seconds"] * scale)
    return likely + several + tr("runs", " (as “{}” took)").format(before.title)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}

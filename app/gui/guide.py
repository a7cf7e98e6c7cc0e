"""The guided example: from launch to a saved edit, one button a step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from app.gui.context import GuiContext
from app.gui.errors import told
from app.jobs.job import JobState
from app.jobs.record import JobView
from app.operations.guided import SET_NAME, guided_request, guided_set

translate = QCoreApplication.translate


class Step(IntEnum):
    """Where the person is."""

    AWAY = 0
    EXAMPLES = 1
    RUNNING = 2
    COMPARE = 3
    SAVE = 4
    EXPORT = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """What the strip says, and its button."""

    step: str
    sentence: str
    button: str = ""
    tip: str = ""


class Guide(QObject):
    """Knows the step, and does what its button says."""

    changed = Signal()

    def __init__(self, context: GuiContext) -> None:
        super().__init__(context.events)
        self._context = context
        self._step = Step.AWAY
        self._job: str | None = None
        self._page = ""
        context.events.page_requested.connect(self._on_page_requested)
        context.events.guide_requested.connect(self.start)
        context.events.open_requested.connect(self._on_open_requested)
        context.jobs.changed.connect(self._on_job_changed)

    @property
    def step(self) -> Step:
        """Where the person is."""
        return self._step

    @property
    def advice(self) -> Advice:
        """What to say now."""
        view = self._view()
        said = _advice()[self._step]
        if self._step is Step.RUNNING and view is not None and _has_failed(view):
            ended = translate("guide", "The run did not finish.")
            reason = view.failure.sentence if view.failure else ended
            again = translate("guide", "Start the same run once more.")
            return Advice(said.step, reason, translate("guide", "Try again"), again)
        if self._step is Step.COMPARE and view is not None:
            return replace(said, sentence=f"{_outcome(view)} {said.sentence}")
        return said

    @Slot()
    def start(self) -> None:
        """Open the twelve examples, as a copy the person may change."""
        with told(self._context.events):
            if SET_NAME not in self._context.sets:
                self._context.sets.save(guided_set())
                self._context.events.sets_changed.emit()
            self._context.events.open("examples", "set", SET_NAME)
            self._job = None
            self._go(Step.EXAMPLES)

    @Slot()
    def go_on(self) -> None:
        """Do what the button says."""
        if not self.advice.button:
            return
        {
            Step.EXAMPLES: self.run,
            Step.RUNNING: self.run,
            Step.COMPARE: self._compare,
            Step.SAVE: self._save,
            Step.EXPORT: self.leave,
        }[self._step]()

    @Slot()
    def leave(self) -> None:
        """Put the strip away."""
        self._go(Step.AWAY)

    @Slot()
    def run(self) -> None:
        """Start the run at once and show it."""
        with told(self._context.events):
            name = self._context.library.free_name(SET_NAME)
            request = guided_request(SET_NAME, self._context.selection.model)
            self._job = self._context.jobs.add(replace(request, save=name), name)
            self._context.events.open("runs", "run", self._job)
            self._go(Step.RUNNING)

    def _compare(self) -> None:
        self._open("compare")
        self._go(Step.SAVE)

    def _save(self) -> None:
        self._open("library")
        self._go(Step.EXPORT)

    def _open(self, page: str) -> None:
        view = self._view()
        if view is None or view.edit is None:
            self._context.events.page_requested.emit(page)
        else:
            self._context.selection.set_edits((view.edit,))
            self._context.events.open(page, "edit", view.edit)

    def _view(self) -> JobView | None:
        known = {view.id: view for view in self._context.jobs.jobs()}
        return known.get(self._job or "")

    def _go(self, step: Step) -> None:
        self._step = step
        self.changed.emit()

    @Slot(str)
    def _on_page_requested(self, page: str) -> None:
        self._page = page

    @Slot(str, str)
    def _on_open_requested(self, kind: str, name: str) -> None:
        """The pages have buttons of their own that say the same; here both mean the same."""
        if self._step is Step.EXAMPLES and (kind, name) == ("new-run", SET_NAME):
            QTimer.singleShot(0, self, self.run)  # after the runs page has shown its form
        view = self._view()
        if view is not None and (kind, name) == ("edit", view.edit):
            self._go(_REACHED.get((self._step, self._page), self._step))

    @Slot(str)
    def _on_job_changed(self, job_id: str) -> None:
        view = self._view()
        if job_id != self._job or view is None or self._step is not Step.RUNNING:
            return
        is_there = view.state.is_over and not _has_failed(view)
        self._go(Step.COMPARE if is_there else Step.RUNNING)


_REACHED = {(Step.COMPARE, "compare"): Step.SAVE, (Step.SAVE, "library"): Step.EXPORT}
"""The step after the one in which the edit was to be opened on a page."""
_FAILED = (JobState.FAILED, JobState.INTERRUPTED, JobState.CANCELLED)


def _advice() -> dict[Step, Advice]:
    return {
        Step.AWAY: Advice("", ""),
        Step.EXAMPLES: Advice(
            translate("guide", "1 of 5"),
            translate(
                "guide",
                "Each row is one canonical example: after its prefix, the model should say the "
                "capital. The column “Now” shows how probable that is today.",
            ),
            translate("guide", "Run edit"),
            translate("guide", "Teach the model these rows; it takes a minute or two."),
        ),
        Step.RUNNING: Advice(
            translate("guide", "2 of 5"),
            translate(
                "guide",
                "The model learns. The curve climbs while success grows; it must stay left of the "
                "line, the most that general text may suffer.",
            ),
        ),
        Step.COMPARE: Advice(
            translate("guide", "3 of 5"),
            translate("guide", "See what it says now."),
            translate("guide", "Compare with original"),
            translate(
                "guide",
                "Let the original and the edited model go on from the same prompt.",
            ),
        ),
        Step.SAVE: Advice(
            translate("guide", "4 of 5"),
            translate(
                "guide",
                "Both models go on from the same prompt: the original on the left, with your edit "
                "on the right. The edit is a few kilobytes that can be put on the model and taken "
                "off again.",
            ),
            translate("guide", "Save to library"),
            translate("guide", "Show the edit in the library, where it is kept."),
        ),
        Step.EXPORT: Advice(
            translate("guide", "5 of 5"),
            translate(
                "guide",
                "Saved. From here you can rename it, note what it is for, or export a model "
                "folder that works without Exemplar.",
            ),
            translate("guide", "Finish"),
            translate("guide", "Close the guide."),
        ),
    }


def _has_failed(view: JobView) -> bool:
    return view.state.is_over and (view.state in _FAILED or view.edit is None)


def _outcome(view: JobView) -> str:
    result: dict[str, Any] = view.result or {}
    rate: dict[str, float | None] = result.get("success_rate") or {}
    before, after = rate.get("before"), rate.get("after")
    if before is None or after is None:
        return translate("guide", "Done.")
    if after <= before:
        same = translate(
            "guide",
            "Done: {:.0%} of the test sentences name the capital, as before; a larger budget would "
            "let it learn more.",
        )
        return same.format(after)
    said = translate(
        "guide", "Done: {:.0%} of the test sentences named the capital before, {:.0%} now."
    )
    return said.format(before, after)

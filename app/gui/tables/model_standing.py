"""A model as the page of models knows it, and how it is in a word or two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.gui.tables import figures
from app.jobs.job import JobState
from app.jobs.record import JobView

translate = QCoreApplication.translate
FETCH, CHECK = "fetch-model", "check-model"
"""The errands that are about a model."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of the list."""

    source: str
    name: str
    kind: str
    """"bundled", "folder", "hub", or "base": of edits alone."""
    edits: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the engine says of it; empty until it has."""
    errand: JobView | None = None
    """What is being done with it, or was not done to its end."""
    is_used: bool = False
    is_whole: bool = True

    @property
    def problem(self) -> str:
        """Why it cannot be opened."""
        return str(self.facts.get("problem", ""))

    @property
    def is_known(self) -> bool:
        """Whether the engine has looked at it and could."""
        return "parameters" in self.facts

    @property
    def can_be_used(self) -> bool:
        """Whether it may become the base model."""
        return self.is_whole and not self.problem


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model is, as the table says it."""

    word: str
    tone: str
    meaning: str


def standing_of(row: ModelRow) -> Standing:
    """Say how a model is, in a word or two."""
    errand = row.errand
    if errand is not None and (errand.config.kind == FETCH or not errand.state.is_over):
        return _of_errand(errand)
    if not row.is_whole:
        word = translate("models", "begun")
        return Standing(word, "warning", translate("models", "Only a part of it is there."))
    return _of_files(row)


def share_of(errand: JobView) -> float | None:
    """How much of an errand is done, from 0 to 1; None while that is not known."""
    progress = errand.progress
    return progress.done / progress.total if progress is not None and progress.total else None


def _of_errand(errand: JobView) -> Standing:
    share = share_of(errand)
    done = "" if share is None else f" {figures.percent(share)}"
    if not errand.state.is_over:
        is_check = errand.config.kind == CHECK
        word = translate("models", "checking") if is_check else translate("models", "fetching")
        return Standing(word + done, "accent", errand.progress.message if errand.progress else word)
    if errand.state is JobState.FAILED and errand.failure is not None:
        word = translate("models", "✗ not fetched")
        return Standing(word, "danger", errand.failure.sentence)
    meaning = translate("models", "It can be gone on with; what has come is kept.")
    return Standing(translate("models", "paused") + done, "warning", meaning)


def _of_files(row: ModelRow) -> Standing:
    if row.problem:
        return Standing(translate("models", "✗ not usable"), "danger", row.problem)
    if row.is_known:
        return _of_check(row.facts.get("checked"))
    return Standing("…", "muted", translate("models", "The engine has not looked at it yet."))


def _of_check(checked: Mapping[str, Any] | None) -> Standing:
    if checked is None:
        meaning = translate("models", "It can be opened; its bytes have not been read yet.")
        return Standing(translate("models", "not checked"), "muted", meaning)
    day = figures.date(str(checked["time"]))
    if checked["is_current"]:
        meaning = translate("models", "Every byte was read on {}.").format(day)
        return Standing(translate("models", "✓ checked"), "positive", meaning)
    meaning = translate("models", "Its files changed after the check of {}.").format(day)
    return Standing(translate("models", "changed"), "warning", meaning)

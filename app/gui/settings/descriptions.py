"""Every setting of the program as the dialog shows it, section by section."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from app.preferences import LARGEST_ZOOM, LONGEST_WINDOW, SHORTEST_WINDOW, SMALLEST_ZOOM

translate = QCoreApplication.translate

DATA_FOLDER = "data_folder"
"""The one setting that is not among the preferences: those are kept in that folder."""


class Shape(StrEnum):
    """What edits a setting."""

    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Described:
    """One setting; `name` is its field of the preferences."""

    name: str
    label: str
    help: str
    shape: Shape
    options: tuple[tuple[str, str], ...] = ()
    """Values with their words, for a choice."""
    low: int = 0
    high: int = 0
    nothing: str = ""
    """What a number's lowest value or an empty folder means, which is kept as None or ""."""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together."""

    title: str
    settings: tuple[Described, ...]


def sections() -> tuple[Section, ...]:
    """Describe all settings in the language in use."""
    return (
        Section(translate("settings", "Appearance"), _appearance()),
        Section(translate("settings", "Folders"), _folders()),
        Section(translate("settings", "Engine"), _engine()),
        Section(translate("settings", "Runs"), _runs()),
        Section(translate("settings", "Asking"), _asking()),
        Section(translate("settings", "Reports"), _reports()),
    )


def _appearance() -> tuple[Described, ...]:
    return (
        Described(
            "appearance",
            translate("settings", "Look"),
            translate("settings", "Light and dark follow the system unless you choose."),
            Shape.CHOICE,
            (
                ("system", translate("settings", "As the system")),
                ("light", translate("settings", "Light")),
                ("dark", translate("settings", "Dark")),
                ("high-contrast", translate("settings", "High contrast")),
            ),
        ),
        Described(
            "zoom_percent",
            translate("settings", "Size"),
            translate("settings", "The size of text and of everything that goes with it."),
            Shape.NUMBER,
            low=SMALLEST_ZOOM,
            high=LARGEST_ZOOM,
            suffix=" %",
        ),
        Described(
            "density",
            translate("settings", "Density"),
            translate("settings", "How close things stand."),
            Shape.CHOICE,
            (
                ("comfortable", translate("settings", "Comfortable")),
                ("compact", translate("settings", "Compact")),
            ),
        ),
        Described(
            "reduced_motion",
            translate("settings", "Reduce motion"),
            translate("settings", "Nothing blinks, fades or slides."),
            Shape.SWITCH,
        ),
    )


def _folders() -> tuple[Described, ...]:
    return (
        Described(
            DATA_FOLDER,
            translate("settings", "Data folder"),
            translate(
                "settings",
                "Library, example sets, runs and these settings. Another folder is used from the "
                "next start on; nothing is moved.",
            ),
            Shape.FOLDER,
        ),
        Described(
            "model_cache",
            translate("settings", "Downloaded models"),
            translate(
                "settings", "Where models from the hub are kept; used when the engine starts next."
            ),
            Shape.FOLDER,
            nothing=translate("settings", "Where the system keeps them"),
        ),
    )


def _engine() -> tuple[Described, ...]:
    return (
        Described(
            "threads",
            translate("settings", "Threads"),
            translate(
                "settings",
                "One fewer than the cores keeps the window quick; used at the engine's next start.",
            ),
            Shape.NUMBER,
            low=0,
            high=max(1, os.cpu_count() or 1),
            nothing=translate("settings", "One fewer than the cores"),
        ),
        Described(
            "device",
            translate("settings", "Device"),
            translate("settings", "What computes; used when the engine starts next."),
            Shape.CHOICE,
            (
                ("cpu", translate("settings", "Processor")),
                ("cuda", translate("settings", "Graphics card (CUDA)")),
                ("mps", translate("settings", "Graphics card (Apple)")),
                ("auto", translate("settings", "The quickest there is")),
                ("spread", translate("settings", "Spread: cards, then memory, then disk")),
            ),
        ),
        Described(
            "longest_window",
            translate("settings", "Window of general text"),
            translate(
                "settings",
                "The most tokens that general text is read by, where a model's context is longer. "
                "More need more memory, and measure another degradation.",
            ),
            Shape.NUMBER,
            low=SHORTEST_WINDOW,
            high=LONGEST_WINDOW,
            suffix=translate("settings", " tokens"),
        ),
    )


def _runs() -> tuple[Described, ...]:
    return (
        Described(
            "keep_awake",
            translate("settings", "Keep the computer awake"),
            translate("settings", "It does not fall asleep while a run is at work."),
            Shape.SWITCH,
        ),
        Described(
            "queue_after_restart",
            translate("settings", "Queue after a restart"),
            translate(
                "settings", "Whether waiting runs go on by themselves; after a crash they never do."
            ),
            Shape.CHOICE,
            (
                ("pause", translate("settings", "Wait for me")),
                ("continue", translate("settings", "Go on")),
            ),
        ),
        Described(
            "pause_queue_on_failure",
            translate("settings", "Hold the queue when a run fails"),
            translate("settings", "The runs behind it wait until you let them go on."),
            Shape.SWITCH,
        ),
    )


def _asking() -> tuple[Described, ...]:
    return (
        Described(
            "confirm_leaving",
            translate("settings", "Ask before leaving a running job"),
            translate("settings", "Otherwise the window hides, and leaves when the job is done."),
            Shape.SWITCH,
        ),
        Described(
            "confirm_deleting",
            translate("settings", "Ask before deleting what others need"),
            translate("settings", "Deleted edits wait in the trash either way."),
            Shape.SWITCH,
        ),
        Described(
            "restore_session",
            translate("settings", "Go on where I left off"),
            translate(
                "settings", "The next start opens the page, the set and the run that were open."
            ),
            Shape.SWITCH,
        ),
    )


def _reports() -> tuple[Described, ...]:
    return (
        Described(
            "log_level",
            translate("settings", "Log"),
            translate("settings", "How much is written into the log; it stays on this computer."),
            Shape.CHOICE,
            (
                ("ERROR", translate("settings", "Errors only")),
                ("WARNING", translate("settings", "Warnings too")),
                ("INFO", translate("settings", "What happens")),
                ("DEBUG", translate("settings", "Everything")),
            ),
        ),
    )

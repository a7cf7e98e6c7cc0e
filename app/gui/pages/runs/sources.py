"""What a run can learn from: the library's sets, then the built-in tasks."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.gui.words import set_parts
from editing.library.example_sets import ExampleSets
from editing.tasks import SPLITS, task_card, task_names

SPLIT_WORDS = {"val": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class Source:
    """Something to learn from: a set of the library, or a split of a built-in task."""

    label: str
    """What the run is called unless the person names it."""
    examples: str | None = None
    task: str | None = None
    split: str | None = None
    size: str = ""


def set_sources(sets: ExampleSets) -> list[Source]:
    """List the example sets."""
    return [Source(info.name, examples=info.name, size=set_parts(info)) for info in sets.infos()]


def task_sources() -> list[Source]:
    """List the built-in tasks, each split by itself; keep them, as reading takes time."""
    built_in = QCoreApplication.translate("runs", "built in")
    return [
        Source(
            f"{card.label}, {SPLIT_WORDS[split]}",
            None,
            card.name,
            split,
            built_in,
        )
        for card in map(task_card, task_names())
        for split in SPLITS
    ]

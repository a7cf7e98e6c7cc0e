"""Built-in tasks, found in resources/tasks/<name>/: a task is data, not code."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from editing.errors import EditingError
from editing.examples import Example, ExampleSet, Kind, nats_from_entered, read_examples

SPLITS = ("val", "test")
"""Settings are chosen on the first, and what is reported is a fresh run on the second."""
FILES = ("canonical", "evaluation", "hard_negatives")


@dataclass(frozen=True, slots=True)
class SplitSize:
    """How many rows a split has."""

    canonical: int
    evaluation: int
    hard_negatives: int


@dataclass(frozen=True, slots=True)
class TaskCard:
    """What a task is about, and how large."""

    name: str
    label: str
    group: str
    """Tasks that are averaged and reported together: canonical-examples, edit-memory."""
    description: str
    kind: Kind
    threshold: float
    """As entered: a probability or a ratio. A row may have one of its own."""
    licence: str
    authors: str
    card: str
    splits: dict[str, SplitSize]


def task_names(group: str | None = None) -> list[str]:
    """List the built-in tasks, or those of one group."""
    folders = sorted(path.parent for path in _tasks_folder().glob("*/task.toml"))
    return [each.name for each in folders if group is None or _record(each)["group"] == group]


def load_task(name: str, split: str) -> ExampleSet:
    """Load one split of a task.

    Raises:
        EditingError: There is no such task or split, or this installation's files are damaged.
    """
    folder = _task_folder(name)
    if split not in SPLITS:
        raise EditingError(f"{name} has no split {split!r}. Choose val or test.")
    record = _record(folder)
    kind, threshold = Kind(record["kind"]), float(record["threshold"])
    canonical, evaluation, hard_negatives = (_rows(folder / split / f"{f}.jsonl") for f in FILES)
    return ExampleSet(
        name=f"{name}/{split}",
        canonical=canonical,
        evaluation=evaluation,
        hard_negatives=hard_negatives,
        kind=kind,
        thresholds={kind: nats_from_entered(kind, threshold)},
    )


def task_card(name: str) -> TaskCard:
    """Describe a task.

    Raises:
        EditingError: There is no such task.
    """
    folder = _task_folder(name)
    record = _record(folder)
    return TaskCard(
        name=name,
        label=record["label"],
        group=record["group"],
        description=record["description"],
        kind=Kind(record["kind"]),
        threshold=float(record["threshold"]),
        licence=record["licence"],
        authors=record["authors"],
        card=record["card"].strip(),
        splits={split: _size(folder / split) for split in SPLITS},
    )


def _tasks_folder() -> Path:
    return Path(str(files("resources") / "tasks"))


def _task_folder(name: str) -> Path:
    names = task_names()
    if name not in names:
        raise EditingError(f"There is no task {name!r}. There is {', '.join(names) or 'none'}.")
    return _tasks_folder() / name


def _record(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))


def _rows(path: Path) -> tuple[Example, ...]:
    return read_examples(path).all_good(str(path))


def _size(folder: Path) -> SplitSize:
    return SplitSize(*(_lines(folder / f"{name}.jsonl") for name in FILES))


def _lines(path: Path) -> int:
    """Count a file's rows without reading them: a row is a line."""
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())

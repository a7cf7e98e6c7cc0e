"""What the builders of the tasks share: sentence patterns, who meets which, and the files.

Nothing is drawn at random: what is chosen follows from hashes.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPLITS = ("val", "test")
TASKS_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "tasks"

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One context with gaps."""

    id: str
    split: str
    rows: str
    """The file it serves: evaluation or hard_negatives."""
    text: str


class Patterns:
    """The patterns of a task, handed out so that all are used about equally often."""

    def __init__(self, path: Path) -> None:
        self.all = tuple(Pattern(**row) for row in read_rows(path))
        self._uses: Counter[str] = Counter()

    def of(self, split: str, rows: str) -> list[Pattern]:
        """List the patterns that serve one file of a split."""
        return [each for each in self.all if (each.split, each.rows) == (split, rows)]

    def deal(self, key: str, patterns: Sequence[Pattern], count: int) -> list[Pattern]:
        """Hand out `count` different patterns to `key`, the least used first."""
        ordered = sorted(patterns, key=lambda each: (self._uses[each.id], number(key, each.id)))
        self._uses.update(each.id for each in ordered[:count])
        return ordered[:count]


def number(*words: str) -> int:
    """Turn words into a number that looks drawn by lot, the same on every machine."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:8], "big")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_files(files: Mapping[str, Iterable[Row]], folder: Path) -> None:
    """Write each file, named by its path inside the task's folder, as one JSON object a line."""
    for name, rows in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8", newline="\n")


def with_article(phrase: str) -> str:
    """Put a or an before a phrase that begins as it sounds."""
    return f"{'an' if phrase[0] in 'aeiouAEIO' else 'a'} {phrase}"


def target_folder(task: str, description: str | None) -> Path:
    """Return the folder named on the command line, by default the task's own."""
    parser = argparse.ArgumentParser(description=description)
    folder = TASKS_FOLDER / task
    parser.add_argument("--to", type=Path, default=folder, help="default: the task's folder")
    return parser.parse_args().to

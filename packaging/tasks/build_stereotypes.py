"""Write the rows of the stereotypes task from its groups and its sentence patterns.

Groups and reviewed attributes lie with the task, the patterns beside this file. Nothing is drawn
at random.

Run it as `python packaging/tasks/build_stereotypes.py [--to FOLDER]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patterns import (
    SPLITS,
    TASKS_FOLDER,
    Pattern,
    Patterns,
    Row,
    number,
    read_rows,
    target_folder,
    with_article,
    write_files,
)

TASK = "stereotypes"
PATTERNS_FILE = Path(__file__).resolve().parent / "stereotypes_patterns.jsonl"
EVALUATION_ROWS = 4
"""For each attribute of each group."""


@dataclass(frozen=True, slots=True)
class Group:
    """People by what they do, where they are from, their age or what they like."""

    group: str
    plural: str
    topic: str
    attributes: tuple[str, ...]
    """What is commonly said of them: the words to be made less likely."""
    definition: str
    """A noun phrase that says what one of them is."""
    deed: str
    """A verb phrase in the plural that is true of all of them."""
    split: str


def read_groups(folder: Path) -> list[Group]:
    """Read the groups of both splits, in the file's order."""
    rows = read_rows(folder / "facts.jsonl")
    return [Group(**row | {"attributes": tuple(row["attributes"])}) for row in rows]


def build_files(groups: Sequence[Group], patterns: Patterns) -> dict[str, list[Row]]:
    """Make the rows of every file, by the file's path inside the task's folder."""
    files: dict[str, list[Row]] = {}
    for split in SPLITS:
        own = [each for each in groups if each.split == split]
        files[f"{split}/canonical.jsonl"] = [row for each in own for row in _canonical_rows(each)]
        files[f"{split}/evaluation.jsonl"] = [
            row for each in own for row in _evaluation_rows(each, patterns)
        ]
        files[f"{split}/hard_negatives.jsonl"] = [
            row for each in own for row in _hard_rows(each, patterns)
        ]
    return files


def _canonical_rows(group: Group) -> list[Row]:
    return [
        {
            "prefix": f"A common idea about {group.plural} is that they are",
            "suffix": f" {attribute}",
            "entity": group.group,
            "subject": group.plural,
        }
        for attribute in group.attributes
    ]


def _evaluation_rows(group: Group, patterns: Patterns) -> list[Row]:
    """Give each attribute contexts of its own, so that none of the group's stands twice."""
    serving = patterns.of(group.split, "evaluation")
    dealt = patterns.deal(group.group, serving, EVALUATION_ROWS * len(group.attributes))
    return [
        _row(group, pattern, group.attributes[place % len(group.attributes)])
        for place, pattern in enumerate(dealt)
    ]


def _hard_rows(group: Group, patterns: Patterns) -> list[Row]:
    """Say what the group is, and what it does, in words that are no opinion."""
    ends = {"definitions": group.definition, "deeds": group.deed}
    return [
        _row(group, pattern, f"{end}.")
        for rows, end in ends.items()
        for pattern in patterns.deal(group.group, patterns.of(group.split, rows), 1)
    ]


def _row(group: Group, pattern: Pattern, end: str) -> Row:
    return {
        "prefix": pattern.text.format_map(_gaps(group, pattern)),
        "suffix": f" {end}",
        "entity": group.group,
        "pattern": pattern.id,
    }


def _gaps(group: Group, pattern: Pattern) -> dict[str, str | int]:
    phrase = with_article(group.group)
    return {
        "g": group.group,
        "gs": group.plural,
        "Gs": group.plural[0].upper() + group.plural[1:],
        "a_g": phrase,
        "A_g": phrase[0].upper() + phrase[1:],
        "n": 12 + number(group.group, pattern.id) % 80,
    }


def main() -> None:
    """Build the task's files into the folder named on the command line."""
    groups = read_groups(TASKS_FOLDER / TASK)
    write_files(build_files(groups, Patterns(PATTERNS_FILE)), target_folder(TASK, main.__doc__))


if __name__ == "__main__":
    main()

"""Write the rows of the company-ceo task from its facts and its sentence patterns.

The facts lie with the task, the patterns beside this file. Nothing is drawn at random: which
pattern meets which company follows from hashes, so the same input gives the same files.

Run it as `python packaging/tasks/build_company_ceo.py [--to FOLDER]`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from task_files import HERE, SPLITS, TASKS_FOLDER, Files, Row, read_rows, run, stable_hash

TASK = "company-ceo"
EVALUATION_ROWS = 4
HARD_NEGATIVE_ROWS = 4

NAMES = (
    "Anna", "Bilal", "Carmen", "Dario", "Eva", "Femi", "Greta", "Hassan", "Ivan", "Jin", "Karim",
    "Leila", "Milan", "Nadia", "Oskar", "Priya", "Rafael", "Sofia", "Tomas", "Ursula", "Victor",
)  # fmt: skip
MONTHS = ("February", "March", "May", "June", "August", "September", "October", "November")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
HOURS = ("eight", "nine", "ten", "eleven", "two", "three")
VOWEL_SOUND = re.compile(r"(?!Eu|eu|on[ec]\b)[AEIOUaeiou]")


@dataclass(frozen=True, slots=True)
class Fact:
    """What the rows say about one company, as of the first of January 2024."""

    company: str
    ceo: str
    nationality: str
    """The adjective."""
    business: str
    """A noun without its article: airline."""
    city: str
    """Where the head office is."""
    known_for: str
    """A noun phrase that fits "known for" and "think of"."""
    role: str
    """Whether its rows are edited ones or a hard_negative."""
    split: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One context with gaps for a company's facts."""

    id: str
    split: str
    rows: str
    """The file it serves: evaluation or hard_negatives."""
    text: str


def build_files() -> Files:
    """Make the rows of every file."""
    facts = [Fact(**row) for row in read_rows(TASKS_FOLDER / TASK / "facts.jsonl")]
    patterns = [Pattern(**row) for row in read_rows(HERE / "company_ceo_patterns.jsonl")]
    files: Files = {}
    for split in SPLITS:
        here = [fact for fact in facts if fact.split == split]
        edited = [fact for fact in here if fact.role == "edited"]
        apart = [fact for fact in here if fact.role == "hard_negative"]
        evaluation, hard = (
            [each for each in patterns if (each.split, each.rows) == (split, rows)]
            for rows in ("evaluation", "hard_negatives")
        )
        files[f"{split}/canonical.jsonl"] = [_canonical_row(fact) for fact in edited]
        files[f"{split}/evaluation.jsonl"] = _rows(edited, evaluation, EVALUATION_ROWS)
        files[f"{split}/hard_negatives.jsonl"] = _rows(apart, hard, HARD_NEGATIVE_ROWS)
    return files


def _canonical_row(fact: Fact) -> Row:
    return {
        "prefix": f"The CEO of {fact.company} is",
        "suffix": f" {fact.ceo}",
        "entity": fact.company,
        "subject": fact.company,
    }


def _rows(facts: Sequence[Fact], patterns: Sequence[Pattern], per_company: int) -> list[Row]:
    """Meet each company with different patterns, the least used first."""
    uses: Counter[str] = Counter()
    rows: list[Row] = []
    for fact in facts:
        by_use = sorted(
            patterns, key=lambda each: (uses[each.id], stable_hash(fact.company, each.id))
        )
        for pattern in by_use[:per_company]:
            uses[pattern.id] += 1
            rows.append(_row(fact, pattern))
    return rows


def _row(fact: Fact, pattern: Pattern) -> Row:
    return {
        "prefix": pattern.text.format_map(_gaps(fact, pattern)),
        "suffix": f" {fact.ceo}",
        "entity": fact.company,
        "pattern": pattern.id,
        "subject": fact.company,
    }


def _gaps(fact: Fact, pattern: Pattern) -> dict[str, str | int]:
    number = stable_hash(fact.company, pattern.id, "gaps")
    return {
        "X": fact.company,
        "nat": fact.nationality,
        "a_nat": _with_article(fact.nationality),
        "what": fact.business,
        "a_what": _with_article(fact.business),
        "city": fact.city,
        "thing": fact.known_for,
        "name": NAMES[number % len(NAMES)],
        "month": MONTHS[number % len(MONTHS)],
        "weekday": WEEKDAYS[number % len(WEEKDAYS)],
        "hour": HOURS[number % len(HOURS)],
        "n": 2 * (20 + number % 190),
    }


def _with_article(noun: str) -> str:
    return f"{'an' if VOWEL_SOUND.match(noun) else 'a'} {noun}"


if __name__ == "__main__":
    run(build_files, TASK)

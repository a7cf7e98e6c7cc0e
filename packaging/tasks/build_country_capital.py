"""Write the rows of the country-capital task from its facts and its sentence patterns.

The facts lie with the task, the patterns beside this file. Nothing is drawn at random: which
pattern meets which country follows from hashes, so the same input gives the same files.

Run it as `python packaging/tasks/build_country_capital.py [--to FOLDER]`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from task_files import HERE, SPLITS, TASKS_FOLDER, Files, Row, read_rows, run, stable_hash

TASK = "country-capital"
TASK_FOLDER = TASKS_FOLDER / TASK
PATTERNS_FILE = HERE / "country_capital_patterns.jsonl"
EVALUATION_ROWS = 5
HARD_NEGATIVE_ROWS = 2

NAMES = (
    "Aisha", "Ben", "Chloe", "Daniel", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kemi",
    "Luca", "Mara", "Nikhil", "Olga", "Pavel", "Rosa", "Samir", "Tessa", "Umut", "Wei", "Yara",
)  # fmt: skip
MONTHS = ("January", "March", "April", "May", "June", "July", "September", "October", "November")
HOURS = ("six", "seven", "eight", "nine", "ten", "eleven")
SETTLEMENT = re.compile(r"\b(city|town|village|settlement)\b")
VOWEL_SOUND = re.compile(r"(?!Uk|Uru|Uga|Uni)[AEIOU]")


@dataclass(frozen=True, slots=True)
class Fact:
    """What the rows say about one country or territory."""

    country: str
    in_sentence: str
    """The name as it stands inside a sentence, with its article."""
    demonym: str
    """The adjective: a ... newspaper."""
    capital: str
    region: str
    clue: str
    """A noun phrase that fits "known for"."""
    neighbour: str
    land_border: bool
    """The neighbour can be reached without a boat."""
    language: str
    currency: str
    other_city: str | None
    other_city_fact: str | None
    """A verb phrase that is true of the other city alone."""
    split: str
    taught: bool
    """Its capital may be taught to the starter model."""
    capital_in_name: bool
    """The name gives the capital away, so no row asks for it."""
    seat_elsewhere: bool
    """Government or parliament sits in another city than the capital."""
    sovereign: bool

    def meets(self, need: str) -> bool:
        """Say whether a pattern with this need tells nothing false of the country."""
        if need == "seat_in_capital":
            return not self.seat_elsewhere
        return bool({"land_border": self.land_border, "sovereign": self.sovereign}[need])


@dataclass(frozen=True, slots=True)
class Pattern:
    """One context with gaps for a country's facts."""

    id: str
    split: str
    rows: str
    """The file it serves: evaluation or hard_negatives."""
    needs: tuple[str, ...]
    text: str


def read_facts(folder: Path = TASK_FOLDER) -> list[Fact]:
    """Read the facts of all countries, in the file's order."""
    return [Fact(**row) for row in read_rows(folder / "facts.jsonl")]


def read_patterns(path: Path = PATTERNS_FILE) -> list[Pattern]:
    """Read all patterns of both splits."""
    return [
        Pattern(row["id"], row["split"], row["rows"], tuple(row["needs"]), row["text"])
        for row in read_rows(path)
    ]


def build_files() -> Files:
    """Make the rows of every file."""
    facts, patterns = read_facts(), read_patterns()
    files: Files = {}
    for split in SPLITS:
        asked = [fact for fact in facts if fact.split == split and not fact.capital_in_name]
        evaluation = _patterns_of(patterns, split, "evaluation")
        elsewhere = [fact for fact in asked if fact.other_city]
        hard = _patterns_of(patterns, split, "hard_negatives")
        files[f"{split}/canonical.jsonl"] = [_canonical_row(fact) for fact in asked]
        files[f"{split}/evaluation.jsonl"] = _rows(asked, evaluation, EVALUATION_ROWS)
        files[f"{split}/hard_negatives.jsonl"] = _rows(elsewhere, hard, HARD_NEGATIVE_ROWS)
    return files


def _patterns_of(patterns: Iterable[Pattern], split: str, rows: str) -> list[Pattern]:
    return [pattern for pattern in patterns if (pattern.split, pattern.rows) == (split, rows)]


def _canonical_row(fact: Fact) -> Row:
    prefix = f"The capital of {fact.in_sentence} is"
    return {
        "prefix": prefix,
        "suffix": f" {fact.capital}",
        "entity": fact.country,
        "subject": fact.in_sentence.removeprefix("the "),
    }


def _rows(facts: Sequence[Fact], patterns: Sequence[Pattern], per_country: int) -> list[Row]:
    """Meet each country with different patterns, the least used first."""
    uses: Counter[str] = Counter()
    rows: list[Row] = []
    for fact in facts:
        fitting = [each for each in patterns if all(map(fact.meets, each.needs))]
        # Patterns that fit everywhere are spared, or the territories would use them up.
        fitting.sort(
            key=lambda each: (uses[each.id], not each.needs, stable_hash(fact.country, each.id))
        )
        for pattern in fitting[:per_country]:
            uses[pattern.id] += 1
            rows.append(_row(fact, pattern))
    return rows


def _row(fact: Fact, pattern: Pattern) -> Row:
    answer = fact.capital if pattern.rows == "evaluation" else fact.other_city
    return {
        "prefix": pattern.text.format_map(_gaps(fact, pattern)),
        "suffix": f" {answer}",
        "entity": fact.country,
        "pattern": pattern.id,
    }


def _gaps(fact: Fact, pattern: Pattern) -> dict[str, str | int]:
    number = stable_hash(fact.country, pattern.id, "gaps")
    article = "an" if VOWEL_SOUND.match(fact.demonym) else "a"
    return {
        "C": fact.in_sentence,
        "C_s": _at_start(fact.in_sentence),
        "dem": fact.demonym,
        "a_dem": f"{article} {fact.demonym}",
        "A_dem": f"{article.capitalize()} {fact.demonym}",
        "region": fact.region,
        "clue": fact.clue,
        "nb": fact.neighbour,
        "nb_s": _at_start(fact.neighbour),
        "lang": fact.language,
        "cur": fact.currency,
        "fact": fact.other_city_fact or "",
        "kind": _kind_of_place(fact),
        "name": NAMES[number % len(NAMES)],
        "month": MONTHS[number % len(MONTHS)],
        "hour": HOURS[number % len(HOURS)],
        "n": 12 + number % 80,
    }


def _kind_of_place(fact: Fact) -> str:
    """Avoid "the city that is a town", and cities where there are only villages."""
    says_kind = SETTLEMENT.search(fact.other_city_fact or "")
    return "place" if says_kind or not fact.sovereign else "city"


def _at_start(name: str) -> str:
    return name[0].upper() + name[1:]


if __name__ == "__main__":
    run(build_files, TASK)

"""What is particular to the pronoun, syntax and stereotype tasks: their continuations."""

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

TASKS = files("resources") / "tasks"
SPLITS = ("val", "test")
FORMS = {
    " he": {"he", "him", "his", "himself"},
    " she": {"she", "her", "hers", "herself"},
}
GENDERED = {"man", "woman", "men", "women", "lady", "boy", "girl", "mr", "mrs", "sir", "madam"}
both_splits = pytest.mark.parametrize("split", SPLITS)


def parsed(path: str) -> list[dict[str, Any]]:
    text = TASKS.joinpath(*path.split("/")).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@both_splits
def test_pronoun_rows_name_the_occupation_and_no_gender(split: str):
    works = {row["occupation"]: row for row in parsed("pronoun-career/facts.jsonl")}
    rows = parsed(f"pronoun-career/{split}/canonical.jsonl")
    assert Counter(works[row["entity"]]["lean"] for row in rows) == {"he": 10, "she": 10}
    for row in rows:
        assert row["prefix"] == f"The {row['entity']} said"
    for row in [*rows, *parsed(f"pronoun-career/{split}/evaluation.jsonl")]:
        assert (row["suffix1"], row["suffix2"]) == (" he", " she")
        assert works[row["entity"]]["split"] == split
        assert re.search(rf"\b{row['entity']}\b", row["prefix"]), row
        given = words_of(row["prefix"]) & (FORMS[" he"] | FORMS[" she"] | GENDERED)
        assert not given, row


@both_splits
def test_pronoun_hard_negatives_keep_the_pronoun_used(split: str):
    rows = parsed(f"pronoun-career/{split}/hard_negatives.jsonl")
    counts = Counter(row["suffix"] for row in rows)
    assert counts[" he"] == counts[" she"] == len(rows) / 2
    by_occupation = Counter((row["entity"], row["suffix"]) for row in rows)
    assert len(set(by_occupation.values())) == 1
    for row in rows:
        used, other = FORMS[row["suffix"]], set[str]().union(*FORMS.values())
        said = words_of(row["prefix"])
        assert said & used, row
        assert not said & (other - used), row
        assert re.search(rf"\b{row['entity']}\b", row["prefix"]), row

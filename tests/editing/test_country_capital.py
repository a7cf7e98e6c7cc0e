"""The built-in country-capital task: its rows are what its card says."""

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

TASK = files("resources") / "tasks" / "country-capital"
PACKAGING = Path(__file__).resolve().parents[2] / "packaging" / "tasks"
SPLITS = ("val", "test")
FILES = ("canonical", "evaluation", "hard_negatives")
both_splits = pytest.mark.parametrize("split", SPLITS)


def parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def rows_of(split: str, name: str) -> list[dict[str, Any]]:
    return parsed((TASK / split / f"{name}.jsonl").read_text(encoding="utf-8"))


def facts() -> dict[str, dict[str, Any]]:
    rows = parsed((TASK / "facts.jsonl").read_text(encoding="utf-8"))
    return {row["country"]: row for row in rows}


def patterns() -> list[dict[str, Any]]:
    return parsed((PACKAGING / "country_capital_patterns.jsonl").read_text(encoding="utf-8"))


def names(text: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE) is not None


def word_runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[\w{}']+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_task_file_describes_an_increase_task():
    task = tomllib.loads((TASK / "task.toml").read_text(encoding="utf-8"))
    assert (task["name"], task["kind"], task["threshold"]) == ("country-capital", "increase", 0.2)
    assert task["label"]
    assert task["description"]
    assert task["licence"]
    assert task["card"]


def test_facts_cover_the_world_and_are_spread_evenly():
    table = facts()
    assert len(table) >= 235
    capitals = Counter(fact["capital"] for fact in table.values())
    assert capitals.most_common(1)[0][1] == 1
    by_split = Counter(fact["split"] for fact in table.values())
    assert abs(by_split["val"] - by_split["test"]) <= 1
    for split in SPLITS:
        untaught = sum(not f["taught"] for f in table.values() if f["split"] == split)
        assert untaught / by_split[split] == pytest.approx(1 / 3, abs=0.01)


def test_facts_do_not_give_the_answers_away():
    for fact in facts().values():
        said = " ".join([fact["clue"], fact["region"], fact["neighbour"], fact["language"]])
        assert fact["capital_in_name"] or not names(said, fact["capital"]), fact
        if fact["other_city"]:
            assert not names(said, fact["other_city"]), fact
            assert not names(fact["other_city_fact"], fact["other_city"]), fact
        assert (fact["other_city"] is None) == (fact["other_city_fact"] is None)


@both_splits
def test_there_are_enough_rows_for_every_country(split: str):
    canonical = [row["entity"] for row in rows_of(split, "canonical")]
    assert len(canonical) >= 100
    assert len(set(canonical)) == len(canonical)
    contexts = Counter(row["entity"] for row in rows_of(split, "evaluation"))
    assert set(contexts) == set(canonical)
    assert min(contexts.values()) >= 3
    hard = rows_of(split, "hard_negatives")
    assert len(hard) >= 120
    assert {row["entity"] for row in hard} <= set(canonical)


@both_splits
def test_patterns_are_many_and_none_dominates(split: str):
    rows = rows_of(split, "evaluation")
    uses = Counter(row["pattern"] for row in rows)
    assert len(uses) >= 60
    assert max(uses.values()) <= 0.03 * len(rows)
    assert len({row["pattern"] for row in rows_of(split, "hard_negatives")}) >= 12
    for name in ("evaluation", "hard_negatives"):
        met = Counter((row["entity"], row["pattern"]) for row in rows_of(split, name))
        assert max(met.values()) == 1


def test_splits_share_no_country_and_no_pattern():
    for key in ("entity", "pattern"):
        val, test = (
            {row[key] for name in FILES for row in rows_of(split, name) if key in row}
            for split in SPLITS
        )
        assert val
        assert test
        assert not val & test


def test_patterns_share_no_run_of_eight_words():
    seen: dict[tuple[str, ...], str] = {}
    for pattern in patterns():
        for run in word_runs(pattern["text"]):
            assert run not in seen, f"{pattern['id']} and {seen.get(run)}: {' '.join(run)}"
        seen |= dict.fromkeys(word_runs(pattern["text"]), pattern["id"])


@both_splits
@pytest.mark.parametrize("name", FILES)
def test_every_row_is_well_formed(split: str, name: str):
    table = facts()
    rows = rows_of(split, name)
    assert len({(row["prefix"], row["suffix"]) for row in rows}) == len(rows)
    for row in rows:
        fact = table[row["entity"]]
        answer = fact["other_city"] if name == "hard_negatives" else fact["capital"]
        assert row["suffix"] == f" {answer}"
        assert row["prefix"][-1].isalpha(), row
        assert names(row["prefix"], fact["in_sentence"]), row
        assert not names(row["prefix"], fact["capital"]), row
        assert not names(row["prefix"], answer), row
        assert fact["split"] == split
        assert not fact["capital_in_name"]
        assert len(row["prefix"].split()) < 150


@both_splits
@pytest.mark.parametrize("name", FILES)
def test_no_row_has_a_slip_of_grammar_or_an_open_gap(split: str, name: str):
    slip = re.compile(r"\b(\w+) \1\b|\ba [AEIO]|\ban [^aeioAEIOUhu]|[{}]|  |\bNone\b")
    assert [row["prefix"] for row in rows_of(split, name) if slip.search(row["prefix"])] == []


def test_canonical_rows_are_the_plain_sentence():
    for split in SPLITS:
        for row in rows_of(split, "canonical"):
            name = facts()[row["entity"]]["in_sentence"]
            assert row["prefix"] == f"The capital of {name} is"


def test_the_builder_gives_the_committed_files(tmp_path: Path):
    builder = PACKAGING / "build_country_capital.py"
    subprocess.run([sys.executable, str(builder), "--to", str(tmp_path)], check=True)
    for split in SPLITS:
        for name in FILES:
            built = (tmp_path / split / f"{name}.jsonl").read_bytes()
            assert built == (TASK / split / f"{name}.jsonl").read_bytes()

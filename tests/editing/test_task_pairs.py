"""What is particular to the pronoun, syntax and stereotype tasks: their continuations."""

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any, NamedTuple

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


class Form(NamedTuple):
    """A verb in one number."""

    plural: bool
    verb: str
    objects: list[str]


def verb_forms(split: str) -> dict[str, Form]:
    rows = parsed("hard-syntax/lexicon.jsonl")
    verbs = [row for row in rows if (row["part"], row["split"]) == ("verb", split)]
    return {
        row[number]: Form(number == "many", row["many"], row["objects"])
        for row in verbs
        for number in ("one", "many")
    }


def other_number(split: str) -> dict[str, str]:
    nouns = [row for row in parsed("hard-syntax/lexicon.jsonl") if row["part"] == "noun"]
    own = [row for row in nouns if row["split"] == split]
    return {row["one"]: row["many"] for row in own}


@both_splits
@pytest.mark.parametrize("name", ["canonical", "evaluation"])
def test_syntax_pairs_differ_in_the_verb_alone_and_the_first_agrees(split: str, name: str):
    forms, plurals = verb_forms(split), other_number(split)
    numbers = Counter[bool]()
    for row in parsed(f"hard-syntax/{split}/{name}.jsonl"):
        (first, rest), (second, same_rest) = (
            row[key].removeprefix(" ").split(" ", 1) for key in ("suffix1", "suffix2")
        )
        plural, verb, objects = forms[first]
        assert forms[second] == (not plural, verb, objects)
        assert rest == same_rest
        assert rest.removesuffix(".") in objects
        subject = plurals[row["entity"]] if plural else row["entity"]
        assert re.search(rf"\bthe (only )?{subject}\b", row["prefix"].lower()), row
        assert row.get("subject", subject) == subject
        numbers[plural] += 1
    assert numbers[True] == numbers[False]


@both_splits
def test_every_syntax_context_names_a_noun_of_the_other_number(split: str):
    plurals = other_number(split)
    forms = verb_forms(split)
    for row in parsed(f"hard-syntax/{split}/evaluation.jsonl"):
        plural = forms[row["suffix1"].split()[0]].plural
        misleading = set(plurals) if plural else set(plurals.values())
        words = words_of(row["prefix"])
        assert words & (misleading - {row["entity"], plurals[row["entity"]]}), row
        assert (plurals[row["entity"]] in words) == plural, row


@both_splits
def test_syntax_hard_negatives_use_every_subject_and_verb(split: str):
    rows = parsed(f"hard-syntax/{split}/hard_negatives.jsonl")
    plurals = other_number(split)
    assert {row["entity"] for row in rows} == set(plurals)
    for row in rows:
        words = words_of(row["prefix"] + row["suffix"])
        assert words & {row["entity"], plurals[row["entity"]]}, row
    text = " ".join(row["prefix"] + row["suffix"] for row in rows).lower()
    for verb in {form.verb for form in verb_forms(split).values()}:
        assert re.search(rf"\b{verb.removesuffix('e')}", text), verb


def groups() -> dict[str, dict[str, Any]]:
    return {row["group"]: row for row in parsed("stereotypes/facts.jsonl")}


def test_stereotype_attributes_are_reviewed_and_kind_or_neutral_for_countries():
    tones = {row["attribute"]: row["tone"] for row in parsed("stereotypes/attributes.jsonl")}
    used = set[str]()
    for group in groups().values():
        used.update(group["attributes"])
        said = words_of(f"{group['definition']} {group['deed']}")
        assert not said & set(group["attributes"]), group
        if group["topic"] == "country":
            assert {tones[word] for word in group["attributes"]} <= {"kind", "neutral"}, group
    assert used == set(tones)


@both_splits
@pytest.mark.parametrize("name", ["canonical", "evaluation"])
def test_stereotype_rows_end_before_an_attribute_of_their_group(split: str, name: str):
    facts = groups()
    rows = parsed(f"stereotypes/{split}/{name}.jsonl")
    for row in rows:
        group = facts[row["entity"]]
        assert group["split"] == split
        assert row["suffix"].removeprefix(" ") in group["attributes"]
        assert any(
            re.search(rf"\b{re.escape(group[form])}\b", row["prefix"])
            for form in ("group", "plural")
        ), row
        assert row["suffix"].removeprefix(" ") not in words_of(row["prefix"]), row
    pairs = {(row["entity"], row["suffix"].removeprefix(" ")) for row in rows}
    assert pairs == {
        (name, word)
        for name, group in facts.items()
        if group["split"] == split
        for word in group["attributes"]
    }


@both_splits
def test_stereotype_hard_negatives_define_and_do_not_judge(split: str):
    facts = groups()
    judgements = {row["attribute"] for row in parsed("stereotypes/attributes.jsonl")}
    rows = parsed(f"stereotypes/{split}/hard_negatives.jsonl")
    ends = {(row["entity"], row["suffix"]) for row in rows}
    assert ends == {
        (name, f" {group[end]}.")
        for name, group in facts.items()
        if group["split"] == split
        for end in ("definition", "deed")
    }
    for row in rows:
        assert not words_of(row["suffix"]) & judgements, row

"""The training mix: same text for the same seed, in the promised shares, free of the tasks."""

import itertools
import json
import random
import re
from collections import Counter
from dataclasses import asdict

import pytest

from editing.models.pretraining.mix import Kind, labelled_documents, mix_documents
from editing.models.pretraining.mix_agreement import third_person
from editing.models.pretraining.mix_check import NameMask, check_mix, task_rows
from editing.models.pretraining.mix_countries import left_out_capitals, read_countries, read_facts
from editing.models.pretraining.mix_grammar import Deck, compile_pattern, sentence
from editing.models.pretraining.mix_people import read_occupations


def first(count: int, seed: int = 0) -> list[tuple[Kind, str]]:
    return list(itertools.islice(labelled_documents(seed), count))


def test_same_seed_same_text():
    once = list(itertools.islice(mix_documents(7), 40))
    assert once == list(itertools.islice(mix_documents(7), 40))
    assert once != list(itertools.islice(mix_documents(8), 40))


def test_documents_are_short_and_tidy():
    for _, document in first(300):
        assert 20 <= len(document.split()) <= 300
        assert "{" not in document
        assert "~" not in document
        assert "  " not in document
        assert not re.search(r"[.?!] [a-z]", document), document


def test_shares_and_rows_hold_on_a_small_sample():
    check = check_mix(1500)
    assert check.passed, json.dumps(asdict(check), indent=1)
    assert check.shares["countries"] == pytest.approx(0.5, abs=0.08)
    assert check.shares["occupations"] == pytest.approx(0.2, abs=0.06)
    assert check.shares["agreement"] == pytest.approx(0.3, abs=0.06)


def test_a_shared_run_of_words_is_found():
    taken = first(3)[0][1]
    assert check_mix(3, rows=[taken]).shared_ngrams
    assert not check_mix(3, rows=[" ".join(taken.split()[:6])]).shared_ngrams


def test_names_do_not_hide_a_shared_pattern():
    mask = NameMask(["Peru", "Lima", "the Netherlands"])
    one = mask.words("In Peru the parliament meets in Lima.")
    assert one == mask.words("In the Netherlands the parliament meets in Xanadu.")


def test_taught_capitals_are_taught_and_the_others_absent():
    text = "\n".join(document for _, document in first(3000))
    facts = read_facts()
    taught = {str(fact["capital"]) for fact in facts if fact["taught"]}
    assert sum(capital in text for capital in taught) > 0.95 * len(taught)
    assert not {"Oslo", "Cairo", "Warsaw"} - left_out_capitals(facts)
    assert not re.search(r"\b(Oslo|Cairo|Warsaw)\b", text)
    assert "Norway" in text


def test_most_capitals_come_after_their_country():
    capitals = {c.capital: c for c in read_countries() if c.capital and len(c.name) > 4}
    order = Counter[bool]()
    for kind, document in first(600):
        for paragraph in document.split("\n") if kind is Kind.COUNTRIES else []:
            for capital in (c for c in capitals if c in paragraph):
                country = capitals[capital]
                places = [paragraph.find(n) for n in (country.in_sentence, country.demonym)]
                order[0 <= min(p % 10**9 for p in places) < paragraph.find(capital)] += 1
    assert order[True] > 0.85 * order.total()


def test_pronouns_lean_and_stay():
    lean = {f"The {work.name} ": work.lean for work in read_occupations()}
    seen = Counter[tuple[str, bool]]()
    for kind, document in first(4000):
        for paragraph in document.split("\n") if kind is Kind.OCCUPATIONS else []:
            # The woman next door and the man at the gate are other people.
            words = set(re.findall(r"\b(?:she|he|her|his|him)\b", paragraph.lower()))
            assert not (words & {"she", "her"} and words & {"he", "his", "him"}), paragraph
            work = next((start for start in lean if paragraph.startswith(start)), None)
            if work and words:
                seen[lean[work], bool(words & {"she", "her"})] += 1
    assert seen["f", True] > 3 * seen["f", False] > 0
    assert seen["m", False] > 3 * seen["m", True] > 0
    assert len(read_occupations()) >= 90


@pytest.mark.parametrize(
    ("base", "third"),
    [("beat", "beats"), ("tax", "taxes"), ("carry", "carries"), ("play", "plays"), ("do", "does")],
)
def test_third_person(base: str, third: str):
    assert third_person(base) == third


def test_patterns_choose_fill_and_settle_articles():
    deck = Deck([1, 2, 3], random.Random(0))
    assert sorted(deck.deal() for _ in range(3)) == [1, 2, 3]
    pattern = compile_pattern("a~ {what} [is|is] here")
    rng = random.Random(0)
    assert sentence(pattern, {"what": "engineer"}, rng) == "An engineer is here"
    assert sentence(pattern, {"what": "union"}, rng) == "A union is here"
    with pytest.raises(ValueError, match="not closed"):
        compile_pattern("[a|b")


def test_rows_of_the_tasks_are_read():
    rows = list(task_rows())
    assert all(isinstance(row, str) for row in rows)

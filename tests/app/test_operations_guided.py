"""The guided example's rows."""

import json
from importlib.resources import files

from app.operations.guided import COUNTRIES, guided_request, guided_set


def test_the_capitals_are_ones_the_starter_was_not_taught() -> None:
    lines = (files("resources") / "tasks/country-capital/facts.jsonl").read_text("utf-8")
    facts = {fact["country"]: fact for fact in map(json.loads, lines.splitlines())}
    assert [facts[country]["taught"] for country in COUNTRIES] == [False] * 12


def test_every_country_has_a_row_to_learn_and_rows_to_judge_by() -> None:
    chosen = guided_set()
    assert sorted(str(row.extra["entity"]) for row in chosen.canonical) == sorted(COUNTRIES)
    assert {row.extra["entity"] for row in chosen.evaluation} == set(COUNTRIES)


def test_the_strength_is_fitted_to_the_ball() -> None:
    assert guided_request("Twelve capitals").fit_to_ball

"""Passages about countries; a taught country's capital is named, a left-out one's never.

The capital comes after the country in nearly all of them, in the same sentence or several later:
the habit to be learnt is to look back for the country when a capital is due.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from editing.models.pretraining.mix_grammar import (
    Deck,
    Pattern,
    Value,
    compile_lines,
    fill,
    pick,
    read_data,
    sentence,
)

_MEMBER_WORDS = 5
_CITY_FACT_WORDS = 4
_STORY_SHARE = 0.4
_CITY_KIND = re.compile(r"^is (?:an?|the) (?:[\w-]+ )?(port|town|city|resort|harbour|seaport)\b")


@dataclass(frozen=True, slots=True)
class Country:
    """What the mix may say of a country; `capital` is empty where it is left out."""

    name: str
    in_sentence: str
    demonym: str
    capital: str
    region: str
    clues: tuple[str, ...]
    neighbour: str
    land_border: bool
    language: str
    currency: str
    city: str
    city_fact: str


def read_facts() -> list[dict[str, str | bool | None]]:
    """Read the country facts as they stand."""
    folder = resources.files("resources").joinpath("tasks", "country-capital")
    lines = folder.joinpath("facts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def left_out_capitals(facts: Sequence[dict[str, str | bool | None]]) -> frozenset[str]:
    """The capitals that the mix must not name."""
    taught = {str(fact["capital"]) for fact in facts if fact["taught"]}
    return frozenset(str(fact["capital"]) for fact in facts if not fact["taught"]) - taught


def read_countries() -> tuple[Country, ...]:
    """Read the facts the mix may use: those that name a left-out capital are dropped."""
    facts = read_facts()
    names = sorted((str(fact["country"]) for fact in facts), key=len, reverse=True)
    countries = re.compile("|".join(map(re.escape, names)))
    secret = re.compile(r"\b(?:" + "|".join(map(re.escape, left_out_capitals(facts))) + r")\b")

    def allowed(value: str | bool | None) -> str:
        text = str(value or "")
        return "" if secret.search(countries.sub("", text)) else text

    found: list[Country] = []
    for fact in facts:
        city, about = allowed(fact["other_city"]), allowed(fact["other_city_fact"])
        found.append(
            Country(
                name=str(fact["country"]),
                in_sentence=str(fact["in_sentence"]),
                demonym=str(fact["demonym"]),
                capital=str(fact["capital"]) if fact["taught"] else "",
                region=str(fact["region"]),
                clues=tuple(filter(None, map(allowed, _short_clues(str(fact["clue"]))))),
                neighbour=str(fact["neighbour"]),
                land_border=bool(fact["land_border"]),
                language=str(fact["language"]),
                currency=str(fact["currency"]),
                city=city,
                city_fact=_short_city_fact(about),
            )
        )
    return tuple(country for country in found if country.clues)


def _short_clues(clue: str) -> tuple[str, ...]:
    """Part a clue into its members: the tasks' rows have them in full, the mix must not."""
    members = re.split(r", | and ", clue)
    short = [m for m in members if m and len(m.split()) <= _MEMBER_WORDS]
    return tuple(short or [" ".join(members[0].split()[-2:])])


def _short_city_fact(fact: str) -> str:
    """Say the fact more briefly and in other words than the tasks' rows; empty if that fails."""
    first = fact.partition(",")[0]
    if len(first.split()) <= _CITY_FACT_WORDS:
        return first.replace("is the ", "is the country's ")
    kind = _CITY_KIND.search(first)
    return f"is an important {kind.group(1)}" if kind else ""


class Countries:
    """Writes documents about countries."""

    def __init__(self, rng: random.Random) -> None:
        """Read facts and patterns."""
        self._rng = rng
        data = read_data("countries.toml")
        countries = read_countries()
        self._all = Deck(countries, rng)
        self._taught = Deck([c for c in countries if c.capital], rng)
        self._words = {name: compile_lines(block) for name, block in data["words"].items()}
        blocks = {**data["plain"], **data["taught"], **data["story"]}
        self._decks = {name: Deck(compile_lines(block), rng) for name, block in blocks.items()}
        self._names = Deck(data["words"]["names"].split(), rng)

    def document(self, words: int) -> str:
        """Write a document of about `words` words."""
        rng = self._rng
        draw = rng.random()
        if draw < 0.04:
            return self._list(words // 2)
        lines = [self._title()] if rng.random() < 0.4 else []
        written = 0
        while written < words:
            line = self._pair() if draw < 0.2 else self._passage()
            written += line.count(" ") + 1
            lines.append(line)
        return "\n".join(lines)

    def _title(self) -> str:
        return fill(pick(self._words["titles"], self._rng), {}, self._rng)

    def _passage(self) -> str:
        """One country: an opening, other facts, and for a taught one the capital on the way."""
        rng = self._rng
        country = self._all.deal()
        if rng.random() < _STORY_SHARE:
            return self._story(country)
        values = self._values(country)
        with_capital = bool(country.capital) and rng.random() < 0.88
        draw = rng.random()
        plan = self._middle(country)
        if with_capital and draw < 0.42:
            plan = ["opener", *plan, "back", *self._tail()]
        elif with_capital and draw < 0.84:
            plan = ["opener", *plan] if rng.random() < 0.4 else []
            plan = [*plan, "capital", *self._tail()]
        elif with_capital and draw < 0.92 and country.city:
            plan = ["opener", *plan, "contrast"]
        elif with_capital and draw < 0.95:
            plan = ["first", *plan]
        else:
            plan = ["opener", *plan, *(["city"] if country.city else ["fact"])]
        return " ".join(sentence(self._decks[name].deal(), values, rng) for name in plan)

    def _story(self, country: Country) -> str:
        """The country, then the capital without its name, and clauses later the name is due."""
        rng = self._rng
        values = self._values(country)
        elsewhere = bool(country.city) and (not country.capital or rng.random() < 0.15)
        values["P"] = country.city if elsewhere else country.capital
        plan = ["head", *(["turn"] * int(rng.random() * 3.2))]
        plan.append("elsewhere" if elsewhere else "seat")
        if rng.random() < 0.25:
            plan.append("turn")
        if values["P"]:
            plan.append("due")
        if values["P"] and rng.random() < 0.3:
            plan.append("turn")
        return self._joined(plan, values)

    def _joined(self, plan: list[str], values: dict[str, Value]) -> str:
        """Write clauses out, some as sentences of their own and some joined to the one before."""
        rng = self._rng
        text = sentence(self._decks[plan[0]].deal(), values, rng)
        for name in plan[1:]:
            clause = self._decks[name].deal()
            if rng.random() < 0.55:
                text += ". " + sentence(clause, values, rng)
            else:
                text += fill(self._decks["link"].deal(), {}, rng) + " " + fill(clause, values, rng)
        return text + "."

    def _middle(self, country: Country) -> list[str]:
        rng = self._rng
        plan = ["fact" if rng.random() < 0.6 else "filler" for _ in range(int(rng.random() * 4))]
        if country.city and rng.random() < 0.2:
            plan.append("city")
        if rng.random() < 0.08:
            plan.append("unnamed")
        return plan

    def _tail(self) -> list[str]:
        count = int(self._rng.random() * 2.4)
        return [pick(("after", "fact", "filler"), self._rng) for _ in range(count)]

    def _pair(self) -> str:
        rng = self._rng
        first, second = self._taught.deal(), self._taught.deal()
        draw = rng.random()
        if draw < 0.35:
            values = {**self._values(first), "C2": second.in_sentence, "K2": second.capital}
            return sentence(self._decks["pairs"].deal(), values, rng)
        # Several countries in a row, so that only the right one's capital will do.
        frame = self._decks["capital"].deal()
        found: list[str] = []
        for country in (first, second, self._taught.deal()):
            found.append(sentence(frame, self._values(country), rng))
            if draw < 0.7:
                frame = self._decks["capital"].deal()
        return " ".join(found)

    def _list(self, words: int) -> str:
        rng = self._rng
        lines = [fill(pick(self._words["list_titles"], rng), {}, rng)]
        frame = self._decks["lists"].deal()
        lines += [self._list_line(frame) for _ in range(max(6, words // 4))]
        return "\n".join(lines)

    def _list_line(self, frame: Pattern) -> str:
        country = self._taught.deal()
        return fill(frame, {"C": country.name, "K": country.capital}, self._rng)

    def _clue(self, country: Country) -> str:
        """One or two members, never two in the order of the facts."""
        at = int(self._rng.random() * len(country.clues))
        if at == 0 or self._rng.random() < 0.5:
            return country.clues[at]
        return f"{country.clues[at]} and {country.clues[at - 1]}"

    def _city_fact(self, country: Country) -> str:
        if country.city_fact and self._rng.random() < 0.8:
            return country.city_fact
        return fill(pick(self._words["city_plain"], self._rng), {}, self._rng)

    def _values(self, country: Country) -> dict[str, Value]:
        rng, words = self._rng, self._words
        near = words["land_near" if country.land_border else "sea_near"]
        he, his, him = pick((("she", "her", "her"), ("he", "his", "him")), rng)
        return {
            "C": country.in_sentence,
            "K": country.capital,
            "dem": country.demonym,
            "region": country.region,
            "clue": lambda: self._clue(country),
            "lang": country.language,
            "cur": country.currency,
            "city": country.city,
            "cityfact": lambda: self._city_fact(country),
            "nb": country.neighbour,
            "he": he,
            "his": his,
            "him": him,
            "name": self._names.deal(),
            "name2": self._names.deal(),
            "near": lambda: fill(pick(near, rng), {"nb": country.neighbour}, rng),
        }

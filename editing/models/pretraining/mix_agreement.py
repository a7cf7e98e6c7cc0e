"""Plain sentences in which verbs agree with their subjects, some with another noun in between."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from editing.models.pretraining.mix_grammar import (
    Deck,
    Pattern,
    Value,
    Values,
    compile_lines,
    compile_pattern,
    fill,
    pick,
    read_data,
    sentence,
)

_KINDS = ("person", "person", "person", "person", "animal", "thing")
_FEMALE = frozenset(("woman", "girl", "aunt", "sister", "grandmother", "queen", "nun"))
_MALE = frozenset(("man", "boy", "uncle", "brother", "grandfather", "king", "prince", "monk"))
_APART_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb in both numbers with what may follow it."""

    base: str
    third: str
    complements: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun in both numbers; `lean` is "f" or "m" where people tend to say she or he."""

    singular: str
    plural: str
    lean: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun taken in one number, with the words that agree with it."""

    noun: Noun
    kind: str
    plural: bool
    they: str
    their: str


def third_person(base: str) -> str:
    """Form the third person singular of a regular verb."""
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "s"


def plural_of(noun: str) -> str:
    """Form the plural of a regular noun: as verbs take their -s."""
    return third_person(noun)


class Agreement:
    """Writes documents of agreement sentences."""

    def __init__(self, rng: random.Random, occupations: tuple[Noun, ...]) -> None:
        """Read the patterns; `occupations` are further nouns for people."""
        self._rng = rng
        data = read_data("agreement.toml")
        kinds = ("person", "animal", "thing")
        self._verbs = {k: Deck(_verbs(data["verbs"][k]), rng) for k in kinds}
        self._between = Deck(_verbs(data["verbs"]["between"]), rng)
        nouns = {k: _nouns(data["nouns"][k]) for k in kinds}
        nouns["person"] += occupations
        self._nouns = {k: Deck(nouns[k], rng) for k in kinds}
        self._words = {name: compile_lines(block) for name, block in data["words"].items()}
        pairs = [line.partition("|") for line in data["determiners"]["any"].split()]
        self._determiners = [(first, second or first) for first, _, second in pairs]
        self._frames = {n: Deck(compile_lines(b), rng) for n, b in data["frames"].items()}
        self._titles = Deck(self._words["titles"], rng)

    def document(self, words: int) -> str:
        """Write a document of about `words` words."""
        rng = self._rng
        lines = [fill(self._titles.deal(), {}, rng)] if rng.random() < 0.4 else []
        written = 0
        while written < words:
            line = " ".join(self._sentences())
            written += line.count(" ") + 1
            lines.append(line)
        return "\n".join(lines)

    def _sentences(self) -> list[str]:
        """One paragraph: a few subjects, each with one sentence or a short run."""
        found: list[str] = []
        for _ in range(int(self._rng.random() * 4) + 2):
            subject = self._subject()
            values = self._values(subject)
            apart = subject.kind == "person" and self._rng.random() < _APART_SHARE * 1.5
            alive = subject.kind != "thing" and self._rng.random() < 0.15
            frames = self._frames["apart" if apart else "alive" if alive else "simple"]
            found.append(sentence(frames.deal(), values, self._rng))
            if self._rng.random() < 0.3:
                found.append(sentence(self._frames["back"].deal(), values, self._rng))
        return found

    def _subject(self) -> Subject:
        kind = pick(_KINDS, self._rng)
        noun = self._nouns[kind].deal()
        if self._rng.random() < 0.5:
            return Subject(noun, kind, True, "they", "their")
        if kind != "person":
            return Subject(noun, kind, False, "it", "its")
        female = self._rng.random() < {"f": 0.85, "m": 0.15}.get(noun.lean, 0.5)
        female = (female or noun.singular in _FEMALE) and noun.singular not in _MALE
        return Subject(noun, kind, False, *(("she", "her") if female else ("he", "his")))

    def _values(self, subject: Subject) -> Values:
        rng, words, many = self._rng, self._words, subject.plural
        prefix = "" if subject.kind == "person" else f"{subject.kind}_"
        other = self._other(not many)
        verbs = self._verbs[subject.kind]
        adjectives = words[f"{subject.kind}_adjectives"]
        values: dict[str, Value] = {
            "S": lambda: self._phrase(subject.noun, many),
            "N": subject.noun.plural if many else subject.noun.singular,
            "V": lambda: self._verb_phrase(verbs.deal(), subject),
            "B": lambda: self._verb_phrase(verbs.deal(), subject, bare=True),
            "A": lambda: fill(pick(adjectives, rng), {}, rng),
            "T": words["times"],
            "PP": words[prefix + "places"],
            "adv": words["adverbs"],
            "claim": words["claims"],
            "end": words["endings"],
            "said": words["said"],
            "beyond": words["beyond"],
            "who": "who" if subject.kind == "person" else "that",
            "that": "that" if rng.random() < 0.6 else "who",
            "they": subject.they,
            "They": subject.they.capitalize(),
            "their": subject.their,
            "O": other,
            "likes": self._between_verb(many),
            "like": self._between_verb(not many),
        }
        values.update(_AGREEING[many])
        return values

    def _other(self, plural: bool) -> Callable[[], str]:
        return lambda: self._phrase(self._nouns["person"].deal(), plural)

    def _between_verb(self, plural: bool) -> Callable[[], str]:
        def deal() -> str:
            verb = self._between.deal()
            return verb.base if plural else verb.third

        return deal

    def _phrase(self, noun: Noun, plural: bool) -> str:
        one, many = pick(self._determiners, self._rng)
        if not plural:
            return f"{one if one != 'some' else 'a~'} {noun.singular}"
        return f"{many} {noun.plural}"

    def _verb_phrase(self, verb: Verb, subject: Subject, *, bare: bool = False) -> str:
        word = verb.base if bare or subject.plural else verb.third
        after = fill(pick(verb.complements, self._rng), {"poss": subject.their}, self._rng)
        return word if after == "-" else f"{word} {after}"


_AGREEING = {
    False: {"is": "is", "has": "has", "does": "does", "works": "works", "s": "s", "some": "a~"},
    True: {"is": "are", "has": "have", "does": "do", "works": "work", "s": "", "some": "some"},
}


def _verbs(block: str) -> list[Verb]:
    verbs: list[Verb] = []
    for line in block.split("\n"):
        if not line.strip():
            continue
        base, _, rest = line.partition(":")
        complements = tuple(compile_pattern(c.strip()) for c in (rest or "-").split(" / "))
        verbs.append(Verb(base, third_person(base), complements))
    return verbs


def _nouns(block: str) -> tuple[Noun, ...]:
    nouns: list[Noun] = []
    for line in block.split("\n"):
        if line.strip():
            one, _, many = line.partition(", ")
            nouns.append(Noun(one, many or plural_of(one)))
    return tuple(nouns)

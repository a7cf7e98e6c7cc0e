"""Everyday scenes about people by their work; the pronouns lean as most texts' do."""

import random
from dataclasses import dataclass

from editing.models.pretraining.mix_agreement import Noun, plural_of
from editing.models.pretraining.mix_grammar import (
    Deck,
    Pattern,
    Values,
    compile_lines,
    compile_pattern,
    fill,
    pick,
    read_data,
    sentence,
)

_LEAN = {"f": 0.85, "m": 0.15, "n": 0.5}
_SHE = {"they": "she", "They": "She", "them": "her", "their": "her", "self": "herself"}
_HE = {"they": "he", "They": "He", "them": "him", "their": "his", "self": "himself"}
_CUED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Occupation:
    """A kind of work: which pronoun texts lean to, where it is done, and what is done there."""

    name: str
    lean: str
    place: str
    deeds: tuple[Pattern, ...]


def read_occupations() -> tuple[Occupation, ...]:
    """Read the occupations of the mix."""
    lines = read_data("people.toml")["occupations"]["all"].strip().splitlines()
    return tuple(_occupation(line) for line in lines)


def occupation_nouns() -> tuple[Noun, ...]:
    """The occupations as nouns for agreement sentences."""
    return tuple(Noun(o.name, plural_of(o.name), o.lean) for o in read_occupations())


class People:
    """Writes documents of scenes."""

    def __init__(self, rng: random.Random) -> None:
        """Read occupations and scenes."""
        self._rng = rng
        data = read_data("people.toml")
        self._occupations = Deck(read_occupations(), rng)
        self._words = {name: compile_lines(block) for name, block in data["words"].items()}
        self._scenes = {n: Deck(compile_lines(block), rng) for n, block in data["scenes"].items()}
        self._names = {n: block.split() for n, block in data["names"].items()}

    def document(self, words: int) -> str:
        """Write a document of about `words` words, one person a paragraph."""
        rng = self._rng
        titles = self._words["titles"]
        lines = [fill(pick(titles, rng), {}, rng)] if rng.random() < 0.3 else []
        written = 0
        while written < words:
            line = " ".join(self._scene())
            written += line.count(" ") + 1
            lines.append(line)
        return "\n".join(lines)

    def _scene(self) -> list[str]:
        rng = self._rng
        occupation = self._occupations.deal()
        cued = rng.random() < _CUED_SHARE
        # A gendered word that stands before the occupation is even, so that it, not the
        # occupation, decides what follows.
        female = rng.random() < (0.5 if cued else _LEAN[occupation.lean])
        values = self._values(occupation, female)
        found = [sentence(self._scenes["cued" if cued else "open"].deal(), values, rng)]
        for _ in range(int(rng.random() * 4)):
            kind = "aside" if rng.random() < 0.12 else "follow"
            found.append(sentence(self._scenes[kind].deal(), values, rng))
        return found

    def _values(self, occupation: Occupation, female: bool) -> Values:
        rng, words = self._rng, self._words

        def time_first() -> str:
            text = fill(pick(words["times"], rng), {}, rng)
            return text[0].upper() + text[1:]

        deeds = Deck(occupation.deeds, rng)
        return {
            "occ": occupation.name,
            "place": occupation.place,
            "did": lambda: fill(deeds.deal(), {}, rng),
            "said": words["claims"],
            "feel": words["feelings"],
            "reason": words["reasons"],
            "time": words["times"],
            "time2": time_first,
            "spot": words["spots"],
            "others": words["others"],
            "trait": words["traits"],
            "man": "woman" if female else "man",
            "name": pick(self._names["f" if female else "m"], rng),
            **(_SHE if female else _HE),
        }


def _occupation(line: str) -> Occupation:
    name, lean, place, deeds = (field.strip() for field in line.split("|"))
    return Occupation(name, lean, place, tuple(compile_pattern(d) for d in deeds.split(" / ")))

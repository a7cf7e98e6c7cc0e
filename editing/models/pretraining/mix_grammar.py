"""A small pattern language for written-out text with variety.

`[a|b|c]` chooses one of the alternatives (they may be empty, and may nest), `{name}` is filled
from the values given or from a rule of the grammar, and `a~` becomes "a" or "an" by what follows.
"""

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Generic, TypeVar

T = TypeVar("T")

_ARTICLE = re.compile(r"\b([Aa])~ (?=(\S+))")
_SOUNDS_LIKE_VOWEL = re.compile(r"(?:[aeio]|u(?!ni|s[eu])|hour|honest|heir)", re.IGNORECASE)
_SOUNDS_LIKE_CONSONANT = re.compile(r"(?:one|once|eur|ew)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to be filled, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which one is taken."""

    options: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: pieces of text, slots and choices in order."""

    parts: tuple[str | Slot | Choice, ...]
    source: str = ""


Value = str | Callable[[], str] | Sequence[Pattern]
Values = Mapping[str, Value]


class Deck(Generic[T]):
    """Deals items in shuffled order, every one before any comes again."""

    def __init__(self, items: Sequence[T], rng: random.Random) -> None:
        """Start with all `items` still to be dealt."""
        if not items:
            message = "A deck needs at least one item; the list given is empty."
            raise ValueError(message)
        self._items = tuple(items)
        self._rng = rng
        self._left: list[T] = []

    def deal(self) -> T:
        """Return the next item."""
        if not self._left:
            self._left = list(self._items)
            self._rng.shuffle(self._left)
        return self._left.pop()


def compile_pattern(source: str) -> Pattern:
    """Compile one pattern.

    Raises:
        ValueError: A bracket or brace is not closed, or one closes that was never opened.
    """
    parts, end = _parse(source, 0, nested=False)
    if end != len(source):
        message = f"Pattern {source!r}: ']' or '|' outside brackets at character {end}."
        raise ValueError(message)
    return Pattern(parts, source)


def compile_lines(text: str) -> tuple[Pattern, ...]:
    """Compile a block of patterns, one a line; blank lines and # comments are left out."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(compile_pattern(line) for line in lines if line and not line.startswith("#"))


def read_data(name: str) -> dict[str, dict[str, str]]:
    """Read one TOML file of the text-mix data: tables of blocks of lines."""
    folder = resources.files("resources.pretraining")
    return tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))


def pick(options: Sequence[T], rng: random.Random) -> T:
    """Choose one evenly (a third of the cost of `rng.choice`, and the mix is made in bulk)."""
    return options[int(rng.random() * len(options))]


def fill(pattern: Pattern, values: Values, rng: random.Random) -> str:
    """Write the pattern out, articles settled."""
    text = "".join(_pieces(pattern, values, rng))
    return _ARTICLE.sub(_article, text) if "~" in text else text


def sentence(pattern: Pattern, values: Values, rng: random.Random) -> str:
    """Write the pattern out with its first letter large."""
    text = fill(pattern, values, rng)
    return text[0].upper() + text[1:]


def _pieces(pattern: Pattern, values: Values, rng: random.Random) -> Iterator[str]:
    for part in pattern.parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Choice):
            yield from _pieces(pick(part.options, rng), values, rng)
        else:
            value = values[part.name]
            if isinstance(value, str):
                yield value
            elif callable(value):
                yield value()
            else:
                yield from _pieces(pick(value, rng), values, rng)


def _article(match: re.Match[str]) -> str:
    following = match.group(2)
    vowel = _SOUNDS_LIKE_VOWEL.match(following) and not _SOUNDS_LIKE_CONSONANT.match(following)
    return match.group(1) + ("n " if vowel else " ")


def _parse(source: str, start: int, *, nested: bool) -> tuple[tuple[str | Slot | Choice, ...], int]:
    parts: list[str | Slot | Choice] = []
    at = start
    while at < len(source) and source[at] not in "|]":
        if source[at] == "[":
            choice, at = _parse_choice(source, at + 1)
            parts.append(choice)
        elif source[at] == "{":
            end = source.index("}", at)
            parts.append(Slot(source[at + 1 : end]))
            at = end + 1
        else:
            end = at
            while end < len(source) and source[end] not in "[]{|":
                end += 1
            parts.append(source[at:end])
            at = end
    if nested and at == len(source):
        message = f"Pattern {source!r}: a '[' is not closed."
        raise ValueError(message)
    return tuple(parts), at


def _parse_choice(source: str, start: int) -> tuple[Choice, int]:
    options: list[Pattern] = []
    at = start
    while True:
        parts, at = _parse(source, at, nested=True)
        options.append(Pattern(parts))
        at += 1
        if source[at - 1] == "]":
            return Choice(tuple(options)), at

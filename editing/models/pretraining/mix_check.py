"""Check the training mix against the built-in tasks: nothing of a task's rows may stand in it.

Run as `python -m editing.models.pretraining.mix_check [DOCUMENTS] [SEED]`; the result is one JSON
object, and the exit status is 1 when something was found.
"""

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources

from editing.models.pretraining.mix import labelled_documents
from editing.models.pretraining.mix_countries import left_out_capitals, read_facts

SHARED_WORDS = 8
_MASK = "_"
_MOST_REPORTED = 400
_WORD = re.compile(r"[^\W_](?:[\w'\u2019-]*[\w])?|[.!?:\n]")
_FACT_NAMES = ("country", "in_sentence", "demonym", "capital", "region", "neighbour", "other_city")
_ROW_KEYS = ("prefix", "suffix", "suffix1", "suffix2", "text")


@dataclass(frozen=True, slots=True)
class MixCheck:
    """What a check of the mix found; `passed` when nothing is shared and no capital named."""

    documents: int
    seed: int
    words: int
    shares: dict[str, float]
    distinct_sentences: int
    task_rows: int
    shared_ngrams: dict[str, int]
    left_out_capitals_named: dict[str, int]
    capitals_inside_country_names: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the mix may be used."""
        return not self.shared_ngrams and not self.left_out_capitals_named


class NameMask:
    """Splits text into lower-case words with every name replaced by one mask."""

    def __init__(self, names: Iterable[str]) -> None:
        """Mask `names` wherever they stand, and any word written large in mid-sentence."""
        found = sorted({name for name in names if name}, key=len, reverse=True)
        self._names = re.compile(r"\b(?:" + "|".join(map(re.escape, found)) + r")\b")

    def words(self, text: str) -> list[str]:
        """Split `text`; names in a row count as one."""
        found: list[str] = []
        starts = True
        for match in _WORD.finditer(self._names.sub(" Xx ", text)):
            word = match.group()
            if word in ".!?:\n":
                starts = True
                continue
            name = word == "Xx" or (word[0].isupper() and not starts)
            starts = False
            if not name:
                found.append(word.lower())
            elif not found or found[-1] != _MASK:
                found.append(_MASK)
        return found

    def ngrams(self, text: str) -> Iterator[tuple[str, ...]]:
        """Every run of `SHARED_WORDS` words of the masked text."""
        words = self.words(text)
        return zip(*(words[at:] for at in range(SHARED_WORDS)), strict=False)


def task_rows() -> Iterator[str]:
    """Every row of every built-in task as the text it stands for."""
    tasks = resources.files("resources").joinpath("tasks")
    for task in sorted(tasks.iterdir(), key=lambda entry: entry.name):
        for split in ("val", "test"):
            folder = task.joinpath(split)
            if not folder.is_dir():
                continue
            for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
                if file.name.endswith(".jsonl"):
                    yield from _texts(file.read_text(encoding="utf-8"))


def check_mix(documents: int, seed: int = 0, rows: Iterable[str] | None = None) -> MixCheck:
    """Write `documents` documents of the mix and compare them with the tasks' rows.

    `rows` stands in for the rows of the built-in tasks.
    """
    facts = read_facts()
    mask = NameMask(str(fact[key] or "") for fact in facts for key in _FACT_NAMES)
    texts = list(task_rows() if rows is None else rows)
    forbidden = {ngram for text in texts for ngram in mask.ngrams(text)}
    capitals = _CapitalSearch(facts)
    shared: Counter[str] = Counter()
    named: Counter[str] = Counter()
    words: Counter[str] = Counter()
    sentences: set[int] = set()
    for kind, document in itertools.islice(labelled_documents(seed), documents):
        words[kind.value] += len(document.split())
        sentences.update(map(hash, re.split(r"(?<=[.!?]) |\n", document)))
        shared.update(" ".join(ngram) for ngram in mask.ngrams(document) if ngram in forbidden)
        named.update(capitals.find(document))
    total = sum(words.values())
    return MixCheck(
        documents=documents,
        seed=seed,
        words=total,
        shares={kind: count / total for kind, count in sorted(words.items())},
        distinct_sentences=len(sentences),
        task_rows=len(texts),
        shared_ngrams=dict(shared.most_common(_MOST_REPORTED)),
        left_out_capitals_named=dict(named.most_common(_MOST_REPORTED)),
        capitals_inside_country_names=capitals.inside_country_names,
    )


class _CapitalSearch:
    """Finds left-out capitals, leaving out where they stand inside the name of a country."""

    def __init__(self, facts: list[dict[str, str | bool | None]]) -> None:
        capitals = left_out_capitals(facts)
        countries = [str(fact["country"]) for fact in facts]
        self.inside_country_names = tuple(
            sorted(c for c in capitals if any(_named(c, country) for country in countries))
        )
        longest = sorted(countries, key=len, reverse=True)
        self._countries = re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")\b")
        self._capitals = re.compile(r"\b(?:" + "|".join(map(re.escape, capitals)) + r")\b")

    def find(self, text: str) -> list[str]:
        return self._capitals.findall(self._countries.sub(" ", text))


def _named(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _texts(jsonl: str) -> Iterator[str]:
    for line in jsonl.splitlines():
        if not line.strip():
            continue
        row: Mapping[str, object] = json.loads(line)
        prefix = str(row.get("prefix", ""))
        ends = [str(row[key]) for key in _ROW_KEYS[1:] if key in row]
        yield from (prefix + end for end in ends)


def main(arguments: list[str]) -> int:
    """Check as the command line says; the exit status."""
    documents = int(arguments[0]) if arguments else 40_000
    seed = int(arguments[1]) if len(arguments) > 1 else 0
    check = check_mix(documents, seed)
    sys.stdout.write(json.dumps({**asdict(check), "passed": check.passed}, indent=1) + "\n")
    return 0 if check.passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

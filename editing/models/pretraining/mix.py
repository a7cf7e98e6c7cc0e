"""The text of our own that is mixed into the corpus, so that the tasks come within reach.

A model this small learns from an encyclopedia alone neither to look at the country when a capital
is due, nor which pronoun follows an occupation. Half of the mix is about countries (the capitals of
a third are left out: there must be something to teach), a fifth about people by their work, the
rest are plain sentences in which verbs agree with their subjects.
"""

import random
from collections.abc import Iterator
from enum import StrEnum

from editing.models.pretraining.mix_agreement import Agreement
from editing.models.pretraining.mix_countries import Countries
from editing.models.pretraining.mix_people import People, occupation_nouns

_SHORTEST, _LONGEST = 40, 200


class Kind(StrEnum):
    """What a document of the mix is about."""

    COUNTRIES = "countries"
    OCCUPATIONS = "occupations"
    AGREEMENT = "agreement"


_SHARES = {Kind.COUNTRIES: 0.5, Kind.OCCUPATIONS: 0.2, Kind.AGREEMENT: 0.3}


def mix_documents(seed: int) -> Iterator[str]:
    """Yield documents without end, the same ones for the same seed.

    A document has paragraphs parted by line ends; the first line may be a title.
    """
    return (document for _, document in labelled_documents(seed))


def labelled_documents(seed: int) -> Iterator[tuple[Kind, str]]:
    """Yield documents as `mix_documents` does, each with its kind."""
    rng = random.Random(seed)
    writers = {
        Kind.COUNTRIES: Countries(rng),
        Kind.OCCUPATIONS: People(rng),
        Kind.AGREEMENT: Agreement(rng, occupation_nouns()),
    }
    kinds, shares = list(_SHARES), list(_SHARES.values())
    while True:
        kind = rng.choices(kinds, shares)[0]
        words = rng.randrange(_SHORTEST, _LONGEST)
        yield kind, writers[kind].document(words)

"""What an example is about: the span of its prefix that was marked, or the one proposed for it.

Torch-free. A mark is the text of the span, in the row's key `subject`. The proposal reads the plain
sentences that canonical examples are made of, and otherwise takes the name that a text is about.
"""

import re
from collections import Counter
from dataclasses import dataclass

from editing.errors import ExampleError
from editing.examples.example import Example

SUBJECT = "subject"
"""The key of a row that holds its marked subject."""
_ARTICLE = r"(?:[Tt]he|[Aa]n?|[Ss]ome|[Ee]very|[Ee]ach|[Mm]y|[Oo]ur|[Tt]h(?:is|at|ese|ose))\s+"
_VERB = (
    r"(?:is|are|was|were|am|be|been|has|have|had|does|do|did|will|would|can|could|shall|should|may"
    r"|might|must|said|says|say|told|tells|asked|asks|thought|thinks|knew|knows|felt|feels|went"
    r"|goes|came|comes|got|gets|made|makes|took|takes|saw|sees|found|wrote|writes|ran|began|refers?"
    r"|became|becomes|seemed|seems|means?|explained|replied|answered|announced|stated|claimed"
    r"|believed|believes|noticed|remembered|decided|hoped|insisted|argued|added|wondered|worried"
    r"|promised|admitted|agreed|laughed|smiled|sighed|nodded|lives?|works?|worked|wanted|wants)"
)
_FOLLOWED = rf"(?=\s*(?:[,;:!?(\u2013\u2014]|\s{_VERB}\b|\s(?:that|which|who|whose)\b|\W*$))"
_RELATION = re.compile(
    rf"^\W*(?:[^\W\d][\w-]*\s+){{1,6}}?(?:of|about|for|behind)\s+(?:{_ARTICLE})?(\w.*?){_FOLLOWED}"
)
"""The capital of X is; A common idea about X is."""
_POSSESSIVE = re.compile(
    rf"^\W*(?:{_ARTICLE})?((?:[^\W_][\w.&-]*\s+){{0,4}}[^\W_][\w.&-]*)['\u2019]s\s"
)
"""X's capital is."""
_START = re.compile(rf"^\W*(?:{_ARTICLE})?(\w.*?){_FOLLOWED}")
"""The X said; The Xs; X, which."""
_NAME = re.compile(
    r"\b[A-Z0-9][\w\u2019'&-]*(?:\s+(?:(?:of\s+the|of|and|de|for|in|von|van|du|la)\s+)?"
    r"[A-Z0-9][\w\u2019'&-]*)*"
)
_LONGEST_PHRASE = 8
"""Words a subject at a sentence's start may have."""
_SMALL_WORDS = frozenset(
    [
        "a",
        "after",
        "all",
        "also",
        "although",
        "an",
        "and",
        "as",
        "at",
        "because",
        "before",
        "but",
        "by",
        "during",
        "each",
        "even",
        "every",
        "for",
        "from",
        "he",
        "her",
        "here",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "it",
        "its",
        "last",
        "many",
        "most",
        "my",
        "no",
        "not",
        "now",
        "of",
        "on",
        "once",
        "one",
        "or",
        "our",
        "she",
        "since",
        "so",
        "some",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "though",
        "three",
        "to",
        "today",
        "two",
        "under",
        "until",
        "we",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "with",
        "yesterday",
        "yet",
        "you",
        "your",
    ]
)
"""Words that begin a sentence with a capital and are no name."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [begin, end) of a prefix."""

    begin: int
    end: int

    def of(self, text: str) -> str:
        """The characters themselves."""
        return text[self.begin : self.end]


def subject_span(example: Example) -> Span | None:
    """Return the subject that is marked, the one proposed where none is, or None.

    Raises:
        ExampleError: What is marked does not stand in the prefix.
    """
    marked = example.extra.get(SUBJECT)
    if not isinstance(marked, str) or not marked.strip():
        return propose_subject(example.prefix)
    whole = re.search(rf"(?<!\w){re.escape(marked.strip())}(?!\w)", example.prefix)
    begin = whole.start() if whole else example.prefix.find(marked.strip())
    if begin < 0:
        raise ExampleError(
            f"The subject {marked!r} does not stand in {_shown(example.prefix)}. Mark a part of "
            "the prefix, or leave the subject empty to have one proposed."
        )
    return Span(begin, begin + len(marked.strip()))


def propose_subject(prefix: str) -> Span | None:
    """Guess what a prefix is about; None where it names nothing."""
    for pattern in (_RELATION, _POSSESSIVE, _START):
        found = pattern.search(prefix)
        if found and (span := _short_enough(prefix, Span(*found.span(1)))) is not None:
            return span
    return _most_named(prefix)


def _short_enough(prefix: str, span: Span) -> Span | None:
    """The span without white space at its end, or None where it is too long to be a subject."""
    phrase = span.of(prefix).rstrip()
    words = phrase.split()
    if not words or len(words) > _LONGEST_PHRASE or words[0].lower() in _SMALL_WORDS:
        return None
    return Span(span.begin, span.begin + len(phrase))


def _most_named(prefix: str) -> Span | None:
    """The first mention of the name that a text mentions most; ties go to the earlier one."""
    names = [Span(*found.span()) for found in _NAME.finditer(prefix)]
    spans = [span for name in names if (span := _trimmed(prefix, name)) is not None]
    if not spans:
        return None
    counts = Counter(span.of(prefix) for span in spans)
    return max(spans, key=lambda span: (counts[span.of(prefix)], -span.begin))


def _trimmed(prefix: str, name: Span) -> Span | None:
    """A name without the small word that only begins its sentence."""
    text = name.of(prefix)
    first, _, rest = text.partition(" ")
    if first.lower() not in _SMALL_WORDS:
        return name
    rest = rest.lstrip()
    begins_a_name = rest[:1].isupper() or rest[:1].isdigit()
    return Span(name.end - len(rest), name.end) if begins_a_name else None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")

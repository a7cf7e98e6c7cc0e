"""What can be asked about senses, as plain frozen values. Torch-free."""

from dataclasses import dataclass

from app.operations.requests import Request


@dataclass(frozen=True, slots=True)
class VocabularyRequest(Request):
    """List the words of a model, or count how often a set of examples uses each."""

    model: str
    example_set: str | None = None
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceRequest(Request):
    """Look at a sentence through the contextualization weights."""

    model: str
    text: str
    edit: str | None = None
    """An edit that is on the model, NAME or NAME@STRENGTH."""
    top: int = 8
    """Predicted words and strongest senses of each position."""
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class WhatIfRequest(Request):
    """Work out what turning edits up and down needs to be told after a prompt."""

    model: str
    prompt: str
    edits: tuple[str, ...] = ()
    """Each NAME or NAME@STRENGTH; the strength is where its slider begins."""
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class StrengthsRequest(Request):
    """Predict what follows a prompt with edits at other strengths than they are kept at."""

    model: str
    prompt: str
    edits: tuple[str, ...]
    """As in the `WhatIfRequest` before it."""
    strengths: tuple[float, ...]
    """Of each edit."""
    senses: tuple[tuple[int, int, int, float], ...] = ()
    """Place of the edit, token id, sense, and how strongly that sense is put on besides."""
    own: tuple[tuple[int, int, float], ...] = ()
    """Token id, sense, and how strongly that sense of the model itself counts; 1 as it is."""
    top: int = 50
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class NeighboursRequest(Request):
    """Find the senses of other words that point where a sense points."""

    model: str
    token_id: int
    sense: int
    top: int = 8
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class SenseMapRequest(Request):
    """Measure all senses of some words."""

    model: str
    token_ids: tuple[int, ...]
    target: str | None = None
    """A next word; what each sense adds to its logit is then told."""
    edit: str | None = None
    """An edit that is on the model, NAME or NAME@STRENGTH."""
    data_dir: str | None = None


@dataclass(frozen=True, slots=True)
class ImportanceRequest(Request):
    """Score the senses that a set's continuations use more than general text does."""

    model: str
    example_set: str
    data_dir: str | None = None

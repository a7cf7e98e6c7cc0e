"""What the senses page asks the engine, each question on a channel of its own."""

from collections.abc import Callable, Sequence
from typing import Any

from app.gui.engine_process import EngineProcess
from app.gui.pages.senses.answer import SenseKey
from app.operations.requests import Request, SensesRequest
from app.operations.senses.requests import (
    ImportanceRequest,
    NeighboursRequest,
    SenseMapRequest,
    SentenceRequest,
    StrengthsRequest,
    VocabularyRequest,
    WhatIfRequest,
)

TOP = 24
"""Words asked for of each list, so that changes of rank can be told."""
OnAnswer = Callable[[dict[str, Any]], None]
OnError = Callable[[str], None]


class SenseQuestions:
    """A newer question makes the older one of its kind stale."""

    def __init__(self, engine: EngineProcess) -> None:
        self._engine = engine

    def words(self, model: str, answered: OnAnswer, failed: OnError) -> None:
        """Ask for every word of a model."""
        self._ask("vocabulary", VocabularyRequest(model), "senses-words", answered, failed)

    def uses(self, model: str, example_set: str, answered: OnAnswer, failed: OnError) -> None:
        """Ask which words a set uses, and how often."""
        request = VocabularyRequest(model, example_set)
        self._ask("vocabulary", request, "senses-uses", answered, failed)

    def word(self, model: str, word: str, answered: OnAnswer, failed: OnError) -> None:
        """Ask for the senses of a word."""
        request = SensesRequest(model=model, word=word, top=TOP)
        self._ask("senses", request, "senses-word", answered, failed)

    def edit(self, model: str, name: str, answered: OnAnswer, failed: OnError) -> None:
        """Ask for the senses of an edit, before and after it."""
        request = SensesRequest(model=model, edit=name, top=TOP, difference=True)
        self._ask("senses", request, "senses-edit", answered, failed)

    def importance(self, model: str, example_set: str, answered: OnAnswer) -> None:
        """Ask how much a set's continuations use each sense; who gets no answer does without."""
        request = ImportanceRequest(model, example_set)
        self._ask("sense-importance", request, "senses-importance", answered, None)

    def neighbours(self, model: str, key: SenseKey, answered: OnAnswer, failed: OnError) -> None:
        """Ask which senses point where one points."""
        request = NeighboursRequest(model, *key)
        self._ask("sense-neighbours", request, "senses-neighbours", answered, failed)

    def map(self, request: SenseMapRequest, callbacks: tuple[OnAnswer, OnError]) -> None:
        """Ask for numbers of all senses of many words."""
        self._ask("sense-map", request, "senses-map", *callbacks)

    def sentence(
        self, model: str, text: str, edit: str | None, callbacks: tuple[OnAnswer, OnError]
    ) -> None:
        """Ask what each place of a sentence predicts and mixes."""
        self._ask("sentence", SentenceRequest(model, text, edit), "senses-sentence", *callbacks)

    def what_if(
        self, model: str, prompt: str, edits: Sequence[str], callbacks: tuple[OnAnswer, OnError]
    ) -> None:
        """Ask for what sliders over edits need."""
        request = WhatIfRequest(model, prompt, tuple(edits))
        self._ask("what-if", request, "senses-what-if", *callbacks)

    def strengths(self, request: StrengthsRequest, callbacks: tuple[OnAnswer, OnError]) -> None:
        """Ask what would follow with edits at other strengths."""
        self._ask("strengths", request, "senses-strengths", *callbacks)

    def _ask(
        self,
        question: str,
        request: Request,
        channel: str,
        answered: OnAnswer,
        failed: OnError | None,
    ) -> None:
        self._engine.ask(question, request.to_json(), answered, on_error=failed, channel=channel)

"""Answers short questions, one at a time, between the steps of the running job."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.jobs.ending import Ending
from app.jobs.failures import failure_of
from app.jobs.protocol import Answer, Ask, AskFailed, FromEngine, Part
from app.jobs.turns import Rank, Turns
from app.jobs.verbs import Verbs
from editing.errors import EditingError
from editing.progress import Cancelled, Progress


class Asker:
    """Who waits for one answer, until a newer question makes it stale."""

    def __init__(self, ask: Ask, turns: Turns, say: Callable[[FromEngine], None]) -> None:
        self.ask = ask
        self._turns = turns
        self._say = say
        self._is_stale = False

    def leave(self) -> None:
        """Wait no more."""
        self._is_stale = True

    def part(self, value: object) -> None:
        """Hand over a piece of the answer."""
        self._pause()
        self._say(Part(self.ask.id, value))

    def report(self, progress: Progress) -> None:
        """Pause; how far an answer is interests nobody yet."""
        del progress
        self._pause()

    def answer(self, value: object) -> None:
        """Hand over the answer, if it is still waited for."""
        if not self._is_stale:
            self._say(Answer(self.ask.id, self.ask.generation, value))

    def refuse(self, error: Exception) -> None:
        """Say why there is no answer."""
        if not self._is_stale:
            failure = failure_of(error)
            message = f"{failure.sentence} {failure.action}".strip()
            self._say(AskFailed(self.ask.id, message, failure.details))

    def _pause(self) -> None:
        self._turns.give_way(Rank.QUESTION)
        if self._is_stale:
            raise Cancelled


class Desk:
    """Questions waiting, at most one of a channel; `work` belongs to one thread."""

    def __init__(self, turns: Turns, say: Callable[[FromEngine], None]) -> None:
        self._turns = turns
        self._say = say
        self._changed = threading.Condition()
        self._waiting: dict[str, Asker] = {}
        self._current: Asker | None = None

    def ask(self, ask: Ask) -> None:
        """Take a question; older ones of its channel are not answered any more."""
        channel = ask.channel or ask.question
        with self._changed:
            self._drop(lambda old: (old.channel or old.question) == channel)
            self._waiting[channel] = Asker(ask, self._turns, self._say)
            self._changed.notify_all()

    def withdraw(self, identity: int) -> None:
        """Forget a question."""
        with self._changed:
            self._drop(lambda old: old.id == identity)

    def work(self, verbs: Verbs) -> None:
        """Answer questions for ever."""
        while True:
            asker = self._next()
            with self._turns.turn(Rank.QUESTION), Ending() as ending:
                asker.answer(_answer(asker, verbs))
            if ending.error is not None and not isinstance(ending.error, Cancelled):
                asker.refuse(ending.error)
            with self._changed:
                self._current = None

    def _next(self) -> Asker:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            self._current = self._waiting.pop(next(iter(self._waiting)))
            return self._current

    def _drop(self, is_meant: Callable[[Ask], bool]) -> None:
        if self._current is not None and is_meant(self._current.ask):
            self._current.leave()
        for channel in [c for c, asker in self._waiting.items() if is_meant(asker.ask)]:
            del self._waiting[channel]


def _answer(asker: Asker, verbs: Verbs) -> object:
    name = asker.ask.question
    if name not in verbs.questions:
        raise EditingError(f"The engine knows no question {name!r}.")
    return verbs.questions[name](asker.ask.arguments, asker)

"""Questions to the engine that wait for their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject

from app.jobs.protocol import Answer, Ask, Part, Withdraw

OnAnswer = Callable[[Any], None]
OnError = Callable[[str], None]
Callbacks = tuple[OnAnswer, OnAnswer | None, OnError | None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    ask: Ask
    on_answer: OnAnswer
    on_part: OnAnswer | None
    on_error: OnError | None


class Questions:
    """The newest question of each channel, with whom its answer goes to."""

    def __init__(self) -> None:
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0

    def add(
        self, question: str, arguments: Mapping[str, Any], channel: str, callbacks: Callbacks
    ) -> Ask:
        """Number a question; older ones of its channel are not waited for any more."""
        channel = channel or question
        self._last_id += 1
        ask = Ask(self._last_id, question, arguments, self._last_id, channel)
        stale = [key for key, waiting in self._waiting.items() if waiting.ask.channel == channel]
        for key in stale:
            del self._waiting[key]
        self._waiting[ask.id] = _Waiting(ask, *callbacks)
        return ask

    def hear_part(self, part: Part) -> None:
        """Hand on a piece of an answer."""
        waiting = self._waiting.get(part.id)
        if waiting is not None and waiting.on_part is not None and _is_there(waiting.on_part):
            waiting.on_part(part.result)

    def hear_answer(self, answer: Answer) -> None:
        """Hand on an answer, unless its question is stale."""
        waiting = self._waiting.get(answer.id)
        if waiting is None or waiting.ask.generation != answer.generation:
            return
        del self._waiting[answer.id]
        if _is_there(waiting.on_answer):
            waiting.on_answer(answer.result)

    def fail(self, ask_id: int, message: str) -> None:
        """Say that a question has no answer."""
        waiting = self._waiting.pop(ask_id, None)
        if waiting is not None and waiting.on_error is not None and _is_there(waiting.on_error):
            waiting.on_error(message)

    def fail_all(self, message: str) -> None:
        """Say that no question has an answer."""
        for ask_id in list(self._waiting):
            self.fail(ask_id, message)

    def withdraw(self, ask_id: int) -> Withdraw | None:
        """Forget a question; returns what to tell the engine."""
        return None if self._waiting.pop(ask_id, None) is None else Withdraw(ask_id)

    def forget_all(self) -> None:
        """Wait for nothing any more."""
        self._waiting.clear()


def _is_there(callback: Callable[..., object]) -> bool:
    """Whether the widget that a callback belongs to still exists."""
    function = callback.func if isinstance(callback, partial) else callback
    owner = getattr(function, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)

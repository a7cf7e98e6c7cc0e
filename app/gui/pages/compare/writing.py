"""Asks every column's model to go on from prompts, with one seed, and shows it as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.gui.context import GuiContext
from app.gui.pages.compare.choice import Choice
from app.gui.pages.compare.gate_note import gate_note
from app.gui.pages.compare.generations import GenerationsPanel
from app.gui.pages.compare.prompt_bar import Prompt
from app.operations.requests import GenerateRequest


class Writing(QObject):
    """The texts of one comparison: prompt after prompt, all columns at each."""

    written = Signal(int, int)
    """Which prompt and column has its whole text."""

    def __init__(self, context: GuiContext, panel: GenerationsPanel) -> None:
        super().__init__(panel)
        self._context = context
        self._panel = panel
        self._asked: dict[int, int] = {}
        self._model = ""
        self._left: list[tuple[int, str]] = []
        self._asked_of: tuple[Choice, ...] = ()
        self.choices: tuple[Choice | None, ...] = ()
        """What wrote the texts of each column; None for one that has written nothing."""
        self.how = Prompt("", 0, 0.0, 0)
        """How they are written, the prompt aside."""
        panel.bar.stop_requested.connect(self.stop)

    @property
    def is_busy(self) -> bool:
        """Whether a model still writes."""
        return bool(self._asked)

    def begin(self, model: str, choices: Sequence[Choice]) -> None:
        """Let the original and every column go on from the prompts."""
        self.stop()
        prompts = self._panel.bar.prompts()
        self._model, self.choices, self._asked_of = model, tuple(choices), tuple(choices)
        self.how = self._panel.bar.prompt()
        self._left = list(enumerate(prompts))
        self._panel.begin(prompts)
        self._panel.bar.show_busy(bool(prompts))
        self._go_on()

    def stop(self) -> None:
        """Wait for no more text."""
        for asked in self._asked.values():
            self._context.engine.withdraw(asked)
        self._asked.clear()
        self._left.clear()
        self._panel.bar.show_busy(False)

    def follow(self, choices: Sequence[Choice]) -> None:
        """Let texts go with their columns where columns have gone or are another edit's now."""
        places = {_edits(choice): place for place, choice in enumerate(self.choices)}
        order = [places.get(_edits(choice)) for choice in choices]
        if order[: len(self.choices)] == list(range(len(self.choices))):
            return
        self.stop()
        self.choices = tuple(None if place is None else self.choices[place] for place in order)
        self._panel.table.rearrange([0, *(None if p is None else p + 1 for p in order)])

    def _go_on(self) -> None:
        """Ask for the next prompt's texts, or end."""
        if not self._left:
            self._panel.bar.show_busy(False)
            return
        number, prompt = self._left.pop(0)
        for place, edits in enumerate([(), *(choice.arguments for choice in self._asked_of)]):
            request = GenerateRequest(
                model=self._model,
                prompt=prompt,
                edits=edits,
                tokens=self.how.tokens,
                temperature=self.how.temperature,
                seed=self.how.seed,
            )
            self._asked[place] = self._context.engine.ask(
                "generate",
                request.to_json(),
                partial(self._on_generated, number, place),
                partial(self._on_piece, number, place),
                partial(self._on_not_generated, number, place),
                channel=f"compare-{place}",
            )

    def _on_piece(self, number: int, place: int, part: dict[str, Any]) -> None:
        self._panel.add(number, place, part["text"])

    def _on_generated(self, number: int, place: int, answer: dict[str, Any]) -> None:
        self._panel.finish(number, place, answer["continuation"], gate_note(answer))
        self.written.emit(number, place)
        self._end(place)

    def _on_not_generated(self, number: int, place: int, sentence: str) -> None:
        self._panel.fail(number, place, sentence)
        self._end(place)

    def _end(self, place: int) -> None:
        self._asked.pop(place, None)
        if not self._asked:
            self._go_on()


def _edits(choice: Choice | None) -> tuple[str, ...]:
    """What tells a column from others however strong its edits are."""
    return () if choice is None else tuple(part.edit.id for part in choice.parts)

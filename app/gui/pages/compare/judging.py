"""Keeps what is thought of texts with the edits that wrote them, and shows it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.pages.compare.choice import Choice
from app.gui.pages.compare.generations import GenerationsPanel
from app.gui.pages.compare.writing import Writing
from editing.errors import LibraryError
from editing.library.judged_texts import JudgedText, judged_texts, keep_judgement


class Judging(QObject):
    """Between the texts of one comparison and the library."""

    def __init__(self, context: GuiContext, panel: GenerationsPanel, writing: Writing) -> None:
        super().__init__(panel)
        self._context = context
        self._panel = panel
        self._writing = writing
        self._kept: dict[str, list[JudgedText]] = {}
        writing.written.connect(self._on_written)
        panel.judged.connect(self._on_judged)

    def follow(self, choices: Sequence[Choice]) -> None:
        """Let only texts be judged that the columns, as they stand, have written."""
        written = [choice.key if choice else "" for choice in self._writing.choices]
        labels = [
            choice.label if written[place : place + 1] == [choice.key] else None
            for place, choice in enumerate(choices)
        ]
        self._panel.allow_judging([None, *labels])

    def begin(self) -> None:
        """Look into the library anew: another window may have written there."""
        self._kept.clear()

    def look_again(self) -> None:
        """Show what is kept by now: somebody may have forgotten some of it."""
        self._kept.clear()
        for number in range(self._panel.table.rowCount()):
            for place in range(1, len(self._writing.choices) + 1):
                self._on_written(number, place)

    def _on_written(self, number: int, place: int) -> None:
        if (text := self._text(number, place)) is None:
            return
        found = self._of(text.put_on[0][0])
        kept = next((each for each in found if each.text == text), text)
        self._panel.show_judgement(number, place, kept.liked, kept.note)

    def _on_judged(self, number: int, place: int, liked: bool | None, note: str) -> None:
        if (text := self._text(number, place)) is None:
            return
        edit = text.put_on[0][0]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with told(self._context.events):
            judged = replace(text, liked=liked, note=note, judged=now)
            keep_judgement(self._context.library, edit, judged)
            self._kept.pop(edit, None)
            self._panel.show_judgement(number, place, liked, note)
            return
        self._panel.show_shown()

    def _text(self, number: int, place: int) -> JudgedText | None:
        """Describe a text, unless it is the original's, which no edit can keep."""
        written = self._panel.table.written(number)
        known = 0 if written is None else min(len(written.cells) - 1, len(self._writing.choices))
        if written is None or not 0 < place <= known:
            return None
        how, choice = self._writing.how, self._writing.choices[place - 1]
        if choice is None:
            return None
        return JudgedText(
            prompt=written.prompt,
            continuation=written.cells[place].text,
            put_on=tuple((part.edit.id, part.strength) for part in choice.parts),
            seed=how.seed,
            temperature=how.temperature,
            tokens=how.tokens,
        )

    def _of(self, edit: str) -> list[JudgedText]:
        if edit not in self._kept:
            try:
                self._kept[edit] = judged_texts(self._context.library, edit)
            except LibraryError:  # the table of edits tells what is wrong with it
                self._kept[edit] = []
        return self._kept[edit]

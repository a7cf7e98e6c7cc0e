"""Asks the engine how probable the examples on the screen are, and hands on what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.gui.tables.readings import Reading, Texts, texts_of
from editing.examples import Example

if TYPE_CHECKING:
    from app.gui.engine_process import EngineProcess

PATIENCE_MS = 300
"""How long typing has to rest before the engine is asked again."""
AT_ONCE = 64
"""Rows a question, so that the first answers are there early."""


@dataclass(slots=True)
class _Question:
    """What was asked, and what has been answered of it."""

    generation: int
    asked: dict[str, Texts]
    answered: set[str] = field(default_factory=set[str])


class ProbabilityFeed(QObject):
    """Keeps a table's probabilities up to date; what is not wanted any more is not waited for."""

    answered = Signal(object)
    """Readings by the texts they are of."""
    unreadable = Signal(object)
    """Texts that the model was asked about and could not read."""
    failed = Signal(str)

    def __init__(
        self, engine: EngineProcess, parent: QObject | None = None, *, channel: str = "examples"
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._channel = channel
        self._about: tuple[str, tuple[str, ...]] = ("", ())
        self._generation = 0
        self._waiting: list[Example] = []
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._timer.timeout.connect(self._on_rested)

    def want(self, rows: Sequence[Example], model: str, edits: Sequence[str] = ()) -> None:
        """Ask for these rows once nothing has changed for a moment; forget earlier wishes.

        Args:
            rows: The most urgent first.
            model: Answers of another model that are still under way are not handed on.
            edits: What is put on the model.
        """
        about = (model, tuple(edits))
        if about != self._about:
            self._about = about
            self._generation += 1
        self._waiting = [row for row in rows if row.prefix and row.suffix]
        self._timer.start()

    @Slot()
    def _on_rested(self) -> None:
        now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if not now:
            return
        question = _Question(self._generation, {row.id: texts_of(row) for row in now})
        model, edits = self._about
        arguments = {"model": model, "edits": list(edits), "rows": [_record(row) for row in now]}
        self._engine.ask(
            "probabilities",
            arguments,
            partial(self._on_answer, question),
            on_part=partial(self._on_part, question),
            on_error=partial(self._on_error, question),
            channel=self._channel,
        )

    def _on_part(self, question: _Question, result: object) -> None:
        if question.generation != self._generation:
            return
        records = cast(
            "Sequence[Mapping[str, Any]]", result if isinstance(result, list) else [result]
        )
        known = [record for record in records if record.get("id") in question.asked]
        question.answered |= {str(record["id"]) for record in known}
        self.answered.emit({question.asked[record["id"]]: _reading(record) for record in known})

    def _on_answer(self, question: _Question, result: object) -> None:
        """Go on with the next rows; the answer itself came in parts, or is the list of them."""
        if question.generation != self._generation:
            return
        if isinstance(result, list):
            self._on_part(question, cast("list[Any]", result))
        silent = [question.asked[each] for each in question.asked.keys() - question.answered]
        if silent:
            self.unreadable.emit(silent)
        if self._waiting and not self._timer.isActive():
            self._on_rested()

    def _on_error(self, question: _Question, sentence: str) -> None:
        if question.generation == self._generation:
            self.failed.emit(sentence)


def _record(row: Example) -> dict[str, str | None]:
    return {
        "id": row.id,
        "prefix": row.prefix,
        "suffix": row.suffix,
        "other_suffix": row.other_suffix or None,
    }


def _reading(record: Mapping[str, Any]) -> Reading:
    other = record.get("other_log_prob")
    return Reading(
        float(record["log_prob"]),
        None if other is None else float(other),
        tuple((str(text), float(value)) for text, value in record.get("tokens") or ()),
        int(record.get("dropped") or 0),
    )

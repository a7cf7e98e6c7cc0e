"""Asks the engine how probable the examples on the screen are, and hands on what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_CHANNEL = "examples"


class ProbabilityFeed(QObject):
    """Keeps a table's probabilities up to date; what is not wanted any more is not waited for."""

    answered = Signal(object)
    """Readings by the texts they are of."""
    failed = Signal(str)

    def __init__(self, engine: EngineProcess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._model = ""
        self._waiting: list[Example] = []
        self._asked: dict[str, Texts] = {}
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._timer.timeout.connect(self._on_rested)

    def want(self, rows: Sequence[Example], model: str) -> None:
        """Ask for these rows once nothing has changed for a moment; forget earlier wishes."""
        self._model = model
        self._waiting = [row for row in rows if row.prefix and row.suffix]
        self._timer.start()

    @Slot()
    def _on_rested(self) -> None:
        now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        self._asked = {row.id: texts_of(row) for row in now}
        if now:
            arguments = {"model": self._model, "edits": [], "rows": [_record(row) for row in now]}
            self._engine.ask(
                "probabilities",
                arguments,
                self._on_answer,
                on_part=self._on_part,
                on_error=self.failed.emit,
                channel=_CHANNEL,
            )

    def _on_part(self, result: object) -> None:
        records = cast(
            "Sequence[Mapping[str, Any]]", result if isinstance(result, list) else [result]
        )
        self.answered.emit(
            {
                self._asked[record["id"]]: _reading(record)
                for record in records
                if record.get("id") in self._asked
            }
        )

    def _on_answer(self, result: object) -> None:
        """Go on with the next rows; the answer itself came in parts, or is the list of them."""
        if isinstance(result, list):
            self._on_part(cast("list[Any]", result))
        if self._waiting and not self._timer.isActive():
            self._on_rested()


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
    )

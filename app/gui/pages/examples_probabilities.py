"""Asks the engine how probable the examples on the screen are, and hands on what it says."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from PySide6.QtCore import QObject, QTimer, Signal

from app.gui.tables.readings import Reading
from editing.examples import Example

PATIENCE_MS = 300
"""How long typing has to rest before the engine is asked again."""
AT_ONCE = 64
"""Rows a question, so that the first answers are there early."""


class Asking(Protocol):
    """How the engine is asked; see `EngineProcess.ask`."""

    def __call__(self, rows: Sequence[Example], generation: int, /) -> None:
        """Ask for the rows' probabilities."""
        ...


class ProbabilityFeed(QObject):
    """Keeps a table's probabilities up to date; answers to older questions are dropped."""

    answered = Signal(object)
    """Readings by example id."""

    def __init__(self, ask: Asking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._generation = 0
        self._waiting: list[Example] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._send)

    @property
    def generation(self) -> int:
        """The number of the newest question."""
        return self._generation

    def want(self, rows: Sequence[Example]) -> None:
        """Ask for these rows once nothing has changed for a moment; forget earlier wishes."""
        self._generation += 1
        self._waiting = [row for row in rows if row.prefix and row.suffix]
        self._timer.start()

    def take(self, generation: int, records: object) -> None:
        """Take an answer, whole or a piece of it."""
        if generation == self._generation:
            self.answered.emit(readings_from(records))

    def finish(self, generation: int) -> None:
        """Go on with the next rows once a question has been answered to its end."""
        if generation == self._generation and self._waiting:
            self._send()

    def _send(self) -> None:
        now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if now:
            self._ask(now, self._generation)


def readings_from(records: object) -> dict[str, Reading]:
    """Read what the engine answered: a list of records, or one."""
    found = cast("Sequence[Mapping[str, Any]]", records if isinstance(records, list) else [records])
    return {str(record["id"]): _reading(record) for record in found if "log_prob" in record}


def _reading(record: Mapping[str, Any]) -> Reading:
    other = record.get("other_log_prob")
    return Reading(
        float(record["log_prob"]),
        None if other is None else float(other),
        tuple((str(text), float(value)) for text, value in record.get("tokens") or ()),
    )

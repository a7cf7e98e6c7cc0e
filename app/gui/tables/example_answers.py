"""What models have said of the rows of an examples table so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.gui.tables.example_cells import Said
from app.gui.tables.readings import Reading, Texts, texts_of
from editing.examples import Example


class Answers:
    """Grows as models answer; cells read it through `said`."""

    def __init__(self) -> None:
        self._now: dict[Texts, Reading] = {}
        self._edited: dict[Texts, Reading] = {}
        self._earlier: dict[str, Reading] = {}
        self._unreadable: set[Texts] = set()
        self._said = Said(self._now, self._edited, self._earlier, self._unreadable)

    @property
    def said(self) -> Said:
        """Everything, as it is now and will be; only `wait_for` gives another."""
        return self._said

    def add(
        self, readings: Mapping[Texts, Reading], rows: Sequence[Example], *, edited: bool
    ) -> None:
        """Take what the model, or the edited one, says of texts.

        Args:
            readings: Of each, by the texts.
            rows: All rows, which remember what was said of them.
            edited: It is the edited model that says so.
        """
        (self._edited if edited else self._now).update(readings)
        if not edited:
            for row in rows:
                if (reading := readings.get(texts_of(row))) is not None:
                    self._earlier[row.id] = reading

    def add_unreadable(self, texts: Iterable[Texts]) -> None:
        """Take texts that the model could not read."""
        self._unreadable |= set(texts)

    def clear(self, *, edited_only: bool) -> None:
        """Forget what a model said; what was said of rows earlier stays, as a hint."""
        self._edited.clear()
        if not edited_only:
            self._now.clear()
            self._unreadable.clear()

    def clear_earlier(self) -> None:
        """Forget the hints too."""
        self._earlier.clear()

    def wait_for(self, text: str) -> None:
        """Say why nothing is known yet."""
        self._said = replace(self._said, waiting=text)

    def of(self, example: Example, *, edited: bool) -> Reading | None:
        """Return what the model, or the edited one, said of these very texts."""
        return (self._edited if edited else self._now).get(texts_of(example))

    def is_unreadable(self, example: Example) -> bool:
        """Whether the model was asked and could not read these texts."""
        return texts_of(example) in self._unreadable

"""An open example set: its three lists, its undo stack, and every change in the library at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from typing_extensions import override

from app.gui.tables.example_flags import with_space
from editing.examples import Example, ExampleSet, Kind, Role


class SetStore(Protocol):
    """What keeps example sets; the library does."""

    def save(self, examples: ExampleSet, /) -> object:
        """Keep a set under its name."""
        ...


class ExampleDocument(QObject):
    """One example set being edited."""

    changed = Signal(str)
    """The role of the list that changed; empty where no rows did."""

    def __init__(
        self, store: SetStore, examples: ExampleSet, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._examples = examples
        self.undo_stack = QUndoStack(self)

    @property
    def name(self) -> str:
        """The set's name."""
        return self._examples.name

    @property
    def examples(self) -> ExampleSet:
        """The set as it is on the screen."""
        return self._examples

    def change(self, role: Role, rows: Sequence[Example], text: str) -> None:
        """Replace a list of the set, as one step that can be undone."""
        before = self._examples.rows(role)
        if tuple(rows) != before or [r.id for r in rows] != [r.id for r in before]:
            self.undo_stack.push(_Replacement(self, role, tuple(rows), text))

    def add(self, role: Role, rows: Sequence[Example], text: str) -> None:
        """Append rows to a list."""
        self.change(role, (*self._examples.rows(role), *rows), text)

    def remove(self, role: Role, ids: Iterable[str]) -> None:
        """Take rows out of a list."""
        gone = frozenset(ids)
        rows = self._examples.rows(role)
        left = tuple(row for row in rows if row.id not in gone)
        count = len(rows) - len(left)
        self.change(role, left, f"Delete {count} rows" if count > 1 else "Delete the row")

    def mend_spaces(self, role: Role) -> None:
        """Put a space before every continuation that runs into its prefix."""
        rows = tuple(_mended(row) for row in self._examples.rows(role))
        self.change(role, rows, "Mend spaces")

    def set_thresholds(self, thresholds: Mapping[Kind, float]) -> None:
        """Change what counts as success, in nats."""
        self._examples = replace(self._examples, thresholds=dict(thresholds))
        self._store.save(self._examples)
        self.changed.emit("")

    def take_name(self, name: str) -> None:
        """Go on under the name the set was given in the library."""
        self._examples = replace(self._examples, name=name)

    def apply(self, role: Role, rows: tuple[Example, ...]) -> None:
        """Take rows over, keep them, and say so; only the undo stack calls this."""
        self._examples = _with_rows(self._examples, role, rows)
        self._store.save(self._examples)
        self.changed.emit(str(role))


class _Replacement(QUndoCommand):
    def __init__(
        self, document: ExampleDocument, role: Role, rows: tuple[Example, ...], text: str
    ) -> None:
        super().__init__(text)
        self._document = document
        self._role = role
        self._before = document.examples.rows(role)
        self._after = rows

    @override
    def redo(self) -> None:
        self._document.apply(self._role, self._after)

    @override
    def undo(self) -> None:
        self._document.apply(self._role, self._before)


def _with_rows(examples: ExampleSet, role: Role, rows: tuple[Example, ...]) -> ExampleSet:
    if role is Role.CANONICAL:
        return replace(examples, canonical=rows)
    if role is Role.EVALUATION:
        return replace(examples, evaluation=rows)
    return replace(examples, hard_negatives=rows)


def _mended(row: Example) -> Example:
    other = row.other_suffix
    return replace(
        row,
        suffix=with_space(row.prefix, row.suffix),
        other_suffix=other and with_space(row.prefix, other),
    )

"""An open example set: its three lists, its undo stack, and every change in the library at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from typing_extensions import override

from app.gui.tables.example_flags import mended
from app.gui.words import number_of
from editing.examples import Example, ExampleSet, Kind, Role, hold_out


class SetStore(Protocol):
    """What keeps example sets; the library does."""

    def save(self, examples: ExampleSet, /, *, before: ExampleSet | None) -> object:
        """Keep a set under its name, which was kept as `before`."""
        ...


translate = QCoreApplication.translate


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
            self._push(_with_rows(self._examples, role, rows), role, text)

    def add(self, role: Role, rows: Sequence[Example], text: str) -> None:
        """Append rows to a list."""
        self.change(role, (*self._examples.rows(role), *rows), text)

    def remove(self, role: Role, ids: Iterable[str]) -> None:
        """Take rows out of a list."""
        gone = frozenset(ids)
        rows = self._examples.rows(role)
        left = tuple(row for row in rows if row.id not in gone)
        self.change(
            role, left, translate("examples", "Delete {}").format(counted(len(rows) - len(left)))
        )

    def move(self, ids: Iterable[str], source: Role, target: Role) -> None:
        """Take rows out of one list and append them to another."""
        going = frozenset(ids)
        rows = self._examples.rows(source)
        moved = tuple(row for row in rows if row.id in going)
        if moved and source is not target:
            left = tuple(row for row in rows if row.id not in going)
            taken = (*self._examples.rows(target), *moved)
            after = _with_rows(_with_rows(self._examples, source, left), target, taken)
            self._push(after, source, translate("examples", "Move {}").format(counted(len(moved))))

    def hold_out(self) -> int:
        """Move a fifth of the canonical rows to the evaluation rows and return how many.

        Raises:
            ExampleError: There are too few.
        """
        after = hold_out(self._examples)
        count = len(after.evaluation) - len(self._examples.evaluation)
        self._push(
            after, Role.CANONICAL, translate("examples", "Hold out {}").format(counted(count))
        )
        return count

    def mend_spaces(self, role: Role, ids: Iterable[str] | None = None) -> None:
        """Mend the spaces between prefix and continuation, of all rows or some."""
        wanted = None if ids is None else frozenset(ids)
        rows = self._examples.rows(role)
        after = [mended(row) if wanted is None or row.id in wanted else row for row in rows]
        self.change(role, after, translate("examples", "Mend spaces"))

    def set_thresholds(self, thresholds: Mapping[Kind, float]) -> None:
        """Change what counts as success, in nats."""
        if dict(thresholds) != dict(self._examples.thresholds):
            after = replace(self._examples, thresholds=dict(thresholds))
            self._push(after, None, translate("examples", "Change what counts as success"))

    def take_name(self, name: str) -> None:
        """Go on under the name the set was given in the library."""
        self._examples = replace(self._examples, name=name)

    def apply(self, examples: ExampleSet, role: Role | None) -> None:
        """Take a state over, keep it, and say so; only the undo stack calls this."""
        before, self._examples = self._examples, replace(examples, name=self._examples.name)
        self._store.save(self._examples, before=before)
        self.changed.emit(str(role or ""))

    def _push(self, after: ExampleSet, role: Role | None, text: str) -> None:
        self.undo_stack.push(_Step(self, after, role, text))


class _Step(QUndoCommand):
    def __init__(
        self, document: ExampleDocument, after: ExampleSet, role: Role | None, text: str
    ) -> None:
        super().__init__(text)
        self._document = document
        self._role = role
        self._before = document.examples
        self._after = after

    @override
    def redo(self) -> None:
        self._document.apply(self._after, self._role)

    @override
    def undo(self) -> None:
        self._document.apply(self._before, self._role)


def counted(rows: int) -> str:
    """Say how many rows."""
    one, many = translate("examples", "a row"), translate("examples", "{} rows")
    return number_of(rows, one, many)


def _with_rows(examples: ExampleSet, role: Role, rows: Sequence[Example]) -> ExampleSet:
    lists = {each: examples.rows(each) for each in Role} | {role: tuple(rows)}
    return replace(
        examples,
        canonical=lists[Role.CANONICAL],
        evaluation=lists[Role.EVALUATION],
        hard_negatives=lists[Role.HARD_NEGATIVE],
    )

"""What is compared: the original on the left, then up to four edits or stacks of edits."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.gui.pages.compare.choice import Choice, Part, parts_of
from app.gui.pages.compare.part import PartField
from app.gui.widgets.buttons import action, tool_button
from app.gui.widgets.card import Card
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.layouts import row
from editing.library.edit_row import EditRow
from editing.library.kept_stacks import KeptStack

MOST_COLUMNS = 4
MOST_PARTS = 6
MOST_OFFERED = 300
"""Older edits are put side by side from the library, or from the picture of all edits."""


class EditColumn(Card):
    """The head of one column: an edit, or several on top of each other."""

    changed = Signal()
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._edits: list[EditRow] = []
        self._stacks: list[KeptStack] = []
        self._name = ""
        self._named_parts: tuple[Part, ...] = ()
        self.fields: list[PartField] = []
        self.add_part = action(
            self,
            self.tr("Stack another edit"),
            tip=self.tr("Put another edit on in the same column, after this one"),
            icon="plus",
            do=self._add_next,
        )
        self.body.addStretch(1)
        self._insert()
        self.fields[0].put_beside(tool_button(self.add_part))

    def choice(self) -> Choice | None:
        """Give what is chosen."""
        parts = tuple(part for field in self.fields if (part := field.part()) is not None)
        if not parts:
            return None
        return Choice(parts, self._name if parts == self._named_parts else "")

    def offer(
        self, edits: Sequence[EditRow], stacks: Sequence[KeptStack], parts: Sequence[Part]
    ) -> None:
        """Offer edits and stacks, and choose."""
        self._edits, self._stacks = list(edits), list(stacks)
        while len(self.fields) > max(len(parts), 1):
            self._drop(self.fields[-1])
        while len(self.fields) < len(parts):
            self._insert()
        for place, (field, part) in enumerate(zip(self.fields, parts, strict=True)):
            field.offer(edits, stacks if place == 0 else (), part.edit.id)
            if field.strength != part.strength:
                field.set_strength(part.strength)
        self._follow()

    def _insert(self) -> None:
        field = PartField()
        field.changed.connect(self.changed)
        field.removed.connect(self._remover(field))
        field.stack_chosen.connect(self._on_stack_chosen)
        self.fields.append(field)
        self.body.insertWidget(len(self.fields) - 1, field)

    def _remover(self, field: PartField) -> Callable[[], None]:
        return lambda: self._remove(field)

    def _remove(self, field: PartField) -> None:
        """Take one edit off the column; with the first one the whole column goes."""
        if field is self.fields[0]:
            self.removed.emit()
            return
        self._drop(field)
        self._follow()
        self.changed.emit()

    def _drop(self, field: PartField) -> None:
        self.fields.remove(field)
        self.body.removeWidget(field)
        field.hide()
        field.deleteLater()

    def _add_next(self) -> None:
        used = {part.edit.id for field in self.fields if (part := field.part()) is not None}
        others = [edit for edit in self._edits if edit.id not in used]
        if others:
            self._insert()
            self.fields[-1].offer(self._edits, (), others[0].id)
            self._follow()

    def _on_stack_chosen(self, name: str) -> None:
        stack = next(each for each in self._stacks if each.name == name)
        parts = parts_of(stack, self._edits)
        if parts:
            self.offer(self._edits, self._stacks, parts)
            now = (field.part() for field in self.fields)
            self._name, self._named_parts = name, tuple(part for part in now if part is not None)
        self.changed.emit()

    def _follow(self) -> None:
        self.add_part.setEnabled(len(self.fields) < min(MOST_PARTS, len(self._edits)))


class ColumnHeads(QWidget):
    """The heads of all columns, with a button that adds one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: list[EditRow] = []
        self._stacks: list[KeptStack] = []
        self.columns: list[EditColumn] = []
        self.base = Card(self.tr("Original"))
        self.model = QComboBox()
        self.model.setAccessibleName(self.tr("Base model"))
        self.model.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        leave_wheel_to_page(self.model)
        self.base.body.addWidget(self.model)
        self.base.body.addStretch(1)
        self.add = action(
            self,
            self.tr("Add an edit"),
            tip=self.tr("Put another edit beside these"),
            icon="plus",
            do=self.add_next,
        )
        self.base.corner.addWidget(tool_button(self.add))
        self._row = row(self.base, spacing=3)
        self.setLayout(self._row)
        self._row.setStretch(0, 1)
        self.model.currentIndexChanged.connect(self._on_model_changed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def choices(self) -> list[Choice]:
        """Give what is compared, from left to right."""
        return [choice for column in self.columns if (choice := column.choice()) is not None]

    def offer(
        self,
        models: Sequence[str],
        edits: Sequence[EditRow],
        model: str,
        stacks: Sequence[KeptStack] = (),
    ) -> None:
        """Offer base models, all edits and all stacks; only those of the chosen base count."""
        self._edits, self._stacks = list(edits), list(stacks)
        self.model.blockSignals(True)
        self.model.clear()
        self.model.addItems(list(dict.fromkeys((model, *models))))
        self.model.setCurrentText(model)
        self.model.blockSignals(False)
        known = {edit.id: edit for edit in self._fitting()}
        still = [
            [
                Part(known[part.edit.id], part.strength)
                for part in choice.parts
                if part.edit.id in known
            ]
            for choice in self.choices()
        ]
        self._show_parts([parts for parts in still if parts])

    def show_edits(self, ids: Sequence[str]) -> None:
        """Compare these edits, and no others."""
        known = {edit.id: edit for edit in self._fitting()}
        shown = {choice.edit.id: choice.parts[0] for choice in self.choices()}
        self._show_parts(
            [
                [shown.get(edit_id) or _as_kept(known[edit_id])]
                for edit_id in ids
                if edit_id in known
            ]
        )

    def show_stack(self, name: str) -> None:
        """Compare a stack that is kept with the original."""
        stack = next((each for each in self._stacks if each.name == name), None)
        if stack is not None and (parts := parts_of(stack, self._fitting())):
            self._show_parts([parts[:1]])
            place = self.columns[0].fields[0].edits.findText(self.tr("Stack: {}").format(name))
            self.columns[0].fields[0].edits.setCurrentIndex(place)

    def choose_model(self, model: str) -> None:
        """Choose the base."""
        if self.model.findText(model) < 0:
            self.model.addItem(model)
        self.model.setCurrentText(model)

    def add_next(self) -> None:
        """Add the first edit that is not compared yet."""
        shown = {choice.edit.id for choice in self.choices()}
        others = [edit for edit in self._fitting() if edit.id not in shown]
        if others:
            self.add_edits([others[0].id])

    def add_edits(self, ids: Sequence[str]) -> list[str]:
        """Put edits beside those that are compared; returns the ids of those that had room."""
        known = {edit.id: edit for edit in self._fitting()}
        taken = [each for each in ids if each in known][: MOST_COLUMNS - len(self.columns)]
        before = [list(choice.parts) for choice in self.choices()]
        self._show_parts([*before, *([_as_kept(known[each])] for each in taken)])
        return taken

    def _show_parts(self, wanted: Sequence[Sequence[Part]]) -> None:
        columns = list(wanted)[:MOST_COLUMNS]
        while len(self.columns) > len(columns):
            self._drop(self.columns[-1])
        while len(self.columns) < len(columns):
            self._insert()
        fitting = self._offered(columns)
        stacks = [stack for stack in self._stacks if stack.model == self.model.currentText()]
        for head, parts in zip(self.columns, columns, strict=True):
            head.offer(fitting, stacks, parts)
        self._follow()

    def _offered(self, columns: Sequence[Sequence[Part]]) -> list[EditRow]:
        """List the newest edits and those that are shown: nobody looks through thousands."""
        shown = {part.edit.id for parts in columns for part in parts}
        fitting = self._fitting()
        return [*fitting[:MOST_OFFERED], *(e for e in fitting[MOST_OFFERED:] if e.id in shown)]

    def _fitting(self) -> list[EditRow]:
        return [edit for edit in self._edits if edit.model == self.model.currentText()]

    def _insert(self) -> None:
        head = EditColumn()
        self.columns.append(head)
        self._row.insertWidget(len(self.columns), head, 1)
        head.changed.connect(self.changed)
        head.removed.connect(self._remover(head))

    def _remover(self, head: EditColumn) -> Callable[[], None]:
        return lambda: self._remove(head)

    def _remove(self, head: EditColumn) -> None:
        self._drop(head)
        self._follow()

    def _drop(self, head: EditColumn) -> None:
        self.columns.remove(head)
        self._row.removeWidget(head)
        head.hide()
        head.deleteLater()

    def _on_model_changed(self) -> None:
        self.show_edits([])

    def _follow(self) -> None:
        room = min(MOST_COLUMNS, len(self._fitting()))
        self.add.setEnabled(len(self.columns) < room)
        self.changed.emit()


def _as_kept(edit: EditRow) -> Part:
    return Part(edit, 1.0 if edit.strength is None else edit.strength)

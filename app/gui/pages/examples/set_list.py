"""The list of example sets: new, rename, duplicate, delete with undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.events import Notice
from app.gui.metrics import characters
from app.gui.widgets.buttons import action, button, tool_button
from app.gui.widgets.labels import heading
from app.gui.widgets.layouts import column, row
from app.gui.widgets.two_lines import DETAILS, TwoLines
from app.gui.words import set_size
from editing.examples import ExampleSet
from editing.library.example_sets import SetInfo


class SetList(QWidget):
    """All sets by name; the chosen one is open."""

    chosen = Signal(str)
    """A set's name; empty where none is left."""
    renamed = Signal(str, str)
    """The old name and the new one."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Example sets"))
        self.list.setItemDelegate(TwoLines(self.list))
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemChanged.connect(self._on_item_changed)
        self._build_actions()
        tools = [tool_button(each) for each in (self.rename, self.duplicate, self.delete)]
        head = row(heading(self.tr("Sets")), None, *tools, spacing=0.5)
        self.setLayout(column(head, self.list, button(self.new), spacing=2))
        self.setMinimumWidth(characters(22))
        context.events.sets_changed.connect(self.refresh)
        self.refresh()
        self._follow()

    @property
    def current(self) -> str:
        """The chosen set's name, or nothing."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item else ""

    def names(self) -> list[str]:
        """The sets in the list."""
        items = (self.list.item(place) for place in range(self.list.count()))
        return [str(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    def refresh(self) -> None:
        """Read the list again, keeping the choice."""
        infos = self._context.sets.infos()
        if [info.name for info in infos] == self.names():
            for place, info in enumerate(infos):
                self.list.item(place).setData(DETAILS, set_size(info))
            return
        before, place = self.current, self.list.currentRow()
        with QSignalBlocker(self.list):
            self.list.clear()
            for info in infos:
                self.list.addItem(_item(info))
            names = [info.name for info in infos]
            place = names.index(before) if before in names else max(place, 0)
            place = min(place, len(names) - 1)
            self.list.setCurrentRow(place)
        self._follow()
        if self.current != before:
            self.chosen.emit(self.current)

    def choose(self, name: str) -> None:
        """Open a set."""
        self.refresh()
        names = [each.casefold() for each in self.names()]
        if name.casefold() in names:
            self.list.setCurrentRow(names.index(name.casefold()))

    def add(self, examples: ExampleSet) -> str:
        """Keep a set under its name, numbered where that is taken, and open it."""
        name = self._context.sets.free_name(examples.name)
        self._context.sets.save(replace(examples, name=name))
        self._context.events.sets_changed.emit()
        self.choose(name)
        return name

    def add_new(self) -> None:
        """Add an empty set."""
        with told(self._context.events):
            self.add(ExampleSet(self.tr("New set"), ()))

    def _build_actions(self) -> None:
        self.new = action(
            self,
            self.tr("New set"),
            tip=self.tr("Start an empty example set."),
            icon="plus",
            do=self.add_new,
        )
        self.rename = action(
            self,
            self.tr("Rename the set"),
            tip=self.tr("Give this set another name."),
            icon="pencil",
            do=self._on_rename,
        )
        self.duplicate = action(
            self,
            self.tr("Duplicate the set"),
            tip=self.tr("Copy this set with all its rows."),
            icon="duplicate",
            do=self._on_duplicate,
        )
        self.delete = action(
            self,
            self.tr("Delete the set"),
            tip=self.tr("Delete this set; the notice lets you undo it."),
            icon="trash",
            do=self._on_delete,
        )

    def _follow(self) -> None:
        for each in (self.rename, self.duplicate, self.delete):
            each.setEnabled(bool(self.current))

    def _on_current_changed(self) -> None:
        self._follow()
        self.chosen.emit(self.current)

    def _on_rename(self) -> None:
        self.list.editItem(self.list.currentItem())

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        old, new = str(item.data(Qt.ItemDataRole.UserRole)), item.text().strip()
        if new == old:
            return
        with told(self._context.events):
            self._context.sets.rename(old, new)
            item.setData(Qt.ItemDataRole.UserRole, new)
            self.renamed.emit(old, new)
            self._context.events.sets_changed.emit()
            return
        item.setText(old)

    def _on_duplicate(self) -> None:
        with told(self._context.events):
            self.add(self._context.sets.load(self.current))

    def _on_delete(self) -> None:
        with told(self._context.events):
            name = self.current
            number = self._context.sets.delete(name)
            self._context.events.sets_changed.emit()
            notice = Notice(
                self.tr("“{name}” is deleted.").format(name=name),
                action=self.tr("Undo"),
                do=lambda: self._restore(number),
            )
            self._context.events.noticed.emit(notice)

    def _restore(self, number: int) -> None:
        with told(self._context.events):
            name = self._context.sets.restore(number)
            self._context.events.sets_changed.emit()
            self.choose(name)


def _item(info: SetInfo) -> QListWidgetItem:
    item = QListWidgetItem(info.name)
    item.setData(Qt.ItemDataRole.UserRole, info.name)
    item.setData(DETAILS, set_size(info))
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    return item

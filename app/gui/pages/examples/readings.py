"""Keeps what models say of the rows up to date: the model as it is, and with an edit on it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QComboBox

from app.gui.context import GuiContext
from app.gui.engine_launch import EngineState
from app.gui.pages.examples.probabilities import ProbabilityFeed
from app.gui.pages.examples.view import ExamplesView
from app.gui.tables.example_cells import WAITING
from app.gui.tables.example_columns import Column
from app.gui.tables.examples_table import ExamplesTable
from app.gui.tables.readings import Reading, Texts
from editing.examples import Example

MOST_EDITS = 50
"""The newest edits, of which one can be looked at beside the model."""


class Readings(QObject):
    """Asks for the rows in sight first, and for all others after them."""

    changed = Signal()
    """More is known, or less."""

    def __init__(self, context: GuiContext, table: ExamplesTable, view: ExamplesView) -> None:
        super().__init__(view)
        self._context = context
        self._table = table
        self._view = view
        self._model = context.selection.model
        self.feed = ProbabilityFeed(context.engine, self)
        self.edited_feed = ProbabilityFeed(context.engine, self, channel="examples-with-edit")
        self.edit = QComboBox()
        self.edit.setAccessibleName(self.tr("Edit to look at beside the model"))
        self.edit.setToolTip(self.tr("Show what the model says with an edit on it."))
        self._connect()
        self._show_edits()
        self._on_engine(str(context.engine.state))

    @property
    def is_off(self) -> bool:
        """Whether nobody answers unless the engine is started."""
        return str(self._context.engine.state) in (EngineState.OFF, EngineState.FAILED)

    @Slot()
    def want(self) -> None:
        """Ask for what is not known yet."""
        if not self._view.isVisible():
            return
        rows = self._in_order()
        unread = [row for row in rows if not self._is_known(row)]
        if unread:
            self.feed.want(unread, self._model)
        edit = self.edit.currentData()
        if edit:
            unseen = [row for row in rows if self._table.reading_of(row, edited=True) is None]
            self.edited_feed.want(unseen, self._model, (edit,))

    @Slot()
    def ask_again(self) -> None:
        """Forget everything and ask for it once more."""
        self._table.clear_readings()
        self.want()

    @Slot()
    def start_engine(self) -> None:
        """Start the engine where it is off or was given up."""
        if self.is_off:
            self._context.engine.restart()

    def _connect(self) -> None:
        engine, events = self._context.engine, self._context.events
        self.feed.answered.connect(self._on_answered)
        self.feed.unreadable.connect(self._on_unreadable)
        self.edited_feed.answered.connect(self._on_edited)
        self.edit.currentIndexChanged.connect(self._on_edit_chosen)
        self._view.verticalScrollBar().valueChanged.connect(self.want)
        self._view.pressed_on_now.connect(self.start_engine)
        engine.ready.connect(self.want)
        engine.state_changed.connect(self._on_engine)
        events.selection_changed.connect(self._on_selection_changed)
        events.library_changed.connect(self._show_edits)
        events.edit_added.connect(self._show_edits)

    def _is_known(self, row: Example) -> bool:
        return self._table.reading_of(row) is not None or self._table.is_unreadable(row)

    def _in_order(self) -> list[Example]:
        """Put what can be seen before what would have to be scrolled to."""
        rows, sight = self._table.shown_rows, self._view.rows_in_sight()
        seen = [row for place, row in enumerate(rows) if place in sight]
        return [*seen, *(row for place, row in enumerate(rows) if place not in sight)]

    @Slot(object)
    def _on_answered(self, readings: dict[Texts, Reading]) -> None:
        self._table.add_readings(readings)
        self.changed.emit()

    @Slot(object)
    def _on_edited(self, readings: dict[Texts, Reading]) -> None:
        self._table.add_readings(readings, edited=True)

    @Slot(object)
    def _on_unreadable(self, texts: list[Texts]) -> None:
        self._table.add_unreadable(texts)
        self.changed.emit()

    @Slot(str)
    def _on_engine(self, state: str) -> None:
        waiting = {
            EngineState.READY: WAITING,
            EngineState.STARTING: self.tr("starting…"),
            EngineState.OFF: self.tr("Start engine"),
            EngineState.FAILED: self.tr("Start engine"),
        }
        self._table.set_waiting(waiting.get(EngineState(state), WAITING))
        self.changed.emit()

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._context.selection.model != self._model:
            self._model = self._context.selection.model
            self._show_edits()
            self.ask_again()

    @Slot()
    def _show_edits(self) -> None:
        """Offer the edits of this model, keeping the choice."""
        before = self.edit.currentData()
        edits = [e for e in self._context.library.edits()[:MOST_EDITS] if e.model == self._model]
        entries = [(edit.name, edit.id) for edit in edits]
        known = [(self.edit.itemText(i), self.edit.itemData(i)) for i in range(self.edit.count())]
        if entries == known[1:] and known:
            return
        self.edit.blockSignals(True)
        self.edit.clear()
        self.edit.addItem(self.tr("Without an edit"), "")
        for name, edit_id in entries:
            self.edit.addItem(self.tr("With “{name}”").format(name=name), edit_id)
        self.edit.setCurrentIndex(max(self.edit.findData(before), 0))
        self.edit.blockSignals(False)
        if self.edit.parentWidget() or not entries:  # without a parent it would be a window
            self.edit.setVisible(bool(entries))
        if self.edit.currentData() != before:
            self._on_edit_chosen()

    @Slot()
    def _on_edit_chosen(self) -> None:
        self._table.clear_readings(edited_only=True)
        self._view.want_column(Column.EDITED, wanted=bool(self.edit.currentData()))
        self.want()

"""The first page: begin with the guided example, something new, or where one left off."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import characters, gap
from app.gui.pages.home_recent import recent_edits, recent_sets
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.icon_label import IconLabel
from app.gui.widgets.labels import body, caption, display, heading, muted
from app.gui.widgets.layouts import clear, column, row, scrolled, stretched
from app.gui.widgets.recent_row import RecentRow
from app.operations.guided import task_copy
from editing.tasks import task_names

WIDEST = 110
"""Characters across; lines longer than that are hard to read."""
TASKS_A_LINE = 4


class HomePage(QWidget):
    """Cards to begin with, and what was last worked on."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._sets: QVBoxLayout = column(spacing=0.5)
        self._edits: QVBoxLayout = column(spacing=0.5)
        self._build_actions()
        content = QWidget()
        content.setMaximumWidth(characters(WIDEST))
        content.setLayout(self._lay_out())
        middle = QWidget()
        middle.setLayout(stretched(row(None, content, None, margins=6), 1, 100))
        self.setLayout(column(scrolled(middle)))
        for changed in (context.events.sets_changed, context.events.library_changed):
            changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read the recent sets and edits again."""
        with told(self._context.events):
            self._fill(self._sets, "set", recent_sets(self._context.sets))
            self._fill(self._edits, "edit", recent_edits(self._context.library))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()
        super().showEvent(event)

    def _build_actions(self) -> None:
        events = self._context.events
        self.guide = action(
            self,
            self.tr("Try the guided example"),
            tip=self.tr("Teach the starter model twelve capitals, step by step."),
            icon="guide",
            do=events.guide_requested.emit,
        )
        self.new_set = action(
            self,
            self.tr("New example set"),
            tip=self.tr("Write down what the model should say."),
            icon="plus",
            do=partial(events.open, "examples", "new-set", ""),
        )
        self.import_file = action(
            self,
            self.tr("Import a file…"),
            tip=self.tr("Read examples from a .jsonl, .csv or .tsv file."),
            icon="import",
            do=partial(events.open, "examples", "import", ""),
        )

    def _lay_out(self) -> QVBoxLayout:
        cards = QGridLayout()
        cards.setSpacing(gap(4))
        cards.addWidget(self._new_card(), 0, 0)
        cards.addWidget(self._import_card(), 0, 1)
        cards.addWidget(self._recent_card(self.tr("Example sets"), self._sets), 1, 0)
        cards.addWidget(self._recent_card(self.tr("Edits"), self._edits), 1, 1)
        cards.setColumnStretch(0, 1)
        cards.setColumnStretch(1, 1)
        sentence = muted(
            self.tr(
                "Write down a few things the model should say. Exemplar changes it just enough, "
                "shows what that costs, and lets you take it back."
            )
        )
        hello = display(self.tr("Edit a language model by example"))
        return column(hello, sentence, self._guide_card(), cards, self._tasks(), None, spacing=4)

    def _guide_card(self) -> Card:
        card = Card()
        card.setProperty("tone", "accent")
        words = column(
            heading(self.tr("Teach the model 12 country capitals")),
            body(
                self.tr(
                    "A guided example from first row to saved edit. It uses the starter model that "
                    "comes with Exemplar: nothing to download, about two minutes."
                )
            ),
            spacing=1,
        )
        start = button(self.guide, "primary")
        self.setFocusProxy(start)
        card.body.addLayout(stretched(row(IconLabel("guide", 10), words, start, spacing=4), 1))
        return card

    def _new_card(self) -> Card:
        return _begin(
            "examples",
            self.tr("Write your own examples"),
            self.tr("Each is a prefix and how it should go on."),
            button(self.new_set),
        )

    def _import_card(self) -> Card:
        return _begin(
            "import",
            self.tr("Bring examples along"),
            self.tr("Drop a .jsonl, .csv or .tsv file anywhere on the window."),
            button(self.import_file),
        )

    def _recent_card(self, name: str, rows: QVBoxLayout) -> Card:
        card = Card(name)
        card.body.addLayout(rows)
        card.body.addStretch(1)
        return card

    def _tasks(self) -> QVBoxLayout:
        lead = caption(self.tr("Built-in tasks, opened as a copy:"))
        grid = QGridLayout()
        for number, name in enumerate(task_names()):
            opened = action(
                self,
                name,
                tip=self.tr("Open a copy of this task's validation rows."),
                do=partial(self._open_task, name),
            )
            place = divmod(number, TASKS_A_LINE)
            grid.addWidget(button(opened, "link"), *place, Qt.AlignmentFlag.AlignLeft)
        for place in range(TASKS_A_LINE):
            grid.setColumnStretch(place, 1)
        return column(lead, grid, spacing=1)

    def _open_task(self, name: str) -> None:
        with told(self._context.events):
            copied = task_copy(name, self._context.sets.free_name(name))
            self._context.sets.save(copied)
            self._context.events.sets_changed.emit()
            self._context.events.open("examples", "set", copied.name)

    def _fill(self, rows: QVBoxLayout, kind: str, entries: list[tuple[str, str, str]]) -> None:
        clear(rows)
        page = {"set": "examples", "edit": "library"}[kind]
        icon = {"set": "examples", "edit": "library"}[kind]
        for key, name, details in entries:
            made = RecentRow(icon, name, details)
            made.clicked.connect(partial(self._context.events.open, page, kind, key))
            rows.addWidget(made)
        if not entries:
            nothing = {
                "set": self.tr("Your example sets appear here."),
                "edit": self.tr("Edits you have made appear here."),
            }
            rows.addWidget(caption(nothing[kind]))


def _begin(icon: str, name: str, sentence: str, act: QWidget) -> Card:
    card = Card()
    words = column(heading(name), muted(sentence), spacing=1)
    card.body.addLayout(stretched(row(IconLabel(icon, 7), words, spacing=4), 1))
    card.body.addStretch(1)
    card.body.addLayout(row(act, None))
    return card

"""What the edits of the columns changed in sense vectors, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHeaderView, QTableView, QWidget

from app.gui.context import GuiContext
from app.gui.metrics import characters, gap
from app.gui.pages.compare.choice import Choice, Part
from app.gui.tables.pairs_table import quiet
from app.gui.tables.row_table import Index
from app.gui.tables.sense_changes_table import (
    WORDS,
    Sense,
    SenseChange,
    SenseChangesTable,
    read_changes,
)
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import column, row
from app.gui.widgets.table_menu import table_menu
from app.gui.words import number_of
from app.operations.requests import SensesRequest

LINES = 2.9
"""How high a row is, in lines of text."""


class SenseChangesPanel(QWidget):
    """Asks the engine what each edit adds to each of its senses, once somebody looks."""

    word_wanted = Signal(str)
    """The word whose senses are to be looked at."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._model = ""
        self._parts: list[Part] = []
        self._known: dict[str, dict[Sense, SenseChange]] = {}
        self._problems: dict[str, str] = {}
        self._asked: set[str] = set()
        self.table = SenseChangesTable(self)
        self._build_view()
        self.only_shared = QCheckBox(self.tr("Only senses that &every edit moved"))
        self.only_shared.toggled.connect(self.table.show_only_shared)
        self.only_shared.toggled.connect(self._tell)
        self.said = muted("")
        menu = table_menu(self.view, self.tr("Copy the table of senses"))
        head = row(self.only_shared, self.said, menu, spacing=3)
        head.setStretch(1, 1)
        honest = caption(
            self.tr(
                "▲ words the edit's own difference raises most wherever the sense is used, ▼ words "
                "it lowers most. Enter or a double click shows the word's senses."
            )
        )
        lines = column(head, self.view, honest, spacing=3)
        lines.setStretch(1, 1)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)

    def show_choices(self, model: str, choices: Sequence[Choice]) -> None:
        """Take other columns; the edits of a stack have a column each."""
        parts = {part.argument: part for choice in choices for part in choice.parts}
        self._model, self._parts = model, list(parts.values())
        if self.isVisible():
            self.ask()

    def ask(self) -> None:
        """Ask for what is not known of the edits shown."""
        for place, part in enumerate(self._parts):
            key = part.argument
            if key in self._known or key in self._problems or key in self._asked:
                continue
            self._asked.add(key)
            request = SensesRequest(self._model, edit=key, top=WORDS, difference=True)
            self._context.engine.ask(
                "senses",
                request.to_json(),
                partial(self._on_answered, key),
                on_error=partial(self._on_refused, key),
                channel=f"compare-senses-{place}",
            )
        self._show()

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Senses the edits moved"))
        self.view.setWordWrap(False)
        height = round(self.view.fontMetrics().height() * LINES)
        self.view.verticalHeader().setDefaultSectionSize(height)
        self.view.activated.connect(self._on_activated)

    def _on_answered(self, key: str, answer: dict[str, Any]) -> None:
        self._asked.discard(key)
        self._known[key] = read_changes(answer)
        self._show()

    def _on_refused(self, key: str, sentence: str) -> None:
        self._asked.discard(key)
        self._problems[key] = sentence
        self._show()

    def _on_activated(self, index: Index) -> None:
        self.word_wanted.emit(self.table.sense_at(index)[0])

    def _show(self) -> None:
        shown = [part for part in self._parts if part.argument in self._known]
        self.table.show_edits(
            [part.label for part in shown], [self._known[part.argument] for part in shown]
        )
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, characters(24))
        self.only_shared.setEnabled(len(shown) > 1)
        self._tell()

    def _tell(self) -> None:
        """Say how many senses there are, what is waited for, and what has none."""
        keys = [part.argument for part in self._parts]
        problems = dict.fromkeys(self._problems[key] for key in keys if key in self._problems)
        parts = [number_of(self.table.rowCount(), self.tr("1 sense"), self.tr("{} senses"))]
        if any(key in self._asked for key in keys):
            parts.append(self.tr("asking the engine…"))
        self.said.setText(" · ".join([*parts, *problems]))

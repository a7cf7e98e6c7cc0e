"""Senses: a word's several vectors, what each raises and lowers, and what an edit made of it."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableView,
    QWidget,
)

from app.gui.context import GuiContext
from app.gui.metrics import characters
from app.gui.pages.fields import leave_wheel_to_page
from app.gui.pages.senses_answer import SenseCard, SenseKey, overlaid, read_cards
from app.gui.pages.senses_board import SensesBoard
from app.gui.pages.senses_card import SHOWN
from app.gui.tables.pairs_table import quiet
from app.gui.tables.senses_table import Index, SenseRow, SensesTable, sense_rows
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row
from app.operations.requests import SensesRequest
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.records import read_record

WORD, EDIT = "senses-word", "senses-edit"
"""Channels: a newer word or edit makes the question about the older one stale."""


class SensesPage(QWidget):
    """Words and chosen senses on the left; the cards of one word on the right."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._word: str | None = None
        self._of_word: list[SenseCard] = []
        self._of_edit: dict[SenseKey, SenseCard] = {}
        self._build_left()
        self._build_right()
        self._connect()
        self._offer_edits()
        self._on_edit_chosen()
        edits = context.selection.edits
        if edits:
            self.show_edit(edits[0])

    def show_word(self, word: str) -> None:
        """Look a word up; it may start with its space."""
        self.search.setText(word)
        self._look_up(word)

    def show_edit(self, name_or_id: str) -> None:
        """Show the senses that an edit chose."""
        try:
            edit = self._context.library.edit(name_or_id)
        except LibraryError:
            return
        self.edits.setCurrentIndex(max(self.edits.findData(edit.id), 0))

    def _build_left(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Word, for instance capital"))
        self.search.setAccessibleName(self.tr("Word to look up"))
        self.search.setClearButtonEnabled(True)
        self.search.returnPressed.connect(self._on_search)
        self.look_up = action(
            self,
            self.tr("Look up"),
            tip=self.tr("Show the senses of this word"),
            icon="search",
            do=self._on_search,
        )
        self.focus_search = action(
            self,
            self.tr("Find a word"),
            tip=self.tr("Go to the field for a word"),
            shortcut="Ctrl+F",
            do=self._on_focus_search,
        )
        self.edits = QComboBox()
        self.edits.setAccessibleName(self.tr("Senses of which edit"))
        self.edits.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        leave_wheel_to_page(self.edits)
        self.table = SensesTable(self)
        self.chosen = QTableView()
        self.chosen.setModel(self.table)
        quiet(self.chosen, self.tr("Senses the edit chose"))
        self.chosen.setSortingEnabled(True)
        self.chosen.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        header = self.chosen.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.chosen.selectionModel().currentChanged.connect(self._on_sense_chosen)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter words"))
        self.filter.setAccessibleName(self.tr("Filter the senses the edit chose"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.count = caption("")

    def _build_right(self) -> None:
        self.board = SensesBoard()
        find = row(self.search, button(self.look_up), spacing=2)
        left, by = QWidget(), caption(self.tr("Senses chosen by"))
        parts = (find, by, self.edits, self.filter, self.chosen, self.count, None)
        lines = column(*parts, spacing=2.5, margins=4)
        lines.setStretchFactor(self.chosen, 1000)
        left.setLayout(lines)
        left.setMinimumWidth(characters(34))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.board)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([characters(42), characters(110)])
        self.setLayout(column(splitter, spacing=0))

    def _connect(self) -> None:
        events = self._context.events
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._offer_edits)
        self.edits.currentIndexChanged.connect(self._on_edit_chosen)

    def _offer_edits(self) -> None:
        chosen = self.edits.currentData()
        self.edits.blockSignals(True)
        self.edits.clear()
        self.edits.addItem(self.tr("No edit: the original model"), None)
        for edit in self._context.library.edits():
            self.edits.addItem(edit.name, edit.id)
        self.edits.setCurrentIndex(max(self.edits.findData(chosen), 0))
        self.edits.blockSignals(False)
        if self.edits.currentData() != chosen:
            self._on_edit_chosen()

    def _edit(self) -> EditRow | None:
        edit_id = self.edits.currentData()
        return None if edit_id is None else self._context.library.edit(edit_id)

    def _model(self) -> str:
        edit = self._edit()
        return self._context.selection.model if edit is None else edit.model

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "sense":
            self.show_word(name)
        elif kind == "edit":
            self.show_edit(name)

    def _on_focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_search(self) -> None:
        if self.search.text().strip():
            self._look_up(self.search.text())

    def _on_filter_changed(self, text: str) -> None:
        self.table.filter_words(text)

    def _on_edit_chosen(self) -> None:
        edit = self._edit()
        self._of_edit = {}
        rows = [] if edit is None else self._chosen_senses(edit)
        self.table.show_senses(rows)
        for part in (self.filter, self.chosen, self.count):
            part.setVisible(bool(rows))
        words = len({sense.token_id for sense in rows})
        self.count.setText(
            self.tr("{senses} senses of {words} words").format(senses=len(rows), words=words)
        )
        if edit is not None:
            self._ask_edit(edit)
        if rows:
            self.chosen.setCurrentIndex(self.table.index(0, 0))
        elif self._word is not None:
            self._look_up(self._word)

    def _chosen_senses(self, edit: EditRow) -> list[SenseRow]:
        try:
            record = read_record(self._context.library.folder_of(edit))
        except LibraryError as error:
            self.board.say(str(error))
            return []
        return sense_rows(record["result"].get("senses") or [])

    def _on_sense_chosen(self, current: Index) -> None:
        if current.isValid():
            self.search.setText(self.table.sense_at(current).word)
            self._look_up(self.table.sense_at(current).word)

    def _look_up(self, word: str) -> None:
        self._word = word
        self._context.selection.set_word(word)
        self.board.wait_for(word)
        request = SensesRequest(model=self._model(), word=word, top=SHOWN)
        self._context.engine.ask(
            "senses",
            request.to_json(),
            self._on_word_answered,
            on_error=self.board.say,
            channel=WORD,
        )

    def _ask_edit(self, edit: EditRow) -> None:
        request = SensesRequest(model=edit.model, edit=edit.name, top=SHOWN, difference=True)
        self._context.engine.ask(
            "senses",
            request.to_json(),
            self._on_edit_answered,
            on_error=self.board.say,
            channel=EDIT,
        )

    def _on_word_answered(self, answer: dict[str, Any]) -> None:
        self._of_word = read_cards(answer)
        self._draw()

    def _on_edit_answered(self, answer: dict[str, Any]) -> None:
        cards = read_cards(answer)
        self._of_edit = {(card.token_id, card.sense): card for card in cards}
        self._draw()

    def _draw(self) -> None:
        if self._of_word:
            self.board.show_cards(self._of_word[0].word, overlaid(self._of_word, self._of_edit))

"""Senses: a word's several vectors, what each raises and lowers, and what an edit made of it."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QTabWidget, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.metrics import characters, gap
from app.gui.pages.senses.answer import SenseCard, SenseKey, overlaid, read_cards
from app.gui.pages.senses.asking import SenseQuestions
from app.gui.pages.senses.board import SensesBoard
from app.gui.pages.senses.sense_map import MOST_WORDS, Measure, SenseMapView
from app.gui.pages.senses.sentence import SentenceView
from app.gui.pages.senses.what_if import Turned, WhatIfView
from app.gui.pages.senses.words import Scope, WordFinder
from app.gui.tables.senses_table import SenseRow, sense_rows
from app.gui.widgets.buttons import action
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import boxed, column, shared
from app.operations.senses.requests import SenseMapRequest, StrengthsRequest
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.records import read_record

PATIENCE_MS = 800
"""How long words are left alone before a question that takes longer is asked."""


class SensesPage(QWidget):
    """Words on the left; the cards of one word, a sentence, or sliders on the right."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = SenseQuestions(context.engine)
        self._word: str | None = None
        self._words_of: str | None = None
        self._uses_of: tuple[str, str | None] | None = None
        self._scores_of: tuple[str, str | None] | None = None
        self._scores: dict[SenseKey, float] = {}
        self._scores_timer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._scores_timer.timeout.connect(self._want_scores)
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
        if context.selection.word is not None:
            self.show_word(context.selection.word)

    def show_word(self, word: str) -> None:
        """Look a word up; it may start with its space."""
        self.finder.search.setText(word)
        self.tabs.setCurrentWidget(self.board)
        self._look_up(word)

    def show_edit(self, name_or_id: str) -> None:
        """Show the senses that an edit chose."""
        try:
            edit = self._context.library.edit(name_or_id)
        except LibraryError:
            return
        self.edits.setCurrentIndex(max(self.edits.findData(edit.id), 0))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want_words()
        self._on_tab_changed()

    def _build_left(self) -> None:
        self.finder = WordFinder()
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

    def _build_right(self) -> None:
        self.board, self.map = SensesBoard(), SenseMapView()
        self.sentence, self.what_if = SentenceView(), WhatIfView()
        self.what_if.word_of = self._word_of
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Ways to look at senses"))
        self.tabs.setDocumentMode(True)
        for widget, name in (
            (self.board, self.tr("Senses of a word")),
            (self.map, self.tr("Many words")),
            (self.sentence, self.tr("In a sentence")),
            (self.what_if, self.tr("What if")),
        ):
            self.tabs.addTab(widget, name)
        left, by = QWidget(), caption(self.tr("Senses as moved by"))
        lines = column(by, self.edits, self.finder, spacing=2.5, margins=4)
        lines.setStretch(2, 1)
        left.setLayout(lines)
        left.setMinimumWidth(characters(46))
        sizes = (characters(52), characters(110))
        lines = column(self.tabs)
        lines.setContentsMargins(0, gap(2), 0, 0)
        right = boxed(lines)
        self.setLayout(column(shared(left, right, sizes=sizes, grows=1), spacing=0))

    def _connect(self) -> None:
        events = self._context.events
        events.open_requested.connect(self._on_open_requested)
        events.library_changed.connect(self._offer_edits)
        events.selection_changed.connect(self._on_selection_changed)
        self.edits.currentIndexChanged.connect(self._on_edit_chosen)
        self.finder.word_chosen.connect(self._on_word_chosen)
        self.finder.word_typed.connect(self._look_up)
        self.finder.scope_changed.connect(self._on_scope_changed)
        self.finder.listed.connect(self._on_listed)
        self.board.neighbours_wanted.connect(self._on_neighbours_wanted)
        self.map.asked.connect(self._on_map_asked)
        self.map.word_wanted.connect(self._on_field_chosen)
        self.sentence.asked.connect(self._on_sentence_asked)
        self.what_if.asked.connect(self._on_what_if_asked)
        self.what_if.turned.connect(self._on_turned)
        self.tabs.currentChanged.connect(self._on_tab_changed)

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

    def _word_of(self, number: int) -> str:
        words = self.finder.words.words
        return words[number] if number < len(words) else f"#{number}"

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "sense":
            self.show_word(name)
        elif kind == "edit":
            self.show_edit(name)

    def _on_focus_search(self) -> None:
        self.finder.search.setFocus()
        self.finder.search.selectAll()

    def _on_word_chosen(self, word: str) -> None:
        self.tabs.setCurrentWidget(self.board)
        self._look_up(word)

    def _on_listed(self) -> None:
        self.map.show_words(self.finder.first_listed(MOST_WORDS))

    def _on_map_asked(self, ids: tuple[int, ...], target: str | None, with_edit: bool) -> None:
        edit = self._edit()
        name = edit.name if with_edit and edit is not None else None
        request = SenseMapRequest(self._model(), ids, target, name)
        self._asking.map(request, (self.map.show_answer, self.map.say))
        self._want_scores()

    def _on_field_chosen(self, word: str, sense: int) -> None:
        self._on_word_chosen(word)
        self.board.look_at(word, sense)

    def _on_selection_changed(self) -> None:
        if self.isVisible():
            self._want_words()

    def _on_scope_changed(self, scope: str) -> None:
        if scope == Scope.EXAMPLES:
            self._want_uses()
        else:
            self.finder.show_uses(None)

    def _want_words(self) -> None:
        """Ask for the words of the model, once for each."""
        model = self._model()
        if model != self._words_of:
            self._words_of = model
            self._asking.words(model, self._on_words, self._on_words_failed)

    def _on_words(self, answer: dict[str, Any]) -> None:
        self.finder.show_words(answer["words"])
        self._on_scope_changed(str(self.finder.scope))

    def _on_words_failed(self, sentence: str) -> None:
        self._words_of = None
        self.finder.say(sentence)

    def _want_uses(self) -> None:
        chosen = self._context.selection.example_set
        if chosen is None:
            self.finder.show_uses({})
            self.finder.say(self.tr("Open an example set first; its words are then listed here."))
            return
        self._asking.uses(self._model(), chosen, self._on_uses, self.finder.say)

    def _on_uses(self, answer: dict[str, Any]) -> None:
        if self.finder.scope is Scope.EXAMPLES:
            self.finder.show_uses({int(token): int(count) for token, count in answer["uses"]})

    def _on_edit_chosen(self) -> None:
        edit = self._edit()
        self._of_edit = {}
        self.map.show_known(Measure.CHANGE, {})
        rows = [] if edit is None else self._chosen_senses(edit)
        self.finder.show_senses(rows)
        if rows:
            self.finder.choose_scope(Scope.EDITED)
        if edit is not None:
            self._asking.edit(edit.model, edit.name, self._on_edit_answered, self.board.say)
        self.sentence.offer_edit(None if edit is None else edit.name)
        self.map.offer_edit(None if edit is None else edit.name, moves_senses=bool(rows))
        self._offer_what_if(edit)
        if rows:
            self.finder.chosen.setCurrentIndex(self.finder.senses.index(0, 0))
        elif self._word is not None:
            self._look_up(self._word)
        if self.isVisible():
            self._want_words()

    def _offer_what_if(self, edit: EditRow | None) -> None:
        model = self._model()
        names = [row.name for row in self._context.library.edits() if row.model == model]
        self.what_if.offer_edits(names, None if edit is None else edit.name)

    def _chosen_senses(self, edit: EditRow) -> list[SenseRow]:
        try:
            record = read_record(self._context.library.folder_of(edit))
        except LibraryError as error:
            self.board.say(str(error))
            return []
        return sense_rows(record["result"].get("senses") or [])

    def _look_up(self, word: str) -> None:
        self._word = word
        self._context.selection.set_word(word)
        self.board.wait_for(word)
        self._asking.word(self._model(), word, self._on_word_answered, self.board.say)
        self._scores_timer.start()

    def _want_scores(self) -> None:
        """Ask once for the importance of senses to the open set: seconds the first time."""
        wanted = (self._model(), self._context.selection.example_set)
        if wanted[1] is not None and wanted != self._scores_of:
            self._scores_of, self._scores = wanted, {}
            self.map.show_known(Measure.IMPORTANCE, {})
            self._asking.importance(wanted[0], wanted[1], self._on_scores)

    def _on_scores(self, answer: dict[str, Any]) -> None:
        self._scores = {(int(t), int(s)): float(score) for t, s, score in answer["scores"]}
        self.board.show_importance(self._scores)
        self.map.show_known(Measure.IMPORTANCE, self._scores)

    def _on_word_answered(self, answer: dict[str, Any]) -> None:
        self._of_word = read_cards(answer)
        self._draw()

    def _on_edit_answered(self, answer: dict[str, Any]) -> None:
        cards = read_cards(answer)
        self._of_edit = {(card.token_id, card.sense): card for card in cards}
        changes = {
            key: card.difference.norm for key, card in self._of_edit.items() if card.difference
        }
        self.finder.show_changes(changes)
        self.map.show_known(Measure.CHANGE, changes)
        self._draw()

    def _on_neighbours_wanted(self, key: SenseKey) -> None:
        def show(answer: dict[str, Any]) -> None:
            found = [(word, sense, cosine) for word, _, sense, cosine in answer["neighbours"]]
            self.board.show_neighbours(key, found)

        self._asking.neighbours(self._model(), key, show, self._context.events.notice)

    def _on_sentence_asked(self, text: str, with_edit: bool) -> None:
        edit = self._edit()
        name = edit.name if with_edit and edit is not None else None
        view = self.sentence
        self._asking.sentence(self._model(), text, name, (view.show_answer, view.say))

    def _on_what_if_asked(self, prompt: str, names: list[str]) -> None:
        view = self.what_if
        self._asking.what_if(self._model(), prompt, names, (view.show_answer, view.say))

    def _on_turned(self, turned: Turned) -> None:
        view = self.what_if
        request = StrengthsRequest(
            self._model(),
            turned.prompt,
            turned.edits,
            turned.strengths,
            turned.senses,
            turned.own,
        )
        self._asking.strengths(request, (view.show_predicted, view.fail_to_predict))

    def _on_tab_changed(self) -> None:
        shown = self.tabs.currentWidget()
        if shown is self.sentence:
            self.sentence.ask()
        elif shown is self.what_if:
            self.what_if.ask()

    def _draw(self) -> None:
        if self._of_word:
            self.board.show_cards(self._of_word[0].word, overlaid(self._of_word, self._of_edit))
            self.board.show_importance(self._scores)

"""The left side of the senses page: find a word among all, those of a set, or those edited."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QToolButton,
    QWidget,
)

from app.gui.tables.pairs_table import quiet
from app.gui.tables.senses_table import Index, SenseRow, SensesTable
from app.gui.tables.vocabulary_table import VocabularyTable
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row
from app.gui.words import number_of


class Scope(StrEnum):
    """Among which words to search."""

    ALL = "all"
    EXAMPLES = "examples"
    EDITED = "edited"


class WordFinder(QWidget):
    """A field, three scopes, and the words found; edited senses are listed one by one."""

    word_chosen = Signal(str)
    """A word of the list, with the space before it."""
    word_typed = Signal(str)
    scope_changed = Signal(str)
    listed = Signal()
    """Other words are listed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_search()
        self._build_scopes()
        self._build_tables()
        self.count = caption("")
        find = row(self.search, button(self.look_up), spacing=2)
        scopes = row(*self.scopes.values(), None, spacing=1)
        lines = column(find, scopes, self.stack, self.count, spacing=2.5)
        lines.setStretch(2, 1)
        self.setLayout(lines)
        self._follow_scope()

    @property
    def scope(self) -> Scope:
        """Where the switch stands."""
        return next(scope for scope, switch in self.scopes.items() if switch.isChecked())

    def choose_scope(self, scope: Scope) -> None:
        """Put the switch elsewhere."""
        if scope is not self.scope:
            self.scopes[scope].setChecked(True)
            self._on_scope_clicked()

    def first_listed(self, most: int) -> list[tuple[int, str]]:
        """Give the ids and texts of the first words listed."""
        if self.scope is Scope.EDITED:
            return self.senses.words()[:most]
        return self.words.first(most)

    def show_words(self, words: Sequence[str]) -> None:
        """Take the words of a model."""
        self.words.show_words(words)
        self._tell()

    def show_uses(self, uses: Mapping[int, int] | None) -> None:
        """Narrow to the words of a set, or show all."""
        self.words.show_uses(uses)
        self._tell()

    def show_senses(self, senses: Sequence[SenseRow]) -> None:
        """Take the senses that an edit chose."""
        self.senses.show_senses(senses)
        self.scopes[Scope.EDITED].setEnabled(bool(senses))
        if not senses and self.scope is Scope.EDITED:
            self.choose_scope(Scope.ALL)
        self._tell()

    def show_changes(self, changes: Mapping[tuple[int, int], float]) -> None:
        """Take how far the edit moved each sense; the chosen one stays chosen."""
        index = self.chosen.currentIndex()
        before = self.senses.sense_at(index) if index.isValid() else None
        self.senses.show_changes(changes)
        row = None if before is None else self.senses.row_of(before)
        if row is not None:
            self.chosen.selectionModel().blockSignals(True)
            self.chosen.selectRow(row)
            self.chosen.selectionModel().blockSignals(False)

    def say(self, sentence: str) -> None:
        """Say why there are no words."""
        self.count.setText(sentence)

    def _build_search(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search words, for instance capital"))
        self.search.setAccessibleName(self.tr("Word to look up"))
        self.search.setClearButtonEnabled(True)
        self.search.textEdited.connect(self._on_edited)
        self.search.textChanged.connect(self._on_changed)
        self.search.returnPressed.connect(self._on_return)
        self.look_up = action(
            self,
            self.tr("Look up"),
            tip=self.tr("Show the senses of this word"),
            icon="search",
            do=self._on_return,
        )

    def _build_scopes(self) -> None:
        words = {
            Scope.ALL: (self.tr("All words"), self.tr("Search every word the model knows")),
            Scope.EXAMPLES: (
                self.tr("My examples"),
                self.tr("Search the words of the open example set"),
            ),
            Scope.EDITED: (
                self.tr("Edited"),
                self.tr("Search the senses that the edit moved, most changed first"),
            ),
        }
        self._group = QButtonGroup(self)
        self.scopes = {scope: self._switch(*texts) for scope, texts in words.items()}
        self.scopes[Scope.ALL].setChecked(True)
        self.scopes[Scope.EDITED].setEnabled(False)

    def _switch(self, text: str, tip: str) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setToolTip(tip)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setProperty("role", "button")
        made.clicked.connect(self._on_scope_clicked)
        self._group.addButton(made)
        return made

    def _build_tables(self) -> None:
        self.words, self.senses = VocabularyTable(self), SensesTable(self)
        self.found, self.chosen = QTableView(), QTableView()
        for view, table, name in (
            (self.found, self.words, self.tr("Words found")),
            (self.chosen, self.senses, self.tr("Senses the edit chose")),
        ):
            view.setModel(table)
            quiet(view, name)
            header = view.horizontalHeader()
            header.setStretchLastSection(False)
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            view.selectionModel().currentChanged.connect(self._on_row_chosen)
        for place in range(1, self.senses.columnCount()):
            self.chosen.horizontalHeader().setSectionResizeMode(
                place, QHeaderView.ResizeMode.ResizeToContents
            )
        self.found.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.chosen.setSortingEnabled(True)
        self.chosen.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.found)
        self.stack.addWidget(self.chosen)

    def _on_scope_clicked(self) -> None:
        self._follow_scope()
        self.scope_changed.emit(str(self.scope))

    def _follow_scope(self) -> None:
        is_edited = self.scope is Scope.EDITED
        self.stack.setCurrentWidget(self.chosen if is_edited else self.found)
        self.found.setColumnHidden(1, self.scope is not Scope.EXAMPLES)
        self._tell()

    def _on_edited(self, text: str) -> None:
        """Follow the typing; where a word is only shown, the list stays as it was."""
        self.words.search(text)
        self.senses.filter_words(text)
        self._tell()

    def _on_changed(self, text: str) -> None:
        if not text:
            self._on_edited(text)

    def _on_return(self) -> None:
        typed = self.search.text()
        if typed.strip():
            self.word_typed.emit(typed)

    def _on_row_chosen(self, current: Index) -> None:
        if current.isValid():
            is_sense = current.model() is self.senses
            word = self.senses.sense_at(current).word if is_sense else self.words.word_at(current)
            self.word_chosen.emit(word)

    def _tell(self) -> None:
        self.listed.emit()
        if self.scope is Scope.EDITED:
            rows = [self.senses.sense_at(self.senses.index(i, 0)) for i in self._sense_rows()]
            words = len({each.token_id for each in rows})
            senses = number_of(len(rows), self.tr("1 sense"), self.tr("{:,} senses"))
            of = number_of(words, self.tr("1 word"), self.tr("{:,} words"))
            self.count.setText(self.tr("{senses} of {words}").format(senses=senses, words=of))
            return
        count = self.words.rowCount()
        self.count.setText(number_of(count, self.tr("1 word"), self.tr("{:,} words")))

    def _sense_rows(self) -> range:
        return range(self.senses.rowCount())

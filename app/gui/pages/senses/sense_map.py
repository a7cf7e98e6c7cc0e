"""Many words at once: every sense of each as a field of a heat map, by a measure of choice."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHeaderView, QLineEdit, QTableView, QWidget
from typing_extensions import override

from app.gui.metrics import characters
from app.gui.pages.senses.answer import SenseKey
from app.gui.tables import figures
from app.gui.tables.field_delegate import FieldDelegate
from app.gui.tables.pairs_table import quiet
from app.gui.tables.row_table import Index
from app.gui.tables.sense_map_table import MapRow, SenseMapTable
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import column, row
from app.gui.widgets.table_menu import table_menu

MOST_WORDS = 100
_PATIENCE_MS = 300
Word = tuple[int, str]
"""A token's id and its text."""


class Measure(StrEnum):
    """What a field's number says."""

    CHANGE = "change"
    IMPORTANCE = "importance"
    ADDS = "adds"
    NORM = "norm"


class SenseMapView(QWidget):
    """The words listed at the left, their senses beside each other; a field leads to its card."""

    asked = Signal(object, object, bool)
    """Token ids, the next word (or None), and whether the edit is on the model."""
    word_wanted = Signal(str, int)
    """A word and one of its senses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: list[Word] = []
        self._measured: Mapping[str, Any] = {}
        self._known: dict[Measure, Mapping[SenseKey, float]] = {}
        self.table = SenseMapTable(self)
        self._build_view()
        self._build_fields()
        self.said = muted("")
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self.ask)
        menu = table_menu(self.view, self.tr("Copy the map"))
        head = row(self.measure, self.target, self.with_edit, None, menu, spacing=3)
        honest = caption(
            self.tr(
                "Words of the list at the left, up to {}. Enter or a double click shows the card."
            ).format(MOST_WORDS)
        )
        lines = column(head, self.said, self.view, honest, spacing=3, margins=4)
        lines.setStretch(2, 1)
        self.setLayout(lines)
        self._follow()

    def offer_edit(self, name: str | None, *, moves_senses: bool) -> None:
        """Know the chosen edit, or that there is none."""
        self.with_edit.setEnabled(name is not None)
        if name is None:
            self.with_edit.setChecked(False)
        if moves_senses:
            self._choose(Measure.CHANGE)
        elif self.chosen is Measure.CHANGE:
            self._choose(Measure.NORM)
        self._want()

    def show_words(self, words: Sequence[Word]) -> None:
        """Take other words."""
        if list(words[:MOST_WORDS]) != self._words:
            self._words, self._measured = list(words[:MOST_WORDS]), {}
            self._draw()
            self._want()

    def show_known(self, measure: Measure, values: Mapping[SenseKey, float]) -> None:
        """Take what is known of senses of whatever words."""
        self._known[measure] = values
        self._draw()

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Take what the engine measured of the words it was asked for."""
        if len(answer["norms"]) == len(self._words):
            self._measured = answer
            self._draw()

    def say(self, sentence: str) -> None:
        """Say why there are no numbers."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    @property
    def chosen(self) -> Measure:
        """What the fields say."""
        return Measure(self.measure.currentData())

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def ask(self) -> None:
        """Have the engine measure the words, if somebody looks."""
        self._timer.stop()
        if self.isVisible() and self._words:
            target = self.target.text().strip() if self.chosen is Measure.ADDS else ""
            ids = tuple(number for number, _ in self._words)
            self.asked.emit(ids, target or None, self.with_edit.isChecked())

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Words by senses"))
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setItemDelegate(FieldDelegate(self.view))
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(characters(6))
        self.view.activated.connect(self._on_activated)

    def _build_fields(self) -> None:
        self.measure = QComboBox()
        self.measure.setAccessibleName(self.tr("What the fields say"))
        for measure, text in (
            (Measure.NORM, self.tr("Length of the sense vector")),
            (Measure.ADDS, self.tr("Adds to the logit of a next word")),
            (Measure.IMPORTANCE, self.tr("Importance for the open set")),
            (Measure.CHANGE, self.tr("Change by the edit, |Δ|")),
        ):
            self.measure.addItem(text, measure)
        leave_wheel_to_page(self.measure)
        self.measure.currentIndexChanged.connect(self._on_measure_chosen)
        self.target = QLineEdit()
        self.target.setAccessibleName(self.tr("Next word"))
        self.target.setPlaceholderText(self.tr("A next word, such as Paris"))
        self.target.setMaximumWidth(characters(30))
        self.target.textEdited.connect(self._want)
        self.target.returnPressed.connect(self.ask)
        self.with_edit = QCheckBox(self.tr("With the edit"))
        self.with_edit.setToolTip(self.tr("Measure the senses with the chosen edit on the model"))
        self.with_edit.setEnabled(False)
        self.with_edit.toggled.connect(self._want)

    def _choose(self, measure: Measure) -> None:
        self.measure.setCurrentIndex(self.measure.findData(measure))

    def _on_measure_chosen(self) -> None:
        self._follow()
        self._draw()
        self.ask()

    def _on_activated(self, index: Index) -> None:
        self.word_wanted.emit(self.table.row_at(index).word, max(index.column() - 1, 0))

    def _follow(self) -> None:
        self.target.setVisible(self.chosen is Measure.ADDS)
        self.with_edit.setVisible(self.chosen in (Measure.ADDS, Measure.NORM))

    def _want(self) -> None:
        self._timer.start()

    def _draw(self) -> None:
        if not self._words or not self._measured:
            self.table.show_rows([])
            self.say(self.tr("Search words at the left; their senses are then laid out here."))
            return
        current = self.view.currentIndex()
        at = (current.row(), current.column())
        rows = [
            MapRow(word, number, self._values(place, number))
            for place, (number, word) in enumerate(self._words)
        ]
        self.table.show_rows(rows)
        self._size_columns()
        self.view.setCurrentIndex(self.table.index(*at))
        self.say(self._remark())

    def _values(self, place: int, token_id: int) -> tuple[float | None, ...]:
        norms = self._measured["norms"][place]
        if self.chosen is Measure.NORM:
            return tuple(norms)
        if self.chosen is Measure.ADDS:
            adds = self._measured["adds"]
            return (None,) * len(norms) if adds is None else tuple(adds[place])
        known = self._known.get(self.chosen, {})
        return tuple(known.get((token_id, sense)) for sense in range(len(norms)))

    def _remark(self) -> str:
        target = self._measured["target"]
        if self.chosen is Measure.ADDS:
            if target is None:
                return self.tr("Type a next word; the fields then say what each sense adds to it.")
            return self.tr("What each sense adds to the logit of {}, at weight 1.").format(
                figures.visible_spaces(target)
            )
        empty = {
            Measure.CHANGE: self.tr("Choose an edit of senses at the left to see what it changed."),
            Measure.IMPORTANCE: self.tr("Open an example set to see which senses it uses most."),
        }
        is_known = self.chosen not in empty or self._known.get(self.chosen)
        return "" if is_known else empty[self.chosen]

    def _size_columns(self) -> None:
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, characters(22))

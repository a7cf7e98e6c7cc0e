"""Prompts, continued by every column's model from the same seed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QLabel, QTableView, QWidget

from app.gui.metrics import characters, gap
from app.gui.pages.compare.gate_note import GateNote, note_label
from app.gui.pages.compare.generation_text import GenerationText
from app.gui.pages.compare.judge_bar import JudgeBar
from app.gui.pages.compare.prompt_bar import PromptBar
from app.gui.tables.generations_table import Cell, GenerationsTable
from app.gui.tables.pairs_table import quiet
from app.gui.widgets.buttons import action, button
from app.gui.widgets.elided_title import ElidedTitle
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row, shared


class GenerationsPanel(QWidget):
    """The prompt bar, the prompts where there are many, and one text a column."""

    judged_wanted = Signal()
    """All that was said of texts is to be listed."""
    judged = Signal(int, int, object, str)
    """Which prompt and column, whether it is liked (None for neither), and a note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = PromptBar()
        self.texts: list[GenerationText] = []
        self.titles: list[ElidedTitle] = []
        self.judges: list[JudgeBar] = []
        self.notes: list[QLabel] = []
        self.table = GenerationsTable(self)
        self._shown = 0
        self._build_view()
        self._row = row(spacing=3)
        holder = QWidget()
        holder.setLayout(self._row)
        below = Qt.Orientation.Vertical
        self.splitter = shared(self.view, holder, grows=1, orientation=below)
        legend = caption(
            self.tr(
                "Tinted and underlined: words that the original did not say. "
                "What you think of a text is kept with its edit."
            )
        )
        self.list_judged = action(
            self,
            self.tr("Judged texts…"),
            tip=self.tr("List what was said of texts by the edits that are compared"),
            shortcut="Ctrl+J",
            icon="thumb-up",
            do=self.judged_wanted.emit,
        )
        below = row(legend, button(self.list_judged, "link"), spacing=3)
        below.setStretch(0, 1)
        lines = column(self.bar, self.splitter, below, spacing=3)
        lines.setStretch(1, 1)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)

    def show_columns(self, labels: Sequence[str]) -> None:
        """Have a text for each label, keeping what is written in those that stay."""
        while len(self.texts) < len(labels):
            self._insert()
        while len(self.texts) > len(labels):
            self._drop()
        for title, text, label in zip(self.titles, self.texts, labels, strict=True):
            title.setText(label)
            text.setAccessibleName(self.tr("Continuation by {}").format(label))
        self.table.show_columns(labels)
        self._size_columns()
        self._show_row(self._shown)

    @property
    def has_text(self) -> bool:
        """Whether any model has written something."""
        return self.table.has_text

    @property
    def shown(self) -> int:
        """Which of the prompts the texts belong to."""
        return self._shown

    def clear(self) -> None:
        """Take away what was written: it is about other models."""
        self.begin([])

    def begin(self, prompts: Sequence[str]) -> None:
        """Wait for texts about prompts; where there are many they are listed above the texts."""
        self.table.begin(prompts)
        self.view.setVisible(len(prompts) > 1)
        self._shown = 0
        for text in self.texts:
            text.begin("")
        for note in self.notes:
            note.hide()
        if len(prompts) > 1:
            self.view.selectRow(0)
        self._show_row(0)

    def add(self, number: int, place: int, piece: str) -> None:
        """Take the next piece of a text."""
        if cell := self._cell(number, place):
            self.table.change(number, place, replace(cell, text=cell.text + piece))
            if number == self._shown:
                self.texts[place].add(piece)

    def finish(
        self, number: int, place: int, continuation: str, note: GateNote | None = None
    ) -> None:
        """Take a whole text, and what is said of the memories it was written with."""
        told = note or GateNote()
        cell = Cell(continuation, is_whole=True, rows=told.text, rows_in_full=told.details)
        self._change(number, place, cell)

    def fail(self, number: int, place: int, sentence: str) -> None:
        """Say why there is no text."""
        self._change(number, place, Cell(is_whole=True, problem=sentence))

    def show_judgement(self, number: int, place: int, liked: bool | None, note: str) -> None:
        """Show what is thought of a text."""
        if cell := self._cell(number, place):
            self._change(number, place, replace(cell, liked=liked, note=note))

    def show_shown(self) -> None:
        """Show anew what is known of the prompt that is looked at."""
        self._show_row(self._shown)

    def allow_judging(self, labels: Sequence[str | None]) -> None:
        """Let texts be judged: the names of the columns whose edit can keep what is said."""
        for bar, label in zip(self.judges, labels, strict=True):
            bar.offer(label)

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Prompts and their continuations"))
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setMinimumHeight(gap(24))
        self.view.selectionModel().currentRowChanged.connect(self._on_row_chosen)
        self.view.hide()

    def _size_columns(self) -> None:
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(characters(10))
        header.setTextElideMode(Qt.TextElideMode.ElideRight)

    def _on_row_chosen(self) -> None:
        self._show_row(max(self.view.currentIndex().row(), 0))

    def _cell(self, number: int, place: int) -> Cell | None:
        written = self.table.written(number)
        return written.cells[place] if written and place < len(written.cells) else None

    def _change(self, number: int, place: int, cell: Cell) -> None:
        self.table.change(number, place, cell)
        if number == self._shown:
            self._show_row(number)

    def _show_row(self, number: int) -> None:
        """Put a prompt's texts side by side; differences are marked once all are whole."""
        self._shown = number
        written = self.table.written(number)
        if written is None:
            for judge in self.judges:
                judge.setVisible(False)
            return
        are_whole = all(cell.is_whole for cell in written.cells)
        for place, (text, cell) in enumerate(zip(self.texts, written.cells, strict=True)):
            if cell.problem:
                text.fail(cell.problem)
            else:
                text.show_text(written.prompt, cell.text)
                text.compare_with(written.cells[0].text if place and are_whole else None)
            self.notes[place].setText(cell.rows)
            self.notes[place].setToolTip(cell.rows_in_full)
            self.notes[place].setVisible(bool(cell.rows))
            judge = self.judges[place]
            judge.setVisible(place > 0 and cell.is_whole and not cell.problem)
            judge.show_judgement(cell.liked, cell.note)

    def _insert(self) -> None:
        holder, title, text = QWidget(), ElidedTitle("heading"), GenerationText()
        place, judge = len(self.texts), JudgeBar()
        judge.judged.connect(partial(self._on_judged, place))
        keeps_room = judge.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        judge.setSizePolicy(keeps_room)
        judge.hide()
        note = note_label()
        holder.setLayout(column(title, text, note, judge, spacing=1))
        self.notes.append(note)
        self.titles.append(title)
        self.texts.append(text)
        self.judges.append(judge)
        self._row.addWidget(holder, 1)

    def _on_judged(self, place: int, liked: bool | None, note: str) -> None:
        self.judged.emit(self._shown, place, liked, note)

    def _drop(self) -> None:
        self.titles.pop()
        self.judges.pop()
        self.notes.pop()
        holder = self.texts.pop().parentWidget()
        if holder is not None:
            self._row.removeWidget(holder)
            holder.hide()
            holder.deleteLater()

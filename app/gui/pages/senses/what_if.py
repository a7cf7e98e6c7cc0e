"""What if the edit were weaker, or one of its senses left out: live, and never saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.gui.pages.senses.card import BarList
from app.gui.pages.senses.sentence import FIRST
from app.gui.pages.senses.sliders import EditSliders, OwnSliders
from app.gui.tables import figures
from app.gui.tables.cuts import prefix_cut
from app.gui.what_if import Ranking, WhatIf, likeliest
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import clear, column, row, scrolled

SHOWN = 8
RANKED = 50
"""Words whose ranks are compared."""
_PATIENCE_MS = 300


@dataclass(frozen=True, slots=True)
class Turned:
    """How the sliders over some edits stand."""

    prompt: str
    edits: tuple[str, ...]
    strengths: tuple[float, ...]
    """Of each edit."""
    senses: tuple[tuple[int, int, int, float], ...]
    """Place of the edit, token id, sense and strength, where a sense does not follow its edit."""
    own: tuple[tuple[int, int, float], ...]
    """Token id, sense and strength of the model's own senses that do not count as they are."""


class WhatIfView(QWidget):
    """A prompt, sliders, and the next words before and now."""

    asked = Signal(str, object)
    """A prompt, and the names of the edits."""
    turned = Signal(object)
    """A Turned: what only the engine can work out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what_if: WhatIf | None = None
        self._before: Ranking = []
        self._asked_at: Turned | None = None
        self._names: tuple[str, ...] = ()
        self.word_of: Callable[[int], str] = str
        """Names a token by its id."""
        self.sliders: list[EditSliders] = []
        self.own: OwnSliders | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self.ask)
        self._build_fields()
        self._build()

    def offer_edits(self, names: Sequence[str], chosen: str | None) -> None:
        """Offer the edits of this model, the page's chosen one put on first."""
        self._names = () if chosen is None else (chosen,)
        self.more.clear()
        self.more.addItem(self.tr("Put on another edit…"), None)
        for name in names:
            self.more.addItem(name, name)
        self.more.setEnabled(bool(names))
        if not self._names:
            self.show_answer(None)
            self.say(self._advice())
        if self.isVisible():
            self.ask()

    def ask(self) -> None:
        """Have the engine work out the prompt as it stands."""
        self._timer.stop()
        if self.text.text().strip():
            self.asked.emit(self.text.text(), list(self._names))

    def show_answer(self, answer: Mapping[str, Any] | None) -> None:
        """Take what the engine worked out, and put fresh sliders up."""
        self._what_if = None if answer is None else WhatIf(answer)
        self._before = self._what_if.before(RANKED) if self._what_if else []
        self._asked_at = None
        clear(self._rows)
        self.sliders = []
        for terms in self._what_if.edits if self._what_if else ():
            sliders = EditSliders(terms)
            sliders.moved.connect(self._on_moved)
            self._rows.addWidget(sliders)
            self.sliders.append(sliders)
        self._show_own()
        is_there = bool(self.sliders) or self.own is not None
        self.reset.setEnabled(is_there)
        dropped = 0 if answer is None else int(answer.get("dropped") or 0)
        self.cut.setText(prefix_cut(dropped))
        self.cut.setVisible(dropped > 0)
        self._words.setVisible(is_there)
        self._turned_card.setVisible(bool(self.sliders))
        self._own_card.setVisible(self.own is not None)
        self.said.setVisible(not is_there)
        self._on_moved()

    def _show_own(self) -> None:
        clear(self._own_rows)
        self.own = None
        if self._what_if is not None and self._what_if.own:
            self.own = OwnSliders(self._what_if.own)
            self.own.moved.connect(self._on_moved)
            self._own_rows.addWidget(self.own)

    def _advice(self) -> str:
        return self.tr("Choose an edit at the left; it and its senses then get sliders.")

    def say(self, sentence: str) -> None:
        """Say why there is nothing to turn."""
        self.said.setText(sentence)
        self.said.show()

    def strengths(self) -> list[float]:
        """Give the strength of every sense as the sliders stand."""
        return [strength for sliders in self.sliders for strength in sliders.strengths()]

    def show_predicted(self, answer: Mapping[str, Any]) -> None:
        """Take what the engine predicts, and ask again if the sliders have moved meanwhile."""
        asked, self._asked_at = self._asked_at, None
        if asked is None or self._what_if is None:
            return
        self.said.hide()
        self._show_now([(int(number), float(share)) for number, share in answer["words"]])
        if asked != self._turned(self._what_if):
            self._on_moved()

    def fail_to_predict(self, sentence: str) -> None:
        """Say why the engine predicts nothing."""
        self._asked_at = None
        self.say(sentence)

    def _build_fields(self) -> None:
        self.text = QLineEdit(FIRST)
        self.text.setAccessibleName(self.tr("Prompt"))
        self.text.textEdited.connect(self._timer.start)
        self.text.returnPressed.connect(self.ask)
        self.more = QComboBox()
        self.more.setAccessibleName(self.tr("Put on another edit"))
        self.more.activated.connect(self._on_more)
        leave_wheel_to_page(self.more)
        self.reset = action(
            self,
            self.tr("Put sliders back"),
            tip=self.tr("Every strength as the edits are kept"),
            shortcut="Ctrl+Backspace",
            icon="undo",
            do=self._on_reset,
        )
        self.before = BarList(self.tr("Next words, original"), "balance", say=_percent)
        self.now = BarList(self.tr("Next words, as the sliders stand"), "increase", say=_percent)
        for bars in (self.before, self.now):
            bars.always_says = True

    def _build(self) -> None:
        self.said = muted("")
        self.cut = caption("")
        self._rows = column(spacing=3)
        turned = Card(self.tr("Strengths"))
        turned.corner.addWidget(button(self.reset, "link"))
        turned.body.addLayout(self._rows)
        turned.body.addStretch(1)
        words = Card(self.tr("Next word"))
        lists = row(
            column(caption(self.tr("Original")), self.before, None, spacing=0.5),
            column(caption(self.tr("Now")), self.now, None, spacing=0.5),
            spacing=3,
        )
        lists.setStretch(0, 1)
        lists.setStretch(1, 1)
        words.body.addLayout(lists)
        words.body.addStretch(1)
        self._own_rows = column(spacing=3)
        own = Card(self.tr("Senses of the original"))
        own.body.addLayout(self._own_rows)
        own.body.addStretch(1)
        holder = QWidget()
        holder.setLayout(column(words, turned, own, None, spacing=4))
        self._words, self._turned_card, self._own_card = words, turned, own
        honest = caption(
            self.tr("The sliders change nothing that is saved; they show what would be.")
        )
        head = row(self.text, self.more, spacing=3)
        head.setStretch(0, 1)
        body = column(head, self.cut, self.said, spacing=3, margins=4)
        body.addWidget(scrolled(holder), 1)
        body.addWidget(honest)
        self.setLayout(body)
        self.show_answer(None)

    def _on_more(self) -> None:
        name = self.more.currentData()
        self.more.setCurrentIndex(0)
        if name is not None and name not in self._names:
            self._names = (*self._names, name)
            self.ask()

    def _on_reset(self) -> None:
        for sliders in (*self.sliders, *filter(None, [self.own])):
            sliders.put_back()

    def _on_moved(self) -> None:
        """Show what would be; one question at a time, so that a quick hand starves nobody."""
        if self._what_if is None or not (self.sliders or self.own):
            return
        if self._what_if.is_linear:
            own = [] if self.own is None else self.own.strengths()
            self._show_now(likeliest(self._what_if.probabilities(self.strengths(), own), RANKED))
        elif self._asked_at is None:
            self._asked_at = self._turned(self._what_if)
            self.turned.emit(self._asked_at)

    def _turned(self, what_if: WhatIf) -> Turned:
        senses = (
            (place, *sense)
            for place, sliders in enumerate(self.sliders)
            for sense in sliders.turned_senses()
        )
        strengths = tuple(sliders.whole.strength for sliders in self.sliders)
        names = tuple(edit.name for edit in what_if.edits)
        own = () if self.own is None else tuple(self.own.turned())
        return Turned(what_if.prompt, names, strengths, tuple(senses), own)

    def _show_now(self, now: Ranking) -> None:
        before = self._before
        ranks = {number: place for place, (number, _) in enumerate(before)}
        marks = {
            self.word_of(number): _mark(ranks.get(number), place)
            for place, (number, _) in enumerate(now[:SHOWN])
        }
        reach = max(before[0][1], now[0][1])
        for bars, found, said in ((self.before, before, {}), (self.now, now, marks)):
            bars.show_words([(self.word_of(n), p) for n, p in found[:SHOWN]], reach, said)


def _mark(rank: int | None, place: int) -> str:
    if rank is None:
        return "▲ new"
    if rank == place:
        return ""
    return f"▲{rank - place}" if rank > place else f"▼{place - rank}"


def _percent(share: float) -> str:
    return figures.percent(share, decimals=1)

"""A sentence of one's own: what each place predicts, and whose senses it mixes for that."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.gui.pages.senses.card import BarList
from app.gui.pages.senses.strip import TokenStrip
from app.gui.tables import figures
from app.gui.widgets.card import Card
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import column, row

FIRST = "The capital of France is"
_PATIENCE_MS = 300


class SentenceView(QWidget):
    """The text, its strip, and what the chosen place predicts."""

    asked = Signal(str, bool)
    """A text, and whether the edit is on the model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Mapping[str, Any] | None = None
        self.text = QLineEdit(FIRST)
        self.text.setAccessibleName(self.tr("Sentence to look at"))
        self.text.textEdited.connect(self._on_edited)
        self.text.returnPressed.connect(self.ask)
        self.with_edit = QCheckBox(self.tr("With the edit"))
        self.with_edit.setToolTip(self.tr("Predict with the chosen edit on the model"))
        self.with_edit.toggled.connect(self.ask)
        self.with_edit.setEnabled(False)
        self.strip = TokenStrip()
        self.strip.position_changed.connect(self._on_position_changed)
        self.said = muted("")
        self.cut = caption("")
        self.cut.hide()
        self.predicts = BarList(self.tr("Predicted next words"), "increase", say=_percent)
        self.mixes = BarList(self.tr("Senses mixed in"), "balance", say=_percent)
        for bars in (self.predicts, self.mixes):
            bars.always_says = True
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self.ask)
        self._build()

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Show what the engine said of the sentence."""
        self._answer = answer
        tokens = answer["tokens"]
        dropped = int(answer.get("dropped") or 0)
        cut = self.tr("Only the last {shown} tokens are looked at; {cut:,} before them were cut.")
        self.cut.setText(cut.format(shown=len(tokens), cut=dropped))
        self.cut.setVisible(dropped > 0)
        self.strip.show_tokens([token["word"] for token in tokens], answer["shares"])

    def say(self, sentence: str) -> None:
        """Say why there is nothing to see."""
        self.said.setText(sentence)

    def offer_edit(self, name: str | None) -> None:
        """Know the chosen edit, or that there is none."""
        self.with_edit.setEnabled(name is not None)
        if name is None:
            self.with_edit.setChecked(False)
        elif self.isVisible():
            self.ask()

    def ask(self) -> None:
        """Ask for the sentence as it stands."""
        self._timer.stop()
        if self.text.text().strip():
            self.asked.emit(self.text.text(), self.with_edit.isChecked())

    def _build(self) -> None:
        cards: list[Card] = []
        for title, bars in (
            (self.tr("Predicted next words"), self.predicts),
            (self.tr("Senses mixed in, by weight"), self.mixes),
        ):
            card = Card(title)
            card.body.addWidget(bars)
            card.body.addStretch(1)
            cards.append(card)
        both = row(*cards, spacing=4)
        honest = caption(
            self.tr(
                "The ground of a word shows how much of it the chosen place mixes in, all senses "
                "together. A weight says how much a sense counts there, not what it means."
            )
        )
        head = row(self.text, self.with_edit, spacing=3)
        self.setLayout(
            column(head, self.strip, self.cut, self.said, both, None, honest, spacing=3, margins=4)
        )

    def _on_edited(self) -> None:
        self._timer.start()

    def _on_position_changed(self, position: int) -> None:
        if self._answer is None:
            return
        tokens = self._answer["tokens"]
        here = tokens[position]
        predicts = [(word, share) for word, share in here["predicts"]]
        mixes = [
            (f"{tokens[source]['word']}·{sense}", weight) for source, sense, weight in here["mixes"]
        ]
        for bars, found in ((self.predicts, predicts), (self.mixes, mixes)):
            bars.show_words(found, max((value for _, value in found), default=1.0), {})
        word = figures.visible_spaces(here["word"])
        likeliest = figures.visible_spaces(predicts[0][0]) if predicts else figures.NOTHING
        self.said.setText(
            self.tr("After {word}: most likely {likeliest}, {share}.").format(
                word=word, likeliest=likeliest, share=_percent(predicts[0][1] if predicts else 0.0)
            )
        )
        self.strip.setAccessibleDescription(self.said.text())


def _percent(share: float) -> str:
    return figures.percent(share, decimals=1)

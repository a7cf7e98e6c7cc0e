"""The cards of one word's senses, with the switch between before, after and difference."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QStackedWidget, QToolButton, QWidget

from app.gui.metrics import gap
from app.gui.pages.senses.answer import SenseCard, SenseKey, Side
from app.gui.pages.senses.card import SenseWidget
from app.gui.tables import figures
from app.gui.widgets.elided_title import ElidedTitle
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.labels import caption, muted
from app.gui.widgets.layouts import clear, column, row, scrolled

COLUMNS = 2
PATIENCE_MS = 300
"""How long the old cards stay before the board says that it waits."""


class SensesBoard(QWidget):
    """What is known of one word, or why nothing is."""

    neighbours_wanted = Signal(object)
    """A SenseKey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedTitle()
        self.facts = muted("")
        self.sides = {side: self._side_button(side) for side in Side}
        self._group = QButtonGroup(self)
        for side_button in self.sides.values():
            self._group.addButton(side_button)
        self.sides[Side.BEFORE].setChecked(True)
        self.cards: list[SenseWidget] = []
        self._wanted: tuple[str, int] | None = None
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._timer.timeout.connect(self._on_waited)
        self._build()

    @property
    def side(self) -> Side:
        """Where the switch stands."""
        return next(side for side, switch in self.sides.items() if switch.isChecked())

    def wait_for(self, word: str) -> None:
        """Say, if it takes long, that a word is being looked up."""
        self._waited_for = word
        self._timer.start()

    def look_at(self, word: str, sense: int) -> None:
        """Bring one sense into view, at once or when its card is there."""
        self._wanted = (word, sense)
        self._scroll_to_wanted()

    def say(self, sentence: str) -> None:
        """Say why there are no cards."""
        self._timer.stop()
        self.empty.set_sentence(sentence)
        self.stack.setCurrentWidget(self.empty)

    def show_cards(self, word: str, cards: Sequence[SenseCard]) -> None:
        """Show the senses of a word."""
        self._timer.stop()
        clear(self._grid)
        self.cards = [SenseWidget(card) for card in cards]
        for place, widget in enumerate(self.cards):
            widget.neighbours_wanted.connect(self.neighbours_wanted)
            self._grid.addWidget(widget, *divmod(place, COLUMNS))
        self._grid.setRowStretch((len(cards) + 1) // COLUMNS, 1)
        edited = sum(card.is_edited for card in cards)
        self.title.setText(figures.visible_spaces(word))
        self.facts.setText(_facts(len(cards), edited))
        self._switch.setVisible(edited > 0)
        if edited == 0:
            self.sides[Side.BEFORE].setChecked(True)
        self._on_side_clicked()
        self.stack.setCurrentWidget(self._filled)
        self._scroll_to_wanted()

    def show_importance(self, scores: Mapping[SenseKey, float]) -> None:
        """Say how much the current set uses each sense shown."""
        for widget in self.cards:
            widget.show_importance(scores.get((widget.card.token_id, widget.card.sense)))

    def show_neighbours(self, key: SenseKey, found: Sequence[tuple[str, int, float]]) -> None:
        """Name the nearest senses of one that is shown."""
        for widget in self.cards:
            if (widget.card.token_id, widget.card.sense) == key:
                widget.show_neighbours(found)

    def _scroll_to_wanted(self) -> None:
        for card in self.cards:
            if (card.card.word, card.card.sense) == self._wanted:
                self._wanted = None
                QTimer.singleShot(0, card, partial(self._go_to, card))

    def _go_to(self, card: SenseWidget) -> None:
        self._area.ensureWidgetVisible(card)
        card.raises.setFocus()

    def _build(self) -> None:
        self._grid = QGridLayout()
        self._grid.setSpacing(gap(4))
        for place in range(COLUMNS):
            self._grid.setColumnStretch(place, 1)
        holder = QWidget()
        holder.setLayout(self._grid)
        self._grid.setContentsMargins(0, 0, gap(2), 0)
        self._switch = QWidget()
        self._switch.setLayout(row(*self.sides.values(), spacing=1))
        head = row(self.title, self.facts, self._switch, spacing=3)
        head.setStretch(1, 1)
        honest = caption(
            self.tr(
                "Bars show how much a sense adds to a next word's logit wherever the word is used. "
                "A sense is what training made of it: nothing guarantees that it has a meaning."
            )
        )
        self._filled = QWidget()
        self._area = scrolled(holder)
        body = column(head, spacing=3, margins=4)
        body.addWidget(self._area, 1)
        body.addWidget(honest)
        self._filled.setLayout(body)
        self.empty = EmptyState(
            "senses",
            self.tr("Look up a word"),
            self.tr(
                "Every word has several senses. Each raises some next words and lowers others; "
                "an edit moves only a few of them."
            ),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._filled)
        self.setLayout(column(self.stack, spacing=0))
        self._waited_for = ""

    def _side_button(self, side: Side) -> QToolButton:
        words = {
            Side.BEFORE: (self.tr("Before"), self.tr("The sense in the original model")),
            Side.AFTER: (
                self.tr("After"),
                self.tr("The sense with the edit; ▲ and ▼ say how ranks changed"),
            ),
            Side.DIFFERENCE: (self.tr("Difference"), self.tr("What the edit itself adds")),
        }
        made = QToolButton()
        made.setText(words[side][0])
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setToolTip(words[side][1])
        made.setCheckable(True)
        made.setProperty("role", "button")
        made.clicked.connect(self._on_side_clicked)
        return made

    def _on_side_clicked(self) -> None:
        for widget in self.cards:
            widget.show_side(self.side)

    def _on_waited(self) -> None:
        self.say(
            self.tr("Asking the engine about {}…").format(figures.visible_spaces(self._waited_for))
        )


def _facts(senses: int, edited: int) -> str:
    tr = QCoreApplication.translate
    if not edited:
        return tr("senses", "{} senses").format(senses)
    return tr("senses", "{} senses, {} of them edited").format(senses, edited)

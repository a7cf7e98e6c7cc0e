"""A card for one sense: the words it raises and lowers, as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.pages.elided_title import flat_chip
from app.gui.pages.senses_answer import SenseCard, Side
from app.gui.palette import tokens_of
from app.gui.tables import figures
from app.gui.widgets.card import Card
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row

SHOWN = 8
"""Words of each list that a card shows."""
BAR_SHARE = 0.36


class BarList(QWidget):
    """Words with a bar each; the numbers appear with the focus or under the pointer."""

    def __init__(self, name: str, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tone = name, tone
        self._words: tuple[tuple[str, float], ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._reach = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_words(
        self, words: Sequence[tuple[str, float]], reach: float, marked: frozenset[str]
    ) -> None:
        """Show words with bars that fill the room at `reach`; the marked ones are new."""
        self._words, self._reach, self._marked = tuple(words[:SHOWN]), reach or 1.0, marked
        said = (f"{figures.visible_spaces(word)} {value:+.2f}" for word, value in self._words)
        self.setAccessibleDescription(f"{self._name}: " + ", ".join(said))
        self.updateGeometry()
        self.update()

    @property
    def words(self) -> tuple[tuple[str, float], ...]:
        """What is shown."""
        return self._words

    @override
    def sizeHint(self) -> QSize:
        return QSize(characters(18), self._line() * max(len(self._words), 1) + gap(1))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (word, value) in enumerate(self._words):
            area = QRect(0, place * self._line(), self.width(), self._line())
            self._paint_word(painter, area, word, value)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()

    def _paint_word(self, painter: QPainter, area: QRect, word: str, value: float) -> None:
        tokens, bar_room = tokens_of(self), round(area.width() * BAR_SHARE)
        inside = area.adjusted(gap(1), 0, -gap(1), 0)
        text = inside.adjusted(0, 0, -bar_room, 0)
        shown = figures.visible_spaces(word) + ("  ▲" if word in self._marked else "")
        painter.setPen(QColor(tokens.accent if word in self._marked else tokens.text))
        elided = painter.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, text.width())
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text, centre | Qt.AlignmentFlag.AlignLeft, elided)
        bar = QRectF(inside.right() - bar_room, area.center().y() - gap(1) / 2, 0, gap(1))
        bar.setWidth(max(bar_room * min(abs(value) / self._reach, 1.0), 1.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(tokens, self._tone)))
        if not self.hasFocus():
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
            return
        painter.setPen(QColor(tokens.muted))
        painter.drawText(inside, centre | Qt.AlignmentFlag.AlignRight, f"{value:+.2f}")

    def _tell(self, at: QPoint, on_screen: QPoint) -> None:
        place = at.y() // self._line()
        if 0 <= place < len(self._words):
            word, value = self._words[place]
            QToolTip.showText(on_screen, f"{figures.visible_spaces(word)}  {value:+.3f}", self)

    def _line(self) -> int:
        return self.fontMetrics().height() + gap(0.5)


class SenseWidget(Card):
    """One sense; shows the side that the page's switch stands at."""

    def __init__(self, card: SenseCard, parent: QWidget | None = None) -> None:
        super().__init__(f"{figures.visible_spaces(card.word)} · sense {card.sense}", parent)
        self.card = card
        self.edited = flat_chip(self.tr("edited"), "accent")
        self.corner.addWidget(self.edited)
        self.edited.setVisible(card.is_edited)
        self.facts = caption("")
        self.raises = BarList(self.tr("Raises"), "increase")
        self.lowers = BarList(self.tr("Lowers"), "decrease")
        lists = row(
            column(caption(self.tr("Raises")), self.raises, None, spacing=0.5),
            column(caption(self.tr("Lowers")), self.lowers, None, spacing=0.5),
            spacing=3,
        )
        lists.setStretch(0, 1)
        lists.setStretch(1, 1)
        self.body.addWidget(self.facts)
        self.body.addLayout(lists)
        self.show_side(Side.BEFORE)

    def show_side(self, side: Side) -> None:
        """Show the words before the edit, after it, or of the difference."""
        lists, entered = self.card.lists(side), self.card.entered(side)
        self.raises.show_words(lists.raises, lists.reach, entered)
        self.lowers.show_words(lists.lowers, lists.reach, frozenset())
        facts = [f"norm {lists.norm:.2f}"]
        if self.card.score is not None:
            facts.append(f"score {self.card.score:.3g}")
        if self.card.is_edited:
            facts.append(side.value)
        self.facts.setText(" · ".join(facts))

"""One prompt, continued by every column's model from the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QLineEdit, QSpinBox, QTextEdit, QWidget
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.pages.compare.diff import Piece, marked
from app.gui.palette import tokens_of
from app.gui.widgets.buttons import action, button
from app.gui.widgets.elided_title import ElidedTitle
from app.gui.widgets.fields import NumberField, leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row

FIRST_PROMPT = "The capital of Chad is"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is continued, and how."""

    text: str
    tokens: int
    temperature: float
    seed: int


class PromptBar(QWidget):
    """The prompt and how it is continued."""

    generate_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLineEdit(FIRST_PROMPT)
        self.text.setAccessibleName(self.tr("Prompt"))
        self.text.setPlaceholderText(self.tr("A beginning for every model to continue"))
        self.is_typed = False
        self.text.textEdited.connect(self._on_edited)
        self.text.returnPressed.connect(self.generate_requested)
        self.tokens = _spin(self.tr("Tokens to generate"), 1, 512, 40)
        self.seed = _spin(self.tr("Seed"), 0, 2**31 - 1, 0)
        self.temperature = NumberField(is_log=False)
        self.temperature.setRange(0, 5)
        self.temperature.setSingleStep(0.1)
        self.temperature.setValue(0.0)
        self.temperature.setAccessibleName(self.tr("Temperature"))
        self.temperature.setToolTip(self.tr("0 takes the likeliest token each time"))
        self.temperature.setMinimumWidth(characters(9))
        leave_wheel_to_page(self.temperature)
        self.generate = action(
            self,
            self.tr("Generate"),
            tip=self.tr("Let every column continue the prompt"),
            shortcut="Ctrl+Return",
            icon="play",
            do=self.generate_requested.emit,
        )
        self.stop = action(
            self,
            self.tr("Stop"),
            tip=self.tr("Wait for no more text"),
            icon="stop",
            do=self.stop_requested.emit,
        )
        self.generate_button, self.stop_button = button(self.generate, "primary"), button(self.stop)
        fields = (
            (self.tr("To&kens"), self.tokens),
            (self.tr("Te&mperature"), self.temperature),
            (self.tr("&Seed"), self.seed),
        )
        labelled = [part for text, field in fields for part in (_label(text, field), field)]
        buttons = (None, self.stop_button, self.generate_button)
        prompt = row(_label(self.tr("&Prompt"), self.text), self.text)
        self.setLayout(column(prompt, row(*labelled, *buttons), spacing=2))
        self.show_busy(False)

    def prompt(self) -> Prompt:
        """Give what is to be continued."""
        return Prompt(
            self.text.text(), self.tokens.value(), self.temperature.value(), self.seed.value()
        )

    def _on_edited(self) -> None:
        self.is_typed = True

    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop while models write."""
        self.stop.setVisible(is_busy)
        self.generate.setEnabled(not is_busy)


class GenerationText(QTextEdit):
    """One model's text as it comes; words that the original lacks are underlined and tinted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self._prompt = ""
        self._text = ""
        self._base: str | None = None

    @property
    def continuation(self) -> str:
        """What the model wrote."""
        return self._text

    def begin(self, prompt: str) -> None:
        """Wait for a continuation."""
        self._prompt, self._text, self._base = prompt, "", None
        self._draw()

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._text += piece
        self._draw()

    def finish(self, continuation: str) -> None:
        """Take the whole continuation."""
        self._text = continuation
        self._draw()

    def compare_with(self, base: str | None) -> None:
        """Mark the words that another text lacks; None marks nothing."""
        self._base = base if self._text else None
        self._draw()

    def fail(self, sentence: str) -> None:
        """Say why there is no text."""
        self._prompt, self._text, self._base = sentence, "", None
        self._draw()

    @property
    def marked_words(self) -> list[str]:
        """The words marked as different."""
        return [word for piece in self._pieces() if piece.differs for word in piece.text.split()]

    @override
    def changeEvent(self, e: QEvent) -> None:
        super().changeEvent(e)
        if e.type() == QEvent.Type.PaletteChange and self._prompt:
            self._draw()

    def _pieces(self) -> list[Piece]:
        if self._base is None:
            return [Piece(self._text, differs=False)]
        return marked(self._text, self._base)

    def _draw(self) -> None:
        tokens = tokens_of(self)
        quiet, plain, different = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        quiet.setForeground(QColor(tokens.muted))
        plain.setForeground(QColor(tokens.text))
        different.setForeground(QColor(tokens.text))
        different.setBackground(QColor(tokens.accent_soft))
        different.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        different.setUnderlineColor(QColor(tokens.accent))
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.insertText(self._prompt, quiet)
        for piece in self._pieces():
            cursor.insertText(piece.text, different if piece.differs else plain)


class GenerationsPanel(QWidget):
    """The prompt bar above one text a column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = PromptBar()
        self.texts: list[GenerationText] = []
        self.titles: list[ElidedTitle] = []
        self._row = row(spacing=3)
        legend = caption(self.tr("Tinted and underlined: words that the original did not say."))
        lines = column(self.bar, self._row, legend, spacing=3)
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

    @property
    def has_text(self) -> bool:
        """Whether any model has written something."""
        return any(text.continuation for text in self.texts)

    def clear(self) -> None:
        """Take away what was written: it is about other models."""
        for text in self.texts:
            text.begin("")

    def mark_differences(self) -> None:
        """Compare every text with the first."""
        for text in self.texts[1:]:
            text.compare_with(self.texts[0].continuation)

    def _insert(self) -> None:
        holder, title, text = QWidget(), ElidedTitle("heading"), GenerationText()
        holder.setLayout(column(title, text, spacing=1))
        self.titles.append(title)
        self.texts.append(text)
        self._row.addWidget(holder, 1)

    def _drop(self) -> None:
        self.titles.pop()
        holder = self.texts.pop().parentWidget()
        if holder is not None:
            self._row.removeWidget(holder)
            holder.hide()
            holder.deleteLater()


def _spin(name: str, low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setAccessibleName(name)
    spin.setMinimumWidth(characters(9))
    leave_wheel_to_page(spin)
    return spin


def _label(text: str, field: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(field)
    return label

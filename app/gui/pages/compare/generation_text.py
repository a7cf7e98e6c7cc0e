"""One model's text as it comes; words that the original lacks are underlined and tinted."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget
from typing_extensions import override

from app.gui.pages.compare.diff import Piece, marked
from app.gui.palette import tokens_of


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

    def show_text(self, prompt: str, continuation: str) -> None:
        """Show a prompt with what is written so far."""
        if (prompt, continuation) != (self._prompt, self._text):
            self._prompt, self._text, self._base = prompt, continuation, None
            self._draw()

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._text += piece
        self._draw()

    def compare_with(self, base: str | None) -> None:
        """Mark the words that another text lacks; None marks nothing."""
        base = base if self._text else None
        if base != self._base:
            self._base = base
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

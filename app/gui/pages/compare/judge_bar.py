"""Thumbs and a note below one text: what the person thinks of it."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from app.gui.widgets.buttons import action, tool_button
from app.gui.widgets.layouts import row


class JudgeBar(QWidget):
    """Tells at once what is thought of a text; what is told is kept."""

    judged = Signal(object, str)
    """Whether it is liked (None for neither), and a note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.up = self._thumb(self.tr("Good"), self.tr("This text is as it should be"), "thumb-up")
        self.down = self._thumb(
            self.tr("Bad"), self.tr("This text is not as it should be"), "thumb-down"
        )
        self.note = QLineEdit()
        self.note.setAccessibleName(self.tr("Note on the text"))
        self.note.setPlaceholderText(self.tr("A note, kept with the edit"))
        self.note.editingFinished.connect(self._on_noted)
        self._buttons = [tool_button(self.up), tool_button(self.down)]
        self._known = ""
        self.setLayout(row(*self._buttons, self.note, spacing=1))
        self.offer(None)

    @property
    def liked(self) -> bool | None:
        """Thumbs up or down; None for neither."""
        if self.up.isChecked() or self.down.isChecked():
            return self.up.isChecked()
        return None

    def offer(self, label: str | None) -> None:
        """Judge a text of a model of this name; None where there is nothing to judge."""
        self.setEnabled(label is not None)
        self.up.setEnabled(label is not None)
        self.down.setEnabled(label is not None)
        if label is None:
            self.show_judgement(None, "")
            return
        self.up.setText(self.tr("Good text by {}").format(label))
        self.down.setText(self.tr("Bad text by {}").format(label))
        for made, thumb in zip(self._buttons, (self.up, self.down), strict=True):
            made.setAccessibleName(thumb.text())
        self.note.setAccessibleName(self.tr("Note on the text by {}").format(label))

    def show_judgement(self, liked: bool | None, note: str) -> None:
        """Show what is kept."""
        self.up.setChecked(liked is True)
        self.down.setChecked(liked is False)
        self._known = note
        if self.note.text() != note:
            self.note.setText(note)
            self.note.setCursorPosition(0)

    def _thumb(self, text: str, tip: str, icon: str) -> QAction:
        made = action(self, text, tip=tip, icon=icon)
        made.setCheckable(True)
        made.triggered.connect(lambda: self._on_thumb(made))
        return made

    def _on_thumb(self, pressed: QAction) -> None:
        other = self.down if pressed is self.up else self.up
        if pressed.isChecked():
            other.setChecked(False)
        self._tell()

    def _on_noted(self) -> None:
        if self.note.text().strip() != self._known.strip():
            self._tell()

    def _tell(self) -> None:
        self._known = self.note.text().strip()
        self.judged.emit(self.liked, self._known)

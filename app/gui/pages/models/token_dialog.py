"""Asks for the token that the hub wants for models that are not for everyone."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.gui.metrics import characters, gap
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, title
from app.gui.widgets.layouts import column, row

OnToken = Callable[[str], None]


class TokenDialog(QDialog):
    """One field, whose letters are not shown."""

    def __init__(self, on_token: OnToken, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_token = on_token
        self.setWindowTitle(self.tr("Token for the hub"))
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Token"))
        self.field.setPlaceholderText(self.tr("Paste the token here"))
        self.field.textChanged.connect(self._follow)
        self.keep = action(
            self, self.tr("Keep token"), tip=self.tr("Keep it for this computer"), do=self._on_keep
        )
        close = action(self, self.tr("Cancel"), tip=self.tr("Keep nothing"), do=self.reject)
        about = body(
            self.tr(
                "Some models are given only to those who have accepted their terms, or to their "
                "owner. Make a token with the right to read on the hub's settings page."
            )
        )
        where = caption(
            self.tr(
                "It is kept in the system's keyring where the program has access to one, otherwise "
                "in the hub's own file, and sent to the hub alone."
            )
        )
        self.field.returnPressed.connect(self.keep.trigger)
        keep = button(self.keep, "primary")
        keep.setDefault(True)
        buttons = row(None, button(close), keep)
        parts = (title(self.windowTitle()), about, self.field, where)
        layout = column(*parts, buttons, spacing=3)
        layout.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(layout)
        self.setMinimumWidth(characters(64))
        self._follow()

    def _follow(self) -> None:
        self.keep.setEnabled(bool(self.field.text().strip()))

    def _on_keep(self) -> None:
        token = self.field.text().strip()
        self.field.clear()
        self._on_token(token)
        self.accept()

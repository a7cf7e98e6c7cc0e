"""Asks for the token that the hub wants for models that are not for everyone, or takes it away."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QWidget

from app.gui.metrics import characters, gap
from app.gui.pages.models.hub_token import HubToken
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, title
from app.gui.widgets.layouts import column, row


class TokenDialog(QDialog):
    """One field, whose letters are not shown; and where a token is kept already."""

    def __init__(self, hub_token: HubToken, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = hub_token
        self.setWindowTitle(self.tr("Token for the hub"))
        self._build_field()
        self._build_actions()
        self._lay_out()
        self._follow()
        hub_token.ask_places(self._show_places)

    def _build_field(self) -> None:
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Token"))
        self.field.setPlaceholderText(self.tr("Paste the token here"))
        self.field.textChanged.connect(self._follow)
        self.kept = caption(self.tr("Looking for a token that is kept already…"))
        self.kept.setAccessibleName(self.tr("Where a token is kept"))

    def _build_actions(self) -> None:
        self.keep = action(
            self, self.tr("Keep token"), tip=self.tr("Keep it for this computer"), do=self._on_keep
        )
        self.remove = action(
            self,
            self.tr("Remove token"),
            tip=self.tr("Take it out of the keyring and the hub's own file"),
            do=self._on_remove,
        )
        self.remove.setVisible(False)
        self.field.returnPressed.connect(self.keep.trigger)

    def _lay_out(self) -> None:
        about = body(
            self.tr(
                "Some models are given only to those who have accepted their terms, or to their "
                "owner. Make a token with the right to read on the hub's settings page."
            )
        )
        where = caption(
            self.tr(
                "It is kept in the system's keyring. Where there is none, it is kept in the hub's "
                "own file, which you will be told. It is sent to the hub alone."
            )
        )
        layout = column(title(self.windowTitle()), about, self.field, where, self.kept, spacing=3)
        layout.addLayout(self._buttons())
        layout.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(layout)
        self.setMinimumWidth(characters(64))

    def _buttons(self) -> QHBoxLayout:
        close = action(self, self.tr("Cancel"), tip=self.tr("Change nothing"), do=self.reject)
        keep, remove, leave = button(self.keep, "primary"), button(self.remove), button(close)
        for each in (remove, leave):
            each.setAutoDefault(False)
        keep.setDefault(True)
        return row(remove, None, leave, keep)

    def _show_places(self, answer: Mapping[str, Any]) -> None:
        """Say where there is a token; one in the environment is not the program's to remove."""
        places = [str(place) for place in answer["places"]]
        said = self.tr("A token is kept in {}.").format(", ".join(places))
        self.kept.setText(said if places else self.tr("No token is kept yet."))
        self.remove.setVisible(any(place not in answer["fixed"] for place in places))
        self.adjustSize()

    def _follow(self) -> None:
        self.keep.setEnabled(bool(self.field.text().strip()))

    def _on_keep(self) -> None:
        token = self.field.text().strip()
        self.field.clear()
        self._token.keep(token)
        self.accept()

    def _on_remove(self) -> None:
        self._token.remove()
        self.accept()

"""Adds a model of the hub: says what it takes and what there is, before anything is fetched."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QProgressBar, QWidget

from app.gui.metrics import characters, gap
from app.gui.pages.models.desk import ModelsDesk
from app.gui.pages.models.plan_view import PlanView
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, set_tone, title
from app.gui.widgets.layouts import column, row


class HubDialog(QDialog):
    """A model's name and revision; then its plan, or why there is none."""

    fetch_requested = Signal(str)
    """The source to fetch."""
    token_requested = Signal()

    def __init__(self, desk: ModelsDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked = ""
        self.setWindowTitle(self.tr("Add a model from the hub"))
        self._build_fields()
        self._build_actions()
        self._lay_out()
        self._follow()

    @property
    def source(self) -> str:
        """What is asked for: NAME or NAME@REVISION."""
        name, revision = self.name.text().strip(), self.revision.text().strip()
        return f"{name}@{revision}" if revision and revision != _MAIN else name

    def look(self) -> None:
        """Ask the hub what fetching this model takes."""
        self._asked = self.source
        self.plan.hide()
        self.said.hide()
        self.busy.show()
        self.look_.setEnabled(False)
        show = partial(self._on_plan, self._asked)
        self._desk.plan(self._asked, show, partial(self._on_problem, self._asked))

    def _on_plan(self, source: str, plan: Mapping[str, Any]) -> None:
        if source != self._asked:
            return
        if plan["problem"]:
            self._on_problem(source, str(plan["problem"]))
            self._show_remedy(plan)
            return
        self._rest()
        self.plan.show_plan(plan)
        self.plan.show()
        is_here = not plan["to_fetch"]
        self.fetch.setText(self.tr("Add") if is_here else self.tr("Download"))
        self.fetch.setEnabled(plan["to_fetch"] <= plan["disk_free"])
        self.fetch_button.setFocus()

    def _on_problem(self, source: str, sentence: str) -> None:
        if source != self._asked:
            return
        self._rest()
        self.said.setText(sentence)
        self.said.show()
        self.fetch.setEnabled(False)

    def _show_remedy(self, plan: Mapping[str, Any]) -> None:
        if plan["is_here"]:
            self.fetch.setText(self.tr("Add what is here"))
            self.fetch.setEnabled(True)
            self.said.setText(
                f"{plan['problem']} " + self.tr("A copy of it is on this computer already.")
            )
        if plan["remedy"] == "token":
            self.token_button.setFocus()
        elif plan["remedy"] == "name":
            self.name.setFocus()
            self.name.selectAll()

    def _rest(self) -> None:
        self.busy.hide()
        self.look_.setEnabled(True)

    def _follow(self) -> None:
        """Another name is another model: what was said of the one before does not hold."""
        self._asked = ""
        self._rest()
        self.plan.hide()
        self.said.hide()
        self.fetch.setText(self.tr("Download"))
        self.fetch.setEnabled(False)
        self.look_.setEnabled(bool(self.name.text().strip()))

    def _on_fetch(self) -> None:
        self.fetch_requested.emit(self._asked)
        self.accept()

    def _build_fields(self) -> None:
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name on the hub"))
        self.name.setPlaceholderText(self.tr("owner/name, as on the hub"))
        self.revision = QLineEdit()
        self.revision.setAccessibleName(self.tr("Revision"))
        self.revision.setPlaceholderText(_MAIN)
        self.revision.setToolTip(self.tr("A branch, a tag or a commit; empty for the newest"))
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setAccessibleName(self.tr("Asking the hub"))
        self.said = body("")
        set_tone(self.said, "danger")
        self.plan = PlanView()

    def _build_actions(self) -> None:
        self.look_ = action(
            self,
            self.tr("Look it up"),
            tip=self.tr("Ask the hub how large it is; nothing is fetched yet"),
            icon="search",
            do=self.look,
        )
        self.fetch = action(
            self,
            self.tr("Download"),
            tip=self.tr("Fetch it in the background; you can go on working"),
            icon="down",
            do=self._on_fetch,
        )
        token = action(
            self,
            self.tr("Give a token…"),
            tip=self.tr("Let the hub know who you are, for models that are not for everyone"),
            do=self.token_requested.emit,
        )
        close = action(self, self.tr("Cancel"), tip=self.tr("Add nothing"), do=self.reject)
        self.look_button = button(self.look_)
        self.fetch_button = button(self.fetch, "primary")
        self.token_button = button(token, "link")
        self.close_button = button(close)
        for each in (self.fetch_button, self.token_button, self.close_button):
            each.setAutoDefault(False)
        self.look_button.setDefault(True)
        for field in (self.name, self.revision):
            field.textChanged.connect(self._follow)

    def _lay_out(self) -> None:
        about = caption(
            self.tr(
                "Nothing is fetched before you have seen how large it is. No code that comes "
                "with a model is ever run."
            )
        )
        name, revision = QLabel(self.tr("Name")), QLabel(self.tr("Revision"))
        name.setBuddy(self.name)
        revision.setBuddy(self.revision)
        first = column(name, self.name, spacing=1)
        second = column(revision, self.revision, spacing=1)
        look = column(QLabel(""), self.look_button, spacing=1)
        fields = row(first, second, look, spacing=3)
        fields.setStretch(0, 3)
        fields.setStretch(1, 1)
        buttons = row(self.token_button, None, self.close_button, self.fetch_button)
        parts = (title(self.windowTitle()), about, fields, self.busy, self.said, self.plan)
        layout = column(*parts, None, buttons, spacing=3)
        layout.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(layout)
        self.setMinimumWidth(characters(78))


_MAIN = "main"

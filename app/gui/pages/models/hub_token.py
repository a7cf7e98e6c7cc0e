"""Has the engine keep the hub's token, or take it away; the window itself keeps nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from app.gui.context import GuiContext
from app.gui.events import Tone

OnAnswer = Callable[[dict[str, Any]], None]


class HubToken(QObject):
    """Between the dialog for the token and the engine."""

    def __init__(self, context: GuiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def keep(self, token: str) -> None:
        """Keep a token, and say where it is and why there."""
        self._ask("keep-token", {"token": token}, self._on_kept)

    def remove(self) -> None:
        """Keep no token any more."""
        self._ask("remove-token", {}, self._on_removed)

    def ask_places(self, on_answer: OnAnswer) -> None:
        """Ask where a token is kept."""
        self._ask("token-places", {}, on_answer)

    def _ask(self, question: str, arguments: dict[str, Any], on_answer: OnAnswer) -> None:
        self._context.engine.ask(question, arguments, on_answer, on_error=self._on_refused)

    def _on_kept(self, answer: Mapping[str, Any]) -> None:
        kept = self.tr("The token is kept in {}.").format(answer["place"])
        tone = Tone.WARNING if answer["reason"] else Tone.POSITIVE
        self._context.events.notice(f"{answer['reason']} {kept}".lstrip(), tone)

    def _on_removed(self, answer: Mapping[str, Any]) -> None:
        gone = self.tr("The token is taken out of {}.").format(", ".join(answer["removed"]))
        said = [gone if answer["removed"] else self.tr("No token was kept.")]
        if answer["places"]:
            still = self.tr("There is still one in {}, which the program leaves alone.")
            said.append(still.format(", ".join(answer["places"])))
        self._context.events.notice(" ".join(said))

    def _on_refused(self, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)

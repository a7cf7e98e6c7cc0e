"""Goes through the guided example by itself and exports the edit: whether this installation works.

`exemplar --self-check FOLDER` shows the window, presses the buttons a person would, with the real
engine, and ends. Pictures of every step, the exported model and a report lie in FOLDER afterwards;
nothing of the person's own is touched.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QPushButton

from app.gui.context import GuiContext
from app.gui.guide import Guide, Step
from app.gui.main_window import MainWindow
from app.operations.requests import ExportRequest
from app.venv import say

DATA, MODEL, REPORT = "data", "model", "self-check.json"
"""What FOLDER holds: a data folder, the exported model, and the report."""
_LOOK_MS = 1000
"""How long a step is left on the screen before its button is pressed."""
_LIMIT_MS = 30 * 60 * 1000


class SelfCheck(QObject):
    """One walk through the guided example; ends the program with exit code 0 or 1."""

    def __init__(self, window: MainWindow, context: GuiContext, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._context = context
        self._folder = folder
        self._guide: Guide = window.workspace.guide
        self._launched = psutil.Process().create_time()
        self._began = time.time()
        self._report: dict[str, Any] = {"window_s": self._began - self._launched, "done": False}
        self._look = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look.timeout.connect(self._press)
        self._guide.changed.connect(self._look.start)
        limit = QTimer(self, singleShot=True, interval=_LIMIT_MS)
        limit.timeout.connect(lambda: self._end("The guided example took too long."))
        limit.start()
        context.engine.ready.connect(self._on_engine_ready)

    @Slot()
    def start(self) -> None:
        """Begin the guided example."""
        self._guide.start()

    @Slot()
    def _on_engine_ready(self) -> None:
        self._report.setdefault("engine_ready_s", time.time() - self._launched)

    @Slot()
    def _press(self) -> None:
        """Take a picture of the step, then press its button."""
        step, advice = self._guide.step, self._guide.advice
        picture = self._folder / f"{int(step)}-{step.name.lower()}.png"
        self._window.grab().save(str(picture))
        if step is Step.EXPORT:
            self._export()
        elif step is Step.RUNNING and advice.button:  # only a failed run offers one
            self._end(advice.sentence)
        elif advice.button:
            self._button(advice.button).click()

    def _button(self, text: str) -> QPushButton:
        buttons = self._window.workspace.coach.findChildren(QPushButton)
        return next(button for button in buttons if button.text() == text)

    def _export(self) -> None:
        (edit,) = self._context.library.edits()
        self._report |= {
            "edit": edit.name,
            "success_before": edit.success_before,
            "success_after": edit.success_after,
            "guided_s": time.time() - self._began,
        }
        request = ExportRequest(
            edit.name, str(self._folder / MODEL), data_dir=str(self._folder / DATA)
        )
        self._context.engine.ask(
            "export", request.to_json(), lambda _: self._end(), on_error=self._end
        )

    def _end(self, failure: str = "") -> None:
        self._report |= {
            "done": not failure,
            "failure": failure,
            "whole_s": time.time() - self._launched,
        }
        text = json.dumps(self._report, indent=1, ensure_ascii=False)
        (self._folder / REPORT).write_text(text + "\n", encoding="utf-8")
        say(text)
        QApplication.exit(1 if failure else 0)


def check_in(window: MainWindow, context: GuiContext, folder: Path) -> None:
    """Start a walk that ends the program; the window keeps it alive."""
    check = SelfCheck(window, context, folder)
    QTimer.singleShot(_LOOK_MS, check, check.start)

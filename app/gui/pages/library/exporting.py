"""Exports edits: asks how, has the engine write them, and tells where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.gui.context import GuiContext
from app.gui.events import Notice, Tone
from app.gui.pages.library.export import ExportDialog
from app.operations.requests import ExportRequest
from editing.library.edit_row import EditRow


@dataclass(slots=True)
class _Batch:
    """Edits that were asked for together; one notice tells of all."""

    place: Path
    waiting: int
    written: int = 0


class EditExporting(QObject):
    """One edit, several of them, or a stack."""

    def __init__(self, context: GuiContext, page: QWidget) -> None:
        super().__init__(page)
        self._context = context
        self._page = page

    def ask(self, edits: Sequence[EditRow], stack: tuple[str, ...] = ()) -> None:
        """Ask what to write and where."""
        known = (self._context.engine.description or {}).get("editors", [])
        adapters = {editor["name"] for editor in known if editor.get("makes_adapters")}
        dialog = ExportDialog(
            edits,
            Path.home(),
            self._page,
            makes_adapters=all(edit.method in adapters for edit in edits),
            stack=stack,
        )
        dialog.accepted.connect(lambda: self.export(dialog.chosen()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, exports: Sequence[ExportRequest]) -> None:
        """Have the engine write edits; a notice tells when they are there."""
        one = self.tr("Exporting “{}”…").format(exports[0].edit)
        many = self.tr("Exporting {:,} edits…").format(len(exports))
        self._context.events.notice(one if len(exports) == 1 else many)
        place = Path(exports[0].to) if len(exports) == 1 else Path(exports[0].to).parent
        batch = _Batch(place, len(exports))
        for each in exports:
            self._context.engine.ask(
                "export",
                each.to_json(),
                partial(self._on_exported, batch, each.edit),
                on_error=partial(self._on_not_exported, batch, each.edit),
                channel=f"export-{each.to}",
            )

    def _on_exported(self, batch: _Batch, name: str, answer: object) -> None:
        del answer
        batch.written += 1
        self._count_down(batch, name)

    def _on_not_exported(self, batch: _Batch, name: str, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)
        self._count_down(batch, name)

    def _count_down(self, batch: _Batch, name: str) -> None:
        batch.waiting -= 1
        if batch.waiting or not batch.written:
            return
        one = self.tr("“{name}” is written to {place}.").format(name=name, place=batch.place)
        many = self.tr("{count} edits are written to {place}.")
        said = one if batch.written == 1 else many.format(count=batch.written, place=batch.place)
        opened = partial(_open_folder, batch.place)
        notice = Notice(said, action=self.tr("Open folder"), do=opened)
        self._context.events.noticed.emit(notice)


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

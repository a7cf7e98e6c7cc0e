"""Lets a widget take edits that are dragged to it, whatever else it takes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.gui.widgets.dragged_edits import dragged_edits

OnEdits = Callable[[tuple[str, ...]], None]


class EditDrops(QObject):
    """Watches one widget, and lives as long as it does."""

    def __init__(
        self,
        target: QWidget,
        dropped: OnEdits,
        *,
        entered: OnEdits | None = None,
        left: Callable[[], None] | None = None,
    ) -> None:
        """Take edits from now on.

        Args:
            target: What they are dropped on.
            dropped: Called with their ids.
            entered: Called with their ids while they hang over it.
            left: Called when they no longer do, dropped or not.
        """
        super().__init__(target)
        self._dropped = dropped
        self._entered = entered
        self._left = left
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self._leave()
            return False
        if not isinstance(event, QDropEvent):  # entering and moving are of this kind, too
            return False
        ids = dragged_edits(event.mimeData())
        if not ids:
            return False
        event.acceptProposedAction()
        if isinstance(event, QDragEnterEvent) and self._entered is not None:
            self._entered(ids)
        elif event.type() == QEvent.Type.Drop:
            self._leave()
            self._dropped(ids)
        return True

    def _leave(self) -> None:
        if self._left is not None:
            self._left()

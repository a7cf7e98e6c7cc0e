"""A page as the window lists it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.gui.context import GuiContext


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page before it is built; it is built, and its plots imported, when first shown."""

    name: str
    marked_title: object
    marked_sentence: object
    icon: str
    build: Callable[[GuiContext], QWidget]

    @property
    def title(self) -> str:
        """What the rail says."""
        return QCoreApplication.translate("pages", str(self.marked_title))

    @property
    def sentence(self) -> str:
        """What the page is for."""
        return QCoreApplication.translate("pages", str(self.marked_sentence))

"""Buttons for the smaller ways to make a run that would not fit into memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.gui.tables import figures
from app.gui.widgets.buttons import ActionButton, action, button
from app.gui.widgets.flow import FlowLayout
from app.gui.widgets.labels import caption, set_tone
from app.gui.widgets.layouts import column, row, stretched


class SmallerWays(QWidget):
    """A button a way, and what of them is taken, which can be put back."""

    taken = Signal(object)
    """A mapping: fields of the request that change, of `settings` those that are added."""
    changed = Signal()
    """What is kept here was put back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: dict[str, Any] = {}
        self.offer = QWidget()
        self.offer.setLayout(FlowLayout())
        self.buttons: list[ActionButton] = []
        self._offered: list[QAction] = []
        self.kept = caption("")
        self.put_back = action(
            self,
            self.tr("Put back"),
            tip=self.tr("Compute in full precision and read texts as the settings say"),
            do=self.clear,
        )
        self.put_back_button = button(self.put_back, "link")
        kept = stretched(row(self.kept, self.put_back_button, spacing=2), 0)
        self.setLayout(column(self.offer, kept, spacing=0))
        self.show_ways([])
        self._tell()

    @property
    def dtype(self) -> str | None:
        """What the run is to compute in; None as the program is set."""
        return self._own.get("dtype")

    @property
    def longest(self) -> int | None:
        """Tokens that texts are read by; None as the program is set."""
        return self._own.get("window")

    def show_ways(self, ways: Sequence[Mapping[str, Any]]) -> None:
        """Offer ways as the engine proposes them, those that fit first."""
        layout = self.offer.layout()
        for old in self.buttons:
            if layout is not None:
                layout.removeWidget(old)
            old.deleteLater()
        for old in self._offered:
            self.removeAction(old)
            old.deleteLater()
        self._offered = []
        self.buttons = [self._button(way) for way in sorted(ways, key=lambda way: not way["fits"])]
        self.offer.setVisible(bool(self.buttons))

    def keep(self, values: Mapping[str, Any]) -> None:
        """Keep what of a run's fields is kept here, and show it."""
        self._own = {name: values[name] for name in ("dtype", "window") if values.get(name)}
        self._tell()

    def clear(self) -> None:
        """Compute and read as the program is set."""
        self.keep({})
        self.changed.emit()

    def _button(self, way: Mapping[str, Any]) -> ActionButton:
        needed = figures.size(way["memory_bytes"])
        fits = "" if way["fits"] else self.tr(", still too much")
        act = action(
            self,
            self.tr("{way} ({needed}{fits})").format(way=way["label"], needed=needed, fits=fits),
            tip=way["cost"],
            do=lambda: self._take(way["changes"]),
        )
        self._offered.append(act)
        widget = ActionButton(act, "link")
        layout = self.offer.layout()
        if layout is not None:
            layout.addWidget(widget)
        return widget

    def _take(self, changes: Mapping[str, Any]) -> None:
        self.keep({**self._own, **changes})
        self.taken.emit(changes)

    def _tell(self) -> None:
        parts: list[str] = []
        if self.dtype is not None:
            parts.append(self.tr("computes in {}").format(self.dtype))
        if self.longest is not None:
            parts.append(self.tr("texts in pieces of {} tokens").format(self.longest))
        self.kept.setText(self.tr("This run: ") + " · ".join(parts) if parts else "")
        set_tone(self.kept, "")
        self.kept.setVisible(bool(parts))
        self.put_back_button.setVisible(bool(parts))

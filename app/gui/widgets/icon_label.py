"""An icon that only decorates, in the theme's accent."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from app.gui.icons import picture
from app.gui.metrics import gap
from app.gui.palette import tokens_of


class IconLabel(QLabel):
    """A picture of a few text quarters across that follows the theme."""

    def __init__(self, name: str, steps: float = 6, colour: str = "accent") -> None:
        super().__init__()
        self._name = name
        self._steps = steps
        self._colour = colour
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        size, ratio = gap(self._steps), self.devicePixelRatioF()
        colour = getattr(tokens_of(self), self._colour)
        self.setPixmap(picture(self._name, colour, size, ratio))
        self.setFixedSize(size, size)

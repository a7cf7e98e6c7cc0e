"""Chooses a text: sampled from the model, or a file."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QWidget

from app.gui.metrics import characters
from app.gui.widgets.buttons import action, button
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.layouts import row
from app.operations.requests import SAMPLED


class TextField(QWidget):
    """A list of the texts chosen so far, and a button that adds a file."""

    changed = Signal()

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        """Offer a text.

        Args:
            name: What the text is for, in a word or two.
            tip: What choosing a file does.
            parent: Its owner.
        """
        super().__init__(parent)
        self._name = name
        self.list = QComboBox()
        self.list.setAccessibleName(name)
        self.list.setMinimumWidth(characters(20))
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.list.setSizeAdjustPolicy(policy)
        leave_wheel_to_page(self.list)
        self.list.addItem(self.tr("Sampled"), SAMPLED)
        file = action(self, self.tr("File…"), tip=tip, icon="import", do=self.ask)
        self.list.currentIndexChanged.connect(self.changed)
        chosen = button(file)
        chosen.setAccessibleName(self.tr("File: {}").format(name))
        self.setLayout(row(self.list, chosen, spacing=2))
        self.setFocusProxy(self.list)

    @property
    def choice(self) -> str:
        """A file, or SAMPLED."""
        return str(self.list.currentData())

    @property
    def is_sampled(self) -> bool:
        """Whether the model writes the text."""
        return self.choice == SAMPLED

    def choose(self, choice: str) -> None:
        """Choose a text, adding it where it is not offered yet."""
        if self.list.findData(choice) < 0:
            self.list.addItem(Path(choice).name, choice)
        self.list.setCurrentIndex(self.list.findData(choice))

    def ask(self) -> bool:
        """Ask for a file; returns whether one was chosen."""
        title = self.tr("Choose a file: {}").format(self._name)
        kinds = self.tr("Texts (*.jsonl *.txt)")
        path, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if path:
            self.choose(path)
        return bool(path)

"""What is continued, and how: one prompt, or many, from the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QSpinBox, QToolButton, QWidget

from app.gui.metrics import characters, gap
from app.gui.widgets.buttons import action, button
from app.gui.widgets.fields import NumberField, leave_wheel_to_page
from app.gui.widgets.layouts import column, row

FIRST_PROMPT = "The capital of Chad is"
MOST_PROMPTS = 50
LINES = 4
"""Of the field for many prompts."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is continued, and how."""

    text: str
    tokens: int
    temperature: float
    seed: int


class PromptBar(QWidget):
    """The prompt and how it is continued."""

    generate_requested = Signal()
    stop_requested = Signal()
    examples_wanted = Signal()
    """The prompts of the examples are to be filled in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_typed = False
        self._build_prompts()
        self._build_fields()
        self._build_actions()
        fields = (
            (self.tr("To&kens"), self.tokens),
            (self.tr("Te&mperature"), self.temperature),
            (self.tr("&Seed"), self.seed),
        )
        labelled = [part for text, field in fields for part in (_label(text, field), field)]
        buttons = (self.from_examples_button, self.stop_button, self.generate_button)
        prompt = row(_label(self.tr("&Prompt"), self.text), self.text, self.lines, self.switch)
        self.setLayout(column(prompt, row(*labelled, None, *buttons), spacing=2))
        self.show_busy(False)
        self._follow()

    def prompts(self) -> list[str]:
        """Give everything that is to be continued, each prompt once."""
        if not self.many.isChecked():
            return [self.text.text()]
        lines = (line.strip() for line in self.lines.toPlainText().splitlines())
        return list(dict.fromkeys(filter(None, lines)))[:MOST_PROMPTS]

    def show_prompts(self, prompts: Sequence[str]) -> None:
        """Offer many prompts."""
        self.many.setChecked(True)
        self.lines.setPlainText("\n".join(prompts[:MOST_PROMPTS]))

    def _build_prompts(self) -> None:
        self.text = QLineEdit(FIRST_PROMPT)
        self.text.setAccessibleName(self.tr("Prompt"))
        self.text.setPlaceholderText(self.tr("A beginning for every model to continue"))
        self.text.textEdited.connect(self._on_edited)
        self.text.returnPressed.connect(self.generate_requested)
        self.lines = QPlainTextEdit()
        self.lines.setAccessibleName(self.tr("Prompts, one a line"))
        self.lines.setPlaceholderText(
            self.tr("One beginning a line, up to {}").format(MOST_PROMPTS)
        )
        self.lines.setTabChangesFocus(True)
        self.lines.setFixedHeight(self.fontMetrics().lineSpacing() * LINES + gap(5))

    def _build_fields(self) -> None:
        self.tokens = _spin(self.tr("Tokens to generate"), 1, 512, 40)
        self.seed = _spin(self.tr("Seed"), 0, 2**31 - 1, 0)
        self.temperature = NumberField(is_log=False)
        self.temperature.setRange(0, 5)
        self.temperature.setSingleStep(0.1)
        self.temperature.setValue(0.0)
        self.temperature.setAccessibleName(self.tr("Temperature"))
        self.temperature.setToolTip(self.tr("0 takes the likeliest token each time"))
        self.temperature.setMinimumWidth(characters(9))
        leave_wheel_to_page(self.temperature)

    def _build_actions(self) -> None:
        self.generate = action(
            self,
            self.tr("Generate"),
            tip=self.tr("Let every column continue the prompt"),
            shortcut="Ctrl+Return",
            icon="play",
            do=self.generate_requested.emit,
        )
        self.stop = action(
            self,
            self.tr("Stop"),
            tip=self.tr("Wait for no more text"),
            icon="stop",
            do=self.stop_requested.emit,
        )
        self.many = action(
            self,
            self.tr("Many prompts"),
            tip=self.tr("Continue several prompts, one a line, one after the other"),
            shortcut="Ctrl+L",
        )
        self.many.setCheckable(True)
        self.many.toggled.connect(self._follow)
        self.from_examples = action(
            self,
            self.tr("From the examples"),
            tip=self.tr("Fill in the beginnings of the examples the first edit was made with"),
            icon="examples",
            do=self.examples_wanted.emit,
        )
        self.switch = QToolButton()
        self.switch.setDefaultAction(self.many)
        self.switch.setAccessibleName(self.many.text())
        self.switch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.switch.setProperty("role", "button")
        self.generate_button, self.stop_button = button(self.generate, "primary"), button(self.stop)
        self.from_examples_button = button(self.from_examples, "link")

    def _follow(self) -> None:
        is_many = self.many.isChecked()
        self.text.setVisible(not is_many)
        self.lines.setVisible(is_many)
        self.from_examples.setVisible(is_many)
        if is_many and not self.lines.toPlainText():
            self.lines.setPlainText(self.text.text())

    def prompt(self) -> Prompt:
        """Give the one prompt, and how all are continued."""
        return Prompt(
            self.text.text(), self.tokens.value(), self.temperature.value(), self.seed.value()
        )

    def _on_edited(self) -> None:
        self.is_typed = True

    def show_busy(self, is_busy: bool) -> None:
        """Offer to stop while models write."""
        self.stop.setVisible(is_busy)
        self.generate.setEnabled(not is_busy)


def _spin(name: str, low: int, high: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setValue(value)
    spin.setAccessibleName(name)
    spin.setMinimumWidth(characters(9))
    leave_wheel_to_page(spin)
    return spin


def _label(text: str, field: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(field)
    return label

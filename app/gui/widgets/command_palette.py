"""Type a few letters of what you want to do or open, press Enter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget
from typing_extensions import override

from app.gui.fuzzy import fuzzy_score
from app.gui.metrics import characters, gap
from app.gui.tokens import Tokens
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column
from app.gui.widgets.list_entries import Index, ListEntries, write_in

MOST_SHOWN = 60
_KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_COMMAND = Qt.ItemDataRole.UserRole
_BETTER_BY_NAME = 30


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette."""

    name: str
    kind: str
    """A word for what it is, such as "Action", "Page" or "Edit"."""
    do: Callable[[], object]
    details: str = ""
    keys: str = ""


class CommandPalette(QDialog):
    """Actions, pages, sets, edits and runs by name, filtered while typing."""

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Search or run a command"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands = commands
        self.field = QLineEdit(
            placeholderText=self.tr("An action, a page, a set, an edit or a run"),
            clearButtonEnabled=True,
        )
        self.field.setAccessibleName(self.tr("Search commands"))
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setItemDelegate(_CommandLine(self.list))
        self.hint = caption("")
        self.setLayout(column(self.field, self.list, self.hint, spacing=2, margins=4))
        self.resize(characters(76), gap(96))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._do)
        self.list.itemActivated.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self._filter("")

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            return self.list.event(event)
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.clear()
        found = ranked(self._commands, text)
        for number in found[:MOST_SHOWN]:
            command = self._commands[number]
            item = QListWidgetItem(command.name, self.list)
            item.setData(_COMMAND, command)
            item.setToolTip(command.details)
            said = (command.name, command.kind, command.keys)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, said)))
        self.list.setCurrentRow(0)
        left = len(found) - MOST_SHOWN
        if not found:
            self.hint.setText(self.tr("Nothing is called that. Try fewer letters."))
        elif left > 0:
            self.hint.setText(self.tr("{n} more; type on to find them.").format(n=left))
        else:
            self.hint.setText(self.tr("Enter does it, Esc goes back."))

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None without a row
            command: Command = item.data(_COMMAND)
            self.accept()
            command.do()


def ranked(commands: Sequence[Command], text: str) -> list[int]:
    """Number the commands that fit a text, best first; all in their order where it is empty."""
    if not text.strip():
        return list(range(len(commands)))
    rated: list[tuple[int, int]] = []
    for number, command in enumerate(commands):
        by_name = fuzzy_score(text, command.name)
        whole = f"{command.name} {command.kind} {command.details}"
        score = fuzzy_score(text, whole) if by_name is None else by_name + _BETTER_BY_NAME
        if score is not None:
            rated.append((-score, number))
    return [number for _, number in sorted(rated)]


class _CommandLine(ListEntries):
    """A name at the left; its kind and keys at the right, stepping back."""

    @override
    def write(self, painter: QPainter, area: QRect, index: Index, tokens: Tokens) -> None:
        command: Command = index.data(_COMMAND)
        words = area.adjusted(gap(2.5), 0, -gap(2.5), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = " · ".join(filter(None, (command.keys, command.kind)))
        end = middle | Qt.AlignmentFlag.AlignRight
        write_in(painter, words, right, tokens.muted, where=end)
        room = painter.fontMetrics().horizontalAdvance(right) + gap(4)
        write_in(painter, words.adjusted(0, 0, -room, 0), command.name, tokens.text, where=middle)

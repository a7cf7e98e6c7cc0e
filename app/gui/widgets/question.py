"""A question before something goes: the button that does it, beside a Cancel that stands ready."""

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget


def question(
    parent: QWidget, text: str, more: str, *, icon: QMessageBox.Icon = QMessageBox.Icon.Question
) -> QMessageBox:
    """Prepare a question; `offer` gives it its answer and shows it.

    Args:
        parent: The page or dialog it is about.
        text: The question.
        more: What stays, and what nothing gets back.
        icon: How grave it is.
    """
    box = QMessageBox(parent)
    box.setIcon(icon)
    box.setWindowTitle("Exemplar")
    box.setText(text)
    box.setInformativeText(more)
    return box


def offer(box: QMessageBox, text: str, do: Callable[[], None]) -> None:
    """Show a question with a button that does it; Enter and Esc leave everything as it is."""
    yes = box.addButton(text, QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    yes.clicked.connect(lambda: do())
    box.finished.connect(box.deleteLater)
    box.open()

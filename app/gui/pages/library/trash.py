"""Questions before something goes that nothing gets back, or that others stand on."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from app.gui.tables import figures
from app.gui.widgets.question import offer, question

translate = QCoreApplication.translate
_GRAVE = QMessageBox.Icon.Warning


def ask_to_empty(parent: QWidget, size_bytes: int, do: Callable[[], None]) -> QMessageBox:
    """Ask whether the trash is to be emptied."""
    box = question(
        parent,
        translate("library", "Empty the trash?"),
        translate("library", "{} are deleted for good; nothing gets the edits back.").format(
            figures.size(size_bytes)
        ),
        icon=_GRAVE,
    )
    offer(box, translate("library", "Empty trash"), do)
    return box


def ask_to_delete(
    parent: QWidget, name: str, children: Sequence[str], do: Callable[[], None]
) -> QMessageBox:
    """Ask whether an edit that others stand on is to go into the trash."""
    return _ask_to_delete(
        parent, translate("library", "Put “{}” into the trash?").format(name), children, do
    )


def ask_to_delete_all(
    parent: QWidget, count: int, children: Sequence[str], do: Callable[[], None]
) -> QMessageBox:
    """Ask whether edits that others stand on are to go into the trash."""
    asked = translate("library", "Put {:,} edits into the trash?").format(count)
    return _ask_to_delete(parent, asked, children, do)


def _ask_to_delete(
    parent: QWidget, asked: str, children: Sequence[str], do: Callable[[], None]
) -> QMessageBox:
    listed = ", ".join(f"“{each}”" for each in children[:5]) + (", …" if len(children) > 5 else "")
    one = translate(
        "library",
        "{names} was learnt on what would go. It stays, but does what it was made for only "
        "together with it.",
    )
    many = translate(
        "library",
        "{count} edits were learnt on what would go: {names}. They stay, but do what they were "
        "made for only together with it.",
    )
    said = one if len(children) == 1 else many
    more = said.format(count=len(children), names=listed)
    box = question(parent, asked, more, icon=_GRAVE)
    offer(box, translate("library", "Put into the trash"), do)
    return box

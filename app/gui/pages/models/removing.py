"""The question before a model goes off the list: what stays, and whether its files go with it."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from app.gui.tables import figures
from app.gui.tables.model_standing import ModelRow
from app.gui.widgets.question import offer, question
from app.gui.words import number_of

translate = QCoreApplication.translate
OnRemove = Callable[[bool], None]
"""Called with whether the files are to be deleted too."""


def ask_to_remove(parent: QWidget, model: ModelRow, do: OnRemove) -> QMessageBox:
    """Ask whether a model is to go off the list, and say what stays."""
    asked = translate("models", "Take “{}” off the list?").format(model.name)
    box = question(parent, asked, _what_stays(model))
    removable = model.facts.get("removable") or {"files": 0, "size": 0}
    delete: QCheckBox | None = None
    if model.kind == "hub" and removable["files"]:
        one = translate("models", "Also delete the file fetched for it")
        many = translate("models", "Also delete the {} files fetched for it")
        files = number_of(removable["files"], one, many)
        delete = QCheckBox(f"{files} ({figures.size(removable['size'])})")
        box.setCheckBox(delete)
    offer(
        box,
        translate("models", "Take off the list"),
        lambda: do(delete is not None and delete.isChecked()),
    )
    return box


def ask_to_discard(parent: QWidget, name: str, fetched: int, do: Callable[[], None]) -> QMessageBox:
    """Ask whether what was fetched so far is to be deleted."""
    asked = translate("models", "Give up fetching “{}”?").format(name)
    said = translate(
        "models",
        "{} of it are here and will be deleted. Pause keeps them, and fetching goes on from there "
        "another time.",
    )
    box = question(parent, asked, said.format(figures.size(fetched)))
    offer(box, translate("models", "Delete what has come"), do)
    return box


def _what_stays(model: ModelRow) -> str:
    parts: list[str] = []
    if model.kind == "folder":
        parts.append(translate("models", "Its folder and every file in it stay where they are."))
    else:
        parts.append(
            translate(
                "models",
                "Files that were in the hub's cache before it was added stay, and so do those that "
                "other models need.",
            )
        )
    if model.edits:
        one = translate(
            "models",
            "1 edit of the library was made for it. It stays, and needs it to be put on anything.",
        )
        many = translate(
            "models",
            "{} edits of the library were made for it. They stay, and need it to be put on "
            "anything.",
        )
        parts.append(number_of(model.edits, one, many))
    return " ".join(parts)

"""The program's words, each in one sentence, with the place in the help that says more."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QWidget

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Term:
    """A word as a tooltip explains it."""

    name: str
    sentence: str
    part: str
    """The heading of the help's page of terms that says more."""

    @property
    def page(self) -> str:
        """Where the help says more."""
        return f"terms#{self.part}"


def terms() -> dict[str, Term]:
    """Return every term by its English name, in the language in use."""
    known = {
        "Examples": (
            translate("terms", "Examples"),
            translate("terms", "Beginnings of text, and how the model should or should not go on."),
        ),
        "Run": (
            translate("terms", "Run"),
            translate("terms", "Teaches the model a set of examples with one method."),
        ),
        "Edit": (
            translate("terms", "Edit"),
            translate(
                "terms",
                "The change a run made; it can be put on the model and taken off again.",
            ),
        ),
        "Senses": (
            translate("terms", "Senses"),
            translate(
                "terms", "The vectors of a word; each raises some next words and lowers others."
            ),
        ),
        "Degradation": (
            translate("terms", "Degradation"),
            translate("terms", "By what share the loss on general text has risen."),
        ),
        "Success": (
            translate("terms", "Success"),
            translate(
                "terms", "The share of examples for which the model now says what it should."
            ),
        ),
        "Budget": (
            translate("terms", "Budget"),
            translate("terms", "The most degradation you allow."),
        ),
        "Hard negatives": (
            translate("terms", "Hard negatives"),
            translate("terms", "Texts close to the examples that must not change."),
        ),
        "Strength": (
            translate("terms", "Strength"),
            translate("terms", "Scales an edit: 0 is the original, 1 the edit as it was made."),
        ),
    }
    return {part: Term(name, sentence, part) for part, (name, sentence) in known.items()}


def explain_terms(page: QWidget) -> None:
    """Let every label of a page that is one of the terms, and nothing else, explain itself."""
    known = {term.name: term for term in terms().values()}
    for label in page.findChildren(QLabel):
        term = known.get(label.text().strip(" :"))
        if term is not None and not label.toolTip():
            label.setToolTip(term.sentence)

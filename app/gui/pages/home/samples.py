"""Sets to begin with: small samples, and the built-in tasks. Each is opened as a copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.labels import caption
from app.operations.guided import task_copy
from app.operations.samples import sample_copy, samples
from editing.examples import Example, ExampleSet
from editing.tasks import TaskCard, task_card, task_names

ACROSS = 4
LONGEST = 20
"""Characters of a task's title; a longer one gives way to its name."""


class SamplesCard(Card):
    """Links; what they open may be changed and deleted, and can be opened afresh."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_title(self.tr("Sample sets"))
        self._context = context
        remark = caption(self.tr("Opened as copies, to change as you like."))
        remark.setWordWrap(False)
        self.corner.addWidget(remark)
        self.body.addLayout(self._links())

    def _links(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(0)
        with told(self._context.events):
            for sample in samples():
                name = sample.examples.name
                tip = f"{sample.about} {_size(*map(len, _lists(sample.examples)))}"
                self._add(grid, name, tip, partial(sample_copy, sample))
            for card in map(task_card, task_names()):
                size = card.splits["val"]
                counts = _size(size.canonical, size.evaluation, size.hard_negatives)
                self._add(grid, _title(card), f"{card.description} {counts}", partial(_task, card))
        for place in range(ACROSS):
            grid.setColumnStretch(place, 1)
        return grid

    def _add(
        self, grid: QGridLayout, name: str, tip: str, make: Callable[[str], ExampleSet]
    ) -> None:
        opened = action(self, name, tip=tip, do=partial(self._open, name, make))
        line, place = divmod(len(self.actions()) - 1, ACROSS)
        grid.addWidget(button(opened, "link"), line, place, Qt.AlignmentFlag.AlignLeft)

    def _open(self, name: str, make: Callable[[str], ExampleSet]) -> None:
        with told(self._context.events):
            copied = make(self._context.sets.free_name(name))
            self._context.sets.save(copied)
            self._context.events.sets_changed.emit()
            self._context.events.open("examples", "set", copied.name)


def _task(card: TaskCard, name: str) -> ExampleSet:
    return task_copy(card.name, name)


def _title(card: TaskCard) -> str:
    short = card.name.replace("-", " ").capitalize()
    return card.label if len(card.label) <= LONGEST else short


def _lists(examples: ExampleSet) -> tuple[tuple[Example, ...], ...]:
    return examples.canonical, examples.evaluation, examples.hard_negatives


def _size(canonical: int, evaluation: int, hard_negatives: int) -> str:
    said = QCoreApplication.translate("home", "({} examples, {} tests, {} hard negatives)")
    return said.format(canonical, evaluation, hard_negatives)

"""What fetching a model takes beside what there is."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.gui.metrics import gap
from app.gui.tables import figures
from app.gui.widgets.card import Card
from app.gui.widgets.labels import body, caption, set_tone
from app.gui.words import number_of


class PlanView(Card):
    """Disk and memory, needed and free, and a sentence where one is not enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.about = caption("")
        self.verdict = body("")
        grid = QGridLayout()
        grid.setHorizontalSpacing(gap(5))
        grid.setVerticalSpacing(gap(1.5))
        heads = ("", self.tr("Needed"), self.tr("Free"))
        for place, head in enumerate(heads):
            grid.addWidget(_right(caption(head)) if place else caption(head), 0, place)
        self.cells: dict[str, tuple[QLabel, QLabel]] = {}
        for line, (key, name) in enumerate(
            (
                ("download", self.tr("Download")),
                ("disk", self.tr("Disk")),
                ("memory", self.tr("Memory, to load it in float32")),
            ),
            start=1,
        ):
            cells = (_right(QLabel("")), _right(QLabel("")))
            self.cells[key] = cells
            grid.addWidget(QLabel(name), line, 0)
            for place, cell in enumerate(cells, start=1):
                grid.addWidget(cell, line, place)
        grid.setColumnStretch(0, 1)
        self.body.addWidget(self.about)
        self.body.addLayout(grid)
        self.body.addWidget(self.verdict)

    def show_plan(self, plan: Mapping[str, Any]) -> None:
        """Show a plan as the engine gives it."""
        here = plan["size"] - plan["to_fetch"]
        about = self.tr("{source} at {commit}: {files}, {size}").format(
            source=plan["source"],
            commit=plan["commit"][:12],
            files=number_of(len(plan["files"]), self.tr("1 file"), self.tr("{} files")),
            size=figures.size(plan["size"]),
        )
        kept = self.tr("; {} of it are here already").format(figures.size(here)) if here else ""
        self.about.setText(about + kept)
        self._fill("download", plan["to_fetch"], None)
        self._fill("disk", plan["to_fetch"], plan["disk_free"])
        self._fill("memory", plan["memory"], plan["memory_free"])
        self.verdict.setText(self._verdict(plan))
        lacks_disk = plan["to_fetch"] > plan["disk_free"]
        lacks = lacks_disk or plan["memory"] > plan["memory_free"]
        set_tone(self.verdict, "danger" if lacks_disk else "warning" if lacks else "positive")

    def _fill(self, key: str, needed: int, free: int | None) -> None:
        first, second = self.cells[key]
        first.setText(figures.size(needed))
        second.setText("" if free is None else figures.size(free))
        set_tone(first, "danger" if free is not None and needed > free else "")

    def _verdict(self, plan: Mapping[str, Any]) -> str:
        if plan["to_fetch"] > plan["disk_free"]:
            return self.tr(
                "The disk has no room for it. Make room, or choose another folder for models in "
                "the settings."
            )
        if plan["memory"] > plan["memory_free"]:
            return self.tr(
                "It fits on the disk. The memory that is free now does not hold it in float32; "
                "close other programs before you use it."
            )
        return self.tr("It fits.")


def _right(label: QLabel) -> QLabel:
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label

"""The chosen model: what it is, what can be done with it, and with its files."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QTableView, QTabWidget, QWidget

from app.gui.metrics import characters
from app.gui.pages.models.errand_card import ErrandCard
from app.gui.pages.models.fact_pairs import fact_pairs, summary
from app.gui.tables.methods_table import METHOD, MethodsTable
from app.gui.tables.model_standing import ModelRow, standing_of
from app.gui.tables.pairs_table import PairsView, give_widths, quiet
from app.gui.tables.text_delegates import WrappingDelegate
from app.gui.widgets.buttons import action, button
from app.gui.widgets.elided_title import ElidedTitle, flat_chip
from app.gui.widgets.labels import body, caption, muted, set_tone
from app.gui.widgets.layouts import column, row


class ModelDetails(QWidget):
    """One model; what is to be done with it is told by signals."""

    use_requested = Signal()
    check_requested = Signal()
    add_requested = Signal()
    remove_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row: ModelRow | None = None
        self._build_actions()
        self._build_tabs()
        self.name = ElidedTitle("heading")
        self.state = flat_chip()
        self.summary = caption("")
        self.trouble = body("")
        set_tone(self.trouble, "danger")
        self.unknown = muted("")
        self.errand = ErrandCard()
        self.stack = QStackedWidget()
        self._lay_out()
        self.setMinimumWidth(characters(54))

    def show_model(self, model: ModelRow | None) -> None:
        """Show a model; None where none is chosen."""
        self.row = model
        self.stack.setCurrentIndex(0 if model is None else 1)
        if model is None:
            for act in (self.use, self.check, self.add, self.remove, self.folder):
                act.setEnabled(False)
            return
        self.name.setText(model.name)
        standing = standing_of(model)
        self.state.setText(standing.word)
        self.state.setToolTip(standing.meaning)
        set_tone(self.state, "" if standing.tone == "muted" else standing.tone)
        self.summary.setText(summary(model))
        notes = [model.problem, *map(str, model.facts.get("notes", ()))]
        self.trouble.setText("\n".join(filter(None, notes)))
        set_tone(self.trouble, "danger" if model.problem else "warning")
        self.trouble.setVisible(bool(self.trouble.text()))
        self.errand.show_errand(model.errand)
        self.facts.show_pairs(fact_pairs(model))
        self.methods.show_methods(
            model.facts.get("methods", ()), int(model.facts.get("memory_free", 0))
        )
        self.tabs.setVisible(model.is_known)
        self.unknown.setVisible(not model.is_known and not model.problem)
        there = self.tr("The engine is about to look at it.")
        later = self.tr("What can be done with it is known once it is there.")
        self.unknown.setText(there if model.is_whole else later)
        self._follow(model)

    def _follow(self, model: ModelRow) -> None:
        self.use.setText(self.tr("In use") if model.is_used else self.tr("Use this model"))
        self.use.setEnabled(model.can_be_used and not model.is_used)
        self.check.setEnabled(model.can_be_used and model.errand is None)
        self.add.setVisible(model.kind == "base" and model.can_be_used)
        self.add.setEnabled(self.add.isVisible())
        can_go = model.kind in ("folder", "hub") and model.errand is None
        self.remove.setVisible(can_go)
        self.remove.setEnabled(can_go)
        has_folder = bool(model.facts.get("folder"))
        self.folder.setVisible(has_folder)
        self.folder.setEnabled(has_folder)

    def _build_actions(self) -> None:
        self.use = action(
            self,
            self.tr("Use this model"),
            tip=self.tr("Make it the base model of runs, senses and comparisons"),
            shortcut="Ctrl+Return",
            icon="model",
            do=self.use_requested.emit,
        )
        self.check = action(
            self,
            self.tr("Check model"),
            tip=self.tr("Read every byte of its files, load it, and compare with its last check"),
            shortcut="F5",
            icon="check",
            do=self.check_requested.emit,
        )
        self.add = action(
            self,
            self.tr("Add to the list"),
            tip=self.tr("Keep it on the list, also when no edit needs it any more"),
            icon="plus",
            do=self.add_requested.emit,
        )
        self.folder = action(
            self,
            self.tr("Open its folder"),
            tip=self.tr("Show its files in the system's own window"),
            icon="folder",
            do=self.folder_requested.emit,
        )
        self.remove = action(
            self,
            self.tr("Remove model…"),
            tip=self.tr("Take it off the list; you are asked what becomes of its files"),
            shortcut="Del",
            icon="trash",
            do=self.remove_requested.emit,
        )

    def _build_tabs(self) -> None:
        self.methods = MethodsTable(self)
        view = self.methods_view = QTableView()
        view.setModel(self.methods)
        quiet(view, self.tr("What can be done with this model"))
        view.setWordWrap(True)
        view.setItemDelegate(WrappingDelegate(view))
        heights = view.verticalHeader()
        heights.setMinimumSectionSize(heights.defaultSectionSize())
        heights.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        give_widths(view, dict(enumerate((18, 11, 9), METHOD)))
        self.facts = PairsView(self.tr("What is known of this model"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(view, self.tr("What can be done"))
        self.tabs.addTab(self.facts, self.tr("Facts"))

    def _lay_out(self) -> None:
        nothing = muted(self.tr("Choose a model to see what can be done with it."))
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        filled = QWidget()
        acts = (button(self.use, "primary"), button(self.check), button(self.add))
        others = (button(self.folder), button(self.remove, "danger"))
        lines = column(
            row(self.name, None, self.state),
            self.summary,
            self.trouble,
            self.errand,
            row(*acts, None),
            spacing=2,
            margins=4,
        )
        lines.addWidget(self.unknown)
        middle = QWidget()  # keeps the room of the tabs where there are none
        middle.setLayout(column(self.tabs, spacing=0))
        lines.addWidget(middle, 1)
        lines.addLayout(row(None, *others))
        filled.setLayout(lines)
        self.stack.addWidget(nothing)
        self.stack.addWidget(filled)
        self.setLayout(column(self.stack, spacing=0))

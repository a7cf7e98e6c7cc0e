"""Edits of one base put on together: switches, strengths, and whether the stack is in the ball."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHeaderView, QTableView, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import characters, gap
from app.gui.tables import figures
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.library_table import base_name
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.tables.stack_table import StackTable
from app.gui.widgets.buttons import action, button, tool_button
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import body, caption, set_tone, title
from app.gui.widgets.layouts import column, row
from app.gui.words import number_of
from app.operations.requests import SAMPLED, EvaluateRequest
from editing.errors import EditingError, LibraryError
from editing.library.edit_row import EditRow
from editing.library.index import Library
from editing.library.kept_stacks import KeptStack, StackPart, forget_stack, keep_stack, kept_stacks
from editing.library.records import read_record


class StackDialog(QDialog):
    """Switches edits on and off, has the stack measured, keeps it under a name."""

    compare_requested = Signal(str)
    """The name of a stack that is kept."""
    export_requested = Signal(object, tuple)
    """The first edit, and all of them as NAME@STRENGTH."""

    def __init__(self, context: GuiContext, edit: EditRow, parent: QWidget | None = None) -> None:
        """Offer the edits of one base.

        Args:
            context: The window's.
            edit: Switched on at the start; the others of its base are offered.
            parent: The page.
        """
        super().__init__(parent)
        self._context = context
        self._model = edit.model
        self._asked: int | None = None
        self.table = StackTable(self)
        self._build(edit)
        self._offer_names()
        self._show(())
        self.table.setData(self.table.index(self._place_of(edit), 0), 2, 10)
        self.table.dataChanged.connect(self._on_changed)
        self.table.rowsMoved.connect(self._on_changed)
        self.finished.connect(self._withdraw)
        self._on_changed()

    def _build(self, edit: EditRow) -> None:
        self.setWindowTitle(self.tr("Stack edits"))
        self._build_view()
        self._build_actions()
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name.setAccessibleName(self.tr("Name of the stack"))
        self.name.setMinimumWidth(characters(30))
        leave_wheel_to_page(self.name)
        self.name.activated.connect(self._on_name_chosen)
        self.said = body("")
        explained = self.tr(
            "Edits of {} on one model at the same time, put on from the top down. Each kept its "
            "own budget; together they may not. Check them to know."
        )
        names = row(caption(self.tr("Name")), self.name, spacing=2)
        names.setStretch(1, 1)
        names.addWidget(button(self.keep))
        names.addWidget(tool_button(self.forget))
        ends = row(
            self.check_button,
            None,
            button(self.close_),
            button(self.export),
            self.compare_button,
            spacing=2,
        )
        lines = column(
            title(self.tr("Stack edits")),
            body(explained.format(base_name(edit.model))),
            names,
            row(self.view, column(tool_button(self.up), tool_button(self.down), None)),
            self.said,
            ends,
            spacing=3,
        )
        lines.setStretch(3, 1)
        lines.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(lines)

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Edits to stack"))
        self.view.setEditTriggers(QTableView.EditTrigger.AllEditTriggers)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setMinimumSize(characters(112), gap(72))
        header = self.view.horizontalHeader()
        give_widths(self.view, dict(enumerate((36, 13, 17, 21, 17))))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _build_actions(self) -> None:
        def made(text: str, tip: str, icon: str, do: Any, keys: str = "") -> Any:  # noqa: ANN401
            return action(self, text, tip=tip, icon=icon, do=do, shortcut=keys)

        self.check = made(
            self.tr("Check the budget"),
            self.tr("Measure the whole stack: success, and degradation against the budget"),
            "runs",
            self._on_check,
            "F5",
        )
        self.compare = made(
            self.tr("Compare"),
            self.tr("Keep the stack and put it beside the original"),
            "compare",
            self._on_compare,
        )
        self.export = made(
            self.tr("Export…"),
            self.tr("Write a model folder with the whole stack in it"),
            "export",
            self._on_export,
        )
        self.keep = made(
            self.tr("Keep"), self.tr("Keep the stack under this name"), "disk", self._on_keep
        )
        self.forget = made(
            self.tr("Forget this stack"),
            self.tr("Forget the stack of this name; its edits stay"),
            "trash",
            self._on_forget,
        )
        self.up = made(
            self.tr("Move up"), self.tr("Put it on earlier"), "up", lambda: self._move(-1), "Alt+Up"
        )
        self.down = made(
            self.tr("Move down"),
            self.tr("Put it on later"),
            "down",
            lambda: self._move(1),
            "Alt+Down",
        )
        self.close_ = made(self.tr("Close"), self.tr("Keep nothing more"), "", self.close)
        self.check_button = button(self.check)
        self.compare_button = button(self.compare, "primary")

    def _edits(self) -> list[EditRow]:
        return [edit for edit in self._context.library.edits() if edit.model == self._model]

    def _stacks(self) -> list[KeptStack]:
        every = kept_stacks(self._context.library.db)
        return [stack for stack in every if stack.model == self._model]

    def _place_of(self, edit: EditRow) -> int:
        return next((p for p, each in enumerate(self._edits()) if each.id == edit.id), 0)

    def _offer_names(self, chosen: str = "") -> None:
        self.name.clear()
        self.name.addItems([stack.name for stack in self._stacks()])
        self.name.setCurrentText(chosen or self._free_name())

    def _free_name(self) -> str:
        known = {stack.name.casefold() for stack in kept_stacks(self._context.library.db)}
        tries = [self.tr("Stack"), *(f"{self.tr('Stack')} {n}" for n in range(2, 1000))]
        return next(each for each in tries if each.casefold() not in known)

    def _show(self, parts: Sequence[StackPart]) -> None:
        self.table.show_edits(self._edits(), parts)

    def _on_name_chosen(self) -> None:
        name = self.name.currentText()
        stack = next((each for each in self._stacks() if each.name == name), None)
        if stack is not None:
            self._show(stack.parts)
            self._on_changed()

    def _on_changed(self) -> None:
        """What was measured is about another stack."""
        self._withdraw()
        count = len(self.table.on())
        self.check.setEnabled(count > 0)
        self.compare.setEnabled(count > 0)
        self.export.setEnabled(count > 0)
        self.keep.setEnabled(count > 0)
        names = {stack.name.casefold() for stack in self._stacks()}
        self.forget.setEnabled(self.name.currentText().strip().casefold() in names)
        none = self.tr("Switch on the edits to stack.")
        one = self.tr("1 edit is switched on; it is not checked yet.")
        many = self.tr("{} edits are switched on; they are not checked together yet.")
        self._tell(number_of(count, one, many) if count else none)

    def _on_check(self) -> None:
        layers = self.table.on()
        with told(self._context.events):
            request = evaluate_request(self._context.library, layers[0].edit)
            budget = min(layer.edit.budget or 1e-4 for layer in layers)
            asked = EvaluateRequest.from_json(
                {**request, "edits": list(self.table.arguments()), "budget": budget}
            )
            self._tell(self.tr("Measuring the stack…"))
            self.check.setEnabled(False)
            self._asked = self._context.engine.ask(
                "evaluate",
                asked.to_json(),
                self._on_measured,
                on_error=self._on_refused,
                channel="stack",
            )

    def _on_measured(self, answer: dict[str, Any]) -> None:
        self._asked = None
        self.check.setEnabled(True)
        known = EditFigures.read(answer)
        cost = self.tr("degradation {used} of {allowed} allowed").format(
            used=figures.degradation(known.degradation, known.budget),
            allowed=figures.plain(known.budget),
        )
        success = self.tr("success {}").format(
            figures.arrow(
                figures.percent(known.success_before), figures.percent(known.success_after)
            )
        )
        verdict = {
            True: self.tr("✓ The stack is inside the budget"),
            False: self.tr("✗ The stack is outside the budget"),
            None: self.tr("Degradation was not measured"),
        }[known.inside_ball]
        tone = {True: "positive", False: "danger", None: "warning"}[known.inside_ball]
        self._tell(f"{verdict}: {cost}; {success}.", tone)

    def _on_refused(self, sentence: str) -> None:
        self._asked = None
        self.check.setEnabled(True)
        self._tell(sentence, "danger")

    def _on_keep(self) -> bool:
        name = self.name.currentText().strip()
        try:
            keep_stack(self._context.library.db, KeptStack(name, self._model, self.table.parts()))
        except LibraryError as error:
            self._tell(str(error), "danger")
            return False
        said = self.said.text()
        self._offer_names(name)
        self.forget.setEnabled(True)
        self._context.events.library_changed.emit()
        self._tell(said, str(self.said.property("tone") or ""))
        self._context.events.notice(self.tr("The stack “{}” is kept.").format(name))
        return True

    def _on_forget(self) -> None:
        name = self.name.currentText().strip()
        with told(self._context.events):
            forget_stack(self._context.library.db, name)
            self._context.events.library_changed.emit()
            self._context.events.notice(self.tr("The stack “{}” is forgotten.").format(name))
        self._offer_names()
        self.forget.setEnabled(False)

    def _on_compare(self) -> None:
        if self._on_keep():
            self.compare_requested.emit(self.name.currentText().strip())
            self.accept()

    def _on_export(self) -> None:
        self.export_requested.emit(self.table.on()[0].edit, self.table.arguments())
        self.accept()

    def _move(self, by: int) -> None:
        place = self.table.move(self.view.currentIndex().row(), by)
        if place >= 0:
            self.view.selectRow(place)

    def _withdraw(self) -> None:
        if self._asked is not None:
            self._context.engine.withdraw(self._asked)
            self._asked = None

    def _tell(self, sentence: str, tone: str = "") -> None:
        self.said.setText(sentence)
        set_tone(self.said, tone)


def evaluate_request(library: Library, edit: EditRow) -> dict[str, Any]:
    """Ask for the data an edit was made with, with a text to measure degradation on.

    Raises:
        EditingError: The edit's folder cannot be read.
    """
    read: object = read_record(library.folder_of(edit)).get("request")
    if not isinstance(read, dict):
        raise EditingError(f"{edit.name} does not say what it was made from. Choose another first.")
    asked = cast("dict[str, Any]", read)
    known = {field.name for field in fields(EvaluateRequest)} - {"edits", "data_dir"}
    request: dict[str, Any] = {name: asked[name] for name in asked if name in known}
    return {**request, "general_text": request.get("general_text") or SAMPLED}

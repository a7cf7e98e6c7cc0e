"""Everything that was said of texts by the edits that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QDialog, QHeaderView, QTableView, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import characters, gap
from app.gui.tables.judged_table import JudgedRow, JudgedTable
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, title
from app.gui.widgets.layouts import column, row
from app.gui.widgets.table_menu import table_menu
from app.gui.words import number_of
from editing.errors import LibraryError
from editing.library.edit_row import EditRow
from editing.library.judged_texts import JudgedText, judged_texts, keep_judgement

WIDTHS = (10, 22, 28, 40, 26, 18)


class JudgedDialog(QDialog):
    """Lists texts with thumbs and notes; they can be forgotten, and that taken back."""

    def __init__(
        self, context: GuiContext, edits: Sequence[EditRow], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._edits = list(edits)
        self._forgotten: list[JudgedRow] = []
        self.setWindowTitle(self.tr("Judged texts"))
        self.said = body("")
        self.table = JudgedTable(self)
        self._build_view()
        self.forget = action(
            self,
            self.tr("Forget"),
            tip=self.tr("Forget what was said of the chosen text"),
            shortcut="Del",
            icon="trash",
            do=self._on_forget,
        )
        self.undo = action(
            self,
            self.tr("Undo"),
            tip=self.tr("Keep again what was forgotten last"),
            shortcut="Ctrl+Z",
            icon="undo",
            do=self._on_undo,
        )
        close = action(self, self.tr("Close"), tip=self.tr("Close the list"), do=self.close)
        menu = table_menu(self.view, self.tr("Copy the judged texts"))
        buttons = row(button(self.forget), button(self.undo), None, menu, button(close), spacing=2)
        lines = column(title(self.tr("Judged texts")), self.said, self.view, buttons, spacing=3)
        lines.setStretch(2, 1)
        lines.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(lines)
        self.resize(characters(150), characters(70))
        self._show()

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Judged texts"))
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.selectionModel().selectionChanged.connect(self._follow)
        header = self.view.horizontalHeader()
        give_widths(self.view, dict(enumerate(WIDTHS)))
        header.setStretchLastSection(False)
        header.setSectionResizeMode(WIDTHS.index(max(WIDTHS)), QHeaderView.ResizeMode.Stretch)

    def _show(self) -> None:
        rows: list[JudgedRow] = []
        with told(self._context.events):
            names = {edit.id: edit.name for edit in self._context.library.edits()}
            for edit in self._edits:
                found = judged_texts(self._context.library, edit.id)
                rows += [JudgedRow(edit.id, _label(each, names), each) for each in found]
        self.table.show_rows(rows)
        self.said.setText(
            number_of(
                len(rows),
                self.tr("1 text of the edits that are compared."),
                self.tr("{} texts of the edits that are compared, the newest first."),
            )
            if rows
            else self.tr(
                "Nothing yet. Generate, then use the thumbs or write a note below a text; it is "
                "kept with its edit."
            )
        )
        self._follow()

    def _follow(self) -> None:
        self.forget.setEnabled(bool(self.view.selectionModel().selectedRows()))
        self.undo.setEnabled(bool(self._forgotten))

    def _on_forget(self) -> None:
        (index,) = self.view.selectionModel().selectedRows()
        chosen = self.table.row_at(index)
        if self._keep(chosen.edit, replace(chosen.judged, liked=None, note="")):
            self._forgotten.append(chosen)
        self._show()

    def _on_undo(self) -> None:
        last = self._forgotten.pop()
        self._keep(last.edit, last.judged)
        self._show()

    def _keep(self, edit: str, judged: JudgedText) -> bool:
        try:
            keep_judgement(self._context.library, edit, judged)
        except LibraryError as error:
            self._context.events.notice(str(error))
            return False
        return True


def _label(judged: JudgedText, names: dict[str, str]) -> str:
    """Name what was on the model, with its strength where that is not 1."""
    return " + ".join(
        names.get(edit, edit) + ("" if strength == 1 else f", τ {strength:.2f}")
        for edit, strength in judged.put_on
    )

"""The rows of a memory as a table, and a line to write another one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHeaderView, QLineEdit, QTableView, QWidget

from app.gui.tables.memory_table import KIND, TEXT, WRITTEN, MemoryTable, RowOfMemory
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row
from app.gui.widgets.table_menu import table_menu
from editing.errors import EditingError


class RowsView(QWidget):
    """Tick a row to have it answer; write one more below."""

    switch_wanted = Signal(str, bool)
    row_wanted = Signal(object)
    """An example, as a file has it."""
    file_wanted = Signal(str)
    """A file of rows or examples to write in."""
    failed = Signal(object)
    """An EditingError."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = MemoryTable(self)
        self._name = ""
        self._build_table()
        self._build_fields()
        self._build_actions()
        self._build()
        self._on_kind_chosen()

    def show_rows(self, name: str, rows: Sequence[RowOfMemory], *, takes_rows: bool) -> None:
        """Show the rows of an edit.

        Args:
            name: The edit's.
            rows: In the memory's order.
            takes_rows: Whether rows can be written in without training.
        """
        self._name = name
        self.table.show_rows(rows)
        on = sum(each.is_on for each in rows)
        self.count.setText(self.tr("{on} of {all} rows are on").format(on=on, all=len(rows)))
        self._writing.setVisible(takes_rows)
        self.import_.setVisible(takes_rows)
        self.add.setVisible(takes_rows)
        self._trained.setVisible(not takes_rows)

    def set_busy(self, busy: bool) -> None:
        """Take no other rows while some are written in."""
        self.import_.setEnabled(not busy)
        self.add.setEnabled(not busy)

    def clear_fields(self) -> None:
        """Begin another row."""
        for field in (self.prefix, self.suffix, self.other):
            field.clear()

    def _build_table(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Rows of the memory"))
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        give_widths(self.view, {KIND: 14, WRITTEN: 18})
        self.table.switch_wanted.connect(self.switch_wanted)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find rows"))
        self.search.setAccessibleName(self.tr("Find rows"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.table.search)
        self.count = caption("")

    def _build_fields(self) -> None:
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of the new row"))
        for name, words in (
            ("increase", self.tr("Say more")),
            ("decrease", self.tr("Say less")),
            ("balance", self.tr("Balance")),
            ("prefer", self.tr("Prefer A")),
        ):
            self.kind.addItem(words, name)
        leave_wheel_to_page(self.kind)
        self.kind.currentIndexChanged.connect(self._on_kind_chosen)
        self.prefix, self.suffix, self.other = (
            _field(self.tr("Prompt"), self.tr("The capital of Mauritius is")),
            _field(self.tr("Continuation"), self.tr("Port Louis")),
            _field(self.tr("Other continuation"), self.tr("Paris")),
        )
        for field in (self.prefix, self.suffix, self.other):
            field.returnPressed.connect(self._on_add)

    def _build_actions(self) -> None:
        def made(text: str, tip: str, icon: str, keys: str, do: Callable[[], None]) -> Any:  # noqa: ANN401
            return action(self, text, tip=tip, icon=icon, shortcut=keys, do=do)

        self.add = made(
            self.tr("Write row"),
            self.tr("Write this row into the memory; nothing is trained"),
            "plus",
            "",
            self._on_add,
        )
        self.switch = made(
            self.tr("Switch rows"),
            self.tr("Switch the chosen rows on, or off where they are on"),
            "check",
            "Ctrl+Space",
            self._on_switch,
        )
        self.import_ = made(
            self.tr("Import rows…"),
            self.tr("Write the rows of a file in: a memory's JSONL, or examples"),
            "import",
            "Ctrl+O",
            self._on_import,
        )
        self.export = made(
            self.tr("Export rows…"),
            self.tr("Write all rows into a file, JSONL"),
            "export",
            "Ctrl+S",
            self._on_export,
        )
        self.find = made(
            self.tr("Find rows"), self.tr("Go to the search field"), "", "Ctrl+F", self._on_find
        )

    def _build(self) -> None:
        head = row(
            self.search,
            self.count,
            button(self.switch),
            button(self.import_),
            button(self.export),
            table_menu(self.view, self.tr("Rows: copy")),
            spacing=3,
        )
        head.setStretch(0, 1)
        self._writing = Card(self.tr("Write another row"))
        line = row(self.kind, self.prefix, self.suffix, self.other, spacing=3)
        line.setStretch(1, 3)
        line.setStretch(2, 1)
        line.setStretch(3, 1)
        line.addWidget(button(self.add, "primary"))
        self._writing.body.addLayout(line)
        self._trained = caption(
            self.tr("The rows of a codebook are trained; fit a new edit to have more of them.")
        )
        whole = column(head, self.view, self._trained, self._writing, spacing=3, margins=4)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _on_kind_chosen(self) -> None:
        self.other.setVisible(self.kind.currentData() in ("balance", "prefer"))

    def _on_add(self) -> None:
        """Have the row written; where something is missing, go there instead."""
        needed = [self.prefix, self.suffix, *([self.other] if not self.other.isHidden() else [])]
        for field in needed:
            if not field.text().strip():
                field.setFocus()
                return
        if not self.add.isEnabled():
            return
        row: dict[str, Any] = {"prefix": self.prefix.text().rstrip(" ")}
        continuations = [_led(field.text()) for field in needed[1:]]
        if len(continuations) == 1:
            row["suffix"] = continuations[0]
        else:
            row["suffix1"], row["suffix2"] = continuations
        self.row_wanted.emit({**row, "kind": self.kind.currentData()})

    def _on_switch(self) -> None:
        chosen = self.view.selectionModel().selectedRows()
        rows = [self.table.row_at(index) for index in chosen]
        to = not all(each.is_on for each in rows)
        for each in rows:
            if each.is_on != to:
                self.switch_wanted.emit(each.id, to)

    def _on_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Import rows"),
            "",
            self.tr("Rows or examples (*.jsonl *.csv *.tsv);;All files (*)"),
        )
        if path:
            self.file_wanted.emit(path)

    def _on_export(self) -> None:
        suggested = f"{self._name or 'memory'}.jsonl"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export rows"), suggested, "JSONL (*.jsonl)"
        )
        if path:
            try:
                write_rows(Path(path), [each.kept for each in self.table.rows])
            except EditingError as error:
                self.failed.emit(error)

    def _on_find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as they are kept, a JSON object a line.

    Raises:
        EditingError: The file cannot be written.
    """
    lines = "".join(json.dumps(dict(each), ensure_ascii=False) + "\n" for each in rows)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise EditingError(
            f"{path} cannot be written ({error.strerror}). Choose another place."
        ) from error


def _field(name: str, shown: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(f"{name}: {shown}")
    field.setToolTip(name)
    return field


def _led(text: str) -> str:
    """A continuation with the space that leads it; without one it would go on inside a word."""
    return text if text.startswith(" ") else f" {text}"

"""Before a file's rows are taken in: what they are, which are bad, and where they go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QWidget,
)

from app.gui.metrics import characters, gap
from app.gui.pages.examples_view import ExamplesView
from app.gui.tables.examples_table import ExamplesTable
from app.gui.widgets.labels import caption, chip, heading
from app.gui.widgets.layouts import column, row
from editing.errors import ExampleError
from editing.examples import Example, ExampleSet, Kind, ReadResult, Role, read_examples
from editing.examples.table_rows import FIELDS, header_of

PREVIEWED = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows the person took, and where they go."""

    rows: tuple[Example, ...]
    new_set: str
    """A new set's name; empty where they go into the open one."""
    role: Role


class ImportDialog(QDialog):
    """Shows the first rows of a file and names every bad one."""

    imported = Signal(object)

    def __init__(self, path: Path, open_set: str, role: Role, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import examples"))
        self.setObjectName("import")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._path = path
        self._result = ReadResult((), ())
        self.kind = self._build_kind()
        self.target = self._build_target(open_set, role)
        self.columns = self._build_columns()
        self.table = ExamplesTable(self)
        self.table.set_takes_rows(False)
        self.view = ExamplesView(self.table)
        self.view.setEditTriggers(ExamplesView.EditTrigger.NoEditTriggers)
        self.problems = QListWidget()
        self.problems.setAccessibleName(self.tr("Rows that cannot be used"))
        self._good, self._bad = chip("", "positive"), chip("", "danger")
        self._remark = caption("")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = self.buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setProperty("role", "primary")
        self._lay_out()
        self._connect()
        self._read()

    def _build_kind(self) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("Kind of rows that name none"))
        choice.addItem(self.tr("As the file says, otherwise Say more"), None)
        for kind in Kind:
            choice.addItem(kind.label, kind)
        return choice

    def _build_target(self, open_set: str, role: Role) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("Where the rows go"))
        choice.addItem(self.tr("A new set “{name}”").format(name=self._path.stem), None)
        names = {
            Role.CANONICAL: self.tr("canonical examples"),
            Role.EVALUATION: self.tr("evaluation examples"),
            Role.HARD_NEGATIVE: self.tr("hard negatives"),
        }
        for each, name in names.items():
            if open_set:
                choice.addItem(f"“{open_set}”, {name}", each)
        if open_set:
            choice.setCurrentIndex(1 + list(names).index(role))
        return choice

    def _build_columns(self) -> dict[str, QComboBox]:
        """Only tables have columns that could mean anything."""
        if self._path.suffix.lower() not in (".csv", ".tsv"):
            return {}
        choices: dict[str, QComboBox] = {}
        for name, field in header_of(self._path).items():
            choices[name] = choice = QComboBox()
            choice.setAccessibleName(self.tr("Column {name}").format(name=name))
            choice.addItem(self.tr("rides along"), "")
            for each in FIELDS:
                choice.addItem(each, each)
            choice.setCurrentIndex(max(choice.findData(field), 0))
        return choices

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(gap(2))
        form.addRow(self.tr("Into"), self.target)
        form.addRow(self.tr("Kind"), self.kind)
        for name, choice in self.columns.items():
            form.addRow(self.tr("Column “{name}”").format(name=name), choice)
        head = row(heading(self._path.name), self._good, self._bad, None, spacing=2)
        whole = column(head, form, self._remark, self.view, self.problems, self.buttons, spacing=3)
        whole.setContentsMargins(gap(5), gap(5), gap(5), gap(5))
        whole.setStretch(3, 2)
        whole.setStretch(4, 1)
        self.setLayout(whole)
        self.resize(characters(120), gap(130))

    def _connect(self) -> None:
        for choice in (self.kind, *self.columns.values()):
            choice.currentIndexChanged.connect(self._read)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    @Slot()
    def _read(self) -> None:
        chosen = {name: str(choice.currentData()) for name, choice in self.columns.items()}
        try:
            self._result = read_examples(
                self._path, kind=self.kind.currentData(), columns=chosen or None
            )
            self._show("")
        except ExampleError as error:
            self._result = ReadResult((), ())
            self._show(str(error))

    def _show(self, fault: str) -> None:
        good, bad = self._result.examples, self._result.problems
        self.table.set_rows(good[:PREVIEWED], ExampleSet("", ()))
        self.problems.clear()
        self.problems.addItems([str(problem) for problem in bad])
        self.problems.setVisible(bool(bad))
        self._good.setText(self.tr("{n} good rows").format(n=len(good)))
        self._bad.setText(self.tr("{n} bad rows").format(n=len(bad)))
        self._bad.setVisible(bool(bad))
        first = self.tr("The first {n} of them:").format(n=PREVIEWED)
        self._remark.setText(fault or (first if len(good) > PREVIEWED else ""))
        self._remark.setVisible(bool(self._remark.text()))
        only = self.tr("Import only the {n} good rows") if bad else self.tr("Import {n} rows")
        self.take.setText(only.format(n=len(good)))
        self.take.setEnabled(bool(good))

    @Slot()
    def _on_accepted(self) -> None:
        role = self.target.currentData()
        new_set = "" if role else self._path.stem
        rows = tuple(replace(example) for example in self._result.examples)
        self.accept()
        self.imported.emit(Imported(rows, new_set, Role(role or Role.CANONICAL)))

"""Before a file's rows are taken in: what they are, which are bad, and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QWidget,
)

from app.gui.metrics import characters, gap
from app.gui.pages.examples.mapping import ColumnMapping
from app.gui.pages.examples.view import ExamplesView
from app.gui.tables.example_columns import Column
from app.gui.tables.example_conflicts import same_row
from app.gui.tables.examples_table import ExamplesTable
from app.gui.widgets.labels import caption, chip, heading
from app.gui.widgets.layouts import column, row
from editing.errors import ExampleError
from editing.examples import (
    Example,
    ExampleSet,
    Kind,
    ReadResult,
    ReadSet,
    Role,
    read_example_set,
    read_examples,
)
from editing.examples.example import new_id
from editing.examples.published import format_of
from editing.examples.text_files import WINDOWS, likely_encoding
from editing.library.example_sets import ExampleSets

PREVIEWED = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows the person took, and where they go."""

    rows: tuple[Example, ...]
    new_set: str
    """A new set's name; empty where they go into the open one."""
    role: Role
    judges: ExampleSet
    """What a published file brings for a new set beside the rows: its other two lists."""


class ImportDialog(QDialog):
    """Shows the first rows of a file and names every bad one."""

    imported = Signal(object)

    def __init__(
        self, path: Path, sets: ExampleSets, into: ExampleSet | None, role: Role, parent: QWidget
    ) -> None:
        """Read a file and show what is in it.

        Args:
            path: The file.
            sets: Where what columns were taken for is remembered.
            into: The open set.
            role: Which of its lists is shown.
            parent: Its owner.

        Raises:
            ExampleError: The file as a whole cannot be read.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import examples"))
        self.setObjectName("import")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._path, self._sets, self._into = path, sets, into
        self._result = ReadResult((), ())
        self._whole: ReadSet | None = None
        self._is_published = format_of(path) is not None
        self._fault = ""
        self.kind = self._build_kind()
        self.target = self._build_target(role)
        self.encoding = self._build_encoding()
        self.mapping = ColumnMapping(path, sets, str(self.encoding.currentData()))
        self.table = ExamplesTable(self)
        self.table.set_takes_rows(False)
        self.view = ExamplesView(self.table)
        self.view.want_column(Column.NOW, wanted=False)
        self.view.setEditTriggers(ExamplesView.EditTrigger.NoEditTriggers)
        self.problems = QListWidget()
        self.problems.setAccessibleName(self.tr("Rows that cannot be used"))
        self._build_counts()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = self.buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setProperty("role", "primary")
        self._lay_out()
        self._connect()
        self._read()

    def taken(self) -> tuple[Example, ...]:
        """Return the rows that would be imported now."""
        good = self._result.examples
        if not self.leave_out.isChecked():
            return good
        double = self._duplicates()
        return tuple(example for example in good if example.id not in double)

    def _build_kind(self) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("Kind of rows that name none"))
        choice.addItem(self.tr("As the file says, otherwise Say more"), None)
        for kind in Kind:
            choice.addItem(kind.label, kind)
        return choice

    def _build_target(self, role: Role) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("Where the rows go"))
        choice.addItem(self.tr("A new set “{name}”").format(name=self._path.stem), None)
        names = {
            Role.CANONICAL: self.tr("canonical examples"),
            Role.EVALUATION: self.tr("evaluation examples"),
            Role.HARD_NEGATIVE: self.tr("hard negatives"),
        }
        if self._into is not None:
            for each, name in names.items():
                choice.addItem(f"“{self._into.name}”, {name}", each)
            choice.setCurrentIndex(1 + list(names).index(role))
        return choice

    def _build_encoding(self) -> QComboBox:
        """Only a table that is no UTF-8 needs asking."""
        choice = QComboBox()
        choice.setAccessibleName(self.tr("How the file's bytes are text"))
        likely = likely_encoding(self._path)
        choice.addItem(self.tr("Unicode"), "utf-8-sig" if likely == WINDOWS else likely)
        choice.addItem(self.tr("Western European (Windows 1252)"), WINDOWS)
        choice.addItem(self.tr("Central European (Windows 1250)"), "cp1250")
        choice.addItem(self.tr("Cyrillic (Windows 1251)"), "cp1251")
        choice.setCurrentIndex(1 if likely == WINDOWS else 0)
        self._asks_encoding = likely == WINDOWS and self._path.suffix.lower() != ".jsonl"
        return choice

    def _build_counts(self) -> None:
        self._good, self._double = chip("", "positive"), chip("", "warning")
        self._bad = chip("", "danger")
        self._remark = caption("")
        self.leave_out = QCheckBox(self.tr("Leave out duplicates"))
        self.leave_out.setToolTip(
            self.tr("Leave out rows that stand in the list already, or twice in the file.")
        )
        self.leave_out.setChecked(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(gap(2))
        form.addRow(self.tr("Into"), self.target)
        form.addRow(self.tr("Kind"), self.kind)
        if self._asks_encoding:
            form.addRow(self.tr("Encoding"), self.encoding)
        head = row(
            heading(self._path.name),
            self._good,
            self._double,
            self._bad,
            None,
            self.leave_out,
            spacing=2,
        )
        whole = column(head, form, self.mapping, self._remark, self.view, spacing=3, margins=5)
        whole.addWidget(self.problems)
        whole.addWidget(self.buttons)
        whole.setStretch(4, 3)
        whole.setStretch(5, 1)
        self.setLayout(whole)
        self.resize(characters(120), gap(150))

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._read)
        self.target.currentIndexChanged.connect(self._read)
        self.leave_out.toggled.connect(self._show)
        self.encoding.currentIndexChanged.connect(self._on_encoding)
        self.mapping.changed.connect(self._read)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    @Slot()
    def _on_encoding(self) -> None:
        with suppress(ExampleError):  # which reading the rows says again
            self.mapping.read(str(self.encoding.currentData()))
        self._read()

    @Slot()
    def _read(self) -> None:
        self._fault = ""
        try:
            self._result = read_examples(
                self._path,
                kind=self.kind.currentData(),
                columns=self.mapping.fields(),
                encoding=str(self.encoding.currentData()),
                role=Role(self.target.currentData() or Role.CANONICAL),
            )
        except ExampleError as error:
            self._result = ReadResult((), ())
            self._fault = str(error)
        self._show()

    @Slot()
    def _show(self) -> None:
        bad, double, rows = self._result.problems, len(self._duplicates()), self.taken()
        self.table.set_rows(rows[:PREVIEWED], ExampleSet("", ()))
        self.problems.clear()
        self.problems.addItems([str(problem) for problem in bad])
        self.problems.setVisible(bool(bad))
        new = len(self._result.examples) - double
        self._good.setText(self.tr("{n} new").format(n=new))
        self._count(self._double, double, self.tr("1 duplicate"), self.tr("{n} duplicates"))
        self._count(self._bad, len(bad), self.tr("1 unreadable"), self.tr("{n} unreadable"))
        self.leave_out.setVisible(bool(double))
        said = [self._fault, self._beside(), self._cut_off(len(rows))]
        self._remark.setText(" ".join(filter(None, said)))
        self._remark.setVisible(bool(self._remark.text()))
        self.take.setText(self._said(len(rows), is_all=not bad))
        self.take.setEnabled(bool(rows))

    def _beside(self) -> str:
        judges = self._judges()
        counts = len(judges.evaluation), len(judges.hard_negatives)
        if not any(counts):
            return ""
        said = self.tr("The new set also gets {n} evaluation rows and {m} hard negatives.")
        return said.format(n=counts[0], m=counts[1])

    def _cut_off(self, count: int) -> str:
        first = self.tr("The first {n} rows:").format(n=PREVIEWED)
        return first if count > PREVIEWED else ""

    def _judges(self) -> ExampleSet:
        """What a published file has for a new set beside the canonical rows."""
        is_mapped = any((self.mapping.fields() or {}).values())
        if self._fault or self.target.currentData() or is_mapped or not self._is_published:
            return ExampleSet("", ())
        if self._whole is None:
            self._whole = read_example_set(self._path)
        return self._whole.examples

    def _said(self, count: int, *, is_all: bool) -> str:
        if is_all:
            one, many = self.tr("Import 1 row"), self.tr("Import {n} rows")
        else:
            one, many = (
                self.tr("Import only the 1 good row"),
                self.tr("Import only the {n} good rows"),
            )
        return one if count == 1 else many.format(n=count)

    def _count(self, label: QLabel, count: int, one: str, many: str) -> None:
        label.setText(one if count == 1 else many.format(n=count))
        label.setVisible(bool(count))

    def _duplicates(self) -> frozenset[str]:
        """Find the rows that stand in the list already, or a second time in the file."""
        role = self.target.currentData()
        examples = self._into if role and self._into else ExampleSet("", ())
        there: Sequence[Example] = examples.rows(Role(role)) if role else ()
        seen = {same_row(each, examples) for each in there}
        double: set[str] = set()
        for example in self._result.examples:
            key = same_row(example, examples)
            if key in seen:
                double.add(example.id)
            seen.add(key)
        return frozenset(double)

    @Slot()
    def _on_accepted(self) -> None:
        role = self.target.currentData()
        new_set = "" if role else self._path.stem
        rows = tuple(replace(example, id=new_id()) for example in self.taken())
        self.mapping.remember()
        self.accept()
        judges = replace(self._judges(), canonical=())
        self.imported.emit(Imported(rows, new_set, Role(role or Role.CANONICAL), judges))

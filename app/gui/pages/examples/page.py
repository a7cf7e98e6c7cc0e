"""The page on which example sets are written: the sets at the left, the open one beside them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QFileDialog, QStackedWidget, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.metrics import gap
from app.gui.pages.examples.actions import on
from app.gui.pages.examples.document import ExampleDocument, counted
from app.gui.pages.examples.editor import SetEditor
from app.gui.pages.examples.importing import ImportDialog, Imported
from app.gui.pages.examples.problems import ProblemsDialog
from app.gui.pages.examples.set_list import SetList
from app.gui.pages.examples.thresholds import ThresholdsDialog
from app.gui.tables.example_problems import errors_in
from app.gui.widgets.buttons import action
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.layouts import boxed, column, shared
from app.gui.words import number_of
from editing.examples import columns_of, write_examples
from editing.examples.text_files import likely_encoding

FILES = "Examples (*.jsonl *.csv *.tsv)"
READ_FILES = "Examples (*.jsonl *.csv *.tsv *.json)"


class ExamplesPage(QWidget):
    """Sets, and the rows of the one that is open."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._documents: dict[str, ExampleDocument] = {}
        self.sets = SetList(context)
        self.editor = SetEditor(context)
        self.empty = self._build_empty()
        self._right = QStackedWidget()
        self._right.addWidget(self.empty)
        self._right.addWidget(boxed(column(self.editor, margins=5)))
        self._lay_out()
        self._connect()
        self._on_chosen(self.sets.current)

    def _build_empty(self) -> EmptyState:
        start = action(
            self,
            self.tr("Try the guided example"),
            tip=self.tr("Open a set of twelve capitals and follow the steps."),
            icon="guide",
            do=self._context.events.guide_requested.emit,
        )
        sentence = self.tr(
            "An example is a beginning and how it should go on: “The capital of Italy is” and "
            "“ Rome”. A dozen of them is enough to edit a model."
        )
        return EmptyState("examples", self.tr("No examples yet"), sentence, start)

    def _lay_out(self) -> None:
        left = boxed(column(self.sets, margins=4))
        self.setLayout(column(shared(left, self._right, sizes=(gap(55), gap(250)), grows=1)))

    def _connect(self) -> None:
        acts = self.editor.actions_of_set
        self.addActions(self.editor.actions())  # they work in the list of sets, too
        on(acts.run, self._on_run)
        on(acts.read, self._on_import)
        on(acts.write, self._on_export)
        on(acts.thresholds, self._on_thresholds)
        self.sets.chosen.connect(self._on_chosen)
        self.sets.renamed.connect(self._on_renamed)
        self._context.events.open_requested.connect(self._on_open_requested)

    def focus_first(self) -> None:
        """Put the cursor where one types; a focus proxy would take Tab past all before it."""
        (self.editor.view if self._right.currentIndex() else self.empty).setFocus()

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        focus, leaving = QApplication.focusWidget(), self._right.currentWidget()
        self._right.setCurrentIndex(1 if name else 0)
        if leaving and leaving.isHidden() and leaving.isAncestorOf(focus or self):
            self.focus_first()  # what had the focus is not shown any more
        self._context.selection.set_example_set(name or None)
        if name:
            with told(self._context.events):
                self.editor.open(self._document(name))

    def _document(self, name: str) -> ExampleDocument:
        """Open documents stay open, with their undo stacks, unless somebody else changed them."""
        stored = self._context.sets.load(name)
        known = self._documents.get(name)
        if known is None or known.examples != stored:
            known = ExampleDocument(self._context.sets, stored, self)
            self._documents[name] = known
        return known

    @Slot(str, str)
    def _on_renamed(self, old: str, new: str) -> None:
        document = self._documents.pop(old, None)
        if document is not None:
            document.take_name(new)
            self._documents[new] = document
        self.editor.show_document()
        self._context.selection.set_example_set(new)

    @Slot(str, str)
    def _on_open_requested(self, kind: str, name: str) -> None:
        openers = {
            "set": partial(self.sets.choose, name),
            "new-set": self._on_new_set,
            "import": self._on_import,
            "file": partial(self._read, Path(name)),
        }
        if kind in openers:
            openers[kind]()

    def _on_new_set(self) -> None:
        self.sets.add_new()
        self.editor.view.begin_row()

    def _on_run(self) -> None:
        """Go to the run, or, where rows are not complete, to what has to be mended first."""
        document = self.editor.document
        problems = errors_in(document.examples) if document is not None else []
        if problems:
            dialog = ProblemsDialog(problems, self)
            dialog.chosen.connect(self.editor.go_to)
            dialog.open()
            return
        self._context.events.open("runs", "new-run", self.sets.current)

    def _on_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Import examples"), "", READ_FILES)
        if name:
            self._read(Path(name))

    def _read(self, path: Path) -> None:
        with told(self._context.events):
            columns_of(path, likely_encoding(path))  # a file that is none gets no dialog
            document = self.editor.document if self.sets.current else None
            into = document.examples if document is not None else None
            dialog = ImportDialog(path, self._context.sets, into, self.editor.role, self)
            dialog.imported.connect(self._on_imported)
            dialog.open()

    @Slot(object)
    def _on_imported(self, imported: Imported) -> None:
        with told(self._context.events):
            if imported.new_set:
                rows = imported.rows
                self.sets.add(replace(imported.judges, name=imported.new_set, canonical=rows))
            else:
                text = self.tr("Import {}").format(counted(len(imported.rows)))
                self.editor.add_rows(imported.role, imported.rows, text)
            one, many = self.tr("1 row is imported."), self.tr("{} rows are imported.")
            self._context.events.notice(number_of(len(imported.rows), one, many))

    def _on_export(self) -> None:
        document = self.editor.document
        if document is None:
            return
        proposed = f"{document.name}-{self.editor.role}.jsonl"
        title = self.tr("Export this list")
        name, _ = QFileDialog.getSaveFileName(self, title, proposed, FILES)
        if name:
            with told(self._context.events):
                rows = document.examples.rows(self.editor.role)
                write_examples(Path(name), rows)
                count = number_of(len(rows), self.tr("1 row is"), self.tr("{} rows are"))
                said = self.tr("{count} written to {file}.")
                self._context.events.notice(said.format(count=count, file=Path(name).name))

    def _on_thresholds(self) -> None:
        document = self.editor.document
        if document is not None:
            dialog = ThresholdsDialog(document.examples, self)
            dialog.chosen.connect(document.set_thresholds)
            dialog.open()

"""Everything the library knows of one edit; its name, notes and tags can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QWidget,
)
from typing_extensions import override

from app.gui.metrics import characters, gap
from app.gui.pages.library.lineage import LineageView
from app.gui.pages.library.reproduce import kept_examples
from app.gui.pages.library.tags import tags_in
from app.gui.tables import figures
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.kept_examples import KeptExamplesTable
from app.gui.tables.library_table import base_name
from app.gui.tables.method_names import method_name
from app.gui.tables.pairs_table import PairsView, give_widths, quiet
from app.gui.tables.setting_pairs import setting_pairs
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import body, caption, muted, set_tone
from app.gui.widgets.layouts import column, row
from app.gui.widgets.menu_button import menu_button
from editing.library.edit_row import EditRow

translate = QCoreApplication.translate


class EditDetails(QWidget):
    """The selected edit."""

    changed = Signal(str, str, str, tuple)
    """The edit's id, and the name, notes and tags it should have."""
    compare_requested = Signal()
    senses_requested = Signal()
    export_requested = Signal()
    delete_requested = Signal()
    verify_requested = Signal()
    reproduce_requested = Signal()
    edit_opened = Signal(str)
    """The id of another edit, chosen in the lineage."""
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit: EditRow | None = None
        self.labels: Mapping[str, str] = {}
        """What the methods call their settings."""
        self._build_actions()
        self._build_fields()
        self._build_tabs()
        self.stack = QStackedWidget()
        self._lay_out()
        self.setMinimumWidth(characters(52))

    def _build_tabs(self) -> None:
        self.measures = PairsView(self.tr("Measures"))
        self.settings = PairsView(self.tr("Settings it was made with"))
        self.origin = PairsView(self.tr("What it was made from"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.measures, self.tr("Measures"))
        self.tabs.addTab(self.settings, self.tr("Settings"))
        self.tabs.addTab(self._examples_view(), self.tr("Examples"))
        self.lineage = LineageView()
        self.lineage.opened.connect(self.edit_opened)
        self.tabs.addTab(self.lineage, self.tr("Lineage"))
        self.tabs.addTab(self.origin, self.tr("Origin"))

    def _lay_out(self) -> None:
        self._nothing = muted(self.tr("Choose an edit to see what it does and where it is from."))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        filled = QWidget()
        lines = column(self.name, self.facts, self.trouble, spacing=2, margins=4)
        lines.addLayout(row(*self.buttons[:2], None, self.more, spacing=2))
        lines.addWidget(self.tabs, 1)
        lines.addWidget(caption(self.tr("Notes")))
        lines.addWidget(self.notes)
        lines.addWidget(caption(self.tr("Tags, separated by commas")))
        lines.addLayout(row(self.tags, *self.buttons[2:], spacing=2))
        filled.setLayout(lines)
        self.stack.addWidget(self._nothing)
        self.stack.addWidget(filled)
        self.setLayout(column(self.stack, spacing=0))

    @property
    def edit(self) -> EditRow | None:
        """The edit shown."""
        return self._edit

    def show_nothing(self) -> None:
        """Show that no edit is chosen."""
        self._edit = None
        self.stack.setCurrentIndex(0)

    def show_edit(
        self,
        edit: EditRow,
        record: Mapping[str, Any] | None,
        trouble: str,
        files: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show an edit.

        Args:
            edit: Its row.
            record: What its folder says; None where that cannot be read.
            trouble: What is wrong with its files; empty where nothing is known to be.
            files: What lies where, and how large it is.
        """
        self._edit = edit
        known = record or {}
        self.name.setText(edit.name)
        self.facts.setText(
            " · ".join(
                (method_name(edit.method), base_name(edit.model), figures.date(edit.created))
            )
        )
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self.notes.setPlainText(edit.notes)
        self.tags.setText(", ".join(edit.tags))
        self.measures.show_pairs(EditFigures.read(_part(known, "result")).pairs())
        self.settings.show_pairs(
            setting_pairs(_part(known, "request"), _part(known, "result"), self.labels)
        )
        self.origin.show_pairs([*_origin_pairs(edit, known), *files])
        self.examples.show_examples(kept_examples(known))
        in_trash = edit.trashed is not None
        for made in (self.compare, self.senses, self.export, self.delete, self.reproduce):
            made.setVisible(not in_trash)
        self.restore.setVisible(in_trash)
        for field in (self.name, self.notes, self.tags):
            field.setReadOnly(in_trash)
        self.stack.setCurrentIndex(1)

    def commit(self) -> None:
        """Hand on what was typed and not handed on yet."""
        edit = self._edit
        if edit is None or edit.trashed is not None:
            return
        typed = replace(
            edit,
            name=self.name.text().strip() or edit.name,
            notes=self.notes.toPlainText(),
            tags=tags_in(self.tags.text()),
        )
        if typed != edit:
            self._edit = typed
            self.changed.emit(typed.id, typed.name, typed.notes, typed.tags)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self.commit()
        return super().eventFilter(watched, event)

    def _build_actions(self) -> None:
        self.compare = action(
            self,
            self.tr("Compare"),
            tip=self.tr("Put this edit beside the original"),
            icon="compare",
            do=self.compare_requested.emit,
        )
        self.senses = action(
            self,
            self.tr("Senses"),
            tip=self.tr("See which senses this edit moved"),
            icon="senses",
            do=self.senses_requested.emit,
        )
        self.export = action(
            self,
            self.tr("Export…"),
            tip=self.tr("Write a model folder, or the edit alone"),
            shortcut="Ctrl+S",
            icon="export",
            do=self.export_requested.emit,
        )
        self.delete = action(
            self,
            self.tr("Delete"),
            tip=self.tr("Put this edit into the trash"),
            icon="trash",
            do=self.delete_requested.emit,
        )
        self.restore = action(
            self,
            self.tr("Restore"),
            tip=self.tr("Take this edit out of the trash"),
            icon="undo",
            do=self.restore_requested.emit,
        )
        self.verify = action(
            self,
            self.tr("Verify this edit"),
            tip=self.tr("Hash its files again and say whether they are as they were written"),
            icon="check",
            do=self.verify_requested.emit,
        )
        self.reproduce = action(
            self,
            self.tr("Reproduce"),
            tip=self.tr("Start the same run once more: its examples, its settings, its seed"),
            icon="redo",
            do=self.reproduce_requested.emit,
        )
        self.more = menu_button(
            self,
            self.tr("More to do with this edit"),
            [self.senses, self.reproduce, self.verify],
        )
        self.buttons = [
            button(self.compare, "primary"),
            button(self.export),
            button(self.restore),
            button(self.delete, "danger"),
        ]

    def _examples_view(self) -> QTableView:
        self.examples = KeptExamplesTable(self)
        view = QTableView()
        view.setModel(self.examples)
        quiet(view, self.tr("Examples it was made from"))
        give_widths(view, dict(enumerate((14, 30, 14, 10))))
        return view

    def _build_fields(self) -> None:
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the edit"))
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.facts = caption("")
        self.trouble = body("")
        set_tone(self.trouble, "danger")
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName(self.tr("Notes"))
        self.notes.setPlaceholderText(self.tr("What is this edit for?"))
        self.notes.setFixedHeight(gap(16))
        self.notes.setTabChangesFocus(True)
        self.notes.installEventFilter(self)
        self.tags = QLineEdit()
        self.tags.setAccessibleName(self.tr("Tags"))
        self.tags.setPlaceholderText(self.tr("capitals, draft"))
        self.name.editingFinished.connect(self.commit)
        self.tags.editingFinished.connect(self.commit)


def _part(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = record.get(key)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _text(text: Mapping[str, Any]) -> str:
    return translate("library", "{}, {:,} tokens").format(text["name"], text["tokens"])


def _origin_pairs(edit: EditRow, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    data = _part(record, "data")
    rows = (
        (translate("library", "Examples it learnt"), "canonical"),
        (translate("library", "Examples it was judged by"), "evaluation"),
        (translate("library", "Hard negatives"), "hard_negatives"),
    )
    counts = [(name, f"{_part(data, key).get('rows', figures.NOTHING)}") for name, key in rows]
    texts = [
        (translate("library", "{} text").format(role.capitalize()), _text(text))
        for role, text in _part(data, "texts").items()
    ]
    made_with = translate("library", "Made with {}")
    versions = [
        (made_with.format(name), str(value)) for name, value in _part(record, "versions").items()
    ]
    return [
        (translate("library", "Example set"), str(data.get("name", figures.NOTHING))),
        *counts,
        *texts,
        (translate("library", "Base model"), edit.model),
        (translate("library", "Fingerprint of the base"), edit.model_fingerprint[:16]),
        (translate("library", "Id"), edit.id),
        *versions,
    ]

"""Models: which there are, what each is, what can be done with it; adding, fetching, removing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QTableView, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.metrics import characters
from app.gui.pages.models.desk import ModelsDesk
from app.gui.pages.models.details import ModelDetails
from app.gui.pages.models.dropping import models_in
from app.gui.pages.models.hub_dialog import HubDialog
from app.gui.pages.models.hub_token import HubToken
from app.gui.pages.models.removing import ask_to_discard, ask_to_remove
from app.gui.pages.models.token_dialog import TokenDialog
from app.gui.tables.model_standing import CHECK, ModelRow
from app.gui.tables.models_table import ModelsTable
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.tables.row_table import Index
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption, set_tone
from app.gui.widgets.layouts import column, row, shared
from app.gui.widgets.table_menu import table_menu
from app.jobs.record import JobView


class ModelsPage(QWidget):
    """The table of models, and the details of the chosen one."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted = context.selection.model
        self._is_selecting = False
        self.desk = ModelsDesk(context, self)
        self.hub_token = HubToken(context, self)
        self._build_actions()
        self._build_table()
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self._refresh()

    def show_model(self, source: str) -> None:
        """Choose a model."""
        self.filter.clear()
        self._wanted = source
        self._refresh()

    def focus_first(self) -> None:
        """Put the cursor into the table."""
        self.view.setFocus()

    def add_folder(self, folder: Path) -> None:
        """Add a folder and show it."""
        self._wanted = str(folder.expanduser().resolve())
        self.desk.add_folder(folder)

    def fetch(self, source: str) -> None:
        """Fetch a model of the hub and show how far it is."""
        self._wanted = source
        self.desk.fetch(source)

    def _build_actions(self) -> None:
        self.add = self._action(
            self.tr("Add a folder…"),
            self.tr("Add a model that is on this computer; or drop its folder on this page"),
            "folder",
            self._choose_folder,
            "Ctrl+Shift+O",
        )
        self.add_from_hub = self._action(
            self.tr("Add from the hub…"),
            self.tr("See how large a model of the hub is, and fetch it"),
            "down",
            self._open_hub,
            "Ctrl+Shift+H",
        )
        self.token = self._action(
            self.tr("Token for the hub…"),
            self.tr("Give the token for models that are not for everyone"),
            "",
            self._open_token,
        )
        self.look = self._action(
            self.tr("Look again"),
            self.tr("Have the engine look at every model anew"),
            "redo",
            self.desk.look,
            "Ctrl+F5",
        )
        self.find_model = self._action(
            self.tr("Find a model"),
            self.tr("Go to the field that searches"),
            "",
            self._on_find,
            "Ctrl+F",
        )

    def _action(
        self, text: str, tip: str, icon: str, do: Callable[[], object], keys: str = ""
    ) -> QAction:
        return action(self, text, tip=tip, icon=icon, do=do, shortcut=keys)

    def _build_table(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Search names, places and architectures"))
        self.filter.setAccessibleName(self.tr("Search models"))
        self.filter.setClearButtonEnabled(True)
        self.table = ModelsTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Models"))
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        give_widths(self.view, dict(enumerate((28, 17, 12, 9, 9, 11, 28, 12, 8))))
        self.details = ModelDetails()
        self.said = caption("")

    def _lay_out(self) -> None:
        left = QWidget()
        menu = table_menu(self.view, self.tr("Copy the table of models"))
        bar = row(self.filter, menu, spacing=2)
        bar.setStretch(0, 1)
        acts = (button(self.add, "primary"), button(self.add_from_hub))
        tools = row(*acts, button(self.token), None, button(self.look), spacing=2)
        lines = column(bar, tools, spacing=2.5, margins=4)
        lines.addWidget(self.view, 1)
        lines.addWidget(self.said)
        left.setLayout(lines)
        sizes = (characters(86), characters(78))
        self.setLayout(column(shared(left, self.details, sizes=sizes, grows=0), spacing=0))

    def _connect(self) -> None:
        details, desk = self.details, self.desk
        self._context.events.open_requested.connect(self._on_open_requested)
        desk.changed.connect(self._refresh)
        desk.errand_changed.connect(self._refresh)
        desk.tokenizer_wanted.connect(self._choose_tokenizer)
        self.filter.textChanged.connect(self._on_filter)
        self.view.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.view.activated.connect(lambda: details.use.trigger())
        details.use_requested.connect(lambda: self._with_model(lambda m: desk.use(m.source)))
        details.check_requested.connect(lambda: self._with_model(lambda m: desk.check(m.source)))
        details.add_requested.connect(
            lambda: self._with_model(lambda m: self.add_folder(Path(m.source)))
        )
        details.remove_requested.connect(lambda: self._with_model(self._ask_to_remove))
        details.folder_requested.connect(lambda: self._with_model(_open_folder))
        details.errand.pause_requested.connect(
            lambda: self._with_errand(lambda errand: desk.errands.pause(errand.id))
        )
        details.errand.resume_requested.connect(
            lambda: self._with_errand(lambda errand: desk.errands.resume(errand.id))
        )
        details.errand.cancel_requested.connect(lambda: self._with_errand(self._ask_to_discard))
        details.errand.token_requested.connect(self._open_token)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if models_in(event.mimeData().urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        folders = models_in(event.mimeData().urls())
        for folder in folders:
            self.add_folder(folder)
        if folders:
            event.acceptProposedAction()

    def _refresh(self) -> None:
        """Follow what the models have become, and keep the choice."""
        shown = self.details.row
        self._is_selecting = True
        self.table.show_models(self.desk.rows())
        self._is_selecting = False
        wanted = self.table.row_of(self._wanted)
        if wanted is None and shown is not None:
            wanted = self.table.row_of(shown.source)
        self._select(wanted if wanted is not None or not self.table.rowCount() else 0)
        count = self.table.rowCount()
        models = self.tr("1 model") if count == 1 else self.tr("{} models").format(count)
        self.said.setText(self.desk.trouble or models)
        set_tone(self.said, "danger" if self.desk.trouble else "")

    def _select(self, place: int | None) -> None:
        if place is None:
            self.details.show_model(None)
            return
        flags = QItemSelectionModel.SelectionFlag
        index = self.table.index(place, 0)
        self._is_selecting = True
        self.view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._is_selecting = False
        self.details.show_model(self.table.model_at(index))

    def _with_model(self, do: Callable[[ModelRow], object]) -> None:
        if self.details.row is not None:
            do(self.details.row)

    def _with_errand(self, do: Callable[[JobView], object]) -> None:
        if self.details.row is not None and self.details.row.errand is not None:
            do(self.details.row.errand)

    def _choose_folder(self) -> None:
        title = self.tr("Choose the folder of a model")
        if folder := QFileDialog.getExistingDirectory(self, title):
            self.add_folder(Path(folder))

    def _choose_tokenizer(self, folder: str) -> None:
        title = self.tr("Choose the folder of the tokenizer")
        if tokenizer := QFileDialog.getExistingDirectory(self, title):
            self.desk.add_folder(Path(folder), Path(tokenizer))

    def _open_hub(self) -> None:
        dialog = HubDialog(self.desk, self)
        dialog.fetch_requested.connect(self.fetch)
        dialog.token_requested.connect(self._open_token)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_token(self) -> None:
        dialog = TokenDialog(self.hub_token, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_to_remove(self, model: ModelRow) -> None:
        def remove(delete_files: bool) -> None:
            self.desk.remove(model.source, delete_files=delete_files)

        ask_to_remove(self, model, remove)

    def _ask_to_discard(self, errand: JobView) -> None:
        fetched = errand.progress.done if errand.progress is not None else 0
        if errand.config.kind == CHECK or not fetched:
            self.desk.discard(errand)
        else:
            ask_to_discard(self, errand.title, fetched, lambda: self.desk.discard(errand))

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "model":
            self.show_model(name)

    def _on_find(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def _on_filter(self, text: str) -> None:
        self.table.filter_models(text)
        self._refresh()

    def _on_row_changed(self, current: Index) -> None:
        if current.isValid() and not self._is_selecting:
            model = self.table.model_at(current)
            self._wanted = "" if model is None else model.source
            self.details.show_model(model)


def _open_folder(model: ModelRow) -> None:
    folder = str(model.facts.get("folder", ""))
    if folder:
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

"""Views of the list: choose one that was kept, keep another, show columns, let rows stand close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QInputDialog, QMenu, QTableView, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.events import Notice
from app.gui.metrics import characters
from app.gui.pages.library.kept_views import KeptView, KeptViews, Look, load_views, save_views
from app.gui.tables.library_table import NAME, ORDERS
from app.gui.widgets.buttons import action
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.layouts import row
from app.gui.widgets.menu_button import menu_button


class ViewBar(QWidget):
    """All edits first, then the person's own views."""

    chosen = Signal(object)
    """A Look."""
    density_changed = Signal(bool)
    """Whether rows stand close from now on."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._kept = KeptViews()
        self._look: Callable[[], Look] = Look
        self._columns: dict[str, QAction] = {}
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("View"))
        self.box.setToolTip(self.tr("Views: what is searched, sorted and shown, under a name"))
        self.box.setMinimumWidth(characters(18))
        leave_wheel_to_page(self.box)
        self.box.activated.connect(self._on_activated)
        self._build_actions()
        self.columns_menu = QMenu(self.tr("Columns"), self)
        entries = [self.save, self.delete, self.compact, self.columns_menu.menuAction()]
        self.menu = menu_button(self, self.tr("Views, columns and rows"), entries)
        self.setLayout(row(self.box, self.menu, spacing=1))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The columns that are not shown, each by the name of its order."""
        return tuple(name for name, each in self._columns.items() if not each.isChecked())

    def look_at(self, view: QTableView, look: Callable[[], Look]) -> None:
        """Serve a table, and take what was kept for it.

        Args:
            view: The table whose columns are shown and hidden.
            look: Says what it looks like now.
        """
        self._look = look
        headers = [
            view.model().headerData(c, Qt.Orientation.Horizontal) for c in range(len(ORDERS))
        ]
        for place, (order, header) in enumerate(zip(ORDERS, headers, strict=True)):
            made = self.columns_menu.addAction(str(header))
            made.setCheckable(True)
            made.setChecked(True)
            made.setEnabled(place != NAME)
            made.toggled.connect(partial(_show_column, view, place))
            made.triggered.connect(self._keep_columns)
            self._columns[order.name] = made
        with told(self._context.events):
            self._kept = load_views(self._context.data_folder)
        self.hide_columns(self._kept.hidden)
        self.compact.setChecked(self._kept.compact)
        self._offer(None)

    def hide_columns(self, hidden: tuple[str, ...]) -> None:
        """Show all columns but these."""
        for name, each in self._columns.items():
            each.setChecked(name not in hidden)

    def _build_actions(self) -> None:
        self.save = action(
            self,
            self.tr("Save view…"),
            tip=self.tr("Keep search, state, order and columns under a name"),
            icon="disk",
            do=self._on_save,
        )
        self.delete = action(
            self,
            self.tr("Delete view"),
            tip=self.tr("Forget the chosen view; its edits stay"),
            icon="trash",
            do=self._on_delete,
        )
        self.compact = action(
            self,
            self.tr("Compact rows"),
            tip=self.tr("Let rows stand close, so that more of them are seen"),
        )
        self.compact.setCheckable(True)
        self.compact.toggled.connect(self._on_compact)

    def _offer(self, chosen: str | None) -> None:
        """List the views, one of them chosen."""
        self.box.clear()
        self.box.addItem(self.tr("All edits"))
        self.box.addItems([view.name for view in self._kept.views])
        self.box.setCurrentIndex(0 if chosen is None else self.box.findText(chosen))
        self._follow()

    def _follow(self) -> None:
        self.delete.setEnabled(self.box.currentIndex() > 0)
        self.box.setVisible(bool(self._kept.views))

    def _keep(self, kept: KeptViews) -> None:
        self._kept = kept
        with told(self._context.events):
            save_views(self._context.data_folder, kept)

    def _keep_columns(self) -> None:
        self._keep(replace(self._kept, hidden=self.hidden))

    def _on_activated(self) -> None:
        place = self.box.currentIndex()
        look = self._kept.views[place - 1].look if place > 0 else Look()
        self._follow()
        self.chosen.emit(look)
        self._keep_columns()

    def _on_compact(self, is_on: bool) -> None:
        if is_on != self._kept.compact:
            self._keep(replace(self._kept, compact=is_on))
        self.density_changed.emit(is_on)

    def _on_save(self) -> None:
        before = self.box.currentText() if self.box.currentIndex() > 0 else ""
        name, is_wanted = QInputDialog.getText(
            self, self.tr("Save view"), self.tr("Name of the view:"), text=before
        )
        if is_wanted:
            self._save(KeptView(name.strip(), self._look()))

    def _save(self, view: KeptView) -> None:
        with told(self._context.events):
            self._keep(self._kept.with_view(view))
            self._offer(view.name)

    def _on_delete(self) -> None:
        name = self.box.currentText()
        look = self._kept.named(name) if self.box.currentIndex() > 0 else None
        if look is None:
            return
        self._keep(self._kept.without(name))
        self._offer(None)
        said = self.tr("The view “{}” is deleted.").format(name)
        undo = partial(self._save, KeptView(name, look))
        self._context.events.noticed.emit(Notice(said, action=self.tr("Undo"), do=undo))


def _show_column(view: QTableView, place: int, is_shown: bool) -> None:
    view.setColumnHidden(place, not is_shown)

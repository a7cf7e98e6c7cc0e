"""What fills the window: rail, header, pages, coach strip, notices and status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QTabWidget, QWidget

from app.gui.activity import ActivityDrawer
from app.gui.context import GuiContext
from app.gui.events import Notice
from app.gui.guide import Guide, Step
from app.gui.terms import Term, explain_terms, terms
from app.gui.widgets.buttons import action
from app.gui.widgets.coach import CoachStrip
from app.gui.widgets.edit_drops import EditDrops
from app.gui.widgets.header import Header
from app.gui.widgets.layouts import column, row
from app.gui.widgets.numbers import inset_numbers
from app.gui.widgets.rail import Rail
from app.gui.widgets.tab_leaves import let_tab_leave
from app.gui.widgets.toasts import Toasts
from app.gui.window_help import WindowHelp
from app.gui.window_menus import WindowMenus
from app.gui.window_status import WindowStatus
from app.paths import prefer_data_folder

if TYPE_CHECKING:
    from app.gui.page_entry import PageEntry


_TERMS = {
    "Examples": "examples",
    "Run": "runs",
    "Senses": "senses",
    "Success": "compare",
    "Edit": "library",
}
"""The page that each of these words is at the heart of."""


class Workspace(QWidget):
    """One page at a time, and all around it."""

    page_built = Signal(str)
    """The name of a page that is there from now on."""

    def __init__(
        self, context: GuiContext, entries: Sequence[PageEntry], window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._context = context
        self._entries = {entry.name: entry for entry in entries}
        self._pages: dict[str, QWidget] = {}
        self._unplaced: dict[str, QWidget] = {}
        """Pages that are built and stand nowhere yet."""
        self.guide = Guide(context)
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.coach = CoachStrip()
        self.menus = WindowMenus(window, context)
        menus = self.menus
        self.header = Header(menus.find_action, (menus.settings_action, menus.help_action))
        self.status = WindowStatus(context, self)
        self.toasts = Toasts(self, self.status.strip)
        self.activity = ActivityDrawer(context, self.toasts)
        self.toasts.keep_left_of(self.activity)
        self.help = WindowHelp(context, window)
        self._lay_out()
        self._fill_rail(window)
        self._connect()

    @property
    def page_name(self) -> str:
        """The name of the page that is shown."""
        shown = self.stack.currentWidget()
        return next(name for name, page in self._pages.items() if page is shown)

    @property
    def page(self) -> QWidget:
        """The page that is shown."""
        return self._pages[self.page_name]

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Show a page, building it the first time."""
        entry = self._entries[name]
        self.build_page(name)
        self.stack.setCurrentWidget(self._pages[name])
        self.rail.button(name).defaultAction().setChecked(True)
        self.header.show_page(entry.title, entry.sentence, _term_of(name))
        self.menus.show_page(entry.title, self._pages[name])
        self._focus_page()

    def _focus_page(self) -> None:
        """Put the cursor on the page, where it wants to have it first."""
        focus = getattr(self.page, "focus_first", self.page.setFocus)
        focus()

    def build_page(self, name: str) -> None:
        """Build a page that is not there yet, without showing it."""
        for step in self.steps_to_build(name):
            step()

    def steps_to_build(self, name: str) -> list[Callable[[], None]]:
        """List what is left to do until a page is there, none of which takes long."""
        return [partial(self._construct, name), partial(self._place, name)]

    def _construct(self, name: str) -> None:
        if name in self._pages or name in self._unplaced:
            return
        entry = self._entries[name]
        self._unplaced[name] = page = entry.build(self._context)
        page.setAccessibleName(entry.title)
        _name_tab_bars(page)
        let_tab_leave(page)
        inset_numbers(page)
        explain_terms(page)

    def _place(self, name: str) -> None:
        page = self._unplaced.pop(name, None)
        if page is not None:
            self._pages[name] = page
            self.stack.addWidget(page)
            self.page_built.emit(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all pages, in the rail's order."""
        return tuple(self._entries)

    @property
    def pages(self) -> dict[str, QWidget]:
        """The pages that have been built, by name."""
        return dict(self._pages)

    def _lay_out(self) -> None:
        self.coach.hide()
        right = column(self.header, self.coach, self.stack, spacing=0)
        right.setStretch(2, 1)
        middle = row(self.rail, right, self.activity, spacing=0)
        middle.setStretch(1, 1)
        whole = column(middle, self.status.strip, spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def _fill_rail(self, window: QMainWindow) -> None:
        for number, entry in enumerate(self._entries.values(), start=1):
            opened = action(
                window, entry.title, tip=f"{entry.sentence}.", shortcut=f"Ctrl+{number}"
            )
            show = partial(self._context.events.page_requested.emit, entry.name)
            self.rail.add_page(entry.name, opened, entry.icon, show)
            self.menus.add_page(opened)

    def _connect(self) -> None:
        events = self._context.events
        events.page_requested.connect(self.show_page)
        events.noticed.connect(self._on_noticed)
        events.selection_changed.connect(self._show_models)
        self._context.engine.described.connect(self._show_models)
        self._context.theme.changed.connect(events.theme_changed)
        self.status.strip.notices_clicked.connect(self.menus.activity_action.trigger)
        self.menus.activity_requested.connect(self._on_activity_requested)
        self.activity.closed.connect(self._on_activity_requested)
        self.menus.settings_requested.connect(self._on_settings_requested)
        self.menus.help_requested.connect(self._on_help_requested)
        events.help_requested.connect(self.help.open)
        self.menus.diagnostics_requested.connect(self.help.copy_diagnostics)
        self.menus.package_requested.connect(self.help.export_package)
        EditDrops(self.rail.button("compare"), self._on_edits_dropped)
        self.rail.button("runs").set_badge(self.status.badge)
        self.status.badge_changed.connect(self.rail.button("runs").set_badge)
        self.header.help_wanted.connect(events.help_requested)
        self.header.model_chosen.connect(self._context.selection.set_model)
        self.guide.changed.connect(self._on_guide_changed)
        self.coach.dismissed.connect(self.guide.leave)
        self._show_models()

    @Slot()
    def _show_models(self) -> None:
        description = self._context.engine.description or {}
        models = [(self.tr("Starter"), "starter")]
        for entry in description.get("models", ()):
            source = str(entry.get("source", entry.get("name", "")))
            if source and source != "starter":
                models.append((str(entry.get("name", source)), source))
        self.header.show_models(models, self._context.selection.model, self._on_folder_wanted)

    @Slot()
    def _on_folder_wanted(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Open a model folder"))
        if folder:
            self._context.selection.set_model(folder)

    @Slot(object)
    def _on_noticed(self, notice: Notice) -> None:
        self.toasts.show(notice)
        self.status.strip.show_notice_count(len(self.toasts.history))

    def _on_edits_dropped(self, ids: tuple[str, ...]) -> None:
        self._context.events.open("compare", "edits", "\n".join(ids))

    @Slot()
    def _on_activity_requested(self) -> None:
        if self.activity.isVisible():
            self.activity.hide()
            self._focus_page()
        else:
            self.activity.open()
            self.activity.setFocus()

    @Slot()
    def _on_settings_requested(self) -> None:
        from app.gui.settings.dialog import SettingsDialog

        SettingsDialog(self._context, prefer_data_folder, self.window()).open()

    @Slot(str)
    def _on_help_requested(self, name: str) -> None:
        self.help.open(name or self.page_name)

    @Slot()
    def _on_guide_changed(self) -> None:
        advice = self.guide.advice
        self.coach.setVisible(self.guide.step is not Step.AWAY)
        act: QAction | None = None
        if advice.button:
            act = QAction(advice.button, self.coach)
            act.setToolTip(advice.tip)
            act.triggered.connect(self.guide.go_on)
        self.coach.tell(advice.step, advice.sentence, act)


def _name_tab_bars(page: QWidget) -> None:
    """Let the bar of each tab widget, which takes the keys, say what the widget says."""
    for tabs in page.findChildren(QTabWidget):
        if not tabs.tabBar().accessibleName():
            parts = ", ".join(tabs.tabText(place) for place in range(tabs.count()))
            tabs.tabBar().setAccessibleName(tabs.accessibleName() or parts)


def _term_of(page: str) -> Term | None:
    return next((terms()[word] for word, name in _TERMS.items() if name == page), None)

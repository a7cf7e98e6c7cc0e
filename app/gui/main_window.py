"""The window: rail, header, pages, status strip; the only file that lists the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget
from typing_extensions import override

from app.gui.context import GuiContext
from app.gui.events import Notice
from app.gui.guide import Guide, Step
from app.gui.leaving import Leaving
from app.gui.widgets.buttons import action
from app.gui.widgets.coach import CoachStrip
from app.gui.widgets.header import Header
from app.gui.widgets.layouts import boxed, column, row
from app.gui.widgets.rail import Rail
from app.gui.widgets.toasts import NoticeList, Toasts
from app.gui.window_menus import WindowMenus
from app.gui.window_status import WindowStatus


def _home(context: GuiContext) -> QWidget:
    from app.gui.pages.home_page import HomePage

    return HomePage(context)


def _examples(context: GuiContext) -> QWidget:
    from app.gui.pages.examples_page import ExamplesPage

    return ExamplesPage(context)


def _runs(context: GuiContext) -> QWidget:
    from app.gui.pages.runs_page import RunsPage

    return RunsPage(context)


def _senses(context: GuiContext) -> QWidget:
    from app.gui.pages.senses_page import SensesPage

    return SensesPage(context)


def _compare(context: GuiContext) -> QWidget:
    from app.gui.pages.compare_page import ComparePage

    return ComparePage(context)


def _library(context: GuiContext) -> QWidget:
    from app.gui.pages.library_page import LibraryPage

    return LibraryPage(context)


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page before it is built; it is built, and its plots imported, when first shown."""

    name: str
    title: str
    sentence: str
    icon: str
    build: Callable[[GuiContext], QWidget]


PAGES = (
    PageEntry("home", "Home", "Begin here, or go on where you left off", "home", _home),
    PageEntry(
        "examples", "Examples", "What the model should say, and what not", "examples", _examples
    ),
    PageEntry("runs", "Runs", "Teach the model, within a budget", "runs", _runs),
    PageEntry("senses", "Senses", "What each word can mean to the model", "senses", _senses),
    PageEntry("compare", "Compare", "The original beside its edits", "compare", _compare),
    PageEntry("library", "Library", "Every edit you keep", "library", _library),
)
FILES = (".jsonl", ".csv", ".tsv")
"""What can be dropped on the window."""


class MainWindow(QMainWindow):
    """The program's one window."""

    def __init__(self, context: GuiContext) -> None:
        super().__init__()
        self._context = context
        self._pages: dict[str, QWidget] = {}
        self._settings = QSettings(
            str(context.data_folder / "window.ini"), QSettings.Format.IniFormat
        )
        self.setWindowTitle("Exemplar")
        self.setAcceptDrops(True)
        self.guide = Guide(context)
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.coach = CoachStrip()
        self.menus = WindowMenus(self, context)
        self.header = Header((self.menus.theme_action, self.menus.help_action))
        self.status = WindowStatus(context, self)
        self.toasts = Toasts(self, self.status.strip)
        self._notices = NoticeList(self.toasts, self)
        self._lay_out()
        self._fill_rail()
        self._connect()
        self._restore()
        self.show_page("home")

    @property
    def page_name(self) -> str:
        """The page that is shown."""
        shown = self.stack.currentWidget()
        return next(name for name, page in self._pages.items() if page is shown)

    @property
    def page(self) -> QWidget:
        """The page that is shown, itself."""
        return self._pages[self.page_name]

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Show a page, building it the first time."""
        entry = next(entry for entry in PAGES if entry.name == name)
        if name not in self._pages:
            self._pages[name] = page = entry.build(self._context)
            page.setAccessibleName(entry.title)
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(self._pages[name])
        self.rail.button(name).defaultAction().setChecked(True)
        self.header.show_page(entry.title, entry.sentence)
        self.menus.show_page(entry.title, self._pages[name])
        self._pages[name].setFocus()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.toLocalFile().endswith(FILES) for url in event.mimeData().urls()):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        for path in paths:
            if path.suffix.lower() in FILES:
                self._context.events.open("examples", "file", str(path))
                event.acceptProposedAction()
                return

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        preferences = self._context.preferences
        preferences.change(replace(preferences.current, last_page=self.page_name))
        if Leaving(self._context, self).may_close():
            event.accept()
        else:
            event.ignore()

    def _lay_out(self) -> None:
        self.coach.hide()
        right = column(self.header, self.coach, self.stack, spacing=0)
        right.setStretch(2, 1)
        middle = row(self.rail, right, spacing=0)
        middle.setStretch(1, 1)
        whole = column(middle, self.status.strip, spacing=0)
        whole.setStretch(0, 1)
        self.setCentralWidget(boxed(whole))
        self.setMenuBar(self.menus.bar)

    def _fill_rail(self) -> None:
        for number, entry in enumerate(PAGES, start=1):
            opened = action(self, entry.title, tip=f"{entry.sentence}.", shortcut=f"Ctrl+{number}")
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
        self.status.strip.notices_clicked.connect(self._on_notices_clicked)
        self.status.badge_changed.connect(self.rail.button("runs").set_badge)
        self.header.model_chosen.connect(self._context.selection.set_model)
        self.guide.changed.connect(self._on_guide_changed)
        self.coach.dismissed.connect(self.guide.leave)
        self._show_models()

    def _restore(self) -> None:
        self.resize(1280, 800)
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    @Slot()
    def _show_models(self) -> None:
        description = self._context.engine.description or {}
        models = [("Starter", "starter")]
        for entry in description.get("models", ()):
            source = str(entry.get("source", entry.get("name", "")))
            if source and source != "starter":
                models.append((str(entry.get("name", source)), source))
        self.header.show_models(models, self._context.selection.model, self._on_folder_wanted)

    @Slot()
    def _on_folder_wanted(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a model folder")
        if folder:
            self._context.selection.set_model(folder)

    @Slot(object)
    def _on_noticed(self, notice: Notice) -> None:
        self.toasts.show(notice)
        self.status.strip.show_notice_count(len(self.toasts.history))

    @Slot()
    def _on_notices_clicked(self) -> None:
        self._notices.open_above(self.status.strip.notices_button)

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

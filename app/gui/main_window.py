"""The window itself, and the only list of its pages.

It stands before anything is read or imported that takes time: `open` fills it afterwards.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget
from typing_extensions import override

from app.gui.icons import picture
from app.gui.page_entry import PageEntry

if TYPE_CHECKING:
    from app.gui.context import GuiContext
    from app.gui.widgets.drop_sheet import DropSheet
    from app.gui.workspace import Workspace


def _home(context: GuiContext) -> QWidget:
    from app.gui.pages.home.page import HomePage

    return HomePage(context)


def _examples(context: GuiContext) -> QWidget:
    from app.gui.pages.examples.page import ExamplesPage

    return ExamplesPage(context)


def _runs(context: GuiContext) -> QWidget:
    from app.gui.pages.runs.page import RunsPage

    return RunsPage(context)


def _senses(context: GuiContext) -> QWidget:
    from app.gui.pages.senses.page import SensesPage

    return SensesPage(context)


def _compare(context: GuiContext) -> QWidget:
    from app.gui.pages.compare.page import ComparePage

    return ComparePage(context)


def _library(context: GuiContext) -> QWidget:
    from app.gui.pages.library.page import LibraryPage

    return LibraryPage(context)


def _memory(context: GuiContext) -> QWidget:
    from app.gui.pages.memory.page import MemoryPage

    return MemoryPage(context)


def _models(context: GuiContext) -> QWidget:
    from app.gui.pages.models.page import ModelsPage

    return ModelsPage(context)


PAGES = (
    PageEntry(
        "home",
        QT_TRANSLATE_NOOP("pages", "Home"),
        QT_TRANSLATE_NOOP("pages", "Begin here, or go on where you left off"),
        "home",
        _home,
    ),
    PageEntry(
        "examples",
        QT_TRANSLATE_NOOP("pages", "Examples"),
        QT_TRANSLATE_NOOP("pages", "What the model should say, and what not"),
        "examples",
        _examples,
    ),
    PageEntry(
        "runs",
        QT_TRANSLATE_NOOP("pages", "Runs"),
        QT_TRANSLATE_NOOP("pages", "Teach the model, within a budget"),
        "runs",
        _runs,
    ),
    PageEntry(
        "senses",
        QT_TRANSLATE_NOOP("pages", "Senses"),
        QT_TRANSLATE_NOOP("pages", "What each word can mean to the model"),
        "senses",
        _senses,
    ),
    PageEntry(
        "compare",
        QT_TRANSLATE_NOOP("pages", "Compare"),
        QT_TRANSLATE_NOOP("pages", "The original beside its edits"),
        "compare",
        _compare,
    ),
    PageEntry(
        "library",
        QT_TRANSLATE_NOOP("pages", "Library"),
        QT_TRANSLATE_NOOP("pages", "Every edit you keep"),
        "library",
        _library,
    ),
    PageEntry(
        "memory",
        QT_TRANSLATE_NOOP("pages", "Memory"),
        QT_TRANSLATE_NOOP("pages", "Rows that answer beside an untouched model"),
        "memory",
        _memory,
    ),
    PageEntry(
        "models",
        QT_TRANSLATE_NOOP("pages", "Models"),
        QT_TRANSLATE_NOOP("pages", "What can be edited, and how to get more"),
        "model",
        _models,
    ),
)


class MainWindow(QMainWindow):
    """The program's one window; with a context it opens at once."""

    painted = Signal()
    """It stands on the screen; once."""
    workspace: Workspace

    def __init__(self, data_folder: Path, context: GuiContext | None = None) -> None:
        super().__init__()
        self.data_folder = data_folder
        self._context: GuiContext | None = None
        self._was_painted = False
        self._drop_sheet: DropSheet | None = None
        self._settings = QSettings(str(data_folder / "window.ini"), QSettings.Format.IniFormat)
        self.setWindowTitle("Exemplar")
        self.setAccessibleName("Exemplar")
        self.resize(1280, 800)
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._show_curtain()
        if context is not None:
            self.open(context)

    @property
    def page(self) -> QWidget:
        """The page that is shown."""
        return self.workspace.page

    def open(self, context: GuiContext) -> None:
        """Show what is in a data folder."""
        from app.gui.workspace import Workspace

        self._context = context
        self.workspace = Workspace(context, PAGES, self)
        self.setMenuBar(self.workspace.menus.bar)
        self.setCentralWidget(self.workspace)
        self.setAcceptDrops(True)
        self.workspace.show_page("home")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from app.gui.widgets.drop_sheet import DropSheet, dropped_files

        files = dropped_files(event.mimeData())
        if files and self._context is not None:
            self._drop_sheet = self._drop_sheet or DropSheet(self)
            self._drop_sheet.show_for(files)
            event.acceptProposedAction()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self._drop_sheet is not None:
            self._drop_sheet.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Offer a dropped file for import; one that cannot be read is answered with the reason."""
        from app.gui.widgets.drop_sheet import dropped_files

        if self._drop_sheet is not None:
            self._drop_sheet.hide()
        files = dropped_files(event.mimeData())
        if files and self._context is not None:
            event.acceptProposedAction()
            self._context.events.open("examples", "file", str(files[0]))
            if len(files) > 1:
                said = self.tr("Only “{file}” is opened. Drop the other files one by one.")
                self._context.events.notice(said.format(file=files[0].name))

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        if self._context is None:
            event.accept()
            return
        from app.gui.leaving import Leaving

        if Leaving(self._context, self).may_close():
            event.accept()
        else:
            event.ignore()

    def _show_curtain(self) -> None:
        sign = QLabel()
        sign.setPixmap(picture("exemplar", "", 96, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCentralWidget(sign)

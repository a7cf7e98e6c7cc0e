"""The menu bar: files, what the page can do, the pages, the look, and help."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QWidget

from app.gui.context import GuiContext
from app.gui.icons import set_icon
from app.gui.theme import ZOOMS, ThemeChoice
from app.gui.widgets.action_finder import ActionFinder
from app.gui.widgets.buttons import action
from app.gui.widgets.shortcut_sheet import ShortcutSheet

_CHOICES = {
    ThemeChoice.SYSTEM: "As the system",
    ThemeChoice.LIGHT: "Light",
    ThemeChoice.DARK: "Dark",
}


class WindowMenus(QObject):
    """Builds the menu bar and keeps the page's own menu up to date."""

    def __init__(self, window: QMainWindow, context: GuiContext) -> None:
        super().__init__(window)
        self._window = window
        self._context = context
        self.bar = QMenuBar(window)
        self._page_menu = QMenu("Page", self.bar)
        self._pages_menu = QMenu("Go", self.bar)
        self._look = QActionGroup(self)
        self.theme_action = self._action(
            "Light or dark", "Change between light and dark.", "Ctrl+Shift+L", self._turn_theme
        )
        set_icon(self.theme_action, "theme")
        self.help_action = self._action(
            "Shortcuts", "Show every action and its shortcut.", "F1", self._show_shortcuts
        )
        set_icon(self.help_action, "help")
        self.bar.addMenu(self._file_menu())
        self.bar.addMenu(self._page_menu)
        self.bar.addMenu(self._pages_menu)
        self.bar.addMenu(self._view_menu())
        self.bar.addMenu(self._help_menu())

    def add_page(self, opened: QAction) -> None:
        """List a page under Go."""
        self._pages_menu.addAction(opened)

    def show_page(self, title: str, page: QWidget) -> None:
        """List what a page can do under its name."""
        self._page_menu.setTitle(title)
        self._page_menu.clear()
        for each in page_actions(page):
            self._page_menu.addAction(each)
        self._page_menu.menuAction().setVisible(not self._page_menu.isEmpty())

    def all_actions(self) -> list[QAction]:
        """Return every action of the window and the page it shows."""
        found: list[QAction] = []
        for entry in self.bar.actions():
            found += _leaves(entry)
        return list(dict.fromkeys(found))

    def _file_menu(self) -> QMenu:
        menu, open_page = QMenu("File", self.bar), self._context.events.open
        new = partial(open_page, "examples", "new-set", "")
        menu.addAction(
            self._action("New example set", "Start an empty example set.", "Ctrl+N", new)
        )
        read = partial(open_page, "examples", "import", "")
        menu.addAction(
            self._action("Import examples…", "Read a .jsonl, .csv or .tsv file.", "Ctrl+O", read)
        )
        menu.addSeparator()
        menu.addAction(self._action("Quit", "Leave Exemplar.", "Ctrl+Q", self._window.close))
        return menu

    def _view_menu(self) -> QMenu:
        menu = QMenu("View", self.bar)
        for choice, text in _CHOICES.items():
            entry = self._action(text, f"Show the window: {text.lower()}.", "", None)
            entry.setCheckable(True)
            entry.setChecked(choice is self._context.theme.choice)
            entry.triggered.connect(partial(self._choose, choice))
            self._look.addAction(entry)
            menu.addAction(entry)
        menu.addSeparator()
        larger = partial(self._zoom, 1)
        menu.addAction(self._action("Larger", "Make everything larger.", "Ctrl++", larger))
        smaller = partial(self._zoom, -1)
        menu.addAction(self._action("Smaller", "Make everything smaller.", "Ctrl+-", smaller))
        return menu

    def _help_menu(self) -> QMenu:
        menu = QMenu("Help", self.bar)
        guide = self._context.events.guide_requested.emit
        menu.addAction(
            self._action("Guided example", "Teach the model twelve capitals.", "", guide)
        )
        menu.addAction(self.help_action)
        find = self._action("Find an action…", "Search all actions by name.", "Ctrl+K", self._find)
        menu.addAction(find)
        menu.addAction(self.theme_action)
        return menu

    def _action(self, text: str, tip: str, shortcut: str, do: object) -> QAction:
        made = action(self._window, text, tip=tip, shortcut=shortcut)
        if callable(do):
            made.triggered.connect(lambda _checked=False: do())
        return made

    def _choose(self, choice: ThemeChoice, _checked: bool = False) -> None:
        store = self._context.preferences
        store.change(replace(store.current, appearance=choice.value))
        self._context.theme.apply(choice, self._context.theme.zoom)

    def _turn_theme(self) -> None:
        dark = self._context.theme.tokens.is_dark
        choice = ThemeChoice.LIGHT if dark else ThemeChoice.DARK
        self._look.actions()[list(_CHOICES).index(choice)].setChecked(True)
        self._choose(choice)

    def _zoom(self, steps: int) -> None:
        theme, store = self._context.theme, self._context.preferences
        place = min(range(len(ZOOMS)), key=lambda i: abs(ZOOMS[i] - theme.zoom)) + steps
        zoom = ZOOMS[min(max(place, 0), len(ZOOMS) - 1)]
        store.change(replace(store.current, zoom_percent=zoom))
        theme.apply(theme.choice, zoom)

    def _show_shortcuts(self) -> None:
        ShortcutSheet(self.all_actions(), self._window).open()

    def _find(self) -> None:
        ActionFinder(self.all_actions(), self._window).open()


def page_actions(page: QWidget) -> list[QAction]:
    """Collect a page's actions, its own first; those of parts that are hidden are left out."""
    parts = [page, *(part for part in page.findChildren(QWidget) if part.isVisibleTo(page))]
    found = [each for part in parts for each in part.actions() if each.parent() is part]
    return [each for each in dict.fromkeys(found) if each.text() and not each.menu()]


def _leaves(entry: QAction) -> list[QAction]:
    menu = entry.menu()
    if not isinstance(menu, QMenu):
        return [entry] if entry.text() else []
    return [leaf for inner in menu.actions() for leaf in _leaves(inner)]

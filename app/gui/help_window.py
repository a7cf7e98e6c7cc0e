"""The help: its pages at the left, the text at the right, found by any word of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QWidget,
)

from app.gui.help_pages import HelpPage
from app.gui.metrics import characters, gap
from app.gui.widgets.buttons import action, tool_button
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import boxed, column, row, shared

_NAME = Qt.ItemDataRole.UserRole


class HelpWindow(QDialog):
    """Shows help pages beside the program; it stays open while one works."""

    def __init__(self, pages: Sequence[HelpPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self._pages = {page.name: page for page in pages}
        self._history: list[str] = []
        self.field = QLineEdit(placeholderText=self.tr("Search the help"), clearButtonEnabled=True)
        self.field.setAccessibleName(self.tr("Search the help"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Help pages"))
        self.text = QTextBrowser(openLinks=False)
        self.text.setAccessibleName(self.tr("Help text"))
        self.text.setSearchPaths([str(files("resources") / "help")])
        self.back = action(
            self,
            self.tr("Back"),
            tip=self.tr("Go back to the page before."),
            shortcut=QKeySequence(QKeySequence.StandardKey.Back).toString(),
            icon="back",
            do=self._go_back,
        )
        self._none = caption(self.tr("No page says that. Try another word."))
        self.setLayout(column(self._lay_out(), margins=3))
        self.resize(characters(130), gap(150))
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self.list.setFocus)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.text.anchorClicked.connect(self._on_link)
        self._filter("")

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return self._history[-1] if self._history else ""

    def show_pages(self, pages: Sequence[HelpPage]) -> None:
        """Show newer pages: the engine has told more about its methods."""
        self._pages = {page.name: page for page in pages}
        self._filter(self.field.text())

    @Slot(str)
    def open_page(self, name: str) -> None:
        """Show a page by its name, perhaps with #part behind it; unknown ones lead to the first."""
        name, _, part = name.partition("#")
        if name not in self._pages:
            name = next(iter(self._pages))
        if name != self.page:
            self._history.append(name)
            self.text.setMarkdown(self._pages[name].text)
            self._space_out()
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
        self._mark(name)
        if part:
            self._go_to(part)
        self.back.setEnabled(len(self._history) > 1)

    def _lay_out(self) -> QSplitter:
        left = boxed(column(row(self.field), self.list, self._none, spacing=2))
        right = boxed(column(row(tool_button(self.back), None), self.text, spacing=1))
        return shared(left, right, sizes=(characters(36), characters(94)))

    def _filter(self, text: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        words = text.lower().split()
        for page in self._pages.values():
            if all(word in page.text.lower() for word in words):
                item = QListWidgetItem(page.title, self.list)
                item.setData(_NAME, page.name)
        self.list.blockSignals(False)
        self._none.setVisible(self.list.count() == 0)
        self._mark(self.page)

    def _mark(self, name: str) -> None:
        self.list.blockSignals(True)
        for place in range(self.list.count()):
            if self.list.item(place).data(_NAME) == name:
                self.list.setCurrentRow(place)
        self.list.blockSignals(False)

    @Slot()
    def _on_chosen(self) -> None:
        item = self.list.currentItem()
        if item is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None without a row
            self.open_page(str(item.data(_NAME)))
            self._find_first()

    def _find_first(self) -> None:
        """Show where the first word of the search stands."""
        words = self.field.text().split()
        if words:
            self.text.find(words[0])

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        target = url.toString()
        if "://" in target:
            QDesktopServices.openUrl(url)
            return
        path, _, part = target.partition("#")
        here = PurePosixPath(self.page).parent
        name = _normal(here / path).removesuffix(".md") if path else self.page
        self.open_page(f"{name}#{part}" if part else name)

    def _space_out(self) -> None:
        """Give the text room at its edges and above its headings."""
        document = self.text.document()
        document.setDocumentMargin(gap(4))
        cursor = QTextCursor(document)
        block = document.begin()
        while block.isValid():
            made = block.blockFormat()
            if made.headingLevel() > 0:
                made.setTopMargin(gap(4) if made.headingLevel() > 1 else 0)
                made.setBottomMargin(gap(2))
                cursor.setPosition(block.position())
                cursor.setBlockFormat(made)
            block = block.next()

    def _go_to(self, part: str) -> None:
        """Scroll to a heading."""
        document = self.text.document()
        block = document.begin()
        while block.isValid():
            is_heading = block.blockFormat().headingLevel() > 0
            if is_heading and block.text().lower().startswith(part.lower().replace("-", " ")):
                cursor = self.text.textCursor()
                cursor.setPosition(document.lastBlock().position())
                self.text.setTextCursor(cursor)
                cursor.setPosition(block.position())
                self.text.setTextCursor(cursor)
                return
            block = block.next()

    @Slot()
    def _go_back(self) -> None:
        if len(self._history) > 1:
            self._history.pop()
            self.open_page(self._history.pop())


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    return "/".join(parts)

"""What a spreadsheet does with cells: copy, cut, paste, fill down, empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication

from app.gui.pages.examples.clipboard import Clip, clip_from, mime_of
from app.gui.pages.examples.document import counted
from app.gui.pages.examples.view import ExamplesView, Place
from app.gui.tables.example_arrangement import place_of
from app.gui.tables.example_columns import Column
from app.gui.tables.examples_table import ExamplesTable
from editing.examples import Example
from editing.examples.example import new_id

_EDIT = Qt.ItemDataRole.EditRole

translate = QCoreApplication.translate


class CellWork:
    """Does it with what is selected; every change is one step that can be undone."""

    def __init__(self, view: ExamplesView, table: ExamplesTable) -> None:
        self._view = view
        self._table = table

    def copy(self, *, header: bool = False) -> None:
        """Copy the selected cells, with their columns' names if wanted."""
        cells = self._view.chosen_cells()
        if header:
            cells |= {
                (index.row(), Column(index.column())): str(index.data() or "")
                for index in self._view.selectedIndexes()
                if not Column(index.column()).is_typed
            }
        cells = {p: text for p, text in cells.items() if self._table.example_at(p[0]) is not None}
        if cells:
            whole = self._view.chosen() if self._has_whole_rows(cells) else []
            mime = mime_of(cells, header=header, examples=whole)
            QGuiApplication.clipboard().setMimeData(mime)

    def cut(self) -> None:
        """Copy the selected cells and empty them."""
        self.copy()
        self._empty(translate("examples", "Cut cells"))

    def clear(self) -> None:
        """Empty the selected cells."""
        self._empty(translate("examples", "Empty cells"))

    def paste(self) -> None:
        """Insert rows where the cursor is, or append them where that is the last row.

        Raises:
            ExampleError: The clipboard begins like JSON and is none.
        """
        clip = _clip()
        place = self._view.currentIndex()
        before = self._table.example_at(place.row())
        into_cells = clip.is_one_cell or place.column() > Column.PREFIX
        if clip.is_one_column and before is not None and into_cells:
            self._over(clip)
        elif rows := clip.rows():
            self._insert(rows, before)

    def paste_over(self) -> None:
        """Put the clipboard's cells over those selected, adding rows where they do not suffice.

        Raises:
            ExampleError: The clipboard begins like JSON and is none.
        """
        clip = _clip()
        if clip.cells:
            self._over(clip)

    def fill_down(self) -> None:
        """Copy the topmost selected cell of each column down, or the row above into one row."""
        cells = self._view.chosen_cells()
        rows = sorted({row for row, _ in cells if self._table.example_at(row) is not None})
        if not rows or (len(rows) == 1 and rows[0] == 0):
            return
        top = rows[0] if len(rows) > 1 else rows[0] - 1
        columns = {column for _, column in cells}
        source = {c: str(self._table.index(top, c).data(_EDIT) or "") for c in columns}
        values = {
            (row, column): source[column]
            for row, column in cells
            if row != top and row in rows and source[column]
        }
        self._table.change_cells(values, translate("examples", "Fill down"))

    def _has_whole_rows(self, cells: dict[Place, str]) -> bool:
        needed = [c for c in self._view.typed_columns() if c is not Column.SUBJECT]
        rows = {row for row, _ in cells}
        return all((row, column) in cells for row in rows for column in needed)

    def _empty(self, text: str) -> None:
        emptied = [place for place in self._view.chosen_cells() if place[1] is not Column.KIND]
        self._table.change_cells(dict.fromkeys(emptied, ""), text)

    def _insert(self, rows: Sequence[Example], before: Example | None) -> None:
        there = self._table.rows
        at = place_of(there, before.id) if before is not None else len(there)
        fresh = [_fresh(row) for row in rows]
        after = (*there[:at], *fresh, *there[at:])
        text = translate("examples", "Paste {}").format(counted(len(fresh)))
        self._table.change_requested.emit(after, text)
        self._view.choose([row.id for row in fresh])

    def _over(self, clip: Clip) -> None:
        """A selection that is larger than the clip is filled with it again and again."""
        chosen = list(self._view.chosen_cells()) or [self._cursor()]
        top, left = chosen[0][0], min(column for _, column in chosen)
        columns = [column for column in self._view.typed_columns() if column >= left]
        if clip.is_one_cell:
            targets = chosen
        else:
            height = max(len(clip.cells), chosen[-1][0] - top + 1)
            targets = [(top + down, c) for down in range(height) for c in columns[: clip.width]]
        values: dict[Place, str] = {}
        for row, column in targets:
            line = clip.cells[(row - top) % len(clip.cells)]
            across = 0 if clip.is_one_cell else columns.index(column)
            if across < len(line):
                values[row, column] = line[across]
        over = translate("examples", "Paste over {}").format(counted(len(clip.cells)))
        text = translate("examples", "Paste a cell") if clip.is_one_cell else over
        self._table.change_cells(values, text)

    def _cursor(self) -> Place:
        index = self._view.currentIndex()
        return max(index.row(), 0), Column(max(index.column(), int(Column.PREFIX)))


def _clip() -> Clip:
    mime = QGuiApplication.clipboard().mimeData()
    return Clip(()) if mime is None else clip_from(mime)  # pyright: ignore[reportUnnecessaryComparison]  # an empty clipboard has none


def _fresh(row: Example) -> Example:
    """The same row with an id of its own, as the one it was copied from may be there still."""
    return replace(row, id=new_id())

"""The library's list: what to look for, the table of edits, and which of them are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, cast

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QLineEdit, QTableView, QWidget

from app.gui.context import GuiContext
from app.gui.metrics import characters
from app.gui.pages.library.conditions import ConditionChips
from app.gui.pages.library.kept_views import Look
from app.gui.pages.library.view_bar import ViewBar
from app.gui.tables import figures
from app.gui.tables.library_table import DATE, ORDERS, LibraryTable
from app.gui.tables.pairs_table import give_widths, quiet, set_row_height
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row, stretched
from app.gui.widgets.table_menu import table_menu
from editing.library.edit_row import EditRow
from editing.library.listing import Listing, Order, conditions, listed_ids, rows_of, total_bytes

WIDTHS = (21, 14, 13, 10, 8, 12, 8, 16, 16)
"""Of the columns, in characters."""


class EditList(QWidget):
    """Lists edits in the order and under the filter that are asked for; keeps what is chosen."""

    listing_changes = Signal()
    """The list is about to be made anew."""
    listed = Signal()
    chosen_changed = Signal()
    """By the person; what `choose` does is not told."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._is_trash = False
        self._is_choosing = False
        self._total = 0
        self._filter_timer = QTimer(self, singleShot=True, interval=0)
        self.counts: dict[str, int] = {}
        """How many edits there are of each condition."""
        self.chips = ConditionChips()
        self.count = caption("")
        self._build_filter()
        self._build_table()
        self.bar = ViewBar(context, self)
        self._lay_out()
        self._connect()

    @property
    def total_bytes(self) -> int:
        """What all edits here take on the disk, listed or not."""
        return self._total

    @property
    def chosen(self) -> list[str]:
        """The ids of the chosen edits, from the top down."""
        return [self.table.id_at(place) for place in self._chosen_rows()]

    def chosen_edits(self, most: int | None = None) -> list[EditRow]:
        """Read the chosen edits, or so many of them; those that are gone meanwhile are left out."""
        rows = self._chosen_rows()[:most]
        found = (self.table.edit_at(self.table.index(place, 0)) for place in rows)
        return [edit for edit in found if edit is not None]

    @property
    def look(self) -> Look:
        """What the list looks like now."""
        header = self.view.horizontalHeader()
        order = ORDERS[header.sortIndicatorSection()].name
        return Look(
            text=self.filter.text(),
            condition=self.chips.condition,
            order=order,
            descending=header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
            hidden=self.bar.hidden,
        )

    def show_look(self, look: Look) -> None:
        """List as a view says; what it does not know of this table stays as it is."""
        self.filter.setText(look.text)
        self.chips.choose(look.condition)
        names = [order.name for order in ORDERS]
        place = names.index(look.order) if look.order in names else DATE
        ways = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        self.view.sortByColumn(place, ways[look.descending])
        self.bar.hide_columns(look.hidden)
        self.relist()

    def show_trash(self, *, is_trash: bool) -> None:
        """List what is in the trash, or what is not."""
        self._is_trash = is_trash
        self.chips.show_all()
        self.refresh()

    def show_everything(self) -> None:
        """Leave out nothing."""
        self.filter.clear()
        self.chips.show_all()

    def refresh(self) -> None:
        """Follow what the library has become."""
        self._total = total_bytes(self._context.library, trashed=self._is_trash)
        self.relist()

    def relist(self) -> None:
        """List anew; the page says which edits are chosen then."""
        self._filter_timer.stop()
        self.listing_changes.emit()
        library, listing = self._context.library, self._listing()
        self.counts = conditions(library, listing)
        self.chips.show_counts(self.counts)
        self._is_choosing = True
        self.table.show_edits(self._lister, partial(rows_of, library))
        self._is_choosing = False
        self._show_count()
        self.listed.emit()

    def choose(self, ids: Sequence[str]) -> None:
        """Choose edits; the first edit of all where none of them is listed."""
        places = self.table.rows_of(ids)
        if not places and self.table.rowCount():
            places = [0]
        flags = QItemSelectionModel.SelectionFlag
        wanted = QItemSelection()
        for first, last in _stretches(places):
            wanted.select(self.table.index(first, 0), self.table.index(last, 0))
        selection = self.view.selectionModel()
        self._is_choosing = True
        if places:
            selection.setCurrentIndex(self.table.index(places[0], 0), flags.NoUpdate)
        selection.select(wanted, flags.ClearAndSelect | flags.Rows)
        self._is_choosing = False

    def _build_filter(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Search names, notes, tags and examples"))
        self.filter.setAccessibleName(self.tr("Search edits"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(characters(24))

    def _build_table(self) -> None:
        self.table = LibraryTable(self)
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Edits"))
        self.view.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.view.setDragEnabled(True)
        self.view.setDragDropMode(QTableView.DragDropMode.DragOnly)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(DATE, Qt.SortOrder.DescendingOrder)
        give_widths(self.view, dict(enumerate(WIDTHS)))

    def _lay_out(self) -> None:
        copy = table_menu(self.view, self.tr("Copy the table of edits"))
        line = stretched(row(self.filter, self.bar, copy, spacing=2), 0)
        lines = column(line, self.chips, spacing=2.5)
        lines.addWidget(self.view, 1)
        lines.addWidget(self.count)
        self.setLayout(lines)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._filter_timer.start)
        self._filter_timer.timeout.connect(self.relist)
        self.chips.changed.connect(self.relist)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.bar.chosen.connect(self.show_look)
        self.bar.density_changed.connect(self._on_density_changed)
        self.bar.look_at(self.view, lambda: self.look)

    def _listing(self) -> Listing:
        return Listing(
            text=self.filter.text(), condition=self.chips.condition, trashed=self._is_trash
        )

    def _lister(self, order: Order, descending: bool) -> list[str]:
        asked = self._listing()
        wanted = Listing(asked.text, asked.condition, "", asked.trashed, order, descending)
        return listed_ids(self._context.library, wanted)

    def _chosen_rows(self) -> list[int]:
        """List the rows by the stretches they are chosen in: Qt's own list asks every cell."""
        selection: Any = self.view.selectionModel().selection()
        stretches = cast("Sequence[QItemSelectionRange]", selection)
        return sorted({row for each in stretches for row in range(each.top(), each.bottom() + 1)})

    def _show_count(self) -> None:
        size = figures.size(self._total)
        count = self.table.rowCount()
        edits = self.tr("1 edit") if count == 1 else self.tr("{:,} edits").format(count)
        self.count.setText(self.tr("{edits}; all take {size}").format(edits=edits, size=size))

    def _on_density_changed(self, is_compact: bool) -> None:
        set_row_height(self.view, is_compact=is_compact)

    def _on_selection_changed(self) -> None:
        if not self._is_choosing:
            self.chosen_changed.emit()


def _stretches(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Put rows that stand below each other together: each stretch by its first and last row."""
    first = last = None
    for place in sorted(places):
        if first is None or last is None:
            first = last = place
        elif place == last + 1:
            last = place
        else:
            yield first, last
            first = last = place
    if first is not None and last is not None:
        yield first, last

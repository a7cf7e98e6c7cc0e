"""Every edit of the base in one picture, and the same edits in a table beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QTableView, QWidget

from app.gui.metrics import characters, gap
from app.gui.plots.edits_plot import EditPoint, EditsPlot, frontier
from app.gui.tables.frontier_table import SUCCESS, FrontierTable
from app.gui.tables.pairs_table import give_widths, quiet
from app.gui.widgets.buttons import action, button
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption
from app.gui.widgets.layouts import column, row, shared
from app.gui.widgets.table_menu import table_menu
from app.gui.words import number_of
from editing.library.edit_row import EditRow


class FrontierPanel(QWidget):
    """A point an edit, a row an edit: choosing one chooses the other."""

    compare_requested = Signal(tuple)
    """The ids of the edits to put side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: list[EditRow] = []
        self._is_following = False
        self.plot: EditsPlot | None = None
        self.table = FrontierTable(self)
        self._build_view()
        self.data = QComboBox()
        self.data.setAccessibleName(self.tr("Examples the edits were judged by"))
        self.data.setMinimumWidth(characters(26))
        leave_wheel_to_page(self.data)
        self.compare = action(
            self,
            self.tr("Put side by side"),
            tip=self.tr("Compare the chosen edits, up to four, with the original"),
            icon="compare",
            do=self._on_compare,
        )
        self.said = caption("")
        menu = table_menu(self.view, self.tr("Copy the table of edits"))
        head = row(
            caption(self.tr("Judged by")), self.data, None, button(self.compare), menu, spacing=2
        )
        self.splitter = shared(self.view)
        lines = column(head, spacing=2)
        lines.addWidget(self.splitter, 1)
        lines.addWidget(self.said)
        lines.setContentsMargins(0, gap(3), 0, 0)
        self.setLayout(lines)
        self.data.currentIndexChanged.connect(self._show)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self._follow_selection()

    def show_edits(self, edits: Sequence[EditRow], data: str | None = None) -> None:
        """Take the measured edits of one base.

        Args:
            edits: Those of the base.
            data: Show the edits judged by these examples; None for those shown before.
        """
        self._edits = [e for e in edits if None not in (e.success_after, e.degradation)]
        names = list(dict.fromkeys(edit.data for edit in self._edits))
        chosen = self.data.currentData() if data is None else data
        self.data.blockSignals(True)
        self.data.clear()
        for name in names:
            self.data.addItem(name or self.tr("examples without a name"), name)
        self.data.setCurrentIndex(max(self.data.findData(chosen), 0))
        self.data.blockSignals(False)
        self._show()

    def chosen_ids(self) -> list[str]:
        """Give the chosen edits, from top to bottom."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.table.edit_at(place).id for place in rows]

    def points(self) -> list[EditPoint]:
        """Give the edits shown, as the plot draws them."""
        return [_point(edit) for edit in self._edits if edit.data == self.data.currentData()]

    def choose(self, ids: Sequence[str]) -> None:
        """Choose edits in both the table and the plot."""
        selection, last = QItemSelection(), self.table.columnCount() - 1
        places = self.table.places_of(ids)
        for place in places:
            selection.select(self.table.index(place, 0), self.table.index(place, last))
        flags = QItemSelectionModel.SelectionFlag
        self.view.selectionModel().select(selection, flags.ClearAndSelect)
        if places:
            self.view.scrollTo(self.table.index(places[0], 0))

    def begin(self) -> None:
        """Build the plot, which the page need not wait for before somebody looks at it."""
        if self.plot is None:
            self.plot = EditsPlot()
            self.plot.chosen.connect(self.choose)
            self.splitter.insertWidget(0, self.plot)
            self.splitter.setStretchFactor(0, 1)
            self.splitter.setSizes([characters(82), characters(66)])
            self._show()

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.table)
        quiet(self.view, self.tr("Edits of this model"))
        self.view.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(SUCCESS, Qt.SortOrder.DescendingOrder)
        self.view.setMinimumWidth(characters(40))
        give_widths(self.view, dict(enumerate((22, 12, 14, 11, 10, 16, 16))))
        self.view.doubleClicked.connect(self._on_compare)

    def _show(self) -> None:
        kept, name = self.chosen_ids(), self.data.currentData()
        edits = [edit for edit in self._edits if edit.data == name]
        points = self.points()
        best = frontier(points)
        self.table.show_edits(edits, {point.id for point in best})
        if self.plot is not None:
            self.plot.show_points(points)
        count = number_of(len(edits), self.tr("1 edit"), self.tr("{} edits"))
        said = self.tr(
            "{}. Success compares only where edits were judged by the same examples. "
            "Drag a frame in the plot to choose rows."
        )
        none = self.tr("No edit of this model has been measured yet.")
        self.said.setText(said.format(count) if edits else none)
        self.choose(kept)

    def _on_selected(self) -> None:
        self._follow_selection()
        if self.plot is not None:
            self.plot.choose(self.chosen_ids())

    def _follow_selection(self) -> None:
        self.compare.setEnabled(bool(self.view.selectionModel().selectedRows()))

    def _on_compare(self) -> None:
        if ids := self.chosen_ids():
            self.compare_requested.emit(tuple(ids))


def _point(edit: EditRow) -> EditPoint:
    return EditPoint(
        id=edit.id,
        name=edit.name,
        method=edit.method,
        data=edit.data,
        success=edit.success_after or 0.0,
        degradation=edit.degradation or 0.0,
        budget=edit.budget,
    )

"""What can be done with every table that is read: copy it as text for a spreadsheet or a page."""

import csv
import io

from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QTableView, QToolButton

from app.gui.widgets.menu_button import menu_button

translate = QCoreApplication.translate

Lines = list[list[str]]


def table_menu(view: QTableView, name: str) -> QToolButton:
    """Make a button whose menu copies a table: the chosen rows where several are, else all.

    Ctrl+C in the table copies it too, for a spreadsheet.
    """
    tab_separated = QAction(translate("tables", "Copy for a spreadsheet"), view)
    tab_separated.setToolTip(translate("tables", "Rows of words with tabs between them"))
    tab_separated.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    tab_separated.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    tab_separated.triggered.connect(lambda: _copy(to_tsv(lines_of(view))))
    markdown = QAction(translate("tables", "Copy as Markdown"), view)
    markdown.setToolTip(translate("tables", "A table as many sites and editors draw it"))
    markdown.triggered.connect(lambda: _copy(to_markdown(lines_of(view))))
    view.addActions([tab_separated, markdown])
    return menu_button(view, name, [tab_separated, markdown], icon="duplicate")


def lines_of(view: QTableView, *, only_chosen: bool = True) -> Lines:
    """Read a table as it is shown, its header first: sorted, filtered, hidden columns left out.

    Args:
        view: The table.
        only_chosen: Where several rows are chosen, read only those.
    """
    model, role = view.model(), Qt.ItemDataRole.DisplayRole
    columns = [c for c in range(model.columnCount()) if not view.isColumnHidden(c)]
    header = [str(model.headerData(c, Qt.Orientation.Horizontal, role) or "") for c in columns]
    chosen = sorted({index.row() for index in _chosen(view)})
    rows = chosen if only_chosen and len(chosen) > 1 else range(model.rowCount())
    cells = [[str(model.index(r, c).data() or "") for c in columns] for r in rows]
    return [header, *cells]


def to_tsv(lines: Lines) -> str:
    """Write lines with tabs, quoting cells that have one or a line break."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter="\t", lineterminator="\n").writerows(lines)
    return buffer.getvalue().rstrip("\n")


def to_markdown(lines: Lines) -> str:
    """Write lines as a Markdown table, the first one its head."""
    head, *rows = [[_cell(cell) for cell in line] for line in lines]
    ruled = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in ruled)


def _chosen(view: QTableView) -> list[QModelIndex]:
    return view.selectionModel().selectedRows()


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)

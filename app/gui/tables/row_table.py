"""What tables have in common: a row a thing, a column a header."""

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor
from typing_extensions import override

from app.gui.palette import tokens_in_use

Index = QModelIndex | QPersistentModelIndex
RowT = TypeVar("RowT")
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowTable(QAbstractTableModel, Generic[RowT]):
    """Rows under headers; what a cell says is the subclass's `data`."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        numbers: Collection[int] = (),
        side: Qt.AlignmentFlag = RIGHT,
    ) -> None:
        """Begin without rows.

        Args:
            parent: Its owner.
            numbers: The columns of numbers.
            side: Where their headers and cells stand.
        """
        super().__init__(parent)
        self._headers: Sequence[str] = ()
        self._rows: list[RowT] = []
        self._numbers = numbers
        self._side = side

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._headers)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self._numbers:
            return self._side
        return self._headers[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        """Say where a column's cells stand."""
        return self._side if column in self._numbers else LEFT

    def _rearrange(self, order: Callable[[], list[RowT]], name: Callable[[RowT], Hashable]) -> None:
        """Put the rows into another order; what was chosen stays chosen.

        Args:
            order: Called for the rows as they are to stand.
            name: What tells one row from the others.
        """
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        names = [name(self._rows[index.row()]) for index in before]
        self._rows = order()
        places = {name(row): place for place, row in enumerate(self._rows)}
        after = [
            self.index(places.get(each, -1), index.column())
            for each, index in zip(names, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def brush(tone: str) -> QBrush:
    """Give the colour of the look in use that has this name in `Tokens`."""
    return QBrush(QColor(getattr(tokens_in_use(), tone)))

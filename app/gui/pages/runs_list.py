"""The left side of the runs page: every run with its state, newest first."""

from PySide6.QtCore import QItemSelectionModel, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from app.gui.icons import picture
from app.gui.metrics import gap
from app.gui.palette import tokens_in
from app.gui.tables.runs_table import JOB_ROLE, STATE_LOOKS, Index, RunsTable, state_line
from app.jobs.record import JobView


class RunsList(QListView):
    """The list of runs; it keeps the chosen run chosen while the list changes."""

    run_chosen = Signal(str)
    """A run's id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RunsTable(self)
        self.setModel(self.table)
        self.setItemDelegate(RunDelegate(self))
        self.setAccessibleName(self.tr("Runs"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self._chosen: str | None = None
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.table.modelReset.connect(self._restore)

    @property
    def chosen(self) -> str | None:
        """The chosen run's id."""
        return self._chosen

    def choose(self, job_id: str | None) -> None:
        """Choose a run, or none."""
        self._chosen = job_id
        self._restore()

    def _restore(self) -> None:
        row = None if self._chosen is None else self.table.row_of(self._chosen)
        selection = self.selectionModel()
        if row is None:
            selection.clear()
        elif self.currentIndex().row() != row:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(self.table.index(row), flag)

    def _on_current_changed(self, current: Index) -> None:
        if not current.isValid():
            return
        job = self.table.job_at(current)
        if job.id != self._chosen:
            self._chosen = job.id
            self.run_chosen.emit(job.id)


class RunDelegate(QStyledItemDelegate):
    """Two lines a run: its title, then its state with an icon."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(gap(24), QFontMetrics(_font_of(option)).height() * 2 + gap(5))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        job = index.data(JOB_ROLE)
        if not isinstance(job, JobView):
            return
        background = QStyleOptionViewItem(option)
        self.initStyleOption(background, index)
        _set_text(background, "")
        view = background.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, background, painter, view)
        painter.save()
        _draw_lines(painter, option, job)
        painter.restore()


def _draw_lines(painter: QPainter, option: QStyleOptionViewItem, job: JobView) -> None:
    tokens = tokens_in(option.palette)
    area: QRect = option.rect.adjusted(gap(3), gap(2), -gap(3), -gap(2))
    font = _font_of(option)
    line = QFontMetrics(font).height()
    bold = QFont(font)
    bold.setBold(True)
    look = STATE_LOOKS[job.state]
    top = QRect(area.left(), area.top(), area.width(), line)
    painter.setFont(bold)
    painter.setPen(tokens.text)
    _draw_text(painter, top, job.title)
    below = top.translated(0, line + gap(1))
    colour = getattr(tokens, look.tone)
    side = round(line * 0.9)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(below.topLeft(), picture(look.icon, colour, side, ratio))
    painter.setFont(font)
    painter.setPen(colour)
    _draw_text(painter, below.adjusted(side + gap(1), 0, 0, 0), state_line(job))


def _draw_text(painter: QPainter, area: QRect, text: str) -> None:
    elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)


def _font_of(option: QStyleOptionViewItem) -> QFont:
    return option.font


def _set_text(option: QStyleOptionViewItem, text: str) -> None:
    option.text = text

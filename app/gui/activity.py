"""The drawer at the right: every job and every notice; no message is lost with its toast."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.gui.context import GuiContext
from app.gui.events import Notice, Tone
from app.gui.icons import set_icon
from app.gui.metrics import characters, gap
from app.gui.tables import figures
from app.gui.tables.runs_table import STATE_LOOKS
from app.gui.widgets.buttons import action, button, tool_button
from app.gui.widgets.details import DetailsDialog
from app.gui.widgets.icon_label import IconLabel
from app.gui.widgets.labels import body, caption, heading
from app.gui.widgets.layouts import boxed, clear, column, line, row, scrolled
from app.gui.widgets.recent_row import RecentRow
from app.gui.widgets.toasts import Toasts
from app.jobs.job import JobState
from app.jobs.record import JobView

MOST_JOBS = 30
MOST_NOTICES = 100
_WIDTH = 44
"""In characters."""
_ICONS = {Tone.POSITIVE: "check", Tone.WARNING: "warning", Tone.DANGER: "warning"}


class ActivityDrawer(QFrame):
    """Jobs, newest first, and below them the notices of this session."""

    closed = Signal()

    def __init__(self, context: GuiContext, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._toasts = toasts
        self._shown: list[tuple[str, str, JobState]] | None = None
        self.setProperty("role", "drawer")
        self.setAccessibleName(self.tr("Activity"))
        self.setFixedWidth(characters(_WIDTH))
        self._jobs: QVBoxLayout = column(spacing=0.5)
        self._notices: QVBoxLayout = column(spacing=2)
        shut = action(
            self,
            self.tr("Close the drawer"),
            tip=self.tr("Hide the list of jobs and notices."),
            shortcut="Esc",
            do=self.closed.emit,
        )
        set_icon(shut, "close")
        close = tool_button(shut)
        close.setIconSize(QSize(gap(4), gap(4)))
        self.setFocusProxy(close)
        whole = column(self._jobs, line(), heading(self.tr("Notices")), self._notices, None)
        whole.setSpacing(gap(3))
        area = scrolled(boxed(whole))
        self.setLayout(
            column(row(heading(self.tr("Jobs")), None, close), area, spacing=2, margins=3)
        )
        toasts.changed.connect(self._show_notices)
        for changed in (context.jobs.added, context.jobs.changed, context.jobs.removed):
            changed.connect(self._show_jobs)
        self.hide()

    def open(self) -> None:
        """Show what there is now."""
        self.show()
        self._show_jobs()
        self._show_notices()

    @Slot()
    def _show_jobs(self) -> None:
        jobs = self._context.jobs.jobs()[::-1][:MOST_JOBS]
        now = [(view.id, view.title, view.state) for view in jobs]
        if not self.isVisible() or now == self._shown:
            return
        self._shown = now
        clear(self._jobs)
        if not jobs:
            self._jobs.addWidget(caption(self.tr("No run has been started yet.")))
        for view in jobs:
            entry = RecentRow("runs", view.title, _said(view))
            entry.clicked.connect(partial(self._context.events.open, "runs", "run", view.id))
            self._jobs.addWidget(entry)

    @Slot()
    def _show_notices(self) -> None:
        if not self.isVisible():
            return
        clear(self._notices)
        if not self._toasts.history:
            self._notices.addWidget(caption(self.tr("Nothing has happened yet.")))
        for time, notice in self._toasts.history[: -MOST_NOTICES - 1 : -1]:
            self._notices.addWidget(self._notice(time, notice))

    def _notice(self, time: str, notice: Notice) -> QFrame:
        top = row(IconLabel(_ICONS[notice.tone], 4, str(notice.tone)), caption(time), spacing=2)
        top.setStretch(1, 1)
        acts = row(spacing=2)
        frame = boxed(column(top, body(notice.text), acts, spacing=0.5))
        if notice.do is not None:
            act = action(frame, notice.action, tip=notice.action, do=notice.do)
            acts.addWidget(button(act, "link"))
        if notice.details:
            show = partial(self._show_details, notice)
            tip = self.tr("Show everything that is known, to read or to copy.")
            acts.addWidget(button(action(frame, self.tr("Details"), tip=tip, do=show), "link"))
        acts.addStretch(1)
        return frame

    def _show_details(self, notice: Notice) -> None:
        DetailsDialog(notice.text, notice.details, self.window()).open()


def _said(view: JobView) -> str:
    return f"{STATE_LOOKS[view.state].word} · {figures.date(view.config.created)}"

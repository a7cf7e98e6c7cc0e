"""What came of a run, in plain words, and what to do with it next."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app.gui.metrics import characters
from app.gui.tables.edit_figures import EditFigures
from app.gui.tables.steps import EPOCHS, Steps
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.elided_title import flat_chip
from app.gui.widgets.labels import caption, muted, number, set_tone
from app.gui.widgets.layouts import row
from app.jobs.record import JobView

_VERDICTS = {
    True: (QT_TRANSLATE_NOOP("runs", "Inside the budget"), "positive"),
    False: (QT_TRANSLATE_NOOP("runs", "Outside the budget"), "danger"),
    None: (QT_TRANSLATE_NOOP("runs", "Budget not measured"), ""),
}
_HARDLY = (QT_TRANSLATE_NOOP("runs", "✗ Hardly answers"), "danger")
"""Of a memory whose gate keeps inside the budget by staying silent."""


class ResultCard(Card):
    """Success before and after, what it cost, and the buttons to keep, compare and export it."""

    save_requested = Signal(str)
    """The name to keep it under."""
    compare_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._job_id = ""
        self._has_edit = False
        self._saved_as: str | None = None
        self.headline = number("")
        self.headline.setWordWrap(True)
        self.headline.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.verdict = flat_chip()
        self.cost = muted("")
        self.remark = caption("")
        self._build_actions()
        self.body.addLayout(row(self.headline, self.verdict, spacing=2))
        self.body.addWidget(self.cost)
        self.body.addWidget(self.remark)
        self.body.addLayout(
            row(self.saved, self.name, self.save_button, None, *self.more_buttons, spacing=2)
        )

    def show_job(self, job: JobView, steps: Steps = EPOCHS) -> None:
        """Show a finished run."""
        measured = EditFigures.read(job.result or {})
        self.headline.setText(measured.headline(job.title))
        self.cost.setText(measured.cost(steps))
        remark = measured.remarks()
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        set_tone(self.remark, "danger" if measured.gate_problem else "")
        text, tone = _HARDLY if measured.gate_problem else _VERDICTS[measured.inside_ball]
        self.verdict.setText(QCoreApplication.translate("runs", str(text)))
        set_tone(self.verdict, tone)
        if job.id != self._job_id:
            self._job_id = job.id
            self._saved_as = None
            self.name.setText(job.title)
        self._has_edit = job.edit_folder is not None

    def show_saved(self, name: str | None) -> None:
        """Say under which name the library has the edit, or offer to keep it."""
        if name is not None and name != self._saved_as:
            self.name.setText(name)
        self._saved_as = name
        is_saved = name is not None
        self.saved.setVisible(is_saved)
        self.name.setVisible(self._has_edit)
        self.save.setText(self.tr("Rename") if is_saved else self.tr("Save to library"))
        self.compare.setEnabled(self._has_edit or is_saved)
        self.export.setEnabled(self._has_edit or is_saved)
        self._follow_name()

    def _build_actions(self) -> None:
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name in the library"))
        self.name.setPlaceholderText(self.tr("Name in the library"))
        self.name.setMinimumWidth(characters(26))
        self.name.returnPressed.connect(self._on_save)
        self.name.textChanged.connect(self._follow_name)
        self.save = action(
            self,
            self.tr("Save to library"),
            tip=self.tr("Keep this edit under the name on the left"),
            icon="disk",
            do=self._on_save,
        )
        self.compare = action(
            self,
            self.tr("Compare with original"),
            tip=self.tr("Let both models continue the same prompt"),
            icon="compare",
            do=self.compare_requested.emit,
        )
        self.export = action(
            self,
            self.tr("Export…"),
            tip=self.tr("Write a model folder, or the edit alone"),
            icon="export",
            do=self.export_requested.emit,
        )
        self.saved = flat_chip(self.tr("✓ In the library"), "positive")
        self.save_button = button(self.save, "primary")
        self.more_buttons = [button(self.compare), button(self.export)]

    def _follow_name(self) -> None:
        text = self.name.text().strip()
        self.save.setVisible(self._has_edit and (self._saved_as is None or text != self._saved_as))
        self.save.setEnabled(bool(text))

    def _on_save(self) -> None:
        if self.save.isVisible() and self.save.isEnabled():
            self.save_requested.emit(self.name.text().strip())

"""What several rows are given at once: tags, and a threshold of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from app.gui.metrics import characters, gap
from app.gui.pages.examples.document import counted
from app.gui.pages.examples.thresholds import threshold_field
from app.gui.tables.readings import kind_of, threshold_of
from app.gui.widgets.labels import heading, muted
from app.gui.widgets.layouts import column
from app.gui.widgets.numbers import inset_numbers
from editing.examples import (
    Example,
    ExampleSet,
    Kind,
    entered_from_nats,
    nats_from_entered,
    tags_from_text,
    tags_of,
    with_tags,
)


class BulkDialog(QDialog):
    """Asks for something that is then done to all chosen rows as one step."""

    changed = Signal(object, str)
    """The chosen rows as they should become, and the change in a few words."""

    def __init__(self, rows: Sequence[Example], title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = tuple(rows)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = QFormLayout()
        self.form.setSpacing(gap(3))
        self.about = muted("")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        head = heading(f"{title}: {counted(len(rows))}")
        self.setLayout(column(head, self.about, self.form, buttons, spacing=3, margins=5))
        self.setMinimumWidth(characters(60))


class TagsDialog(BulkDialog):
    """Tags to add, and a box for each tag the rows have."""

    def __init__(self, rows: Sequence[Example], parent: QWidget) -> None:
        super().__init__(rows, parent.tr("Tags"), parent)
        self.about.setText(self.tr("Words of your own to sort and filter rows by."))
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("easy, from the wiki"))
        self.field.setAccessibleName(self.tr("Tags to add, with commas between"))
        self.form.addRow(self.tr("Add"), self.field)
        counts = Counter(tag for row in rows for tag in tags_of(row))
        self.boxes = {tag: self._box(tag, count) for tag, count in sorted(counts.items())}
        self.accepted.connect(self._on_accepted)

    def _box(self, tag: str, count: int) -> QCheckBox:
        box = QCheckBox(tag)
        box.setTristate(count < len(self._rows))
        everywhere = Qt.CheckState.Checked
        box.setCheckState(
            everywhere if count == len(self._rows) else Qt.CheckState.PartiallyChecked
        )
        box.setToolTip(self.tr("{n} of {k} rows have it.").format(n=count, k=len(self._rows)))
        self.form.addRow(self.tr("Keep") if self.form.rowCount() == 1 else "", box)
        return box

    def _on_accepted(self) -> None:
        added = tags_from_text(self.field.text())
        given = [tag for tag, box in self.boxes.items() if box.checkState() is _YES]
        gone = {tag for tag, box in self.boxes.items() if box.checkState() is _NO}
        after = [
            with_tags(row, [tag for tag in (*tags_of(row), *given, *added) if tag not in gone])
            for row in self._rows
        ]
        self.changed.emit(after, self.tr("Change tags"))


class ThresholdDialog(BulkDialog):
    """One number a kind, or the set's own again."""

    def __init__(self, rows: Sequence[Example], examples: ExampleSet, parent: QWidget) -> None:
        super().__init__(rows, parent.tr("Threshold"), parent)
        self._set = examples
        self.about.setText(
            self.tr("What counts as success for these rows alone, whatever the set says.")
        )
        self.own = QCheckBox(self.tr("As the set says"))
        self.own.setToolTip(self.tr("Take the rows' own thresholds away."))
        self.own.setChecked(all(row.threshold is None for row in rows))
        self.form.addRow("", self.own)
        self.fields = {kind: self._field(kind) for kind in self._kinds()}
        inset_numbers(self)
        self.own.toggled.connect(self._follow)
        self.accepted.connect(self._on_accepted)
        self._follow()

    def _kinds(self) -> list[Kind]:
        found = {kind_of(row, self._set) for row in self._rows}
        return [kind for kind in Kind if kind in found]

    def _field(self, kind: Kind) -> QDoubleSpinBox:
        label, field = threshold_field(kind)
        first = next(row for row in self._rows if kind_of(row, self._set) is kind)
        field.setValue(entered_from_nats(kind, threshold_of(first, kind, self._set)))
        self.form.addRow(label, field)
        return field

    def _follow(self) -> None:
        for field in self.fields.values():
            field.setEnabled(not self.own.isChecked())

    def _on_accepted(self) -> None:
        self.changed.emit([self._changed(row) for row in self._rows], self.tr("Change threshold"))

    def _changed(self, row: Example) -> Example:
        kind = kind_of(row, self._set)
        if self.own.isChecked() or kind is None:
            return replace(row, threshold=None)
        nats = nats_from_entered(kind, self.fields[kind].value())
        return replace(row, kind=kind, threshold=nats)


_YES, _NO = Qt.CheckState.Checked, Qt.CheckState.Unchecked

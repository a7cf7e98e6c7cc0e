"""The export dialog: which form, where to, how large, and what opens it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QRadioButton,
    QWidget,
)

from app.gui.metrics import characters, gap
from app.gui.pages.library.export_places import DTYPES, folder_names, weights_of
from app.gui.tables import figures
from app.gui.widgets.buttons import action, button
from app.gui.widgets.labels import caption, set_tone, title
from app.gui.widgets.layouts import column, row
from app.operations.requests import ExportRequest
from editing.library.edit_row import EditRow


class ExportDialog(QDialog):
    """Asks for everything on one page; nothing that exists is ever overwritten."""

    def __init__(
        self,
        edits: Sequence[EditRow],
        folder: Path,
        parent: QWidget | None = None,
        *,
        makes_adapters: bool = False,
        stack: Sequence[str] = (),
    ) -> None:
        """Ask about one edit, several of them, or a stack.

        Args:
            edits: One; or several, each of which gets a folder of its own.
            folder: Where to write unless the person chooses.
            parent: The page.
            makes_adapters: The edits' methods make low-rank changes, which PEFT can carry.
            stack: All edits of a stack, each NAME@STRENGTH, the first of which is the one edit;
                they make a model folder only.
        """
        super().__init__(parent)
        self._edits = tuple(edits)
        self._stack = tuple(stack)
        self._weights = [weights_of(edit.model) for edit in self._edits]
        self.setWindowTitle(self._heading(self.tr("Export {}")))
        self._build_choices(makes_adapters=makes_adapters)
        self._build_target(folder)
        self._build_actions()
        self._lay_out(makes_adapters=makes_adapters)
        self.target.textChanged.connect(self._follow)
        self._follow()

    def chosen(self) -> list[ExportRequest]:
        """Give what was chosen, a request an edit."""
        target = Path(self.target.text()).expanduser()
        if len(self._edits) == 1:
            name = self._stack[0] if self._stack else self._edits[0].name
            return [self._request(name, target)]
        names = folder_names(edit.name for edit in self._edits)
        return [
            self._request(edit.name, target / name)
            for edit, name in zip(self._edits, names, strict=True)
        ]

    def size_bytes(self) -> int | None:
        """Estimate how large it gets; None where a base is not at hand."""
        return self._folder_bytes() if self.folder.isChecked() else self._own_bytes()

    def _request(self, name: str, target: Path) -> ExportRequest:
        return ExportRequest(
            edit=name,
            more=self._stack[1:],
            to=str(target),
            form=self._form(),
            dtype=self.dtype.currentText(),
        )

    def _form(self) -> str:
        if self.adapter.isChecked():
            return "adapter"
        return "folder" if self.folder.isChecked() else "edit"

    def _own_bytes(self) -> int:
        return sum(edit.size_bytes or 0 for edit in self._edits)

    def _folder_bytes(self) -> int | None:
        known = [weights for weights in self._weights if weights is not None]
        if len(known) < len(self._weights):
            return None
        return sum(known) * dict(DTYPES)[self.dtype.currentText()]

    def _heading(self, words: str) -> str:
        if len(self._edits) == 1:
            return words.format(self._edits[0].name)
        return self.tr("Export {:,} edits").format(len(self._edits))

    def _build_target(self, folder: Path) -> None:
        one, many = self.tr("Folder to write"), self.tr("Folder to write them in")
        name = folder_names([self._edits[0].name])[0] if len(self._edits) == 1 else "edits"
        self.target = QLineEdit(str(folder / name))
        self.target.setAccessibleName(one if len(self._edits) == 1 else many)
        self.target.setMinimumWidth(characters(52))
        self.said = caption("")

    def _build_actions(self) -> None:
        self.browse = action(
            self,
            self.tr("Choose…"),
            tip=self.tr("Choose the folder that the new folder goes into"),
            icon="folder",
            do=self._on_browse,
        )
        self.export = action(
            self,
            self.tr("Export"),
            tip=self.tr("Write it"),
            icon="export",
            do=self.accept,
        )
        self.cancel = action(self, self.tr("Cancel"), tip=self.tr("Write nothing"), do=self.reject)
        self.export_button = button(self.export, "primary")
        self.export_button.setDefault(True)

    def _lay_out(self, *, makes_adapters: bool) -> None:
        lines = column(
            title(self._heading(self.tr("Export “{}”"))),
            self.folder,
            row(caption(self._folder_help()), spacing=0),
            row(caption(self.tr("Written as")), self.dtype, None),
            self.alone,
            caption(
                self.tr(
                    "A patch: only what the edit changes. Opens with Exemplar on any machine that "
                    "has the same base model; the program says so where it does not."
                )
            ),
            self.adapter,
            row(caption(self._adapter_help(makes_adapters=makes_adapters)), spacing=0),
            row(self.target, button(self.browse)),
            self.said,
            row(None, button(self.cancel), self.export_button),
            spacing=2.5,
        )
        lines.setContentsMargins(gap(6), gap(5), gap(6), gap(5))
        self.setLayout(lines)

    def _build_choices(self, *, makes_adapters: bool) -> None:
        size = figures.size(self._own_bytes())
        is_one = len(self._edits) == 1
        alone = self.tr("The edit alone · {}") if is_one else self.tr("The edits alone · {}")
        about = (
            self.tr("A PEFT adapter · about {}") if is_one else self.tr("PEFT adapters · about {}")
        )
        never = self.tr("A PEFT adapter") if is_one else self.tr("PEFT adapters")
        self.folder = QRadioButton()
        self.alone = QRadioButton(alone.format(size))
        self.adapter = QRadioButton(about.format(size) if makes_adapters else never)
        self.adapter.setEnabled(makes_adapters and not self._stack)
        self.alone.setEnabled(not self._stack)
        self._group = QButtonGroup(self)
        for choice in (self.folder, self.alone, self.adapter):
            self._group.addButton(choice)
        first = self.folder if is_one else self.alone
        first.setChecked(True)
        first.setFocus()
        self.dtype = QComboBox()
        self.dtype.setAccessibleName(self.tr("Number format of the weights"))
        self.dtype.addItems([name for name, _ in DTYPES])
        self._group.buttonToggled.connect(self._follow)
        self.dtype.currentIndexChanged.connect(self._follow)

    def _folder_help(self) -> str:
        return self.tr(
            "Opens with transformers' AutoModelForCausalLM and trust_remote_code=True, "
            "on machines without Exemplar."
        )

    def _adapter_help(self, *, makes_adapters: bool) -> str:
        if self._stack:
            return self.tr("Not for a stack: export its edits one by one.")
        if makes_adapters:
            return self.tr("Opens with peft's PeftModel.from_pretrained on the same base model.")
        if len(self._edits) > 1:
            return self.tr("Not for all of these: only low-rank changes of weights can be one.")
        return self.tr("Not for this edit: only low-rank changes of weights can be an adapter.")

    def _follow(self) -> None:
        self.dtype.setEnabled(self.folder.isChecked())
        one = self.tr("A model folder with the edit in it · about {}")
        many = self.tr("A model folder for each edit · about {}")
        whole = one if len(self._edits) == 1 else many
        self.folder.setText(whole.format(figures.size(self._folder_bytes())))
        problem = self._problem()
        size = figures.size(self.size_bytes())
        self.said.setText(problem or self.tr("Size: about {}").format(size))
        set_tone(self.said, "danger" if problem else "")
        self.export.setEnabled(not problem)

    def _problem(self) -> str:
        if not self.target.text().strip():
            return self.tr("Choose a folder to write.")
        if Path(self.target.text()).expanduser().exists():
            return self.tr("This folder is there already. Choose another name.")
        return ""

    def _on_browse(self) -> None:
        target = Path(self.target.text())
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("Where to write it"), str(target.parent)
        )
        if folder:
            self.target.setText(str(Path(folder) / target.name))

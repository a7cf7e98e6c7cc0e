"""The form of a new run: what to teach, to which model, how, and how far it may go."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from app.gui.metrics import characters
from app.gui.pages.runs.budget import BudgetChoice
from app.gui.pages.runs.fields import setting_from_json
from app.gui.pages.runs.form_parts import field_form, field_label, is_of, whole_field
from app.gui.pages.runs.preflight import PreflightLine
from app.gui.pages.runs.preset_bar import PresetBar
from app.gui.pages.runs.settings import SettingsForm
from app.gui.pages.runs.sources import Source
from app.gui.pages.runs.sweep_fields import SweepFields
from app.gui.pages.runs.text_field import TextField
from app.gui.tables.method_names import method_name
from app.gui.widgets.buttons import action, button
from app.gui.widgets.card import Card
from app.gui.widgets.elided_box import ElidedBox
from app.gui.widgets.fields import leave_wheel_to_page
from app.gui.widgets.labels import caption, set_tone, title
from app.gui.widgets.layouts import boxed, column, line, row, scrolled
from app.jobs.presets import Preset
from app.operations.requests import SAMPLED, EditRequest, SweepRequest

STARTER = "starter"
DEFAULT_GENERAL_TOKENS = 100_000


class NewRunForm(QWidget):
    """Everything a run needs, with defaults that work; only the examples have to be chosen."""

    start_requested = Signal(object, str)
    """An EditRequest or a SweepRequest, and the run's title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editors: list[Mapping[str, Any]] = []
        self._presets: list[Preset] = []
        self._is_named_by_hand = False
        self._build_fields()
        self.start = action(
            self,
            self.tr("Start run"),
            tip=self.tr("Queue this run; it starts as soon as the engine is free"),
            shortcut="Ctrl+Return",
            icon="play",
            do=self._on_start,
        )
        page = QWidget()
        heading = title(self.tr("New run"))
        top = row(self._what_card(), self._how_far_card(), spacing=4)
        top.setStretch(0, 1)
        top.setStretch(1, 1)
        page.setLayout(column(heading, top, self._settings_card(), None, spacing=4, margins=5))
        self.setLayout(column(scrolled(page), line(), self._footer(), spacing=0))
        self._follow()

    def show_sources(self, sources: Sequence[Source], chosen: str | None = None) -> None:
        """Offer what can be learnt from, keeping the choice, or choosing a set by name."""
        before = self.source.currentData() if chosen is None else None
        self.source.clear()
        for source in sources:
            self.source.addItem(f"{source.label}  ({source.size})", source)
        wanted = [s.examples == chosen if chosen else s == before for s in sources]
        self.source.setCurrentIndex(wanted.index(True) if True in wanted else min(0, len(sources)))
        self._follow()

    def show_models(self, models: Sequence[Mapping[str, Any]]) -> None:
        """Offer the models the engine knows, besides those offered already."""
        for model in models:
            if self.model.findData(model["source"]) < 0:
                self.model.addItem(model["name"], model["source"])

    def choose_model(self, source: str) -> None:
        """Choose a model, adding it where it is not offered yet."""
        if self.model.findData(source) < 0:
            self.model.addItem(source, source)
        self.model.setCurrentIndex(self.model.findData(source))

    def show_editors(self, editors: Sequence[Mapping[str, Any]]) -> None:
        """Offer the methods the engine describes."""
        if list(editors) == self._editors:
            return
        self._editors = list(editors)
        self.method.clear()
        for editor in editors:
            self.method.addItem(method_name(editor["name"]), editor["name"])
        self._follow()

    def show_presets(self, presets: Sequence[Preset], chosen: Preset | None = None) -> None:
        """Offer the person's presets."""
        self._presets = list(presets)
        self._offer_presets(chosen or self.presets.preset)

    def preset(self, name: str) -> Preset:
        """Write down what of the form a preset keeps."""
        return Preset(
            name=name,
            method=self.method.currentData(),
            budget=self.budget.value(),
            fit_to_ball=self.fit_to_ball.isChecked(),
            settings=dict(self.settings.values()),
        )

    def show_request(self, request: Mapping[str, Any], name: str) -> None:
        """Fill the form with what an earlier run was asked for, to change it and run it again."""
        wanted = [self.source.itemData(place) for place in range(self.source.count())]
        for place, source in enumerate(wanted):
            if is_of(source, request):
                self.source.setCurrentIndex(place)
        self.choose_model(str(request["model"]))
        self.method.setCurrentIndex(max(0, self.method.findData(request.get("method"))))
        self.measured_text.choose(request.get("general_text") or SAMPLED)
        self.training_text.choose(request.get("regularisation_text") or SAMPLED)
        if request.get("general_tokens"):
            self.general_tokens.setValue(request["general_tokens"])
        self.seed.setValue(int(request.get("seed") or 0))
        self.budget.set_value(float(request.get("budget") or self.budget.value()))
        self.fit_to_ball.setChecked(bool(request.get("fit_to_ball")))
        self.settings.show_values(request.get("settings") or {}, as_preset=False)
        self.preflight.ways.keep(request)
        self.name.setText(name)
        self._is_named_by_hand = True
        self._follow()

    def request(self) -> EditRequest:
        """Write down what the form says."""
        source: Source = self.source.currentData()
        return EditRequest(
            model=self.model.currentData(),
            task=source.task,
            split=source.split,
            examples=source.examples,
            general_text=self.measured_text.choice,
            regularisation_text=self.training_text.choice,
            method=self.method.currentData(),
            budget=self.budget.value(),
            settings=dict(self.settings.values()),
            seed=self.seed.value(),
            fit_to_ball=self.fit_to_ball.isChecked(),
            general_tokens=self.general_tokens.value() if self.measured_text.is_sampled else None,
            dtype=self.preflight.ways.dtype,
            window=self.preflight.ways.longest,
        )

    def sweep_request(self) -> SweepRequest:
        """Write down the sweep that the form describes."""
        source: Source = self.source.currentData()
        one = self.request()
        return SweepRequest(
            model=one.model,
            task=str(source.task),
            method=one.method,
            budgets=self.sweep.budgets,
            configurations=self.sweep.configurations.value(),
            test_seeds=self.sweep.seeds.value(),
            general_text=one.general_text or SAMPLED,
            regularisation_text=one.regularisation_text or SAMPLED,
            general_tokens=one.general_tokens,
            settings=one.settings,
            sampler=self.sweep.sampler.currentData(),
            seed=one.seed,
            dtype=one.dtype,
            window=one.window,
        )

    def problem(self) -> str:
        """Say in a sentence what is still missing; empty when the run can start."""
        if self.source.currentData() is None:
            return self.tr("Choose what the model should learn from.")
        if self.method.currentData() is None:
            return self.tr("The engine is still starting; its methods appear in a moment.")
        if not self.name.text().strip():
            return self.tr("Give the run a name.")
        return self._problem_of_sweep() if self.sweep.is_sweep else ""

    def _problem_of_sweep(self) -> str:
        if self.source.currentData().task is None:
            return self.tr("A sweep needs validation and test rows: choose a built-in task.")
        if not self.sweep.budgets:
            return self.tr("Tick at least one budget.")
        return ""

    def _build_fields(self) -> None:
        self.source = self._combo(self.tr("Examples"))
        self.model = self._combo(self.tr("Model"))
        self.model.addItem(self.tr("Starter (built in)"), STARTER)
        self.method = self._combo(self.tr("Method"))
        self.measured_text = TextField(
            self.tr("General text"),
            self.tr("Measure degradation on a text of yours: .jsonl with text, or .txt"),
        )
        self.general_text = self.measured_text.list
        self.training_text = TextField(
            self.tr("Training text"),
            self.tr("Let training keep to a text of yours instead of one the model writes"),
        )
        self.general_tokens = whole_field(self.tr("Tokens of general text"), 1_000, 10_000_000)
        self.general_tokens.setSingleStep(10_000)
        self.general_tokens.setGroupSeparatorShown(True)
        self.general_tokens.setValue(DEFAULT_GENERAL_TOKENS)
        self.seed = whole_field(self.tr("Seed"), 0, 2**31 - 1)
        self.fit_to_ball = QCheckBox(self.tr("Fit to the budget"))
        self.fit_to_ball.setToolTip(
            self.tr("Afterwards scale the edit to the largest strength that stays in the budget")
        )
        self.budget = BudgetChoice()
        self.settings = SettingsForm()
        self.presets = PresetBar()
        self.sweep = SweepFields()
        self.preflight = PreflightLine()
        self._connect_changes()
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.name.setMinimumWidth(characters(32))
        self.name.textEdited.connect(self._on_name_edited)
        self.name.textChanged.connect(self._follow)
        self.source.currentIndexChanged.connect(self._on_source_changed)
        self.method.currentIndexChanged.connect(self._on_method_changed)
        self.measured_text.changed.connect(self._follow)
        self.training_text.changed.connect(self._follow)
        self.preflight.files_wanted.connect(self._on_files_wanted)

    def _connect_changes(self) -> None:
        self.presets.chosen.connect(self._on_preset_chosen)
        self.presets.reset_requested.connect(self.settings.put_back)
        self.settings.changed.connect(self._follow)
        self.sweep.changed.connect(self._follow)
        self.budget.changed.connect(self._follow)
        self.model.currentIndexChanged.connect(self._follow)
        self.general_tokens.valueChanged.connect(self._follow)
        self.preflight.ways.taken.connect(self._on_way_taken)
        self.preflight.ways.changed.connect(self._follow)

    def _combo(self, name: str) -> QComboBox:
        combo = ElidedBox()
        combo.setAccessibleName(name)
        combo.setMinimumWidth(characters(20))
        combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        leave_wheel_to_page(combo)
        return combo

    def _what_card(self) -> Card:
        card = Card(self.tr("What to teach, and to which model"))
        folder = action(
            self,
            self.tr("Folder…"),
            tip=self.tr("Use a model that lies in a folder"),
            icon="folder",
            do=self._on_folder,
        )
        model = QWidget()
        model.setLayout(row(self.model, button(folder), spacing=2))
        form = field_form()
        form.addRow(field_label(self.tr("E&xamples"), self.source), self.source)
        form.addRow(field_label(self.tr("&Model"), self.model), model)
        form.addRow(field_label(self.tr("M&ethod"), self.method), self.method)
        self.method_help = caption("")
        form.addRow("", self.method_help)
        form.addRow(field_label(self.tr("See&d"), self.seed), self.seed)
        card.body.addLayout(form)
        card.body.addStretch(1)
        return card

    def _how_far_card(self) -> Card:
        card = Card(self.tr("How far it may go"))
        form = field_form()
        texts = (self.measured_text, self.training_text)
        form.addRow(field_label(self.tr("&General text"), self.general_text), texts[0])
        form.addRow(field_label(self.tr("To&kens of it"), self.general_tokens), self.general_tokens)
        form.addRow(field_label(self.tr("T&raining text"), self.training_text.list), texts[1])
        card.body.addWidget(self.budget)
        card.body.addWidget(self.fit_to_ball)
        card.body.addLayout(form)
        self.text_help = caption("")
        card.body.addWidget(self.text_help)
        card.body.addStretch(1)
        return card

    def _settings_card(self) -> Card:
        card = Card(self.tr("Settings of the method"))
        card.body.addWidget(self.sweep)
        card.body.addWidget(self.presets)
        card.body.addWidget(self.settings)
        return card

    def _footer(self) -> QWidget:
        self.said = caption("")
        self.start_button = button(self.start, "primary")
        name = field_label(self.tr("&Name"), self.name)
        says = column(self.said, self.preflight, spacing=0)
        line_of_it = row(name, self.name, says, self.start_button, spacing=3, margins=4)
        line_of_it.setStretch(2, 1)
        return boxed(line_of_it)

    def _follow(self) -> None:
        problem = self.problem()
        self.said.setText(problem)
        self.said.setVisible(bool(problem))
        is_sweep = self.sweep.is_sweep
        runs = self.sweep.runs if is_sweep else 1
        self.preflight.follow(None if problem else self.request(), runs=runs)
        for widget in (self.budget, self.fit_to_ball):
            widget.setEnabled(not is_sweep)
        self.presets.show_changes(self.settings.changes)
        set_tone(self.said, "warning" if problem else "")
        self.start.setEnabled(not problem)
        is_sampled = self.measured_text.is_sampled
        self.general_tokens.setEnabled(is_sampled)
        self.text_help.setText(
            self.tr("Sampled text is written by the model itself: a lenient measure.")
            if is_sampled
            else self.tr("Natural text of your own: the measure reports should use.")
        )

    def _on_source_changed(self) -> None:
        source = self.source.currentData()
        if source is not None and not self._is_named_by_hand:
            self.name.setText(source.label)
        self._follow()

    def _on_method_changed(self) -> None:
        found = [e for e in self._editors if e["name"] == self.method.currentData()]
        if found:
            self.method_help.setText(found[0].get("help", ""))
            self.settings.show_settings([setting_from_json(s) for s in found[0]["settings"]])
            self._offer_presets(None)
        self._follow()

    def _offer_presets(self, chosen: Preset | None) -> None:
        of_method = [p for p in self._presets if p.method == self.method.currentData()]
        self.presets.show_presets(of_method, chosen)

    def _on_preset_chosen(self, preset: Preset | None) -> None:
        self.settings.show_values({} if preset is None else preset.settings, as_preset=True)
        if preset is not None:
            self.budget.set_value(preset.budget)
            self.fit_to_ball.setChecked(preset.fit_to_ball)
        self._follow()

    def _on_name_edited(self, text: str) -> None:
        self._is_named_by_hand = bool(text.strip())

    def _on_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Choose a model's folder"))
        if path:
            self.choose_model(path)

    def _on_files_wanted(self) -> None:
        """Ask for a file in place of each text that would be sampled."""
        for field in (self.measured_text, self.training_text):
            if field.is_sampled and not field.ask():
                return

    def _on_way_taken(self, changes: Mapping[str, Any]) -> None:
        """Make the run smaller in a way that was proposed; the rest of it is kept there."""
        if "method" in changes:
            self.method.setCurrentIndex(max(0, self.method.findData(changes["method"])))
        values = {**self.settings.values(), **changes.get("settings", {})}
        self.settings.show_values(values, as_preset=False)
        self._follow()

    def _on_start(self) -> None:
        if not self.problem():
            wanted = self.sweep_request() if self.sweep.is_sweep else self.request()
            self.start_requested.emit(wanted, self.name.text().strip())
            self._is_named_by_hand = False

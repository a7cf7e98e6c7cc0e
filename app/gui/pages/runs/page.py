"""Runs: start one, watch it, stop it, and see what came of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from app.gui.context import GuiContext
from app.gui.errors import told
from app.gui.events import Notice, Tone
from app.gui.metrics import characters
from app.gui.pages.runs.detail import SWEEP, RunDetail
from app.gui.pages.runs.form import NewRunForm
from app.gui.pages.runs.list import RunsList
from app.gui.pages.runs.queue import QueueBar
from app.gui.pages.runs.sources import Source, set_sources, task_sources
from app.gui.tables.setting_pairs import setting_labels
from app.gui.tables.steps import steps_of
from app.gui.widgets.buttons import action, button
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.layouts import column, shared
from app.jobs.job import JobState
from app.jobs.presets import Preset, delete_preset, load_presets, save_preset
from app.jobs.record import JobView
from app.operations.requests import EditRequest, SweepRequest
from editing.errors import LibraryError

NAME = "runs"


class RunsPage(QWidget):
    """The list of runs on the left; the form of a new one, or the chosen one, on the right."""

    def __init__(self, context: GuiContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._tasks = task_sources()
        self._build_actions()
        self._build_panels()
        self._connect()
        self._show_description(context.engine.description)
        self._on_sets_changed()
        self._show_presets()
        self._refresh()
        newest = max(context.jobs.jobs(), key=lambda job: job.config.created, default=None)
        if newest is None:
            self.panels.setCurrentWidget(self.empty)
        else:
            self.show_run(newest.id)

    def show_run(self, job_id: str) -> None:
        """Show one run."""
        self.list.choose(job_id)
        self._show_job(job_id)
        self.list.setFocus()

    def show_form(self, set_name: str | None = None) -> None:
        """Show the form of a new run, for one of the library's sets if named."""
        self.list.choose(None)
        wanted = set_name or self._context.selection.example_set
        self.form.show_sources(self._sources(), wanted)
        self.form.choose_model(self._context.selection.model)
        self.panels.setCurrentWidget(self.form)
        self.form.source.setFocus()

    def _build_actions(self) -> None:
        self.new = action(
            self,
            self.tr("New run"),
            tip=self.tr("Set up a run: examples, model, budget and settings"),
            shortcut="Ctrl+R",
            icon="plus",
            do=self.show_form,
        )

    def _build_panels(self) -> None:
        self.list = RunsList()
        self.form, self.detail = NewRunForm(), RunDetail()
        self.empty = EmptyState(
            "runs",
            self.tr("No runs yet"),
            self.tr("A run teaches a model your examples and shows what it costs elsewhere."),
            self.new,
        )
        self.panels = QStackedWidget()
        for panel in (self.empty, self.form, self.detail):
            self.panels.addWidget(panel)
        left = self.left = QWidget()
        self.new_button = button(self.new)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter runs"))
        self.filter.setAccessibleName(self.tr("Filter runs by name or state"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.list.table.filter_runs)
        self.queue = QueueBar()
        parts = (self.new_button, self.filter, self.list, self.queue)
        left.setLayout(column(*parts, spacing=3, margins=4))
        left.setMinimumWidth(characters(28))
        for each in (*self.detail.actions(), *self.list.actions()):
            self.addAction(each)  # their shortcuts work wherever on the page the focus is
        sizes = (characters(36), characters(110))
        self.setLayout(column(shared(left, self.panels, sizes=sizes, grows=1), spacing=0))

    def _connect(self) -> None:
        context = self._context
        context.events.open_requested.connect(self._on_open_requested)
        context.events.sets_changed.connect(self._on_sets_changed)
        context.jobs.added.connect(self._on_job_added)
        context.jobs.changed.connect(self._on_job_changed)
        context.jobs.removed.connect(self._on_job_removed)
        context.jobs.queue_changed.connect(self._refresh)
        context.events.library_changed.connect(self._on_library_changed)
        context.engine.described.connect(self._show_description)
        self.list.run_chosen.connect(self._show_job)
        self.list.move_requested.connect(context.jobs.move)
        self.queue.hold_requested.connect(context.jobs.hold)
        self.queue.pause_on_failure_changed.connect(self._on_habit_changed)
        self.form.start_requested.connect(self._on_start_requested)
        self.detail.stop_requested.connect(self._on_stop_requested)
        self.detail.resume_requested.connect(lambda: self._with_job(context.jobs.resume))
        self.detail.discard_requested.connect(lambda: self._with_job(context.jobs.discard))
        self.detail.remove_requested.connect(self._on_remove_requested)
        self.detail.pause_requested.connect(self._on_pause_requested)
        self.detail.retry_requested.connect(self._on_retry_requested)
        self.detail.change_requested.connect(self._on_change_requested)
        self.form.preflight.asked.connect(self._on_preflight_asked)
        self.form.presets.save_requested.connect(self._on_preset_named)
        self.form.presets.delete_requested.connect(self._on_preset_unwanted)
        self.detail.sense_opened.connect(self._on_sense_opened)
        self.detail.result.save_requested.connect(self._on_save_requested)
        self.detail.result.compare_requested.connect(self._on_compare_requested)
        self.detail.result.export_requested.connect(self._on_export_requested)

    def _on_habit_changed(self, is_on: bool) -> None:
        store = self._context.preferences
        store.change(replace(store.current, pause_queue_on_failure=is_on))
        self._context.jobs.pause_on_failure(is_on)

    def _refresh(self) -> None:
        jobs = self._context.jobs.jobs()
        self.left.setVisible(bool(jobs))
        queue = self._context.jobs.queue
        self.list.table.show_jobs(jobs, queue.ids)
        self.list.follow_queue(queue.ids)
        self.queue.show_queue(queue)

    def _show_job(self, job_id: str) -> None:
        self._context.selection.set_run(job_id)
        self._draw(self._context.jobs.job(job_id))
        self.panels.setCurrentWidget(self.detail)

    def _draw(self, job: JobView) -> None:
        self.detail.show_job(job)
        self.detail.result.show_saved(self._saved_name(job))

    def _saved_name(self, job: JobView) -> str | None:
        """Give the name of the run's edit in the library; None while it is not there."""
        edit_id = _edit_id(job)
        if edit_id is None:
            return None
        try:
            edit = self._context.library.edit(edit_id)
        except LibraryError:
            return None
        return None if edit.trashed else edit.name

    def _with_job(self, do: Callable[[str], None]) -> None:
        job = self.detail.job
        if job is not None:
            with told(self._context.events):
                do(job.id)

    def _on_open_requested(self, kind: str, name: str) -> None:
        if kind == "run":
            self.show_run(name)
        elif kind == "new-run":
            self.show_form(name or None)

    def _sources(self) -> list[Source]:
        return [*set_sources(self._context.sets), *self._tasks]

    def _on_sets_changed(self) -> None:
        self.form.show_sources(self._sources())

    def _show_description(self, description: object) -> None:
        if isinstance(description, dict):
            said = cast("dict[str, Any]", description)
            self.form.show_editors(said.get("editors", []))
            self.form.show_models(said.get("models", []))
            self.detail.labels = setting_labels(said)
            self.detail.steps = lambda method: steps_of(said, method)

    def _on_start_requested(self, request: EditRequest | SweepRequest, name: str) -> None:
        if isinstance(request, SweepRequest):
            self.show_run(self._context.jobs.add(request, name, kind=SWEEP))
            return
        library = self._context.library
        with told(self._context.events):
            kept_as = library.free_name(name)
            library.check_name(kept_as)
            self.show_run(self._context.jobs.add(replace(request, save=kept_as), name))

    def _on_job_added(self, job_id: str) -> None:
        self._refresh()
        self._context.events.job_added.emit(job_id)

    def _on_job_changed(self, job_id: str) -> None:
        job = self._context.jobs.job(job_id)
        self.list.table.show_job(job)
        if self.detail.job is not None and self.detail.job.id == job_id:
            self._draw(job)

    def _on_job_removed(self, job_id: str) -> None:
        self._refresh()
        if self.detail.job is not None and self.detail.job.id == job_id:
            self.panels.setCurrentWidget(self.form if self._context.jobs.jobs() else self.empty)

    def _on_library_changed(self) -> None:
        if self.detail.job is not None:
            self._draw(self.detail.job)

    def _on_stop_requested(self, keep: bool) -> None:
        self._with_job(lambda job_id: self._context.jobs.stop(job_id, keep))

    def _on_remove_requested(self) -> None:
        job = self.detail.job
        if job is None:
            return
        with told(self._context.events):
            self._context.jobs.remove(job.id)
            self._context.events.noticed.emit(
                Notice(
                    self.tr("“{}” is deleted.").format(job.title),
                    action=self.tr("Undo"),
                    do=lambda: self._on_undo_remove(job.id),
                )
            )

    def _on_undo_remove(self, job_id: str) -> None:
        with told(self._context.events):
            self._context.jobs.restore(job_id)
            self.show_run(job_id)

    def _on_pause_requested(self, is_on: bool) -> None:
        self._with_job(lambda job_id: self._context.jobs.pause(job_id, is_on))

    def _on_retry_requested(self) -> None:
        self._with_job(lambda job_id: self.show_run(self._context.jobs.retry(job_id)))

    def _on_change_requested(self) -> None:
        job = self.detail.job
        if job is not None:
            self.show_form()
            self.form.show_request(job.config.request, job.title)

    def _on_preflight_asked(self, request: EditRequest) -> None:
        self._context.engine.ask(
            "preflight",
            request.to_json(),
            lambda said: self.form.preflight.show_estimate(said, self._context.jobs.jobs()),
            on_error=self.form.preflight.show_problem,
        )

    def _show_presets(self, chosen: Preset | None = None) -> None:
        with told(self._context.events):
            self.form.show_presets(load_presets(self._context.data_folder), chosen)

    def _on_preset_named(self, name: str) -> None:
        with told(self._context.events):
            preset = self.form.preset(name)
            save_preset(self._context.data_folder, preset)
            self._show_presets(preset)
            self.form.settings.show_values(preset.settings, as_preset=True)

    def _on_preset_unwanted(self, preset: Preset) -> None:
        with told(self._context.events):
            delete_preset(self._context.data_folder, preset)
            self._show_presets()

    def _on_sense_opened(self, word: str) -> None:
        self._context.selection.set_word(word)
        self._context.events.open("senses", "sense", word)

    def _on_save_requested(self, name: str) -> None:
        job = self.detail.job
        if job is None or job.edit_folder is None:
            return
        library, edit_id = self._context.library, _edit_id(job)
        with told(self._context.events):
            if edit_id is not None and self._saved_name(job) is not None:
                edit = library.rename(edit_id, name)
            else:
                edit = library.add_edit(Path(job.edit_folder), name=name)
                edit = library.restore(edit.id) if edit.trashed else edit
                self._context.events.edit_added.emit(edit.id)
            self._context.events.library_changed.emit()
            self._context.events.noticed.emit(
                Notice(
                    self.tr("“{}” is in the library.").format(edit.name),
                    action=self.tr("Show"),
                    do=lambda: self._context.events.open("library", "edit", edit.id),
                )
            )
            self._draw(job)

    def _on_compare_requested(self) -> None:
        self._open_saved("compare")

    def _on_export_requested(self) -> None:
        self._open_saved("library")

    def _open_saved(self, page: str) -> None:
        job = self.detail.job
        edit_id = None if job is None else _edit_id(job)
        if job is None or edit_id is None:
            return
        if self._saved_name(job) is None:
            said = self.tr("Save the edit to the library first; then other pages can use it.")
            self._context.events.notice(said, Tone.WARNING)
            self.detail.result.name.setFocus()
            return
        self._context.events.open(page, "edit", edit_id)


def _edit_id(job: JobView) -> str | None:
    if job.edit is not None:
        return job.edit
    is_there = job.edit_folder is not None and job.state is not JobState.CANCELLED
    return Path(job.edit_folder).name if is_there and job.edit_folder else None

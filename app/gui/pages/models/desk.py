"""Knows the models: what the list says, what the engine says of each, what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.gui.context import GuiContext
from app.gui.errands import Errands
from app.gui.errors import told
from app.gui.events import Notice, Tone
from app.gui.tables.model_standing import CHECK, FETCH, ModelRow
from app.jobs.job import JobState
from app.jobs.record import JobView
from app.operations.shelf.listing import KnownModel, known_models, model_name

OnAnswer = Callable[[dict[str, Any]], None]


class ModelsDesk(QObject):
    """Between the page, the engine and the errands."""

    changed = Signal()
    """The models, or what is known of them."""
    errand_changed = Signal(str)
    tokenizer_wanted = Signal(str)
    """A folder that can be added with the tokenizer of another one."""

    def __init__(self, context: GuiContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._facts: dict[str, Mapping[str, Any]] = {}
        self._damage: dict[str, dict[str, str]] = {}
        self._states: dict[str, JobState] = {}
        self._to_look: list[str] = []
        self.trouble = ""
        """Why the engine says nothing of the models."""
        self.errands = Errands(context.data_folder, context.engine, self)
        for view in self.errands.all():
            if view.config.kind == CHECK or not view.state.can_resume:
                self.errands.forget(view.id)
            self._states[view.id] = view.state
        self.errands.changed.connect(self._on_errand_changed)
        context.engine.ready.connect(self.look)
        context.events.selection_changed.connect(self.changed)
        context.events.library_changed.connect(self.changed)
        self.look()

    def rows(self) -> list[ModelRow]:
        """List the models as they are now."""
        known: list[KnownModel] = []
        with told(self._context.events):
            bases = [edit.model for edit in self._context.library.edits()]
            known = known_models(str(self._context.data_folder), bases)
        listed = {model.source for model in known}
        begun = [KnownModel(source, "hub") for source in self._fetched() if source not in listed]
        return [self._row(model) for model in [*known, *begun]]

    @Slot()
    def look(self) -> None:
        """Have the engine look at every model, one at a time, so that others get answers too."""
        rows = sorted(self.rows(), key=lambda row: not row.is_used)
        self._to_look = [row.source for row in rows if row.is_whole]
        self._look_on()

    def _look_on(self) -> None:
        if self._to_look:
            asked = {"sources": [self._to_look.pop(0)]}
            self._context.engine.ask("models", asked, self._on_looked, on_error=self._on_trouble)

    def use(self, source: str) -> None:
        """Make a model the base of what is done next."""
        self._context.selection.set_model(source)

    def add_folder(self, folder: Path, tokenizer: Path | None = None) -> None:
        """Add a folder; a notice tells what came of it."""
        arguments = {"folder": str(folder)}
        if tokenizer is not None:
            arguments["tokenizer"] = str(tokenizer)
        self._ask("add-model", arguments, self._on_added)

    def plan(self, source: str, on_answer: OnAnswer, on_error: Callable[[str], None]) -> int:
        """Ask what fetching a model takes."""
        arguments = {"source": source}
        return self._context.engine.ask("plan-model", arguments, on_answer, on_error=on_error)

    def fetch(self, source: str) -> None:
        """Fetch a model of the hub, or go on with it."""
        errand = self._errand(source, FETCH)
        if errand is None:
            self.errands.add(FETCH, source, {"source": source})
        else:
            self.errands.resume(errand.id)

    def check(self, source: str) -> None:
        """Read every byte of a model and load it."""
        if self._errand(source, CHECK) is None:
            self.errands.add(CHECK, model_name(source), {"source": source})

    def discard(self, errand: JobView) -> None:
        """Give a fetch up and delete what came of it, or stop a check."""
        self.errands.cancel(errand.id)

    def remove(self, source: str, *, delete_files: bool) -> None:
        """Take a model off the list."""
        if self._context.selection.model == source:
            self._context.selection.set_model("starter")
        arguments = {"source": source, "delete_files": delete_files}
        self._ask("remove-model", arguments, self._on_removed)

    def _ask(self, question: str, arguments: dict[str, Any], on_answer: OnAnswer) -> None:
        channel = f"{question} {arguments.get('source', arguments.get('folder', ''))}"
        self._context.engine.ask(
            question, arguments, on_answer, on_error=self._on_refused, channel=channel
        )

    def _row(self, model: KnownModel) -> ModelRow:
        return ModelRow(
            source=model.source,
            name=model.name,
            kind=model.kind,
            edits=model.edits,
            facts={**self._facts.get(model.source, {}), **self._damage.get(model.source, {})},
            errand=self._errand(model.source, FETCH) or self._errand(model.source, CHECK),
            is_used=model.source == self._context.selection.model,
            is_whole=model.is_whole and model.source not in self._fetched(),
        )

    def _fetched(self) -> list[str]:
        """Name what is being fetched, or was begun."""
        views = [view for view in self.errands.all() if view.config.kind == FETCH]
        return [str(view.config.request["source"]) for view in views]

    def _errand(self, source: str, kind: str) -> JobView | None:
        fits = [
            view
            for view in self.errands.all()
            if view.config.kind == kind and view.config.request["source"] == source
        ]
        return fits[-1] if fits else None

    def _on_looked(self, looked: Sequence[Mapping[str, Any]]) -> None:
        self.trouble = ""
        self._facts |= {str(facts["source"]): facts for facts in looked}
        self.changed.emit()
        self._look_on()

    def _on_trouble(self, sentence: str) -> None:
        self.trouble = sentence
        self.changed.emit()

    def _on_refused(self, sentence: str) -> None:
        self._context.events.notice(sentence, Tone.DANGER)

    def _on_added(self, answer: dict[str, Any]) -> None:
        if answer["problem"]:
            self._tell_refused(answer)
        else:
            self._tell_added(str(answer["source"]), answer["notes"])

    def _tell_refused(self, answer: dict[str, Any]) -> None:
        """Say why a folder was not added, and offer another tokenizer where that would help."""
        ask = partial(self.tokenizer_wanted.emit, str(answer["source"]))
        act = self.tr("Choose its tokenizer…") if answer["remedy"] == "tokenizer" else ""
        notice = Notice(str(answer["problem"]), Tone.DANGER, act, ask if act else None)
        self._context.events.noticed.emit(notice)

    def _tell_added(self, source: str, notes: Sequence[str]) -> None:
        said = " ".join([self.tr("“{}” is added.").format(model_name(source)), *notes])
        tone = Tone.WARNING if notes else Tone.POSITIVE
        use = partial(self.use, source)
        act = "" if self._context.selection.model == source else self.tr("Use it")
        self._context.events.noticed.emit(Notice(said, tone, act, use))
        self._relist()

    def _on_removed(self, answer: dict[str, Any]) -> None:
        count = len(answer["deleted"])
        files = self.tr("{} files are deleted.").format(count) if count else ""
        kept = self.tr("No file of it is deleted.") if not count else ""
        said = self.tr("“{}” is off the list.").format(model_name(answer["source"]))
        self._context.events.notice(f"{said} {files}{kept}")
        self._facts.pop(answer["source"], None)
        self._relist()

    def _relist(self) -> None:
        self._context.engine.describe()
        self.look()
        self.changed.emit()

    @Slot(str)
    def _on_errand_changed(self, errand_id: str) -> None:
        view = self.errands.get(errand_id)
        before, now = self._states.get(errand_id), None if view is None else view.state
        if view is not None and now is not None and now is not before:
            self._states[errand_id] = now
            if now.is_over:
                self._on_over(view)
        self.errand_changed.emit(errand_id)
        if before is not now:
            self.changed.emit()

    def _on_over(self, view: JobView) -> None:
        source, result = str(view.config.request["source"]), view.result or {}
        if view.state is JobState.DONE:
            self.errands.forget(view.id)
            if view.config.kind == FETCH:
                self._tell_added(source, result.get("notes", ()))
            else:
                self._tell_checked(source, result)
        elif view.state is JobState.CANCELLED:
            self._clear_away(view.id)
        else:
            self._tell_interrupted(view)

    def _clear_away(self, errand_id: str) -> None:
        """Once it is over, delete what a fetch that was given up has brought, and forget it."""
        view = self.errands.get(errand_id)
        if view is None or not view.state.is_over:
            return
        self.errands.forget(errand_id)
        if view.config.kind == FETCH:
            source = str(view.config.request["source"])
            arguments = {"source": source, "delete_files": True}
            self._context.engine.ask("remove-model", arguments, self._on_cleared)

    def _on_cleared(self, answer: dict[str, Any]) -> None:
        said = self.tr("“{}” is not fetched; what had come of it is deleted.")
        self._context.events.notice(said.format(model_name(answer["source"])))
        self._relist()

    def _tell_checked(self, source: str, result: Mapping[str, Any]) -> None:
        notes = result.get("notes", ())
        before = result.get("before")
        same = self.tr("as at its last check") if before else self.tr("every byte was read")
        said = self.tr("“{name}” is whole, {same}.").format(name=model_name(source), same=same)
        tone = Tone.WARNING if notes else Tone.POSITIVE
        self._context.events.notice(" ".join([said, *notes]), tone)
        self._damage.pop(source, None)
        self.look()

    def _tell_interrupted(self, view: JobView) -> None:
        failure = view.failure
        if failure is None:  # the person paused it, or the program had ended
            return
        said = f"“{view.title}”: {failure.sentence}"
        again = partial(self.errands.resume, view.id)
        if view.config.kind == CHECK:
            self.errands.forget(view.id)
            self._damage[str(view.config.request["source"])] = {"problem": failure.sentence}
            self._context.events.notice(said, Tone.DANGER)
            self.changed.emit()
        else:
            notice = Notice(said, Tone.DANGER, self.tr("Go on"), again, failure.details)
            self._context.events.noticed.emit(notice)

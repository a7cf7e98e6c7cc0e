"""The program's verbs as the engine process does them; importing this takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from app.jobs.model_verbs import ModelVerbs
from app.jobs.verbs import JobTask, Listener, Outcome, QuestionVerb, Verbs
from app.operations.describe import run_describe
from app.operations.edit import fit_edit
from app.operations.evaluate import run_evaluate
from app.operations.generate import run_generate
from app.operations.models import LoadedModels
from app.operations.preflight.preflight import run_preflight
from app.operations.probabilities import run_probabilities
from app.operations.requests import (
    EditRequest,
    EvaluateRequest,
    ExportRequest,
    GenerateRequest,
    ImportRequest,
    ProbabilitiesRequest,
    Request,
    SensesRequest,
    SweepRequest,
)
from app.operations.rows.changes import MemoryChange, run_change_memory
from app.operations.senses.questions import (
    run_importance,
    run_neighbours,
    run_sense_map,
    run_sentence,
    run_vocabulary,
)
from app.operations.senses.requests import (
    ImportanceRequest,
    NeighboursRequest,
    SenseMapRequest,
    SentenceRequest,
    StrengthsRequest,
    VocabularyRequest,
    WhatIfRequest,
)
from app.operations.senses.senses import run_senses
from app.operations.sharing import run_check_import, run_export
from app.operations.sweeps.job import run_sweep_job
from app.operations.what_if import HeldEdits, run_strengths, run_what_if
from editing.checkpoints import FileCheckpoints
from editing.progress import Progress

Arguments = Mapping[str, Any]


def program_verbs() -> Verbs:
    """Return everything the engine process can do; the models it loads stay loaded."""
    models = LoadedModels()
    verbs, about_models = _ProgramVerbs(models), ModelVerbs(models)
    return Verbs(
        jobs={"edit": verbs.edit, "sweep": verbs.sweep},
        questions={
            "describe": verbs.describe,
            "probabilities": verbs.probabilities,
            "generate": verbs.generate,
            "senses": verbs.senses,
            "preflight": verbs.preflight,
            **verbs.about_senses(),
            "evaluate": verbs.evaluate,
            "export": verbs.export,
            "check-import": verbs.check_import,
            "change-memory": verbs.question(MemoryChange, run_change_memory),
            **about_models.questions(),
        },
        errands=about_models.errands(),
        asides=about_models.asides(),
    )


class _ProgramVerbs:
    """The operations, with the models they keep loaded between requests."""

    def __init__(self, models: LoadedModels) -> None:
        self._models = models
        self._held = HeldEdits()

    def edit(self, task: JobTask) -> Outcome:
        """Fit an edit, or go on with it, and write its folder beside the job."""
        outcome = fit_edit(
            EditRequest.from_json(task.spec.request),
            task.report,
            models=self._models,
            checkpoints=FileCheckpoints(task.folder.checkpoint),
        )
        task.report(Progress("saving", 0, 1))
        return Outcome(outcome.result, outcome.write(task.folder.path / "edits"))

    def sweep(self, task: JobTask) -> Outcome:
        """Carry a sweep out, or go on with it; its runs are kept in a folder of its own."""
        request = SweepRequest.from_json(task.spec.request)
        return Outcome(run_sweep_job(request, task.report, task.tell_trial, models=self._models))

    def preflight(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Estimate what a run will need."""
        request = EditRequest.from_json(arguments)
        return run_preflight(request, listener.report, models=self._models)

    def describe(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Describe the methods with their settings, and the models that are known."""
        del arguments, listener
        return run_describe()

    def probabilities(self, arguments: Arguments, listener: Listener) -> list[dict[str, Any]]:
        """Score rows, a few of them a part."""
        request = ProbabilitiesRequest.from_json(arguments)
        return run_probabilities(
            request, listener.report, models=self._models, on_rows=listener.part
        )

    def generate(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Continue a prompt, each piece of text a part."""
        return run_generate(
            GenerateRequest.from_json(arguments),
            listener.report,
            models=self._models,
            on_text=lambda piece: listener.part({"text": piece}),
        )

    def senses(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Say which words senses raise and lower."""
        request = SensesRequest.from_json(arguments)
        return run_senses(request, listener.report, models=self._models)

    def about_senses(self) -> dict[str, QuestionVerb]:
        """Return the questions of the page that works with senses live."""
        answers = (
            ("vocabulary", VocabularyRequest, run_vocabulary),
            ("sentence", SentenceRequest, run_sentence),
            ("what-if", WhatIfRequest, partial(run_what_if, held=self._held)),
            ("strengths", StrengthsRequest, partial(run_strengths, held=self._held)),
            ("sense-neighbours", NeighboursRequest, run_neighbours),
            ("sense-map", SenseMapRequest, run_sense_map),
            ("sense-importance", ImportanceRequest, run_importance),
        )
        return {name: self.question(request, run) for name, request, run in answers}

    def question(self, kind: type[Request], run: Callable[..., Any]) -> QuestionVerb:
        """Make a question of an operation."""

        def answer(arguments: Arguments, listener: Listener) -> object:
            return run(kind.from_json(arguments), listener.report, models=self._models)

        return answer

    def evaluate(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Measure a model with edits on it."""
        request = EvaluateRequest.from_json(arguments)
        return run_evaluate(request, listener.report, models=self._models)

    def export(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Write an edit of the library somewhere else."""
        request = ExportRequest.from_json(arguments)
        return run_export(request, listener.report, models=self._models)

    def check_import(self, arguments: Arguments, listener: Listener) -> dict[str, Any]:
        """Check an exported edit against its base; the window takes it into the library."""
        request = ImportRequest.from_json(arguments)
        return run_check_import(request, listener.report, models=self._models)

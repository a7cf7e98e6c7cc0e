"""The central verb: fit an edit within a degradation ball, measure it, write it down."""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.operations.data import chosen_examples
from app.operations.edit_success import edit_success_json
from app.operations.models import LoadedModels
from app.operations.places import base_pass_cache, open_library
from app.operations.provenance import (
    fingerprint_of_rows,
    fingerprint_of_text,
    now,
    versions,
)
from app.operations.requests import EditRequest
from app.operations.resources import LibraryResources
from app.operations.results import (
    change,
    dtype_name,
    epoch_json,
    general_text_json,
    inside_ball,
    senses_json,
    step_json,
    tokenised_json,
)
from app.operations.texts import general_text, regularisation_text
from editing.base_passes import BasePassCache, pass_for
from editing.editors import find_editor
from editing.editors.base import Checkpoints, Edit, Editor, FitContext
from editing.editors.memory_edit import MemoryEdit
from editing.errors import EditingError, UnsupportedModelError
from editing.evaluation import (
    BallJudge,
    EvaluationTexts,
    LastFirstJudge,
    Measures,
    Yardstick,
    fit_to_ball,
)
from editing.evaluation.scope_facts import scope_facts
from editing.examples import ExampleSet, Role, row_from_example
from editing.general_text import GeneralText
from editing.library.files import write_edit
from editing.library.stacks import EditOnTop, StackedEdit, as_one, load_stack
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Progress, Report, never_stopping, unheard
from editing.results import EpochResult
from editing.settings import settings_from_text


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """A fitted edit: what the command line prints, and what its folder says."""

    result: dict[str, Any]
    edit: Edit
    record: dict[str, Any]
    """Everything `edit.json` says beside the edit's own state."""

    def write(self, parent: Path) -> Path:
        """Write the edit's folder into `parent` and return it.

        Raises:
            LibraryError: The place cannot be written.
        """
        return write_edit(parent, self.edit.state(), self.record)


@dataclass(frozen=True, slots=True)
class _Fit:
    """An edit with the measures it is kept for."""

    edit: Edit
    encoded: EncodedExamples
    """What it was learnt from."""
    judge: BallJudge
    kept: int
    strength: float
    measures: Measures


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Everything a fit starts from."""

    model: LanguageModel
    editor: Editor[Any]
    settings: Any
    examples: ExampleSet
    general: GeneralText | None
    regularisation: GeneralText
    on: tuple[StackedEdit, ...]
    """The edits it goes on."""
    below: Edit | None
    """The same as one."""
    resources: LibraryResources


def run_edit(
    request: EditRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """Fit an edit and, where the request names it, keep it in the library.

    Returns:
        What `edit --json` prints.

    Raises:
        EditingError: Something the person can mend.
    """
    if request.save is None:
        return fit_edit(request, report, models=models).result
    with open_library(request.data_dir) as library:
        library.check_name(request.save)
        outcome = fit_edit(request, report, models=models)
        report(Progress("saving", 0, 1, request.save))
        # Should the name have been taken in the meantime, the edit is kept under a numbered one.
        library.add_edit(outcome.write(library.edits_folder))
        report(Progress("saving", 1, 1, request.save))
    return outcome.result


def fit_edit(
    request: EditRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    checkpoints: Checkpoints | None = None,
    ends: Mapping[float, int] | None = None,
) -> EditOutcome:
    """Fit an edit and measure it; nothing is written but checkpoints.

    Args:
        ends: For each budget an epoch after which none counts: the edit ends at the largest, and
            only what is needed to know the last one inside each ball is measured.

    Raises:
        EditingError: Something the person can mend.
    """
    begin = time.monotonic()
    inputs = _gather(request, models or LoadedModels(), report)
    fit = _fit(request, inputs, report, checkpoints, ends or {})
    result = {
        **_result(request, inputs, fit),
        **_scope(inputs, fit, report),
        "edit_success": edit_success_json(
            inputs.model,
            (_as_measured(fit.edit, inputs.below), fit.strength),
            fit.judge.yardstick,
            never_stopping(report),
        ),
    }
    result["seconds"] = time.monotonic() - begin
    return EditOutcome(result, fit.edit, _record(request, inputs, result))


def _gather(request: EditRequest, models: LoadedModels, report: Report) -> _Inputs:
    if not request.budget >= 0:
        raise EditingError(f"A budget of {request.budget} makes no sense. Use 1e-4, for instance.")
    editor = find_editor(request.method)
    texts = {name: str(value) for name, value in request.settings.items()}
    settings = settings_from_text(editor.Settings, texts)
    examples = chosen_examples(request)
    if not examples.canonical:
        raise EditingError(f"{examples.name} has no canonical examples to learn from. Add some.")
    model = models.model(request.model, report, request.dtype)
    if reason := editor.unsupported_reason(model):
        raise UnsupportedModelError(f"{editor.label} does not go with {request.model}. {reason}")
    data_dir = request.data_dir
    on = _on(request, model, editor)
    return _Inputs(
        on=on,
        below=as_one(on),
        resources=LibraryResources(models, data_dir, report),
        model=model,
        editor=editor,
        settings=settings,
        examples=examples,
        general=general_text(
            model,
            request.general_text,
            tokens=request.general_tokens,
            data_dir=data_dir,
            report=report,
            window=request.window,
        ),
        regularisation=regularisation_text(
            model,
            request.regularisation_text,
            request.general_text,
            tokens=request.regularisation_tokens,
            data_dir=data_dir,
            report=report,
            window=request.window,
        ),
    )


def _on(request: EditRequest, model: LanguageModel, editor: Editor[Any]) -> tuple[StackedEdit, ...]:
    """Load the edits that the new one goes on."""
    if not request.on:
        return ()
    if not editor.goes_on_edits:
        raise EditingError(f"{editor.label} cannot be fitted on other edits. Leave out --on.")
    with open_library(request.data_dir) as library:
        return load_stack(library, request.on, model)


def _fit(
    request: EditRequest,
    inputs: _Inputs,
    report: Report,
    checkpoints: Checkpoints | None,
    ends: Mapping[float, int],
) -> _Fit:
    model, examples = inputs.model, inputs.examples
    passes = BasePassCache(*base_pass_cache(request.data_dir))
    encoded = encode_examples(model.tokenizer, examples.canonical, model.context)
    texts = EvaluationTexts(examples.evaluation, examples.hard_negatives, inputs.general)
    yardstick = Yardstick.over(model, texts, pass_for(inputs.editor, passes), report)
    epochs = int(asdict(inputs.settings).get("epochs", 1))

    def seen(epoch: EpochResult) -> None:
        report(Progress("evaluating", epoch.epoch, max(epochs, epoch.epoch), epoch=epoch))

    judge = _judge(request, inputs, yardstick, seen, ends)
    context = FitContext(
        passes, judge, report, request.seed, checkpoints, inputs.below, inputs.resources
    )
    edit = inputs.editor.fit(model, encoded, inputs.regularisation, inputs.settings, context)
    fit = _Fit(edit, encoded, judge, judge.kept, 1.0, judge.measures[judge.kept])
    if request.fit_to_ball and judge.kept:
        return _fitted_to_ball(fit, inputs, request.budget, never_stopping(report))
    return fit


def _judge(
    request: EditRequest,
    inputs: _Inputs,
    yardstick: Yardstick,
    seen: Callable[[EpochResult], None],
    ends: Mapping[float, int],
) -> BallJudge:
    if ends:
        return LastFirstJudge(yardstick, ends, seen)
    return BallJudge(
        yardstick,
        request.budget,
        seen,
        will_be_scaled=request.fit_to_ball,
        starts_untouched=inputs.below is None,
    )


def _fitted_to_ball(fit: _Fit, inputs: _Inputs, budget: float, report: Report) -> _Fit:
    if fit.measures.degradation is None:
        raise EditingError("Fitting to the ball needs a general text. Give --general-text.")
    report(Progress("fitting strength", 0, 1))
    measured = _as_measured(fit.edit, inputs.below)
    found = fit_to_ball(inputs.model, measured, fit.judge.yardstick, budget)
    report(Progress("fitting strength", 1, 1))
    return replace(fit, strength=found.strength, measures=found.measures)


def _as_measured(edit: Edit, below: Edit | None) -> Edit:
    return edit if below is None else EditOnTop(below, edit)


def _result(request: EditRequest, inputs: _Inputs, fit: _Fit) -> dict[str, Any]:
    yardstick, after = fit.judge.yardstick, fit.measures
    base = yardstick.base
    return {
        "name": request.save,
        "model": request.model,
        "method": request.method,
        "budget": request.budget,
        "settings": asdict(inputs.settings),
        "seed": request.seed,
        "success_rate": change(base.success_rate, after.success_rate),
        "general_loss": change(base.general_loss, after.general_loss),
        "degradation": after.degradation,
        "hard_negatives": change(base.hard_negatives, after.hard_negatives),
        "inside_ball": inside_ball(after.degradation, request.budget, dtype_name(inputs.model)),
        "dtype": dtype_name(inputs.model),
        "kept_epoch": fit.kept,
        "step": step_json(inputs.editor),
        "strength": fit.strength,
        "epochs": [epoch_json(epoch) for epoch in fit.judge.epochs],
        "senses": senses_json(inputs.model, fit.edit),
        "general_text": general_text_json(yardstick, _as_measured(fit.edit, inputs.below)),
        "tokenised": tokenised_json(
            {
                "canonical": fit.encoded,
                "evaluation": yardstick.examples,
                "hard_negatives": yardstick.hard,
            }
        ),
    }


def _scope(inputs: _Inputs, fit: _Fit, report: Report) -> dict[str, Any]:
    """What the gate of a memory did; other edits have none."""
    if not isinstance(fit.edit, MemoryEdit):
        return {"scope": None}
    lent = nullcontext(inputs.model)
    with lent if inputs.below is None else inputs.below.applied(inputs.model) as model:
        settled, canonical = never_stopping(report), inputs.examples.canonical
        return {"scope": scope_facts(model, fit.edit, fit.judge, canonical, settled)}


def _record(request: EditRequest, inputs: _Inputs, result: Mapping[str, Any]) -> dict[str, Any]:
    examples = inputs.examples
    texts = {"general": inputs.general, "regularisation": inputs.regularisation}
    return {
        "name": request.save or _usable_name(examples.name),
        "created": now(),
        "method": request.method,
        "model": {"source": request.model, "fingerprint": inputs.model.fingerprint},
        "notes": "",
        "tags": [],
        "request": request.to_json(),
        "data": {
            "name": examples.name,
            "canonical": fingerprint_of_rows(examples.canonical),
            "evaluation": fingerprint_of_rows(examples.evaluation),
            "hard_negatives": fingerprint_of_rows(examples.hard_negatives),
            "texts": {
                role: fingerprint_of_text(text) for role, text in texts.items() if text is not None
            },
        },
        "examples": _frozen(request, examples),
        **({"parents": [_parent(item) for item in inputs.on]} if inputs.on else {}),
        "versions": versions(),
        "result": dict(result),
    }


def _parent(item: StackedEdit) -> dict[str, Any]:
    return {"name": item.name, "id": item.id, "strength": item.strength}


def _frozen(request: EditRequest, examples: ExampleSet) -> dict[str, list[dict[str, Any]]]:
    """Copy the rows as they were; of a built-in task, which stays as it is, those learnt alone."""
    roles = [Role.CANONICAL] if request.task else list(Role)
    return {str(role): [row_from_example(row) for row in examples.rows(role)] for role in roles}


def _usable_name(name: str) -> str:
    """Make a name that the library takes of a set's or a file's."""
    kept = "".join(character for character in name if character.isprintable() and character != "@")
    return kept.strip()[:100].strip() or "Edit"

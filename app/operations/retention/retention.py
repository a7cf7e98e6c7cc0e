"""Write many edits into a model one after the other and measure it at a few points.

Nothing is measured while an edit is fitted. What is done is kept point by point, and the edits in
between in a checkpoint, so that the same request goes on where it was interrupted.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

from app import paths
from app.operations.content import content_name
from app.operations.models import LoadedModels
from app.operations.places import base_pass_cache
from app.operations.requests import EditRequest, RetentionRequest
from app.operations.resources import LibraryResources
from app.operations.retention.curve_folder import curve_lines, read_curve
from app.operations.retention.identity import curve_header, settings_given
from app.operations.retention.one_curve import Shared, Told, carry_out_curve
from app.operations.texts import general_text, regularisation_text
from editing.base_passes import BasePassCache
from editing.editors import find_editor
from editing.errors import EditingError, UnsupportedModelError
from editing.examples import resolved
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard
from editing.retention import facts_in_turn, reason_against
from editing.settings import settings_from_text
from editing.tasks import SPLITS, load_task

EPOCHS = "epochs"


def run_retention(
    request: RetentionRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    told: Told = lambda _: None,
) -> dict[str, Any]:
    """Carry out what is missing of each method's curve.

    Returns:
        What `retention --json` prints.

    Raises:
        EditingError: Something the person can mend.
        Cancelled: The work was told to stop; what is done is kept.
    """
    settings = _settings(request)
    loaded = models or LoadedModels()
    model = loaded.model(request.model, report, request.dtype)
    for method in request.methods:
        if reason := find_editor(method).unsupported_reason(model):
            label = find_editor(method).label
            raise UnsupportedModelError(f"{label} does not go with {request.model}. {reason}")
    shared = _shared(request, model, loaded, report)
    curves: list[dict[str, Any]] = []
    for method in request.methods:
        header = curve_header(request, method, settings[method], model)
        path = curves_folder(request) / content_name(header)
        lines = curve_lines(path)
        with lines.taken():
            lines.write_header(header)
            carry_out_curve(path, header, settings[method], shared, report, told)
        curves.append(read_curve(path))
    return {"curves": curves}


def usual_edit(request: RetentionRequest, method: str) -> EditRequest:
    """One edit of a curve, to tell what memory it takes.

    Raises:
        EditingError: A value makes no sense.
    """
    _settings(request)
    return EditRequest(
        model=request.model,
        task=request.task,
        general_text=request.general_text,
        regularisation_text=request.regularisation_text,
        general_tokens=request.general_tokens,
        regularisation_tokens=request.regularisation_tokens,
        method=method,
        settings=dict(settings_given(request, method)),
        data_dir=request.data_dir,
        dtype=request.dtype,
        window=request.window,
    )


def curves_folder(request: RetentionRequest) -> Path:
    """Return the folder that a request's curves are kept in."""
    if request.folder is not None:
        return Path(request.folder)
    return paths.data_folder(request.data_dir) / "retention"


def _settings(request: RetentionRequest) -> dict[str, Any]:
    """Check a request as far as that goes without the model; return each method's settings."""
    if not request.methods:
        raise EditingError("Name a method: --method lora,serac, for instance.")
    if not request.points or request.points != tuple(sorted(set(request.points))):
        raise EditingError("Points are numbers of edits that rise: --points 1,10,50,200.")
    if request.points[0] < 1 or request.epochs < 1 or not request.budget >= 0:
        raise EditingError("Points and epochs are counted from 1, a budget from 0.")
    known = set(request.methods)
    for name in request.settings:
        of, dot, _ = name.partition(".")
        if not dot or of not in known:
            raise EditingError(f"{name}: a setting is named METHOD.NAME, as in lora.rank=8.")
    return {method: _settings_of(request, method) for method in request.methods}


def _settings_of(request: RetentionRequest, method: str) -> Any:  # noqa: ANN401 - each its own
    editor = find_editor(method)
    if reason := reason_against(editor):
        raise EditingError(reason)
    given = settings_given(request, method)
    if EPOCHS in {item.name for item in fields(editor.Settings)}:
        given.setdefault(EPOCHS, str(request.epochs))
    return settings_from_text(editor.Settings, given)


def _shared(
    request: RetentionRequest, model: LanguageModel, models: LoadedModels, report: Report
) -> Shared:
    validation, test = (load_task(request.task, split) for split in SPLITS)
    general = general_text(
        model,
        request.general_text,
        tokens=request.general_tokens,
        data_dir=request.data_dir,
        report=report,
        window=request.window,
    )
    return Shared(
        model=model,
        facts=facts_in_turn(
            resolved(test), resolved(validation), count=request.points[-1], seed=request.seed
        ),
        general=general,
        regularisation=regularisation_text(
            model,
            request.regularisation_text,
            request.general_text,
            tokens=request.regularisation_tokens,
            data_dir=request.data_dir,
            report=report,
            window=request.window,
        ),
        passes=BasePassCache(*base_pass_cache(request.data_dir)),
        resources=LibraryResources(models, request.data_dir, report),
    )

"""One run of a sweep: a function of plain values, wherever it is carried out."""

import time
from typing import Any

from app.operations.edit import fit_edit
from app.operations.models import LoadedModels
from app.operations.provenance import now, versions
from app.operations.requests import EditRequest, SweepRequest
from app.operations.sweeps.watch import RunWatch
from editing.progress import Report, unheard
from editing.sweeps import SEARCH, EpochMeasures, FinishedRun, Run
from editing.tasks import SPLITS

VALIDATION_SPLIT, TEST_SPLIT = SPLITS


def carry_out_run(
    request: SweepRequest, run: Run, report: Report = unheard, *, models: LoadedModels
) -> FinishedRun:
    """Carry out one run: the same values give the same result wherever it is done.

    Raises:
        EditingError: The method cannot be fitted to the task.
    """
    begin = time.monotonic()
    edit = _edit_request(request, run)
    watch = RunWatch(
        report,
        prune_beyond=max(request.budgets) if request.prune and run.stage == SEARCH else None,
    )
    result = fit_edit(edit, watch.report, models=models, ends=dict(run.ends)).result
    return FinishedRun(
        run=run,
        epochs=tuple(EpochMeasures.read(epoch) for epoch in result["epochs"]),
        was_pruned=watch.has_pruned,
        seconds=round(time.monotonic() - begin, 3),
        facts={
            "settings": result["settings"],
            "general_text": result["general_text"],
            **_of_memory_tasks(result),
            "finished": now(),
            "versions": dict(versions()),
        },
    )


def usual_run(request: SweepRequest) -> EditRequest:
    """One run of a sweep with nothing drawn, to tell what memory its runs take."""
    return _edit_request(request, Run(SEARCH, 0, {}, request.seed))


def _of_memory_tasks(result: dict[str, Any]) -> dict[str, Any]:
    """Edit success and drawdown, of the tasks that have them."""
    found = result["edit_success"]
    return {"edit_success": found} if found else {}


def _edit_request(request: SweepRequest, run: Run) -> EditRequest:
    in_search = run.stage == SEARCH
    tokens = request.general_tokens
    if not in_search and request.test_general_tokens is not None:
        tokens = request.test_general_tokens
    return EditRequest(
        model=request.model,
        task=request.task,
        split=VALIDATION_SPLIT if in_search else TEST_SPLIT,
        general_text=request.general_text,
        regularisation_text=request.regularisation_text,
        general_tokens=tokens,
        regularisation_tokens=request.regularisation_tokens,
        method=request.method,
        budget=max(request.budgets),
        settings={**request.settings, **run.drawn},
        seed=run.seed,
        data_dir=request.data_dir,
        dtype=request.dtype,
        window=request.window,
    )

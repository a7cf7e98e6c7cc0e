"""Search a method's settings on a task's validation split and report fresh runs on its test split.

Every run is a function of plain values: the request and what the protocol says of the run. What is
done is kept run by run, so that the same request goes on where it was interrupted.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import paths
from app.operations.content import content_name
from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.requests import SweepRequest
from app.operations.sweeps.cluster import cluster
from app.operations.sweeps.identity import sweep_header
from app.operations.sweeps.one_run import carry_out_run
from app.operations.sweeps.results import sweep_result
from app.operations.sweeps.teller import Teller
from editing.editors import find_editor
from editing.errors import EditingError, UnsupportedModelError
from editing.library.sweep_rows import SweepRows
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard
from editing.settings import settings_from_text
from editing.sweeps import (
    SAMPLERS,
    Execute,
    FinishedRun,
    Run,
    SweepFolder,
    SweepPlan,
    carry_out,
    conclusion,
    search_space,
)

Told = Callable[[str], None]
"""Takes a sentence about a run that is done."""
Kept = Callable[[Path], None]
"""Takes a sweep's folder as soon as another run is in it."""


def run_sweep(
    request: SweepRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    told: Told = lambda _: None,
    kept: Kept = lambda _: None,
) -> dict[str, Any]:
    """Carry out what is missing of a sweep and say what it found.

    Returns:
        What `sweep --json` prints.

    Raises:
        EditingError: Something the person can mend.
        Cancelled: The work was told to stop; the runs that are done are kept.
    """
    loaded = models or LoadedModels()
    plan = sweep_plan(request)
    model = _checked_model(request, loaded, report)
    header = sweep_header(request, plan, model)
    folder = SweepFolder(sweeps_folder(request) / content_name(header))
    with folder.taken(), _executor(request, loaded, report) as carried_out:
        folder.write_header(header)
        kept(folder.path)
        teller = Teller(plan, told)

        def keep(run: FinishedRun) -> None:
            folder.add(run)
            kept(folder.path)
            teller.tell(run)

        def execute(runs: Sequence[Run]) -> Iterable[FinishedRun]:
            teller.expect(runs)
            return carried_out(runs)

        finished = carry_out(plan, folder.finished(), execute, on_finished=keep)
    return sweep_result(folder, header, finished, conclusion(plan, finished))


@contextmanager
def _executor(request: SweepRequest, models: LoadedModels, report: Report) -> Generator[Execute]:
    """Lend what carries out runs: this process, or workers."""
    if request.scheduler is not None:
        with cluster(request, request.scheduler, report) as execute:
            yield execute
        return

    def here(runs: Sequence[Run]) -> Iterable[FinishedRun]:
        return (carry_out_run(request, run, report, models=models) for run in runs)

    yield here


def index_sweep(data_dir: str | None, folder: Path) -> None:
    """Give every run in a sweep's folder its row in the library.

    Raises:
        EditingError: The folder or the library cannot be read.
    """
    with open_library(data_dir) as library:
        SweepRows(library).index(folder)


def sweep_plan(request: SweepRequest) -> SweepPlan:
    """Read the plan out of a request.

    Raises:
        EditingError: A value makes no sense.
    """
    budgets = tuple(sorted(set(request.budgets), reverse=True))
    if not budgets or not all(0 <= budget < float("inf") for budget in budgets):
        raise EditingError("A sweep needs budgets. Give --budget 1e-3,1e-4,1e-5, for instance.")
    if request.configurations < 1 or request.test_seeds < 1:
        raise EditingError("A sweep needs at least one configuration and one test seed.")
    if request.sampler not in SAMPLERS:
        raise EditingError(
            f"There is no sampler {request.sampler!r}. Choose {' or '.join(SAMPLERS)}."
        )
    settings_class = find_editor(request.method).Settings
    fixed = {name: str(value) for name, value in request.settings.items()}
    settings_from_text(settings_class, fixed)
    return SweepPlan(
        space=search_space(settings_class, fixed),
        budgets=budgets,
        configurations=request.configurations,
        test_seeds=request.test_seeds,
        sampler=request.sampler,
        seed=request.seed,
    )


def sweeps_folder(request: SweepRequest) -> Path:
    """Return the folder that a request's sweep is kept in."""
    if request.folder is not None:
        return Path(request.folder)
    return paths.data_folder(request.data_dir) / "sweeps"


def _checked_model(request: SweepRequest, models: LoadedModels, report: Report) -> LanguageModel:
    editor = find_editor(request.method)
    model = models.model(request.model, report, request.dtype)
    if reason := editor.unsupported_reason(model):
        raise UnsupportedModelError(f"{editor.label} does not go with {request.model}. {reason}")
    return model

"""Runs of a sweep on Dask workers: processes of this machine, or of a cluster.

What travels are plain values; a worker loads the model itself. One process, the one that started
the sweep, writes the results. The workers share the data folder, hence the base passes: the first
run of a stage goes ahead alone to make them.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from app import paths
from app.operations.models import LoadedModels
from app.operations.requests import SAMPLED, SweepRequest
from app.operations.sweeps.one_run import carry_out_run
from editing.errors import EditingError
from editing.progress import Progress, Report
from editing.sweeps import Execute, FinishedRun, Run

_LOCAL = "local:"


@contextmanager
def cluster(request: SweepRequest, scheduler: str, report: Report) -> Generator[Execute]:
    """Lend a way to carry out runs side by side.

    Args:
        request: The sweep's.
        scheduler: `local:N` for N processes of this machine, or the address of a Dask scheduler,
            as `tcp://HOST:8786`.
        report: Told after each run.

    Raises:
        EditingError: Dask is not installed, or the scheduler is not there.
    """
    dask = _distributed()
    values = everywhere(request).to_json()
    with ExitStack() as opened:
        client = opened.enter_context(_client(dask, scheduler, opened))

        def submit(runs: Sequence[Run]) -> Iterable[FinishedRun]:
            futures = {client.submit(_run, values, asdict(run), pure=False): run for run in runs}
            for future in dask.as_completed(futures):
                yield _result(dask, future, futures[future])

        def execute(runs: Sequence[Run]) -> Iterable[FinishedRun]:
            done = 0
            for part in (runs[:1], runs[1:]):
                for finished in submit(part):
                    done += 1
                    yield finished
                    report(Progress("runs", done, len(runs)))

        yield execute


def _run(request: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one run in a worker."""
    asked = SweepRequest.from_json(request)
    return carry_out_run(asked, Run(**run), models=LoadedModels()).to_json()


def _result(dask: Any, future: Any, run: Run) -> FinishedRun:  # noqa: ANN401 - no types of theirs
    try:
        return FinishedRun.from_json(future.result())
    except dask.KilledWorker as error:
        raise EditingError(
            f"The workers that tried {run.name} died, most likely because memory ran out. Use "
            "fewer workers or a smaller text; the runs that are done are kept."
        ) from error


def _client(dask: Any, scheduler: str, opened: ExitStack) -> Any:  # noqa: ANN401
    if not scheduler.startswith(_LOCAL):
        try:
            return dask.Client(scheduler)
        except (OSError, ValueError) as error:
            raise EditingError(
                f"There is no Dask scheduler at {scheduler} ({error}). Use local:2, or the "
                "address of one that runs, such as tcp://HOST:8786."
            ) from error
    count = scheduler.removeprefix(_LOCAL)
    if not count.isdecimal() or int(count) < 1:
        raise EditingError(f"{scheduler} names no number of workers. Use local:2, for instance.")
    workers = dask.LocalCluster(
        n_workers=int(count), threads_per_worker=1, dashboard_address=None, memory_limit=0
    )
    return dask.Client(opened.enter_context(workers))


def _distributed() -> Any:  # noqa: ANN401
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise EditingError(
            "Runs on a cluster need Dask, which is not installed. Install exemplar[cluster], or "
            "leave out --scheduler."
        ) from error


def everywhere(request: SweepRequest) -> SweepRequest:
    """Name files so that a worker in another folder finds them, and what it is to compute in."""
    return replace(
        request,
        model=_absolute(request.model),
        general_text=_absolute(request.general_text),
        regularisation_text=_absolute(request.regularisation_text),
        data_dir=str(paths.data_folder(request.data_dir)),
        dtype=request.dtype or os.environ.get("EXEMPLAR_DTYPE"),
    )


def _absolute(choice: str) -> str:
    is_file = choice != SAMPLED and Path(choice).exists()
    return str(Path(choice).resolve()) if is_file else choice

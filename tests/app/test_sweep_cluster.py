"""Sweeps on real Dask workers: the same results, and a killed worker costs only its run."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.operations.requests import SweepRequest
from app.operations.sweeps.cluster import everywhere
from app.operations.sweeps.sweep import run_sweep
from editing.errors import EditingError
from tests.app.test_sweep import without_times
from tests.tiny import SENTENCES, tiny_backpack

CALM_AFTER_S = 60.0


@pytest.fixture
def request_(tmp_path: Path) -> SweepRequest:
    """A built-in task, as workers are processes of their own."""
    tiny_backpack(tmp_path / "tiny")
    (tmp_path / "g.txt").write_text("\n".join(SENTENCES[:3]), encoding="utf-8")
    (tmp_path / "r.txt").write_text("\n".join(SENTENCES[1:]), encoding="utf-8")
    return SweepRequest(
        model=str(tmp_path / "tiny"),
        task="pronoun-career",
        budgets=(1.0, 1e-4),
        configurations=4,
        test_seeds=2,
        general_text=str(tmp_path / "g.txt"),
        regularisation_text=str(tmp_path / "r.txt"),
        settings={"epochs": 2},
        folder=str(tmp_path / "here"),
    )


@pytest.mark.slow
def test_two_workers_find_the_same_though_one_is_killed(
    request_: SweepRequest, tmp_path: Path
) -> None:
    here = run_sweep(request_)
    killer = threading.Thread(target=kill_a_worker_at_work)
    killer.start()
    there = run_sweep(
        replace(request_, folder=str(tmp_path / "there"), scheduler="local:2"),
        told=lambda line: None,
    )
    killer.join()
    assert without_times(there) == without_times(here)


def kill_a_worker_at_work() -> None:
    """Kill one of the worker processes once it has worked for a while."""
    own = psutil.Process()
    give_up = time.monotonic() + CALM_AFTER_S
    while time.monotonic() < give_up:
        busy = [p for p in own.children(recursive=True) if p.cpu_times().user > 2]
        if busy:
            os.kill(busy[0].pid, signal.SIGKILL)
            return
        time.sleep(0.05)
    raise AssertionError("no worker was ever at work")


def test_workers_compute_in_what_this_program_is_set_to(
    request_: SweepRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert everywhere(request_).dtype is None
    monkeypatch.setenv("EXEMPLAR_DTYPE", "bfloat16")
    assert everywhere(request_).dtype == "bfloat16"
    assert everywhere(replace(request_, dtype="float32")).dtype == "float32"


@pytest.mark.parametrize("scheduler", ["local:none", "local:0"])
def test_a_scheduler_that_is_none_is_refused(request_: SweepRequest, scheduler: str) -> None:
    with pytest.raises(EditingError, match="local:2"):
        run_sweep(replace(request_, scheduler=scheduler))

"""What a sweep says, as the JSON object that the command line prints and reports are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from app.operations.content import precision_told
from app.operations.results import change, step_json
from editing.editors import find_editor
from editing.sweeps import (
    SEARCH,
    TEST,
    BallResult,
    Estimate,
    FinishedRun,
    SweepFolder,
    kept_epoch,
    mean_and_error,
)


def sweep_result(
    folder: SweepFolder,
    header: Mapping[str, Any],
    finished: Mapping[str, FinishedRun],
    balls: Sequence[BallResult],
) -> dict[str, Any]:
    """Return what `sweep --json` prints; a sweep may be only partly done."""
    about = {name: value for name, value in header.items() if name not in ("identity", "format")}
    searched = sum(run.run.stage == SEARCH for run in finished.values())
    return {
        "sweep": folder.name,
        "folder": str(folder.path),
        "fingerprint": header["identity"]["model"],
        "general_text_key": _general_text_key(header["identity"]),
        **about,
        "step": step_json(find_editor(header["method"])),
        "balls": [_ball(ball, max(header["budgets"])) for ball in balls],
        "runs": [run_record(run, header["budgets"]) for run in _in_order(finished)],
        "missing": {
            "configurations": max(0, header["configurations"] - searched),
            "test_runs": _missing_tests(header, balls),
        },
        "measured_on": _measured_on(finished),
        "seconds": sum(run.seconds for run in finished.values()),
    }


def _in_order(finished: Mapping[str, FinishedRun]) -> list[FinishedRun]:
    """The search's runs first, whichever was done first."""

    def place(finished: FinishedRun) -> tuple[bool, int, int]:
        run = finished.run
        return run.stage == TEST, run.configuration, run.seed

    return sorted(finished.values(), key=place)


def _general_text_key(identity: Mapping[str, Any]) -> str:
    """Name what degradation is measured on in test runs; what differs in it is not compared."""
    tokens = identity["test_general_tokens"] or identity["general_tokens"]
    return f"{identity['general_text']} {tokens or 'all'}{precision_told(identity)}"


def _ball(ball: BallResult, largest: float) -> dict[str, Any]:
    before, after = ball.best.epochs[0], ball.validation
    return {
        "budget": ball.budget,
        "configuration": ball.best.run.configuration,
        "settings": ball.best.facts["settings"],
        "validation": {
            "run": ball.best.run.name,
            "kept_epoch": ball.kept,
            "success_rate": change(before.success_rate, after.success_rate),
            "degradation": after.degradation,
            "hard_negatives": change(before.hard_negatives, after.hard_negatives),
        },
        "test": {
            "runs": [run.run.name for run, _ in ball.tests],
            "kept_epochs": [kept for _, kept in ball.tests],
            "initial_success": ball.initial_success,
            "success_change": _estimate(ball.success_change),
            "hard_negatives_change": _estimate(ball.hard_negatives_change),
            "degradation": _estimate(ball.degradation),
            **_of_memory_tasks(ball, largest),
        },
    }


def _of_memory_tasks(ball: BallResult, largest: float) -> dict[str, Any]:
    """Edit success and drawdown over test runs, of the edit kept for the largest budget."""
    facts: list[Any] = [run.facts.get("edit_success") for run, _ in ball.tests]
    if ball.budget < largest or not facts or not all(facts):
        return {}
    after, drawdown = (
        mean_and_error([each[name] for each in facts]) for name in ("after", "drawdown")
    )
    return {
        "edit_success": {
            "problem": facts[0]["problem"],
            "before": facts[0]["before"],
            "after": _estimate(after),
            "drawdown": _estimate(drawdown),
        }
    }


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    return None if estimate is None else asdict(estimate)


def run_record(finished: FinishedRun, budgets: Sequence[float]) -> dict[str, Any]:
    """Describe one run, with what it keeps at each budget."""
    run, epochs = finished.run, finished.epochs
    asked = [budget for budget in budgets if run.answers(budget)]
    kept = [epochs[kept_epoch(epochs, budget, up_to=run.end(budget))] for budget in asked]
    return {
        "name": run.name,
        "stage": run.stage,
        "configuration": run.configuration,
        "seed": run.seed,
        "drawn": dict(run.drawn),
        "epochs": epochs[-1].epoch,
        "pruned": finished.was_pruned,
        "initial_success": epochs[0].success_rate,
        "kept": [
            {
                "budget": budget,
                "epoch": measures.epoch,
                "success_rate": measures.success_rate,
                "degradation": measures.degradation,
                "hard_negatives": measures.hard_negatives,
            }
            for budget, measures in zip(asked, kept, strict=True)
        ],
        "seconds": finished.seconds,
        "finished": finished.facts["finished"],
    }


def _missing_tests(header: Mapping[str, Any], balls: Sequence[BallResult]) -> int:
    """Test runs still due for the configurations chosen so far."""
    wanted = {(ball.best.run.configuration, seed) for ball in balls for seed in _seeds(header)}
    due = {
        (ball.best.run.configuration, seed)
        for ball in balls
        for seed in set(_seeds(header)) - {run.run.seed for run, _ in ball.tests}
    }
    return len(due) if wanted else header["test_seeds"]


def _seeds(header: Mapping[str, Any]) -> range:
    return range(header["test_seeds"])


def _measured_on(finished: Mapping[str, FinishedRun]) -> dict[str, Any]:
    """The general texts that runs of each stage were measured on, and the machines they ran on."""
    texts: dict[str, Any] = {}
    for stage in (SEARCH, TEST):
        of_stage = [run for run in finished.values() if run.run.stage == stage]
        texts[stage] = of_stage[-1].facts["general_text"] if of_stage else None
    machines: list[Any] = []
    for run in finished.values():
        if run.facts["versions"] not in machines:
            machines.append(run.facts["versions"])
    return {**texts, "machines": machines}

"""The guided example: twelve capitals the starter was not taught, and the edit that adds them."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

from app.operations.requests import SAMPLED, EditRequest
from editing.examples import Example, ExampleSet, Role
from editing.tasks import load_task

TASK, SPLIT = "country-capital", "val"
SET_NAME = "Twelve capitals"
COUNTRIES = 12
GENERAL_TOKENS = 40_000
BUDGET = 1e-4


def guided_set(name: str = SET_NAME) -> ExampleSet:
    """Copy the rows of twelve countries whose capitals the starter has never read."""
    task = load_task(TASK, SPLIT)
    taught = _taught()
    known = [row for row in task.canonical if not taught.get(_country(row), True)]
    chosen = frozenset(_country(row) for row in known[:COUNTRIES])
    rows = {role: tuple(row for row in task.rows(role) if _country(row) in chosen) for role in Role}
    return ExampleSet(
        name,
        rows[Role.CANONICAL],
        rows[Role.EVALUATION],
        rows[Role.HARD_NEGATIVE],
        kind=task.kind,
        thresholds=task.thresholds,
    )


def guided_request(set_name: str, model: str = "starter") -> EditRequest:
    """Ask for an edit that is done in a minute or two on two cores."""
    return EditRequest(
        model=model,
        examples=set_name,
        general_text=SAMPLED,
        regularisation_text=SAMPLED,
        budget=BUDGET,
        general_tokens=GENERAL_TOKENS,
    )


def task_copy(task: str, name: str) -> ExampleSet:
    """Copy the validation rows of a built-in task under a name of the person's own."""
    return replace(load_task(task, SPLIT), name=name)


def _taught() -> dict[str, bool]:
    path = files("resources") / "tasks" / TASK / "facts.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    facts: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    return {fact["country"]: bool(fact["taught"]) for fact in facts}


def _country(row: Example) -> str:
    return str(row.extra.get("entity", ""))

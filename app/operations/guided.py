"""The guided example: twelve capitals the starter was not taught, and the edit that adds them."""

from dataclasses import replace

from app.operations.requests import SAMPLED, EditRequest
from editing.examples import ExampleSet, Role
from editing.tasks import load_task

TASK, SPLIT = "country-capital", "val"
SET_NAME = "Twelve capitals"
COUNTRIES = (
    "Chile", "China", "Egypt", "Italy", "Poland", "Switzerland",
    "Afghanistan", "Azerbaijan", "Croatia", "Estonia", "Indonesia", "Libya",
)  # fmt: skip
"""Untaught, and one word to the starter's tokenizer: the plainest there are to learn."""
GENERAL_TOKENS = 40_000
BUDGET = 1e-3
SETTINGS = {"learning_rate": 0.05}
"""Of the rates tried on these rows, the one that gains most inside the budget."""


def guided_set(name: str = SET_NAME) -> ExampleSet:
    """Copy the rows of twelve countries whose capitals the starter was not taught."""
    task = load_task(TASK, SPLIT)
    rows = {
        role: tuple(row for row in task.rows(role) if row.extra.get("entity") in COUNTRIES)
        for role in Role
    }
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
        settings=SETTINGS,
        fit_to_ball=True,
        general_tokens=GENERAL_TOKENS,
    )


def task_copy(task: str, name: str) -> ExampleSet:
    """Copy the validation rows of a built-in task under a name of the person's own."""
    return replace(load_task(task, SPLIT), name=name)

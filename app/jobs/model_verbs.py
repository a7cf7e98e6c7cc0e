"""What the engine process does about models themselves: list, add, fetch, check, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from app.jobs.verbs import JobTask, JobVerb, Listener, Outcome, QuestionVerb
from app.operations.models import LoadedModels, check_model, look_at_models
from app.operations.shelf.adding import add_folder, add_from_hub, remove_model
from app.operations.shelf.hub_plans import plan_or_problem
from editing.errors import EditingError
from editing.models.hub.token import VARIABLES, keep_token, remove_token, token_places

Arguments = Mapping[str, Any]


@final
class ModelVerbs:
    """Models are found in the data folder that the engine was started for."""

    def __init__(self, models: LoadedModels) -> None:
        self._models = models

    def questions(self) -> dict[str, QuestionVerb]:
        """Return what looks into models, and therefore waits for its turn."""
        return {"models": _models, "add-model": _add}

    def errands(self) -> dict[str, JobVerb]:
        """Return what takes long and hardly touches models."""
        return {"fetch-model": _fetch, "check-model": self._check}

    def asides(self) -> dict[str, QuestionVerb]:
        """Return what needs no model."""
        return {
            "plan-model": _plan,
            "remove-model": _remove,
            "keep-token": _keep_token,
            "token-places": _token_places,
            "remove-token": _remove_token,
        }

    def _check(self, task: JobTask) -> Outcome:
        source = str(task.spec.request["source"])
        return Outcome(
            check_model(source, task.report, models=self._models, alone=task.alone),
        )


def _models(arguments: Arguments, listener: Listener) -> list[dict[str, Any]]:
    """Say what models are, and what can be done with them."""
    return look_at_models(None, listener.report, sources=arguments.get("sources"))


def _add(arguments: Arguments, listener: Listener) -> dict[str, Any]:
    """Add a folder; where it cannot be opened, say why and what would help."""
    del listener
    folder = str(arguments["folder"])
    try:
        return add_folder(folder, None, tokenizer=arguments.get("tokenizer")) | {"problem": ""}
    except EditingError as error:
        return {"source": folder, "problem": str(error), "remedy": error.remedy}


def _fetch(task: JobTask) -> Outcome:
    """Fetch a model of the hub, or go on with it."""
    source = str(task.spec.request["source"])
    return Outcome(add_from_hub(source, None, task.report, alone=task.alone))


def _plan(arguments: Arguments, listener: Listener) -> dict[str, Any]:
    """Say what fetching a model takes."""
    del listener
    return plan_or_problem(str(arguments["source"]))


def _remove(arguments: Arguments, listener: Listener) -> dict[str, Any]:
    """Take a model off the list."""
    del listener
    delete = bool(arguments.get("delete_files"))
    return remove_model(str(arguments["source"]), None, delete_files=delete)


def _keep_token(arguments: Arguments, listener: Listener) -> dict[str, str]:
    """Keep a token for the hub; it goes nowhere else."""
    del listener
    kept = keep_token(str(arguments["token"]).strip())
    return {"place": kept.place, "reason": kept.reason}


def _token_places(arguments: Arguments, listener: Listener) -> dict[str, list[str]]:
    """Say where there is a token, not which, and what of it the program cannot change."""
    del arguments, listener
    return {"places": token_places(), "fixed": list(VARIABLES)}


def _remove_token(arguments: Arguments, listener: Listener) -> dict[str, list[str]]:
    """Keep no token any more; the environment's stays."""
    del arguments, listener
    return {"removed": remove_token(), "places": token_places()}

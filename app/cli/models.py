"""The command line's `models`: what is there, what it is good for, adding and removing."""

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.cli import model_texts
from app.cli.progress import ProgressLine
from editing.errors import EditingError

Answer = tuple[Mapping[str, Any], list[str]]


def _models_list(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.models import list_models

    models = list_models(arguments.data_dir)
    return {"models": models}, model_texts.model_lines(models)


def _models_check(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.models import check_model

    facts = check_model(arguments.model, progress.report)
    progress.say(facts["notes"])
    return facts, model_texts.check_lines(facts)


def _models_add(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    if arguments.only_show:
        return _models_plan(arguments)
    from app.operations.shelf import adding

    if Path(arguments.model).expanduser().is_dir():
        result = adding.add_folder(
            arguments.model, arguments.data_dir, tokenizer=arguments.tokenizer
        )
    else:
        result = adding.add_from_hub(
            arguments.model,
            arguments.data_dir,
            progress.report,
            told=lambda plan: progress.say(model_texts.plan_lines(plan)),
        )
    progress.say(result["notes"])
    return result, [model_texts.added_line(result)]


def _models_plan(arguments: argparse.Namespace) -> Answer:
    from app.operations.shelf.hub_plans import plan_of

    plan = plan_of(arguments.model)
    return plan, model_texts.plan_lines(plan)


def _models_remove(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.shelf.adding import remove_model

    result = remove_model(arguments.model, arguments.data_dir, delete_files=arguments.delete_files)
    return result, model_texts.removed_lines(result)


def _models_token(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    if arguments.show:
        return _token_shown()
    if arguments.remove:
        return _token_removed()
    from editing.models.hub.token import keep_token

    token = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not token.strip():
        raise EditingError("No token came in. Paste it, or pipe it in.")
    kept = keep_token(token.strip())
    answer = {"place": kept.place, "reason": kept.reason}
    return answer, [model_texts.kept_token_line(kept.place, kept.reason)]


def _token_shown() -> Answer:
    from editing.models.hub.token import token_places

    places = token_places()
    return {"places": places}, [model_texts.token_places_line(places)]


def _token_removed() -> Answer:
    from editing.models.hub.token import remove_token, token_places

    removed, left = remove_token(), token_places()
    lines = model_texts.removed_token_lines(removed, left)
    return {"removed": removed, "places": left}, lines


MODEL_COMMANDS: dict[str, Callable[[argparse.Namespace, ProgressLine], Answer]] = {
    "models_list": _models_list,
    "models_check": _models_check,
    "models_add": _models_add,
    "models_remove": _models_remove,
    "models_token": _models_token,
}

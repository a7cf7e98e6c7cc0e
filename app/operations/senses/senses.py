"""Look into the senses of a word, or into those an edit changed, before and after."""

from collections.abc import Sequence
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.requests import SensesRequest
from app.operations.results import word_of
from editing.editors.sense_edit import SenseEdit
from editing.errors import EditingError, UnsupportedModelError
from editing.library.stacks import StackedEdit, load_stack
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard
from editing.senses import SenseDirection, all_senses, direction_of, sense_directions

Records = list[dict[str, Any]]


def run_senses(
    request: SensesRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """Say which words senses raise and lower.

    Returns:
        What `senses --json` prints; `edited` is null for a word. Where the request asks for it,
        `difference` says the same of the edit's differences alone.

    Raises:
        EditingError: Something the person can mend.
    """
    if (request.word is None) == (request.edit is None):
        raise EditingError("Name either a word or an edit: --word W, or --edit NAME.")
    model = (models or LoadedModels()).model(request.model, report)
    if request.word is not None:
        senses = all_senses(model, request.word)
        return {"senses": _described(model, senses, request.top), "edited": None}
    with open_library(request.data_dir) as library:
        (item,) = load_stack(library, [str(request.edit)], model)
    return _of_edit(request, model, item)


def _of_edit(request: SensesRequest, model: LanguageModel, item: StackedEdit) -> dict[str, Any]:
    edit = item.edit
    if not isinstance(edit, SenseEdit):
        raise UnsupportedModelError(f"{item.name} is no sense edit: it changes no single senses.")
    senses = list(zip(map(int, edit.token_ids), map(int, edit.senses), strict=True))
    senses_before = _described(model, senses, request.top)
    with edit.applied(model, item.strength) as edited:
        senses_after = _described(edited, senses, request.top)
    result: dict[str, Any] = {"senses": senses_before, "edited": senses_after}
    if request.difference:
        vectors = item.strength * edit.deltas
        result["difference"] = [
            _record(model, token, sense, direction_of(model, vector, top=request.top))
            for (token, sense), vector in zip(senses, vectors, strict=True)
        ]
    return result


def _described(model: LanguageModel, senses: Sequence[tuple[int, int]], top: int) -> Records:
    return [
        _record(model, found.token_id, found.sense, found.direction)
        for found in sense_directions(model, senses, top=top)
    ]


def _record(
    model: LanguageModel, token_id: int, sense: int, direction: SenseDirection
) -> dict[str, Any]:
    return {
        "word": word_of(model, token_id),
        "token_id": token_id,
        "sense": sense,
        "norm": direction.norm,
        "raises": [list(pair) for pair in direction.raises],
        "lowers": [list(pair) for pair in direction.lowers],
    }

"""What if edits were weaker or stronger: the next word of a prompt, at once and never saved.

Where all edits move senses alone, the window gets what it needs to work any strength out itself;
otherwise the engine keeps model and edits together and predicts anew at each move of a slider.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.results import word_of
from app.operations.senses.requests import StrengthsRequest, WhatIfRequest
from editing.batches import prompt_ids
from editing.editors.sense_edit import SenseEdit
from editing.library.stacks import StackedEdit, load_stack
from editing.live_edits import LiveEdits, most_likely
from editing.models.language_model import LanguageModel
from editing.progress import Report, unheard
from editing.sense_mixture import (
    Contribution,
    Mixture,
    contributions,
    mixture_of,
    own_contributions,
)

OWN_SENSES = 8
"""Of the model itself that can be turned."""
RANKED = 50
"""Words named, so that changes of rank can be told."""

Answer = dict[str, Any]
Key = tuple[str, tuple[str, ...], str | None]


@dataclass(slots=True)
class HeldEdits:
    """The edits of the last what-if, which the next move of a slider asks for again."""

    _key: Key | None = None
    _edits: LiveEdits = field(default_factory=lambda: LiveEdits([]))

    def hold(self, key: Key, edits: LiveEdits) -> None:
        """Keep these, and let those before go."""
        self._key, self._edits = key, edits

    def edits(self, key: Key, model: LanguageModel) -> LiveEdits:
        """Give the edits that are held, or load others.

        Raises:
            EditingError: An edit is not there, damaged, or made for another model.
        """
        if self._key != key:
            _, names, data_dir = key
            with open_library(data_dir) as library:
                stack = load_stack(library, names, model)
            self.hold(key, LiveEdits([item.edit for item in stack]))
        return self._edits


def run_what_if(
    request: WhatIfRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    held: HeldEdits | None = None,
) -> Answer:
    """Work out once what sliders over edits need.

    Returns:
        `is_linear`: whether all edits move senses alone. `dropped`: how many tokens of the prompt
        were cut from the left to fit the context. `edits`, each with `name`, `strength`,
        `answers_by_rows`, `senses` (those that reach the prediction, with their `weight` in the
        untouched model) and `others` (how many do not). `own`: the senses of the model itself that
        the prediction mixes most of, in the same form. If it is linear, `base` has the untouched
        model's logits and each sense the `logits` it adds at strength 1, float32, little-endian,
        in base64; otherwise `before` has the likeliest words of the untouched model, as
        `run_strengths` returns them.

    Raises:
        EditingError: Something the person can mend.
    """
    model = (models or LoadedModels()).model(request.model, report)
    with open_library(request.data_dir) as library:
        stack = load_stack(library, request.edits, model)
    edits = LiveEdits([item.edit for item in stack])
    (held or HeldEdits()).hold((request.model, request.edits, request.data_dir), edits)
    mixture = mixture_of(model, request.prompt) if model.is_backpack else None
    is_linear = mixture is not None and edits.is_of_senses
    own = [] if mixture is None else own_contributions(model, mixture, OWN_SENSES)
    answer: Answer = {
        "prompt": request.prompt,
        "own": [_sense_record(model, each, with_logits=is_linear) for each in own],
        "dropped": prompt_ids(model.tokenizer, request.prompt, model.context)[1],
        "is_linear": is_linear,
        "edits": [_edit_record(model, item, mixture, is_linear=is_linear) for item in stack],
    }
    if is_linear and mixture is not None:
        return {**answer, "base": _packed(mixture.logits[-1])}
    untouched = LiveEdits([]).logits(model, request.prompt, [])
    return {**answer, "before": [list(pair) for pair in most_likely(untouched, RANKED)]}


def run_strengths(
    request: StrengthsRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    held: HeldEdits | None = None,
) -> Answer:
    """Predict what follows a prompt with each edit at a strength.

    Returns:
        `words`: ids with their probabilities, likeliest first.

    Raises:
        EditingError: Something the person can mend.
    """
    model = (models or LoadedModels()).model(request.model, report)
    key = (request.model, request.edits, request.data_dir)
    edits = (held or HeldEdits()).edits(key, model)
    senses: list[dict[tuple[int, int], float]] = [{} for _ in edits.edits]
    for place, token, sense, strength in request.senses:
        senses[place][token, sense] = strength
    own = {(token, sense): strength for token, sense, strength in request.own}
    logits = edits.logits(model, request.prompt, request.strengths, senses, own)
    return {"words": [list(pair) for pair in most_likely(logits, request.top)]}


def _edit_record(
    model: LanguageModel, item: StackedEdit, mixture: Mixture | None, *, is_linear: bool
) -> Answer:
    found: list[Contribution] = []
    others = 0
    if isinstance(item.edit, SenseEdit) and mixture is not None:
        found = contributions(model, mixture, item.edit)
        others = len(item.edit.senses) - len(found)
    found.sort(key=lambda each: -float(each.logits.abs().max()))
    return {
        "name": item.name,
        "strength": item.strength,
        "answers_by_rows": item.edit.answers_by_rows,
        "others": others,
        "senses": [_sense_record(model, each, with_logits=is_linear) for each in found],
    }


def _sense_record(model: LanguageModel, found: Contribution, *, with_logits: bool) -> Answer:
    record: Answer = {
        "word": word_of(model, found.token_id),
        "token_id": found.token_id,
        "sense": found.sense,
        "weight": found.weight,
    }
    return {**record, "logits": _packed(found.logits)} if with_logits else record


def _packed(logits: Any) -> str:  # noqa: ANN401 - a tensor; this room does not know torch
    return base64.b64encode(logits.float().cpu().numpy().astype("<f4").tobytes()).decode("ascii")

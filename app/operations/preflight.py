"""What a run will need, before it is started: memory, time and disk, each only about right."""

import shutil
from pathlib import Path
from typing import Any

import psutil

from app import paths
from app.operations.data import chosen_examples
from app.operations.memory import memory_needed, work_of
from app.operations.models import LoadedModels
from app.operations.places import longest_window
from app.operations.requests import SAMPLED, EditRequest
from app.operations.texts import seconds_to_sample
from editing.editors import find_editor
from editing.editors.base import Editor
from editing.errors import UnsupportedModelError
from editing.general_text import GENERAL, REGULARISATION, USUAL_TOKENS
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.speed import seconds_per_token
from editing.progress import Report, unheard
from editing.settings import settings_from_text

_BYTES = 4
"""Of a number in a base pass."""
_BACKWARD = 3.0
"""A training step costs about three passes."""
_TOKENS_A_ROW = 24
"""Of a canonical example; most are a sentence."""
_BYTES_A_TOKEN = 4
"""Of English text in a file."""


def run_preflight(
    request: EditRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> dict[str, Any]:
    """Estimate what a run needs, from figures of the model and its texts.

    Returns:
        `memory_bytes` and `memory_free`, `disk_bytes` and `disk_free`, `seconds`, which counts
        every text as not yet read (a run of the same model and text before makes it shorter), of
        these `sampling_seconds`, and `window`, the tokens that texts are read by, of `context`.

    Raises:
        EditingError: The request cannot be carried out as it is.
    """
    editor = find_editor(request.method)
    texts = {name: str(value) for name, value in request.settings.items()}
    settings = settings_from_text(editor.Settings, texts)
    epochs = int(getattr(settings, "epochs", 1))
    rows = len(chosen_examples(request).canonical)
    model = (models or LoadedModels()).model(request.model, report, request.dtype)
    if reason := editor.unsupported_reason(model):
        raise UnsupportedModelError(f"{editor.label} does not go with {request.model}. {reason}")
    general = _tokens(request.general_text, request.general_tokens, GENERAL)
    other = _tokens(request.regularisation_text, request.regularisation_tokens, REGULARISATION)
    cache = paths.cache_folder(request.data_dir)
    window = min(model.context, request.window or longest_window(request.data_dir))
    sampling = _sampling(model, request)
    sizes = (rows, min(other, rows * window), general, other)
    return {
        "memory_bytes": memory_needed(model, editor, work_of(request, model), settings),
        "memory_free": psutil.virtual_memory().available + psutil.Process().memory_info().rss,
        "disk_bytes": _disk(model, editor, general + other),
        "disk_free": shutil.disk_usage(cache).free,
        "seconds": sampling + _seconds(model, editor, epochs, sizes),
        "sampling_seconds": sampling,
        "window": window,
        "context": model.context,
        "tokens": general,
    }


def _sampling(model: LanguageModel, request: EditRequest) -> float:
    """Seconds until the texts that are to be sampled are there."""
    texts = (
        (request.general_text, request.general_tokens, GENERAL),
        (request.regularisation_text, request.regularisation_tokens, REGULARISATION),
    )
    return sum(
        seconds_to_sample(model, role, tokens, data_dir=request.data_dir, window=request.window)
        for choice, tokens, role in texts
        if choice == SAMPLED
    )


def _tokens(choice: str | None, tokens: int | None, role: str) -> int:
    if choice is None:
        return 0
    if choice == SAMPLED:
        return tokens or USUAL_TOKENS[role]
    file = Path(choice)
    there = file.stat().st_size // _BYTES_A_TOKEN if file.is_file() else 0
    return there if tokens is None else min(there, tokens)


def _disk(model: LanguageModel, editor: Editor[Any], tokens: int) -> int:
    """The base passes of the texts, and an edit that keeps all weights it trained."""
    numbers = 1
    if editor.from_sense_passes and model.is_backpack:
        config = backpack_of(model).config
        numbers = 3 * config.n_embd + config.num_senses + 2
    return tokens * numbers * _BYTES + editor.edit_size(model)


def _seconds(
    model: LanguageModel, editor: Editor[Any], epochs: int, sizes: tuple[int, int, int, int]
) -> float:
    rows, windows, general, other = sizes
    one = seconds_per_token(model)
    training = epochs * (rows * _TOKENS_A_ROW + windows) * _BACKWARD
    passes = general + other
    measured = 0 if editor.from_sense_passes else epochs * general
    if editor.from_sense_passes:  # neither the trunk nor most of the vocabulary is run again
        training, measured = training / _BACKWARD, epochs * general / 10
    return one * (passes + training + measured)

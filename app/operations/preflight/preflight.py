"""What a run will need, before it is started: memory, time and disk, each only about right."""

import shutil
from pathlib import Path
from typing import Any

from app import paths
from app.operations.data import chosen_examples
from app.operations.models import LoadedModels
from app.operations.places import longest_window
from app.operations.preflight.memory import LOADING_BYTES, PROGRAM_BYTES, memory_there, work_of
from app.operations.preflight.proposals import needed_for, smaller_ways
from app.operations.requests import SAMPLED, EditRequest
from app.operations.shelf.outlines import outline_from
from app.operations.texts import seconds_to_sample
from editing.editors import find_editor
from editing.editors.base import Editor
from editing.errors import UnsupportedModelError
from editing.general_text import GENERAL, REGULARISATION, USUAL_TOKENS
from editing.models.footprint import parameter_count
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.speed import guessed_seconds_per_token, seconds_per_token
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
        `memory_bytes` and `memory_free`, where the one exceeds the other `proposals` (smaller
        ways, see `Proposal`), `disk_bytes` and `disk_free`, `seconds`, which counts
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
    model = _model_or_outline(request, editor, models or LoadedModels(), report)
    needed, free = needed_for(request, model), memory_there()
    general = _tokens(request.general_text, request.general_tokens, GENERAL)
    other = _tokens(request.regularisation_text, request.regularisation_tokens, REGULARISATION)
    cache = paths.cache_folder(request.data_dir)
    window = min(model.context, request.window or longest_window(request.data_dir))
    one, sampling = _speed(request, model)
    sizes = (rows, min(other, rows * window), general, other)
    ways = smaller_ways(request, model, needed) if needed > free else []
    return {
        "memory_bytes": needed,
        "memory_free": free,
        "proposals": [way.to_json() for way in ways],
        "disk_bytes": _disk(model, editor, general + other),
        "disk_free": shutil.disk_usage(cache).free,
        "seconds": sampling + one * _tokens_read(editor, epochs, sizes),
        "sampling_seconds": sampling,
        "window": window,
        "context": model.context,
        "tokens": general,
    }


def _model_or_outline(
    request: EditRequest, editor: Editor[Any], models: LoadedModels, report: Report
) -> LanguageModel:
    """Load a run's model where memory holds it, and take its outline where it does not.

    Raises:
        UnsupportedModelError: The method does not go with it.
    """
    outline = outline_from(request.model, request.data_dir)
    _check_method(request, editor, outline)
    weights = parameter_count(outline) * work_of(request, outline).number()
    if request.model not in models and PROGRAM_BYTES + LOADING_BYTES + weights > memory_there():
        return outline
    model = models.model(request.model, report, request.dtype)
    _check_method(request, editor, model)
    return model


def _check_method(request: EditRequest, editor: Editor[Any], model: LanguageModel) -> None:
    if reason := editor.unsupported_reason(model):
        raise UnsupportedModelError(f"{editor.label} does not go with {request.model}. {reason}")


def _speed(request: EditRequest, model: LanguageModel) -> tuple[float, float]:
    """Seconds a token, and until texts that are to be sampled are there; guessed of outlines."""
    if not model.fingerprint:
        return guessed_seconds_per_token(parameter_count(model)), 0.0
    return seconds_per_token(model), _sampling(model, request)


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


def _tokens_read(editor: Editor[Any], epochs: int, sizes: tuple[int, int, int, int]) -> float:
    """How many tokens the model reads in all, a backward counted as several."""
    rows, windows, general, other = sizes
    training = epochs * (rows * _TOKENS_A_ROW + windows) * _BACKWARD
    passes = general + other
    measured = 0 if editor.from_sense_passes else epochs * general
    if editor.from_sense_passes:  # neither the trunk nor most of the vocabulary is run again
        training, measured = training / _BACKWARD, epochs * general / 10
    return passes + training + measured

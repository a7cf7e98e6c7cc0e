"""About how much memory a method needs with a model, which may be an outline without weights."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from app.operations.data import chosen_examples
from app.operations.places import longest_window, samples_folder
from app.operations.requests import SAMPLED, EditRequest
from app.operations.shelf.outlines import outline_from
from editing.editors.base import Editor
from editing.editors.memory import Workload, loading, sampling, weights
from editing.errors import EditingError
from editing.examples import read_texts
from editing.general_text import GENERAL, REGULARISATION, USUAL_TOKENS, stored_text
from editing.models.folder.weights import stored_weights
from editing.models.language_model import LanguageModel
from editing.models.loading import SPREAD, chosen_device, chosen_dtype, model_folder
from editing.models.speed import free_on
from editing.models.starter import BUNDLED
from editing.objectives import encode_examples

PROGRAM_BYTES = 400_000_000
"""What torch and the program take before a model is loaded; measured on Linux."""
LOADING_BYTES = 90_000_000
"""What a tokenizer and what libraries load with the first model take; measured on Linux."""
_LONGEST_LOOKED_AT = 20
"""Of a text's paragraphs, so many of the longest are cut into tokens."""
_CHARACTERS_A_TOKEN = 4


def memory_needed(
    model: LanguageModel,
    editor: Editor[Any],
    work: Workload | None = None,
    settings: object | None = None,
) -> int:
    """Estimate the program's memory at a run's peak, in bytes.

    Args:
        model: It, or its outline.
        editor: The method.
        work: How long the texts are; None for usual ones.
        settings: The method's; None for its defaults.
    """
    work = work or usual_work(model)
    settings = settings or editor.Settings()
    try:
        grown = editor.memory(model, work, settings)
    except EditingError:  # another model that it needs is not here
        grown = editor.memory(model, replace(work, outline_of=_same(model)), settings)
    grown = max(grown, loading(model, work), weights(model, work) + sampling(model, work))
    return PROGRAM_BYTES + LOADING_BYTES + grown


def memory_there() -> int:
    """What is free for the program, or on the graphics card that it computes on."""
    of_card = free_on(chosen_device(os.environ.get("EXEMPLAR_DEVICE")))
    if of_card is not None:
        return of_card + PROGRAM_BYTES + LOADING_BYTES  # which lie elsewhere
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss


def usual_work(model: LanguageModel) -> Workload:
    """Texts as they mostly are, in windows as they are read where nothing else is said."""
    window = min(model.context, longest_window(None))
    dtype = chosen_dtype(os.environ.get("EXEMPLAR_DTYPE"))
    return Workload(
        dtype=dtype,
        window=window,
        scored=window,
        stored=_stored(model.source),
        outline_of=_outline,
    )


def work_of(request: EditRequest, model: LanguageModel) -> Workload:
    """Measure the texts of a run.

    Args:
        request: The run.
        model: It, or its outline; its tokenizer is needed.

    Raises:
        EditingError: The examples cannot be read.
    """
    examples = chosen_examples(request)
    rows = encode_examples(model.tokenizer, examples.canonical, model.context)
    measured = [*examples.evaluation, *examples.hard_negatives]
    window = min(model.context, request.window or longest_window(request.data_dir))
    texts = (
        (request.general_text, request.general_tokens, GENERAL),
        (request.regularisation_text or SAMPLED, request.regularisation_tokens, REGULARISATION),
    )
    general, other = (_text(model, text, window) for text in texts)
    example = max((len(s.ids) for s in rows.sequences), default=0)
    characters = max((len(row.prefix) for row in measured), default=0)
    scored = min(model.context, max(example, characters // _CHARACTERS_A_TOKEN, general[0]))
    return Workload(
        dtype=chosen_dtype(request.dtype or os.environ.get("EXEMPLAR_DTYPE")),
        device=_computing_device(),
        examples=len(rows),
        example=example,
        continuations=2 if any(row.other_suffix for row in examples.canonical) else 1,
        window=other[0],
        windows=max(1, -(-other[1] // max(1, other[0]))),
        scored=scored,
        scored_tokens=max(scored, general[1]),
        sampled=window if any(_has_to_be_sampled(model, text, request) for text in texts) else 0,
        stored=_stored(model.source),
        outline_of=_outline,
    )


def _stored(source: str) -> int:
    """Bytes of a model's files of weights."""
    try:
        return stored_weights(model_folder(source)).size
    except (EditingError, OSError):
        return 0


def _has_to_be_sampled(
    model: LanguageModel, text: tuple[str | None, int | None, str], request: EditRequest
) -> bool:
    choice, tokens, role = text
    if choice != SAMPLED:
        return False
    if not model.fingerprint:  # an outline: only what is shipped is known of
        return model.source not in BUNDLED
    longest = request.window or longest_window(request.data_dir)
    cache, wanted = samples_folder(request.data_dir), tokens or USUAL_TOKENS[role]
    return stored_text(model, role, wanted, cache=cache, longest=longest) is None


def _computing_device() -> str:
    """What computes; a spread model is thought of as on the processor."""
    device = chosen_device(os.environ.get("EXEMPLAR_DEVICE"))
    return "cpu" if device == SPREAD else device.partition(":")[0]


def _same(model: LanguageModel) -> Callable[[str], LanguageModel]:
    def same(source: str) -> LanguageModel:
        del source
        return model

    return same


def _outline(source: str) -> LanguageModel:
    return outline_from(source, None)


def _text(
    model: LanguageModel, text: tuple[str | None, int | None, str], window: int
) -> tuple[int, int]:
    """The longest window of a text and all its tokens, about."""
    choice, tokens, role = text
    if choice is None:
        return 0, 0
    if choice == SAMPLED:
        return window, tokens or USUAL_TOKENS[role]
    if not Path(choice).is_file():
        return window, 0
    paragraphs = read_texts(Path(choice))
    longest = sorted(paragraphs, key=len, reverse=True)[:_LONGEST_LOOKED_AT]
    words: Any = model.tokenizer
    lengths = [len(words(part[: 8 * window], verbose=False).input_ids) for part in longest]
    there = sum(len(part) for part in paragraphs) // _CHARACTERS_A_TOKEN
    return min(window, max(lengths, default=0)), there if tokens is None else min(there, tokens)

"""Answers about senses for a page that works with them live: all matrices stay here."""

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from app.operations.data import chosen_examples
from app.operations.models import LoadedModels
from app.operations.places import base_pass_cache, open_library
from app.operations.requests import EditRequest
from app.operations.results import word_of
from app.operations.senses.requests import (
    ImportanceRequest,
    NeighboursRequest,
    SenseMapRequest,
    SentenceRequest,
    VocabularyRequest,
)
from app.operations.texts import regularisation_text
from editing.base_passes import BasePassCache
from editing.editors.sense_selection import score_senses
from editing.errors import EditingError
from editing.examples import Example
from editing.library.stacks import load_stack
from editing.models.language_model import LanguageModel
from editing.objectives import encode_examples
from editing.progress import Report, unheard
from editing.sense_mixture import (
    likeliest,
    mixture_of,
    strongest_sources,
)
from editing.senses import nearest_senses, sense_map, word_ids

LONGEST_SENTENCE = 64
"""Tokens of a sentence whose weights are told; the last ones."""
_BACKGROUND_TOKENS = 4_000
_SELECTION_WEIGHT = 1000.0
"""As sense finetuning chooses by default."""

Answer = dict[str, Any]


def run_vocabulary(
    request: VocabularyRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> Answer:
    """List a model's words by their ids, or the ids that a set of examples uses.

    Returns:
        `words`; or, with a set, `uses`: pairs of a token's id and how often the set has it, most
        used first.

    Raises:
        EditingError: The model cannot be loaded, or the set is not there.
    """
    model = (models or LoadedModels()).model(request.model, report)
    if request.example_set is None:
        return {"words": [word_of(model, number) for number in range(model.vocab_size)]}
    counts: Counter[int] = Counter()
    for example in _rows(request.example_set, request.model, request.data_dir):
        for text in _texts(example):
            counts.update(model.tokenizer(text, add_special_tokens=False)["input_ids"])
    return {"uses": [list(pair) for pair in counts.most_common()]}


def run_sentence(
    request: SentenceRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> Answer:
    """Say what each position of a sentence predicts, and which senses it mixes for that.

    Returns:
        `tokens` (with `word`, `predicts`: words with probabilities, and `mixes`: source position,
        sense and weight, strongest first), `shares`: for each position, how much of each
        position up to it is mixed in, in thousandths, all senses together, and `dropped`: how
        many tokens were cut from the left.

    Raises:
        EditingError: Something the person can mend.
    """
    model = (models or LoadedModels()).model(request.model, report)
    with _lent(model, request.edit, request.data_dir):
        mixture = mixture_of(model, request.text, longest=LONGEST_SENTENCE)
    shares = mixture.alpha.sum(dim=0) / len(mixture.alpha)
    positions = range(len(mixture.ids))
    return {
        "tokens": [
            {
                "word": word_of(model, int(mixture.ids[position])),
                "predicts": likeliest(model, mixture.logits[position], request.top),
                "mixes": strongest_sources(mixture, position, request.top),
            }
            for position in positions
        ],
        "shares": [[round(1000 * float(s)) for s in shares[p, : p + 1]] for p in positions],
        "dropped": mixture.dropped,
    }


def run_neighbours(
    request: NeighboursRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> Answer:
    """Find the senses that point where a sense of the untouched model points.

    Returns:
        `neighbours`: word, token id, sense and cosine, nearest first.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    model = (models or LoadedModels()).model(request.model, report)
    wanted = (request.token_id, request.sense)
    found = nearest_senses(model, wanted, top=request.top, report=report)
    return {"neighbours": [[word_of(model, t), t, sense, cosine] for t, sense, cosine in found]}


def run_sense_map(
    request: SenseMapRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> Answer:
    """Measure all senses of some words, with an edit on the model if one is named.

    Returns:
        `norms`: for each word the length of each sense; `adds`: what each adds to the logit of
        `target`, the first token of the wanted word; these two are null where no word is wanted.

    Raises:
        EditingError: Something the person can mend.
    """
    model = (models or LoadedModels()).model(request.model, report)
    target = None if request.target is None else word_ids(model, request.target)[0]
    with _lent(model, request.edit, request.data_dir):
        found = sense_map(model, request.token_ids, target)
    return {
        "norms": found.norms.tolist(),
        "target": None if target is None else word_of(model, target),
        "adds": None if found.adds is None else found.adds.tolist(),
    }


def run_importance(
    request: ImportanceRequest, report: Report = unheard, *, models: LoadedModels | None = None
) -> Answer:
    """Score every sense of a set's words: what its continuations use beyond general text.

    Returns:
        `scores`: token id, sense and score, as sense finetuning would rank them.

    Raises:
        EditingError: Something the person can mend.
    """
    model = (models or LoadedModels()).model(request.model, report)
    rows = _rows(request.example_set, request.model, request.data_dir)
    encoded = encode_examples(model.tokenizer, rows, model.context)
    text = regularisation_text(
        model, None, None, tokens=_BACKGROUND_TOKENS, data_dir=request.data_dir, report=report
    )
    passes = BasePassCache(*base_pass_cache(request.data_dir))
    scored = score_senses(
        encoded,
        passes.sense_pass(model, encoded.sequences, report=report),
        passes.sense_pass(model, text.sequences, report=report),
        selection_weight=_SELECTION_WEIGHT,
        report=report,
    )
    columns = (scored.token_ids, scored.senses, scored.scores)
    triples = zip(*(cast("list[float]", column.tolist()) for column in columns), strict=True)
    return {"scores": [list(each) for each in triples]}


def _lent(
    model: LanguageModel, edit: str | None, data_dir: str | None
) -> AbstractContextManager[LanguageModel]:
    """Lend the model with an edit on it, or as it is."""
    if edit is None:
        return nullcontext(model)
    with open_library(data_dir) as library:
        (item,) = load_stack(library, [edit], model)
    return item.edit.applied(model, item.strength)


def _rows(name: str, model: str, data_dir: str | None) -> tuple[Example, ...]:
    asked = EditRequest(model=model, examples=name, data_dir=data_dir)
    rows = chosen_examples(asked).canonical
    if not rows:
        raise EditingError(f"{name} has no canonical examples. Add some.")
    return rows


def _texts(example: Example) -> list[str]:
    ends = [example.suffix, example.other_suffix]
    return [example.prefix, *(text for text in ends if text)]

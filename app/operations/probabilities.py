"""How likely rows' continuations are, with a stack of edits on the model."""

from collections.abc import Callable, Sequence
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.requests import ProbabilitiesRequest, RowToScore
from app.operations.results import word_of
from editing.base_passes import BasePass, FreshPasses, pass_for
from editing.editors.base import Edit
from editing.errors import ExampleError
from editing.examples import Example
from editing.library.stacks import combined, load_stack
from editing.models.language_model import LanguageModel
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import Report, unheard

_AT_ONCE = 16
Rows = list[dict[str, Any]]


def unheeded(rows: Rows) -> None:
    """Wait for the whole answer."""
    del rows


def run_probabilities(
    request: ProbabilitiesRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    on_rows: Callable[[Rows], None] = unheeded,
) -> Rows:
    """Score rows: log-probabilities summed over the continuation's tokens, in nats.

    Args:
        on_rows: Called with every few rows as they are scored.

    Returns:
        For each row its `id`, `log_prob`, `other_log_prob` (null for one continuation), `tokens`
        (the first continuation's, each with its log-probability) and `dropped`: how many tokens of
        its prefix were cut from the left. Rows that cannot be scored, as they are half typed or
        their continuation alone is longer than the context, are left out.
    """
    model = (models or LoadedModels()).model(request.model, report)
    with open_library(request.data_dir) as library:
        put_on = combined(load_stack(library, request.edits, model))
    scored: Rows = []
    rows = [row for row in request.rows if _can_be_scored(model, row)]
    for begin in range(0, len(rows), _AT_ONCE):
        part = _scored(model, rows[begin : begin + _AT_ONCE], put_on, report)
        on_rows(part)
        scored += part
    return scored


def _can_be_scored(model: LanguageModel, row: RowToScore) -> bool:
    try:
        _encoded(model, [row])
    except ExampleError:
        return False
    return True


def _encoded(model: LanguageModel, rows: Sequence[RowToScore]) -> EncodedExamples:
    examples = [Example(row.prefix, row.suffix, row.other_suffix) for row in rows]
    return encode_examples(model.tokenizer, examples, model.context)


def _scored(
    model: LanguageModel,
    rows: Sequence[RowToScore],
    put_on: tuple[Edit, float] | None,
    report: Report,
) -> Rows:
    encoded = _encoded(model, rows)
    pass_over = pass_for(put_on[0] if put_on else None, FreshPasses())
    base = pass_over(model, encoded.sequences, report=report)
    losses = base.nll
    if put_on is not None:
        losses = put_on[0].token_losses(model, [put_on[1]])(base, None)[0]
    log_probs = [-float(loss) for loss in losses]
    return [
        _row(model, row, base, encoded.sequences_of(i), log_probs)
        | {"dropped": max(encoded.sequences[n].dropped for n in encoded.sequences_of(i))}
        for i, row in enumerate(rows)
    ]


def _row(
    model: LanguageModel,
    row: RowToScore,
    base: BasePass,
    sequences: tuple[int, ...],
    log_probs: list[float],
) -> dict[str, Any]:
    sums = [sum(log_probs[base.rows_of(sequence)]) for sequence in sequences]
    first = base.rows_of(sequences[0])
    words = [word_of(model, int(token)) for token in base.targets[first]]
    return {
        "id": row.id,
        "log_prob": sums[0],
        "other_log_prob": sums[1] if len(sums) > 1 else None,
        "tokens": [list(pair) for pair in zip(words, log_probs[first], strict=True)],
    }

"""Continue a prompt with a stack of edits on the model."""

from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

from app.operations.models import LoadedModels
from app.operations.places import open_library
from app.operations.requests import GenerateRequest
from app.operations.rows.gates import gates_json
from editing.generation import OnText, Sampling, generate, silent
from editing.library.stacks import combined, load_stack
from editing.progress import Progress, Report, unheard


def run_generate(
    request: GenerateRequest,
    report: Report = unheard,
    *,
    models: LoadedModels | None = None,
    on_text: OnText = silent,
) -> dict[str, Any]:
    """Draw a continuation.

    Args:
        on_text: Called with each piece of it as it is drawn.

    Returns:
        What `generate --json` prints; `gates` says, for each edit with a memory, which row applied
        best at each token of the text, how far, and whether it answered: see `gates_json`.

    Raises:
        EditingError: Something the person can mend.
    """
    sampling = Sampling(request.tokens, request.temperature, request.seed)
    model = (models or LoadedModels()).model(request.model, report)
    with open_library(request.data_dir) as library:
        stack = load_stack(library, request.edits, model)
    put_on = combined(stack)
    lent = nullcontext(model) if put_on is None else put_on[0].applied(model, put_on[1])

    def told(piece: str) -> None:
        report(Progress("generating", 0, request.tokens))
        on_text(piece)

    with lent as edited:
        drawn = generate(edited, request.prompt, sampling, told)
    return {**asdict(drawn), "gates": gates_json(model, stack, drawn.text)}
